// FETCH and UID FETCH (RFC 9051 §6.4.5): facts of messages and their octets, whole or in part.
import type { Token } from './imap-command.ts';
import { offers } from './house.ts';
import { listOf, textOf, upper } from './imap-command.ts';
import type { ImapSession, ImapVerb } from './imap-session.ts';
import { labelList } from './gmail.ts';
import { chosen } from './imap-set.ts';
import type { StoredMessage } from './mailbox.ts';

interface Section {
  /** As the answer names it: `BODY[HEADER]<0>`. */
  readonly label: string;
  readonly peek: boolean;
  readonly of: (bytes: Buffer) => Buffer;
}

type Fact = (message: StoredMessage) => string;

/** FETCH, by message numbers. */
export const fetchByNumber: ImapVerb = (session, args) => fetch(session, args, false);

/** UID FETCH. */
export const fetchByUid: ImapVerb = (session, args) => fetch(session, args, true);

async function fetch(session: ImapSession, args: readonly Token[], byUid: boolean): Promise<string> {
  const messages = chosen(session.view, textOf(args[0]), byUid);
  if (messages === null) return 'BAD UID parameters!';
  const names = listOf(args[1]).map((name) => name.toUpperCase());
  if (byUid && !names.includes('UID')) names.unshift('UID');
  const facts: Fact[] = [];
  const [modifier, since] = listOf(args[2]);
  const changedSince = upper(modifier) === 'CHANGEDSINCE' ? Number(since) : undefined;
  if (changedSince !== undefined && !offers(session.house, 'CONDSTORE')) return 'BAD unknown modifier';
  if (changedSince !== undefined) facts.push((message) => `MODSEQ (${message.modseq})`);
  const sections: Section[] = [];
  const lie = session.house.faults.sizeLie;
  for (const name of names) {
    const fact =
      name === 'RFC822.SIZE' ? (message: StoredMessage) => String(message.bytes.length + lie) : FACTS[name];
    const section = sectionOf(name);
    if (fact !== undefined) facts.push((message) => `${name} ${fact(message)}`);
    else if (section !== undefined) sections.push(section);
    else if (session.house.gmail && GMAIL[name] !== undefined) facts.push(GMAIL[name](session, name));
    else return `BAD unknown item ${name}`;
  }
  const { wire, house, readOnly } = session;
  let refused = false;
  for (const [at, message] of messages) {
    const asked = sections.length > 0;
    if (message.gone || message.modseq <= (changedSince ?? 0)) continue;
    if (asked && house.faults.omit(message)) continue;
    if (asked && house.faults.refuse(message)) {
      refused = true;
      continue;
    }
    const held = asked ? house.faults.hold(message) : undefined;
    if (held !== undefined) await wire.flush().then(() => held);
    if (!readOnly && sections.some((section) => !section.peek)) message.flags.add('\\Seen');
    await wire.put(`* ${at + 1} FETCH (${facts.map((fact) => fact(message)).join(' ')}`);
    for (const [nth, section] of sections.entries()) {
      const octets = section.of(message.bytes);
      await wire.put(`${nth === 0 && facts.length === 0 ? '' : ' '}${section.label} {${octets.length}}\r\n`);
      await wire.putBody(octets);
    }
    await wire.put(')\r\n');
  }
  if (house.faults.throttled && sections.length > 0) return 'OK Success [THROTTLED]';
  return refused ? 'NO [UNAVAILABLE] Some messages cannot be read' : 'OK FETCH done';
}

const FACTS: Readonly<Record<string, Fact>> = {
  UID: (message) => String(message.uid),
  FLAGS: (message) => flagList(message),
  INTERNALDATE: (message) => `"${internalDate(message.internalDate)}"`,
};

/** X-GM-EXT-1. */
const GMAIL: Readonly<Record<string, (session: ImapSession, name: string) => Fact>> = {
  'X-GM-MSGID': (_, name) => (message) => `${name} ${message.gmail?.id ?? ''}`,
  'X-GM-THRID': (_, name) => (message) => `${name} ${message.gmail?.thread ?? ''}`,
  'X-GM-LABELS': (session, name) => (message) => `${name} ${labelList(message, session.mailbox)}`,
};

/** `(\Seen $Label)`. */
export function flagList(message: StoredMessage): string {
  return `(${[...message.flags].join(' ')})`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** ` 2-Mar-2021 09:05:00 +0000` (RFC 9051 §9, date-time). */
function internalDate(ms: number): string {
  const date = new Date(ms);
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const time = date.toISOString().slice(11, 19);
  return `${day}-${MONTHS[date.getUTCMonth()]}-${date.getUTCFullYear()} ${time} +0000`;
}

/** What `BODY[…]<from.count>` and the RFC822 names select; undefined for anything else. */
function sectionOf(name: string): Section | undefined {
  if (name === 'RFC822') return { label: name, peek: false, of: (bytes) => bytes };
  if (name === 'RFC822.HEADER') return { label: name, peek: true, of: headOf };
  const [whole, peek, what = '', from, count] =
    /^BODY(\.PEEK)?\[([^\]]*)\](?:<(\d+)\.(\d+)>)?$/.exec(name) ?? [];
  if (whole === undefined) return undefined;
  const part = partOf(what);
  if (part === undefined) return undefined;
  const label = `BODY[${what}]${from === undefined ? '' : `<${from}>`}`;
  const start = Number(from ?? 0);
  const end = count === undefined ? Infinity : start + Number(count);
  return { label, peek: peek !== undefined, of: (bytes) => part(bytes).subarray(start, end) };
}

function partOf(what: string): ((bytes: Buffer) => Buffer) | undefined {
  if (what === '') return (bytes) => bytes;
  if (what === 'HEADER') return headOf;
  if (what === 'TEXT') return (bytes) => bytes.subarray(headOf(bytes).length);
  const [, fields] = /^HEADER\.FIELDS \(([^)]*)\)$/.exec(what) ?? [];
  if (fields === undefined) return undefined;
  const wanted = new Set(fields.split(' '));
  return (bytes) => {
    const lines =
      headOf(bytes)
        .toString('latin1')
        .match(/[^\r\n][^\r]*\r\n(?:[ \t][^\r]*\r\n)*/g) ?? [];
    const kept = lines.filter((line) => wanted.has(line.slice(0, line.indexOf(':')).trimEnd().toUpperCase()));
    return Buffer.from(`${kept.join('')}\r\n`, 'latin1');
  };
}

/** The header with its blank line; all of a message that has none. */
function headOf(bytes: Buffer): Buffer {
  const blank = bytes.indexOf('\r\n\r\n');
  return blank < 0 ? bytes : bytes.subarray(0, blank + 4);
}
