// The POP3 side (RFC 1939): one maildrop, the INBOX as it was at the login; DELE takes effect at QUIT and only there.
import type { Peer } from '../peer.ts';
import { BEARER, bearer } from './bearer.ts';
import type { House } from './house.ts';
import { logIn, shown } from './house.ts';
import type { Mailbox, StoredMessage, User } from './mailbox.ts';
import { folderOf } from './mailbox.ts';
import { Wire } from './wire.ts';

interface Drop {
  readonly mailbox: Mailbox;
  /** Message number n is at n - 1. */
  readonly messages: readonly StoredMessage[];
  readonly deleted: Set<StoredMessage>;
  readonly fetched: Set<StoredMessage>;
}

interface Session {
  readonly wire: Wire;
  readonly house: House;
  user: string;
  drop: Drop | undefined;
}

type Command = (session: Session, args: readonly string[]) => Promise<void>;

/** Serves one POP3 client until it leaves. */
export async function servePop3(peer: Peer, house: House): Promise<void> {
  const session: Session = { wire: new Wire(peer, house, 'POP3'), house, user: '', drop: undefined };
  if (!(await session.wire.struck('GREETING'))) await session.wire.say(`+OK ${house.name} POP3 ready`);
  for (;;) {
    const line = await peer.line();
    const [verb = '', ...args] = line.split(' ');
    const name = verb.toUpperCase();
    if (house.faults.breaksWindows && (await peer.readable(0))) peer.hangUp();
    session.wire.note(name === 'PASS' ? 'PASS ***' : name === 'AUTH' ? `AUTH ${args[0] ?? ''}` : line);
    house.faults.watch('heard', name, peer.nth);
    if (await session.wire.struck(name)) continue;
    const known = ANY_TIME[name] ?? (session.drop === undefined ? undefined : LOGGED_IN[name]);
    if (known === undefined || house.faults.without.has(name))
      await session.wire.say('-ERR unknown command, or not now');
    // A password may hold spaces: PASS takes the rest of the line (RFC 1939 §7).
    else await known(session, name === 'PASS' ? [line.slice(5)] : args);
  }
}

const ANY_TIME: Readonly<Record<string, Command>> = {
  UTF8: async ({ wire, drop }) => wire.say(drop === undefined ? '+OK UTF8 enabled' : '-ERR too late'),
  CAPA: async ({ wire, house }) => {
    const tls =
      house.secureOnly && !wire.peer.secure ? ['STLS'] : wire.peer.secure ? ['USER'] : ['USER', 'STLS'];
    const sasl =
      house.tokens === undefined || (house.secureOnly && !wire.peer.secure)
        ? []
        : [`SASL ${BEARER.join(' ')}`];
    const { without, extras } = house.faults;
    const able = ['TOP', 'UIDL', 'PIPELINING'].filter((name) => !without.has(name));
    await wire.say('+OK', ...tls, ...sasl, ...able, 'RESP-CODES', ...extras, 'IMPLEMENTATION keep', '.');
  },
  STLS: async ({ wire, house }) => {
    if (wire.peer.secure) await wire.say('-ERR TLS is up');
    else await wire.peer.startTls('+OK begin TLS\r\n', house.certificate);
  },
  USER: async (session, args) => {
    const { wire, house } = session;
    if (house.secureOnly && !wire.peer.secure) return wire.say('-ERR [AUTH] TLS first');
    session.user = args.join(' ');
    return wire.say('+OK');
  },
  PASS: async (session, [password = '']) => {
    const user = logIn(session.house, session.user, Buffer.from(password, 'latin1').toString());
    return enter(session, user);
  },
  AUTH: async (session, [mechanism = '', initial]) => {
    const { wire, house } = session;
    if (house.tokens === undefined || !BEARER.includes(mechanism.toUpperCase()))
      return wire.say('-ERR unknown mechanism');
    const ask = async (challenge: string): Promise<string> => {
      await wire.say(`+ ${Buffer.from(challenge).toString('base64')}`);
      return wire.peer.line();
    };
    return enter(session, await bearer(house, mechanism.toUpperCase(), initial ?? (await ask('')), ask));
  },
  QUIT: async ({ wire, drop, house }) => {
    if (drop !== undefined && drop.deleted.size > 0) drop.mailbox.remove(drop.deleted);
    for (const message of drop?.fetched ?? []) house.popped.add(message);
    house.faults.watch('obeyed', 'QUIT', wire.peer.nth);
    if (house.faults.dropAfterQuit > 0) {
      house.faults.dropAfterQuit--;
      wire.peer.hangUp();
    }
    await wire.say('+OK bye');
    wire.peer.hangUp();
  },
};

function enter(session: Session, user: User | undefined): Promise<void> {
  if (user === undefined) return session.wire.say('-ERR [AUTH] login refused');
  const mailbox = folderOf(user, 'INBOX');
  const messages = dropped(session.house, mailbox);
  session.drop = { mailbox, messages, deleted: new Set(), fetched: new Set() };
  return session.wire.say(`+OK ${session.drop.messages.length} messages`);
}

const LOGGED_IN: Readonly<Record<string, Command>> = {
  STAT: async ({ wire, drop, house }) => {
    const left = listed(drop).map(([, message]) => message.bytes.length);
    const count = left.length + house.faults.overcount;
    await wire.say(`+OK ${count} ${left.reduce((sum, size) => sum + size, 0)}`);
  },
  LIST: (session, args) => table(session, args, (message) => String(session.house.faults.claim(message))),
  UIDL: (session, args) =>
    table(session, args, (message) => session.house.faults.uidl(message, session.wire.peer.nth)),
  LANG: async ({ wire }) => wire.say('+OK en English'),
  RETR: async (session, args) => {
    const message = chosen(session.drop, args[0]);
    if (message === undefined) return session.wire.say('-ERR no such message');
    if (session.house.faults.refuse(message))
      return session.wire.say('-ERR [SYS/TEMP] message cannot be read');
    session.drop?.fetched.add(message);
    await session.wire.put(`+OK ${message.bytes.length} octets\r\n`);
    await session.wire.putBody(stuffed(message.bytes));
    return session.wire.say('.');
  },
  TOP: async (session, args) => {
    const message = chosen(session.drop, args[0]);
    if (message === undefined) return session.wire.say('-ERR no such message');
    await session.wire.put('+OK\r\n');
    await session.wire.put(stuffed(session.house.faults.top(top(message.bytes, Number(args[1] ?? 0)))));
    return session.wire.say('.');
  },
  DELE: async ({ wire, drop, house }, args) => {
    const numbered = drop?.messages.filter((one) => !house.faults.numbersAnew || !drop.deleted.has(one));
    const message = chosen(drop, args[0], numbered);
    if (message === undefined) return wire.say('-ERR no such message');
    for (const one of house.faults.marksAll ? (drop?.messages ?? []) : [message]) drop?.deleted.add(one);
    return wire.say('+OK');
  },
  RSET: async ({ wire, drop }) => {
    drop?.deleted.clear();
    await wire.say('+OK');
  },
  NOOP: async ({ wire }) => wire.say('+OK'),
};

/** What a session shows. */
function dropped(house: House, { messages }: Mailbox): StoredMessage[] {
  const { sessionWindow } = house.faults;
  if (sessionWindow === null) return shown(house, messages);
  return messages.filter((message) => !house.popped.has(message)).slice(0, sessionWindow);
}

/** The messages that are not deleted, with their numbers. */
function listed(drop: Drop | undefined): [number, StoredMessage][] {
  const all = drop?.messages.map((message, at): [number, StoredMessage] => [at + 1, message]) ?? [];
  return all.filter(([, message]) => drop?.deleted.has(message) !== true);
}

function chosen(
  drop: Drop | undefined,
  argument: string | undefined,
  numbered: readonly StoredMessage[] | undefined = drop?.messages,
): StoredMessage | undefined {
  const message = numbered?.[Number(argument) - 1];
  return message !== undefined && drop?.deleted.has(message) !== true ? message : undefined;
}

/** LIST and UIDL: all, or one (RFC 1939 §5, §7). */
async function table(
  { wire, drop }: Session,
  args: readonly string[],
  column: (message: StoredMessage) => string,
): Promise<void> {
  if (args[0] !== undefined) {
    const message = chosen(drop, args[0]);
    return wire.say(message === undefined ? '-ERR no such message' : `+OK ${args[0]} ${column(message)}`);
  }
  await wire.put('+OK\r\n');
  for (const [number, message] of listed(drop)) await wire.put(`${number} ${column(message)}\r\n`);
  return wire.say('.');
}

/** Byte-stuffed, and with a CRLF at its end: POP3 has no way to send a last line without one (RFC 1939 §3). */
function stuffed(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1').replace(/(^|\r\n)\./g, '$1..');
  return Buffer.from(text === '' || text.endsWith('\r\n') ? text : `${text}\r\n`, 'latin1');
}

/** The head, the blank line, and `count` lines of the body. */
function top(bytes: Buffer, count: number): Buffer {
  const text = bytes.toString('latin1');
  const blank = text.indexOf('\r\n\r\n');
  if (blank < 0) return bytes;
  const lines = text
    .slice(blank + 4)
    .split('\r\n')
    .slice(0, count);
  return Buffer.from(`${text.slice(0, blank + 4)}${lines.map((line) => `${line}\r\n`).join('')}`, 'latin1');
}
