// The submission side (RFC 5321, RFC 6409): who is logged in may send; local recipients get the message at once, byte for
// byte, others are taken and recorded.
import type { Peer } from '../peer.ts';
import type { House } from './house.ts';
import type { User } from './mailbox.ts';
import { BEARER } from './bearer.ts';
import { authenticate } from './smtp-login.ts';
import { accept, knows } from './submission.ts';
import { Wire } from './wire.ts';

const MAX_SIZE = 50 * 1024 * 1024;
const OFFERS: readonly string[] = [
  'PIPELINING',
  `SIZE ${MAX_SIZE}`,
  '8BITMIME',
  'BINARYMIME',
  'CHUNKING',
  'SMTPUTF8',
  'DSN',
  'FUTURERELEASE 864000 2099-01-01T00:00:00Z',
  'ENHANCEDSTATUSCODES',
];

interface Session {
  readonly wire: Wire;
  readonly house: House;
  user: User | undefined;
  from: string | undefined;
  recipients: string[];
  /** What MAIL and RCPT said beside the addresses. */
  parameters: { mail: string; rcpt: string[] };
  /** What BDAT brought so far. */
  chunks: Buffer[];
  /** Messages that this connection brought. */
  taken: number;
}

type Command = (session: Session, rest: string) => Promise<void>;

/** Serves one SMTP client until it leaves. */
export async function serveSmtp(peer: Peer, house: House): Promise<void> {
  const wire = new Wire(peer, house, 'SMTP');
  const session: Session = {
    wire,
    house,
    user: undefined,
    from: undefined,
    recipients: [],
    parameters: { mail: '', rcpt: [] },
    chunks: [],
    taken: 0,
  };
  if (!(await wire.struck('GREETING'))) await wire.say(`220 ${house.name} ESMTP`);
  for (;;) {
    const line = await peer.line();
    const [, verb = '', rest = ''] = /^(\S*) ?(.*)$/.exec(line) ?? [];
    const name = verb.toUpperCase();
    wire.note(name === 'AUTH' ? `AUTH ${rest.split(' ')[0]}` : line);
    // RFC 3030 §2: the octets come behind the command whatever its answer will be
    const octets = name === 'BDAT' ? await peer.octets(Number(/^\d+/.exec(rest)?.[0] ?? 0)) : undefined;
    if (await wire.struck(name)) continue;
    if (octets !== undefined) session.chunks.push(octets);
    const command = COMMANDS[name];
    if (command === undefined) await wire.say('502 5.5.1 Unknown command');
    else await command(session, rest);
  }
}

const COMMANDS: Readonly<Record<string, Command>> = {
  EHLO: async (session) => {
    forget(session);
    const { wire, house } = session;
    const offers = [...OFFERS].filter((offer) => !house.faults.withhold.has(offer.split(' ')[0] ?? ''));
    if (wire.peer.secure && !house.faults.withhold.has('REQUIRETLS')) offers.push('REQUIRETLS');
    if (!wire.peer.secure) offers.push('STARTTLS');
    if (wire.peer.secure || !house.secureOnly)
      offers.push(
        `AUTH ${[...house.faults.mechanisms, ...(house.tokens === undefined ? [] : BEARER)].join(' ')}`,
      );
    const last = offers.pop() ?? '';
    await wire.say(`250-${house.name}`, ...offers.map((offer) => `250-${offer}`), `250 ${last}`);
  },
  HELO: async (session) => {
    forget(session);
    await session.wire.say(`250 ${session.house.name}`);
  },
  STARTTLS: async (session) => {
    if (session.wire.peer.secure) return session.wire.say('503 5.5.1 TLS is up');
    forget(session);
    session.user = undefined;
    return session.wire.peer.startTls('220 2.0.0 Begin TLS\r\n', session.house.certificate);
  },
  AUTH: async (session, rest) => {
    const { wire, house } = session;
    if (house.secureOnly && !wire.peer.secure) return wire.say('538 5.7.11 TLS first');
    if (session.user !== undefined) return wire.say('503 5.5.1 Already logged in');
    const [mechanism = '', initial] = rest.split(' ');
    const user = await authenticate(wire, house, mechanism.toUpperCase(), initial);
    if (user === null) return wire.say('504 5.5.4 Unknown mechanism');
    if (user === undefined) return wire.say('535 5.7.8 Authentication failed');
    session.user = user;
    return wire.say('235 2.7.0 Welcome');
  },
  MAIL: async (session, rest) => {
    const { wire } = session;
    const [, from, options = ''] = /^FROM:\s*<([^>]*)>(.*)$/i.exec(rest) ?? [];
    if (session.user === undefined) return wire.say('530 5.7.0 Authentication required');
    if (session.from !== undefined) return wire.say('503 5.5.1 MAIL was given');
    if (from === undefined) return wire.say('501 5.5.4 FROM:<address> expected');
    const size = Number(/\bSIZE=(\d+)/i.exec(options)?.[1] ?? 0);
    if (size > MAX_SIZE) return wire.say('552 5.3.4 Message too big');
    session.from = utf8(from);
    session.parameters = { mail: options.trim(), rcpt: [] };
    return wire.say('250 2.1.0 Sender OK');
  },
  RCPT: async (session, rest) => {
    const { wire, house } = session;
    const [, given, options = ''] = /^TO:\s*<([^>]+)>(.*)$/i.exec(rest) ?? [];
    if (session.from === undefined) return wire.say('503 5.5.1 MAIL first');
    if (given === undefined) return wire.say('501 5.5.4 TO:<address> expected');
    const to = utf8(given);
    const refusal =
      house.faults.recipients.get(to.toLowerCase()) ?? greylisted(house, to) ?? knows(house, to);
    if (refusal !== undefined) return wire.say(refusal);
    session.recipients.push(to);
    session.parameters.rcpt.push(options.trim());
    return wire.say('250 2.1.5 Recipient OK');
  },
  DATA: async (session) => {
    const { wire, user, from, recipients } = session;
    if (user === undefined || from === undefined || recipients.length === 0)
      return wire.say('503 5.5.1 No recipient');
    await wire.say('354 End with a dot');
    await end(session, await wire.peer.untilDot());
  },
  BDAT: async (session, rest) => {
    const { wire, house, recipients } = session;
    if (house.faults.withhold.has('CHUNKING')) return wire.say('502 5.5.1 Unknown command');
    if (recipients.length === 0) return wire.say('503 5.5.1 No recipient');
    const whole = Buffer.concat(session.chunks);
    if (!/ LAST$/i.test(rest)) return wire.say(`250 2.0.0 ${whole.length} octets so far`);
    return end(session, whole);
  },
  RSET: async (session) => {
    forget(session);
    await session.wire.say('250 2.0.0 OK');
  },
  NOOP: async ({ wire }) => wire.say('250 2.0.0 OK'),
  QUIT: async ({ wire }) => {
    await wire.say('221 2.0.0 Bye');
    wire.peer.hangUp();
  },
};

/** A message is whole: it is taken, unless a fault strikes. */
async function end(session: Session, bytes: Buffer): Promise<void> {
  const { wire, house, user, from, recipients, parameters, chunks } = session;
  forget(session);
  if (await wire.struck('DOT')) return;
  if (user === undefined || from === undefined) return wire.say('503 5.5.1 No transaction');
  const { nth: connection } = wire.peer;
  const nth = accept(house, {
    user: user.address,
    from,
    recipients,
    parameters,
    connection,
    chunked: chunks.length > 0,
    bytes,
  });
  session.taken++;
  if (house.faults.dropAfterDot > 0) {
    house.faults.dropAfterDot--;
    wire.peer.hangUp();
  }
  await wire.say(`250 2.0.0 Taken as ${nth}`);
  if (house.faults.garbageAfterDot > 0) {
    house.faults.garbageAfterDot--;
    await wire.say('\0\xff\xfe garbage', '999');
    wire.peer.hangUp();
  }
  if (session.taken >= house.faults.perConnection) {
    await wire.say('421 4.7.0 Enough for one connection');
    wire.peer.hangUp();
  }
}

function forget(session: Session): void {
  session.from = undefined;
  session.recipients = [];
  session.chunks = [];
}

function greylisted(house: House, to: string): string | undefined {
  if (!house.faults.greylist || house.greeted.has(to.toLowerCase())) return undefined;
  house.greeted.add(to.toLowerCase());
  return '451 4.7.1 Greylisted, please come again';
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString();
}
