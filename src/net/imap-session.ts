// From a fresh connection to a session that is logged in: greeting, STARTTLS, capabilities, login, ID. Polls, push and the
// Sent copy all come in this way, so that what one server wants of a client is done in one place.
import type { Account, Endpoint } from '../model/account.ts';
import { capability, type Capabilities } from '../protocol/imap/capability.ts';
import { PIPELINING } from '../protocol/imap/exchange.ts';
import { greeting } from '../protocol/imap/greeting.ts';
import { id, type Identity } from '../protocol/imap/id.ts';
import { signIn } from '../protocol/imap/login.ts';
import { logout } from '../protocol/imap/logout.ts';
import { starttls } from '../protocol/imap/starttls.ts';
import { Tags } from '../protocol/imap/tags.ts';
import { version } from '../runtime/version.ts';
import type { Connection } from './connection.ts';
import { signingIn } from './sign-in.ts';

/** A session after its login. */
export interface ImapSession {
  readonly host: string;
  readonly connection: Connection;
  readonly tags: Tags;
  readonly capabilities: Capabilities;
  /**
   * False for Courier: what EXAMINE numbers it forgets, a UIDVALIDITY as well as the UIDs of new mail, which another message
   * then takes. Only what was SELECTed keeps its numbers.
   */
  readonly examineNumbers: boolean;
}

/**
 * Logs in to `server` of the account over a connection that was just dialled. `avoid`: what this host does not bear (`ID`,
 * `SASL-IR`); more may be learnt. ID is said after the login and before any folder is opened, because NetEase refuses folders
 * to clients that do not (I-001, I-002). Throws MailError; the caller closes the connection then.
 */
export async function openImap(
  connection: Connection,
  account: Account,
  server: Endpoint,
  avoid: Set<string>,
): Promise<ImapSession> {
  const { host } = server;
  const tags = new Tags();
  const startTls = server.tls === 'starttls';
  const hello = await connection.converse(greeting(host, startTls));
  if (startTls) await connection.converse(starttls(host, tags));
  // What was said in clear does not count after STARTTLS (RFC 9051 §6.2.1).
  const greeted = startTls ? null : hello.capabilities;
  const offered = greeted ?? (await connection.converse(capability(host, tags)));
  let capabilities = offered;
  if (!hello.preauth) {
    const before = { tags, capabilities: offered, channel: connection.channel, avoid };
    const told = await signingIn(account.login, (credentials) =>
      connection.converse(signIn(before, credentials)),
    );
    capabilities = told ?? (await connection.converse(capability(host, tags)));
  }
  if (capabilities.has('ID') && !avoid.has('ID')) await connection.converse(id(host, tags, identity()));
  tags.heed(capabilities);
  if (ONE_AT_A_TIME.test(hello.text)) avoid.add(PIPELINING);
  const examineNumbers = !/\bcourier\b/i.test(hello.text);
  return { host, connection, tags, capabilities, examineNumbers };
}

/**
 * Dials, logs in, does `work`, says goodbye and closes, whatever comes of it. Rejects with what `work` throws, or a MailError
 * of the way there.
 */
export async function inImap<T>(
  connect: () => Promise<Connection>,
  account: Account,
  server: Endpoint,
  avoid: Set<string>,
  work: (session: ImapSession) => Promise<T>,
): Promise<T> {
  const connection = await connect();
  try {
    const session = await openImap(connection, account, server, avoid);
    const result = await work(session);
    await connection.converse(logout(session.tags));
    return result;
  } finally {
    connection.close();
  }
}

/** QQ, NetEase and their like answer what they do not like by silence (I-005): nothing is in flight beside it. */
const ONE_AT_A_TIME = /qqmail|coremail|\bsina\b|\baliyun\b/i;

/** What this program says of itself (RFC 2971 §3.3). */
export function identity(): Identity {
  return { name: 'mailkeep', version: version(), vendor: 'mailkeep' };
}
