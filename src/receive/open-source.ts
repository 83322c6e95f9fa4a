// The source of an account: IMAP or POP3, over a connection that the caller dials.
import type { Account, Receive } from '../model/account.ts';
import type { Connection } from '../net/connection.ts';
import { ImapSource } from './imap-source.ts';
import type { Pace } from './login-pace.ts';
import { Pop3Source } from './pop3-source.ts';
import type { Avoided } from './reopen.ts';
import type { Source } from './source.ts';

/** An account that receives. */
export type Receiving = Account & { readonly receive: Receive };

/** A new, unopened source. `connect` dials the account's server; `pace` keeps the time between two logins. */
export function openSource(
  account: Receiving,
  connect: () => Promise<Connection>,
  avoided: Avoided,
  pace: Pace = () => Promise.resolve(),
): Source {
  return account.receive.protocol === 'imap'
    ? new ImapSource(account, connect, avoided, pace)
    : new Pop3Source(account, connect, avoided, pace);
}
