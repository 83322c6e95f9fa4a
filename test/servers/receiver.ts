// What a test of receiving asks of a real server, whichever it is: ports, mailboxes that it can fill, and an end without
// warning. And the account that reads from it.
import type { Receiving } from '../../src/receive/open-source.ts';
import type { Made } from '../bench/mailbox.ts';
import type { Way } from '../support/account.ts';
import type { Ending } from '../support/temporary.ts';

/** Users and their passwords. */
export type Users = Readonly<Record<string, string>>;

/** Starts a server for these users; it is stopped when the test ends. */
export type StartReceiver = (test: Ending, users: Users) => Promise<Receiver>;

/** A running IMAP and POP3 server. `imap` and `pop3` are in clear, with STARTTLS and STLS. */
export interface Receiver {
  readonly host: '127.0.0.1';
  readonly ports: Readonly<Record<Way, number>>;
  /** What `ca:` points at. */
  readonly ca: string;
  /** Adds messages to the user's folders, and makes these. Names are as in `mailbox()`; see `nameOf`. */
  fill(user: string, mail: Iterable<Made>): Promise<void>;
  /** The readable name under which the server lists a folder of `fill`: Courier puts all below INBOX. */
  nameOf(folder: string): string;
  /** An access token that lets this user in; absent where the server takes none. */
  readonly token?: (user: string) => string;
  /** Kills it at once; its mail stays until the test ends. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, on the same ports with the same mail. */
  revive(): Promise<void>;
}

/** The account of a user that receives from a server. */
export function accountOf(
  { host, ports, ca }: Receiver,
  way: Way,
  user: string,
  password: string,
): Receiving {
  return {
    name: way,
    address: `${user}@mail.test`,
    user,
    login: () => Promise.resolve({ user, password }),
    receive: {
      protocol: way.startsWith('imap') ? 'imap' : 'pop3',
      host,
      port: ports[way],
      tls: way.endsWith('s') ? 'implicit' : 'starttls',
      ca,
      schedule: '0 * * * *',
      push: false,
      folders: { include: ['*'], exclude: [] },
      connections: 1,
    },
    timeouts: { connect: 10_000, idle: 20_000 },
  };
}
