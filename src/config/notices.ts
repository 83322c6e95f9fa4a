// What a configuration asks for that this version does not do, or that is not safe: said aloud, so that nobody relies on the one
// and nobody forgets the other.
import type { Config } from './load.ts';

/** One sentence for each; none where all is done and safe. */
export function notices(config: Config): string[] {
  const without = config.web === undefined ? [] : ['web'];
  return [...without.map((key) => `${key} has no effect in this version`), ...inClear(config)];
}

/** Servers of other machines that are logged in to without TLS, because the person wrote so. */
function inClear({ accounts }: Config): string[] {
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
