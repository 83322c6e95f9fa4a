// From an account to a connection with one of its servers, as the commands and the service dial it: with `log: { level:
// debug }` the dialogue is logged, without secrets and bodies.
import type { Account, Endpoint } from '../model/account.ts';
import { NOBODY, type Onlooker } from '../model/onlooker.ts';
import type { Log } from '../runtime/log.ts';
import type { Connection, Trace } from './connection.ts';
import { dial } from './dial.ts';

/** Dials a server of an account; `received` is called with the number of octets that came, `trace` with
 * each line of the dialogue. Throws what `dial` throws. */
export type Connect = (
  account: Account,
  server: Endpoint | undefined,
  signal?: AbortSignal,
  received?: (octets: number) => void,
  trace?: Trace,
) => Promise<Connection>;

/** How to dial, with this log; `onlooker` counts. */
export function connector(log: Log, onlooker: Onlooker = NOBODY): Connect {
  return async (account, server, signal, received, trace) => {
    if (server === undefined) throw new TypeError(`${account.name} has no such server`);
    const about = { account: account.name, host: server.host };
    return dial(server, account.timeouts, {
      signal,
      trace: (who, text) => {
        log.debug(`${who}: ${text}`, about);
        trace?.(who, text);
      },
      received,
      connected: () => onlooker.connected(account.name, server === account.send ? 'send' : 'receive'),
    });
  };
}
