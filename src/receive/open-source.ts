// The source of an account: IMAP or POP3, over a connection that the caller dials.
import type { Account, Receive } from '../model/account.ts';
import type { Connection } from '../net/connection.ts';
import { ImapSource } from './imap-source.ts';
import { Pop3Source } from './pop3-source.ts';
import type { Avoided } from './reopen.ts';
import type { Source } from './source.ts';

/** An account that receives. */
export type Receiving = Account & { readonly receive: Receive };

/** A new, unopened source. `connect` dials the account's server. */
export function openSource(account: Receiving, connect: () => Promise<Connection>, avoided: Avoided): Source {
  const Protocol = account.receive.protocol === 'imap' ? ImapSource : Pop3Source;
  return new Protocol(account, connect, avoided);
}
