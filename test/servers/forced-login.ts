// A login to a real server by one mechanism alone, over the product's own dialogues: what they hear of the server is narrowed
// to it. No option of the product does that, and no person needs it.
import type { Credentials, Endpoint } from '../../src/model/account.ts';
import type { Connection } from '../../src/net/connection.ts';
import { dial } from '../../src/net/dial.ts';
import { capability } from '../../src/protocol/imap/capability.ts';
import { greeting as imapGreeting } from '../../src/protocol/imap/greeting.ts';
import { signIn as imapSignIn } from '../../src/protocol/imap/login.ts';
import { starttls as imapStarttls } from '../../src/protocol/imap/starttls.ts';
import { Tags } from '../../src/protocol/imap/tags.ts';
import { capa } from '../../src/protocol/pop3/capa.ts';
import { greeting as pop3Greeting } from '../../src/protocol/pop3/greeting.ts';
import { signIn as pop3SignIn } from '../../src/protocol/pop3/login.ts';
import { stls } from '../../src/protocol/pop3/stls.ts';
import { authenticate } from '../../src/protocol/smtp/auth.ts';
import { ehlo } from '../../src/protocol/smtp/ehlo.ts';
import { greeting as smtpGreeting } from '../../src/protocol/smtp/greeting.ts';
import { starttls as smtpStarttls } from '../../src/protocol/smtp/starttls.ts';

export type Protocol = 'IMAP' | 'POP3' | 'SMTP';

/** IMAP's LOGIN, and POP3's USER and PASS: no SASL mechanism, and not to be taken for the one that is called LOGIN. */
export const COMMAND = 'LOGIN/USER';

/** A session before its login. */
export interface Unentered {
  readonly connection: Connection;
  /** What the server offers here, COMMAND and APOP among it. */
  readonly offered: ReadonlySet<string>;
  /** Logs in by `name` or not at all. Throws MailError. */
  readonly enter: (name: string, credentials: Credentials) => Promise<void>;
}

/** Connects to `endpoint`, with TLS as it says; the connection is closed when `use` has ended. */
export async function beforeLogin<T>(
  protocol: Protocol,
  endpoint: Endpoint,
  use: (session: Unentered) => Promise<T>,
): Promise<T> {
  const said: string[] = [];
  const connection = await dial(
    endpoint,
    { connect: 10_000, idle: 20_000 },
    { trace: (who, text) => void (who === 'C' && said.push(text)) },
  );
  try {
    return await use(await SESSIONS[protocol](connection, endpoint.tls === 'starttls', said));
  } finally {
    connection.close();
  }
}

const SESSIONS = { IMAP: imap, POP3: pop3, SMTP: smtp };

async function imap(connection: Connection, startTls: boolean, said: readonly string[]): Promise<Unentered> {
  const { host } = connection;
  const tags = new Tags();
  await connection.converse(imapGreeting(host, startTls));
  if (startTls) await connection.converse(imapStarttls(host, tags));
  const capabilities = await connection.converse(capability(host, tags));
  const mechanisms = [...capabilities].flatMap((word) => /^AUTH=(.+)$/.exec(word)?.[1] ?? []);
  return {
    connection,
    offered: new Set([...mechanisms, ...(capabilities.has('LOGINDISABLED') ? [] : [COMMAND])]),
    enter: async (name, credentials) => {
      const command = name === COMMAND;
      // Left among the capabilities: SCRAM tells the server whether it saw -PLUS there.
      const avoid = new Set(command ? ['AUTHENTICATE'] : mechanisms.filter((one) => one !== name));
      const told = new Set([...capabilities, ...(command ? [] : ['LOGINDISABLED'])]);
      const before = { tags, capabilities: told, channel: connection.channel, avoid };
      await connection.converse(imapSignIn(before, credentials));
      const logins = said.flatMap((text) => /^A\d+ (AUTHENTICATE \S+|LOGIN)/.exec(text)?.[1] ?? []);
      used(logins.join(), command ? 'LOGIN' : `AUTHENTICATE ${name}`);
    },
  };
}

async function pop3(connection: Connection, startTls: boolean): Promise<Unentered> {
  const { host } = connection;
  const { stamp } = await connection.converse(pop3Greeting(host));
  if (startTls) await connection.converse(stls(host));
  const capabilities = (await connection.converse(capa(host))) ?? new Map<string, string>();
  const mechanisms = (capabilities.get('SASL') ?? '').split(' ').filter(Boolean);
  const offered = new Set(mechanisms);
  if (capabilities.has('USER')) offered.add(COMMAND);
  if (stamp !== null) offered.add('APOP');
  return {
    connection,
    offered,
    enter: async (name, credentials) => {
      const { channel } = connection;
      const told = new Map(capabilities);
      told.delete(name === COMMAND ? 'SASL' : 'USER');
      const before = {
        // APOP is preferred only where others may listen, who must not hear a password.
        channel: name === 'APOP' ? { ...channel, secure: false, loopback: false } : channel,
        capabilities: told,
        stamp: name === 'APOP' ? stamp : null,
        avoid: new Set(mechanisms.filter((one) => one !== name)),
      };
      const done = await connection.converse(pop3SignIn(before, credentials));
      used(done, name === COMMAND ? 'USER' : name);
    },
  };
}

async function smtp(connection: Connection, startTls: boolean): Promise<Unentered> {
  const { host } = connection;
  await connection.converse(smtpGreeting(host));
  let extensions = await connection.converse(ehlo(host, '[127.0.0.1]'));
  if (startTls) {
    await connection.converse(smtpStarttls(host));
    extensions = await connection.converse(ehlo(host, '[127.0.0.1]'));
  }
  return {
    connection,
    offered: extensions.auth,
    enter: async (name, credentials) => {
      const told = { ...extensions, auth: new Set([name]) };
      used(await connection.converse(authenticate(credentials, told, connection.channel)), name);
    },
  };
}

function used(what: string, wanted: string): void {
  if (what !== wanted) throw new Error(`${what} was used, not ${wanted} alone`);
}
