// What a configuration asks for that is not safe: said aloud, so that nobody forgets it.
import type { Config } from './load.ts';

/** One sentence for each server of another machine that is logged in to without TLS, because the person wrote so. */
export function notices({ accounts }: Config): string[] {
  return accounts.flatMap(({ name, receive, send }) =>
    [receive, send].flatMap((server) =>
      server?.insecure === true && server.tls === 'none'
        ? [
            `${name}: insecure: true lets the password and all mail go to ${server.host} in clear, for anybody on the way`,
          ]
        : [],
    ),
  );
}
