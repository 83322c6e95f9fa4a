// The first stage of reading: where a response ends. Lines and literals alone tell it, never the meaning, so that a
// message which looks like an answer stays a message (I-099), and what cannot be understood can still be skipped.
import { MailError } from '../../model/error.ts';
import { body } from '../dialogue.ts';
import type { Dialogue, Sink } from '../dialogue.ts';
import { MAX_BODY } from '../framing.ts';
import { clip, decodeText } from '../text.ts';

/** All that a response may hold beside bodies, in octets: lines and literals each. */
export const MAX_HELD: number = 2 ** 20;

/** Stands in the text of a response where a literal was; no octet decodes to it as latin1. */
export const LITERAL_MARK: string = '\u0100';

/** A literal that went to a sink. */
export interface Streamed {
  readonly sink: Sink;
  readonly octets: number;
}

/** `[UIDNEXT 5]` in a status: the name in upper case, and what follows it as latin1. */
export interface Code {
  readonly name: string;
  readonly rest: string;
}

/** OK, NO, BAD, PREAUTH or BYE (RFC 9051 §7.1). */
export interface Status {
  readonly kind: 'status';
  /** Null where it is untagged. */
  readonly tag: string | null;
  readonly word: string;
  readonly code: Code | null;
  /** Readable, without the code; may be empty (I-154). */
  readonly text: string;
}

/** Any other untagged response. */
export interface Data {
  readonly kind: 'data';
  /** The line or lines as latin1, LITERAL_MARK for each literal. */
  readonly text: string;
  /** In the order of their marks. */
  readonly literals: readonly (Buffer | Streamed)[];
}

/** One response: a status, data, a request to go on, or a line that is none of these. */
export type Response =
  | Status
  | Data
  /** `text` is what follows the `+`, as latin1 (RFC 9051 §7.6). */
  | { readonly kind: 'continue'; readonly text: string }
  | { readonly kind: 'junk'; readonly text: string };

/** How to read: from where the lines come, whose answer it is, and where bodies go (absent: none are awaited). */
export interface Reading {
  readonly host: string;
  /** For messages: `UID FETCH`. */
  readonly name: string;
  readonly line: () => Dialogue<Buffer>;
  readonly open?: ((octets: number) => Sink) | undefined;
}

const STATUS = /^(\*|[^\s*+]\S*)[ \t]+(OK|NO|BAD|BYE|PREAUTH)(?:[ \t]+|$)/i;
const UNTAGGED = /^\*[ \t]/;
const FETCH = /^\*[ \t]+\d+[ \t]+(?:UID)?FETCH\b/i;
/** RFC 9051 §4.3: synchronising, not synchronising, and literal8; a name is not taken for one (I-143). */
const LITERAL = /(?:^|[ \t(\])>"])~?\{(-?\d{1,30})\+?\}$/;
const BODY = /[ \t(]BODY\[\][ \t]*~?\{\d+\+?\}$/i;

/** Reads one response to its end. Throws MailError `protocol` over a cap. */
export function* readResponse(reading: Reading): Dialogue<Response> {
  // I-155: some put NULs before a response
  const first = latin1(yield* reading.line()).replace(/^\0+/, '');
  const status = parseStatus(first);
  if (status !== undefined) return status;
  if (first.startsWith('+')) return { kind: 'continue', text: first.slice(1).trim() }; // I-165: with or without a space
  if (!UNTAGGED.test(first)) return { kind: 'junk', text: clip(readable(first), 200) };
  const bodies = FETCH.test(first) ? reading.open : undefined;
  return yield* readData(reading, first, bodies);
}

function* readData(reading: Reading, first: string, open: Reading['open']): Dialogue<Data> {
  let piece = first;
  let announced = literalAtEnd(piece);
  if (announced === null) return { kind: 'data', text: piece, literals: [] };
  const literals: (Buffer | Streamed)[] = [];
  let text = '';
  let held = 0;
  for (; announced !== null; announced = literalAtEnd(piece)) {
    const octets = Number(announced[1]);
    text += piece.slice(0, piece.search(/~?\{[^{]*$/)) + LITERAL_MARK;
    const to = open !== undefined && BODY.test(piece) ? open : undefined;
    checkSize(reading, octets, to === undefined ? MAX_HELD - held : MAX_BODY);
    if (to === undefined) {
      literals.push(yield* holdLiteral(octets));
      held += octets;
    } else {
      const sink = to(octets);
      yield* body(octets, sink);
      literals.push({ sink, octets });
    }
    piece = latin1(yield* reading.line());
    held += piece.length + 1; // an endless row of empty literals ends too
    if (held > MAX_HELD) throw tooMuch(reading, `a response of more than ${MAX_HELD} octets`);
  }
  return { kind: 'data', text: text + piece, literals };
}

function literalAtEnd(piece: string): RegExpExecArray | null {
  return piece.endsWith('}') ? LITERAL.exec(piece) : null;
}

function* holdLiteral(octets: number): Dialogue<Buffer> {
  const chunks: Buffer[] = [];
  if (octets > 0) yield* body(octets, { write: (chunk) => void chunks.push(Buffer.from(chunk)) });
  return Buffer.concat(chunks);
}

function checkSize(reading: Reading, octets: number, most: number): void {
  // I-142: negative, or too much to be meant
  if (octets < 0 || octets > most) throw tooMuch(reading, `a literal of ${octets} octets`);
}

/** The status in a first line, or undefined where it is something else. */
export function parseStatus(first: string): Status | undefined {
  const [whole, tag = '', word = ''] = STATUS.exec(first) ?? [];
  if (whole === undefined) return undefined;
  const rest = first.slice(whole.length);
  // RFC 9051 §7.1: a code stands first, in brackets; the text behind it may be missing (I-014, I-042)
  const [coded = '', name, args = ''] = /^\[([^\s\]]{1,64})(?![^\s\]])([^\]]*)\]/.exec(rest) ?? [];
  const code = name === undefined ? null : { name: name.toUpperCase(), rest: args.trim() };
  const text = readable(rest.slice(coded.length));
  return { kind: 'status', tag: tag === '*' ? null : tag, word: word.toUpperCase(), code, text };
}

function tooMuch({ host, name }: Reading, what: string): MailError {
  return new MailError({
    kind: 'protocol',
    retry: 'later',
    message: `IMAP ${name}: ${host} announced ${what}`,
  });
}

function latin1(line: Buffer): string {
  return line.toString('latin1');
}

function readable(text: string): string {
  return decodeText(Buffer.from(text, 'latin1')).trim();
}
