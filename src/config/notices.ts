// PURE: what a configuration asks for that is not safe: said aloud at each start, so that nobody forgets it.
import type { Hint } from '../model/hint.ts';
import type { Config } from './load.ts';

/** A sentence for each server of another machine that is logged in to without TLS, because the person wrote so. */
export function notices({ accounts }: Config): Hint[] {
  return accounts.flatMap(({ name, receive, send }) =>
    [receive, send].flatMap((server) =>
      server?.insecure === true && server.tls === 'none'
        ? [
            {
              en: `${name}: insecure: true lets the password and all mail go to ${server.host} in clear, for anybody on the way`,
              zh: `${name}：insecure: true 让密码和全部邮件以明文传到 ${server.host}，途中任何人都能读到`,
            },
          ]
        : [],
    ),
  );
}
