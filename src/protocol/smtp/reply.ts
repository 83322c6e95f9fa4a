// One SMTP reply, of one line or many (RFC 5321 §4.2). The digits decide, the words are for people.
import { MailError } from '../../model/error.ts';
import { line, send } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';
import { MAX_LINE } from '../framing.ts';
import { clip, decodeText } from '../text.ts';
import { during } from '../phase.ts';

/** The steps in which a delivery can fail. */
export type Phase =
  'greeting' | 'ehlo' | 'starttls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'body' | 'dot' | 'quit' | 'rset';

/** A whole reply. */
export interface Reply {
  /** 200 to 599. */
  readonly code: number;
  /** The enhanced status code, `5.7.1` (RFC 2034 §4); null where there is none or it contradicts the code (S-034). */
  readonly enhanced: string | null;
  /** The text of each line behind the code, decoded, control characters replaced; at least one, possibly empty. */
  readonly lines: readonly string[];
  /** All lines as one, the enhanced code said once. */
  readonly text: string;
}

/** Sends `text` and reads the reply; `shown` replaces a secret in traces. Throws MailError with `phase`. */
export function exchange(host: string, phase: Phase, text: string, shown?: string): Dialogue<Reply> {
  return named(phase, text, sendAndRead(host, phase, text, shown));
}

/**
 * As `exchange` for what ends a message: a reply of which so much came that it is a yes is one, though it has no end. It has the
 * message then, and would get it twice.
 */
export function exchangeLast(host: string, text: string): Dialogue<Reply> {
  return named('dot', text, sendAndReadLast(host, text));
}

function* sendAndReadLast(host: string, text: string): Dialogue<Reply> {
  yield* send(text);
  return yield* readReply(host, 'dot', (octets) => /^2\d\d(?!\d)/.test(octets.toString('latin1', 0, 4)));
}

function named(phase: Phase, text: string, dialogue: Dialogue<Reply>): Dialogue<Reply> {
  // The login says for itself when it was cut.
  return phase === 'auth' ? dialogue : during(phase, `SMTP ${nameOf(text)}`, dialogue);
}

function* sendAndRead(host: string, phase: Phase, text: string, shown: string | undefined): Dialogue<Reply> {
  yield* send(text, shown);
  return yield* readReply(host, phase);
}

/** The verb of a command line, for messages. */
export function nameOf(text: string): string {
  return text === '.' ? 'end of DATA' : (text.split(/[ :]/, 1)[0] ?? '');
}

/**
 * Reads a reply. One empty line before or between its lines is passed over (S-014). The last line's code is the reply's,
 * unless an earlier line says 400 or more: then it is no success (S-013). With `unended`, lines that it takes are a reply also where
 * the last one never comes. Throws MailError `protocol`.
 */
export function* readReply(
  host: string,
  phase: Phase,
  unended?: (octets: Buffer) => boolean,
): Dialogue<Reply> {
  const lines: string[] = [];
  let code = 0;
  let refusal = 0;
  let octets = 0;
  const enough = (): boolean => unended !== undefined && code >= 200 && code < 300 && refusal === 0;
  for (let empty = 0; ;) {
    let bytes: Buffer;
    try {
      bytes = yield* line(unended);
    } catch (thrown) {
      if (!enough()) throw thrown;
      break;
    }
    if (bytes.length === 0 && empty++ === 0) continue;
    const parsed = parseLine(bytes);
    octets += bytes.length + 1;
    if (parsed === null || octets > MAX_LINE) {
      if (enough()) break;
      throw outOfStep(host, phase, bytes);
    }
    code = parsed.code;
    if (code >= 400) refusal = code;
    lines.push(parsed.text);
    if (!parsed.more) break;
  }
  if (code < 400 && refusal !== 0) code = refusal;
  return { code, enhanced: enhancedOf(lines, code), lines, text: join(lines) };
}

interface ReplyLine {
  readonly code: number;
  readonly more: boolean;
  readonly text: string;
}

/** RFC 5321 §4.2.1: three digits, then `-` where more follows. The text may be missing, or follow at once (S-041). */
function parseLine(bytes: Buffer): ReplyLine | null {
  const [, digits, more, space = ''] =
    /^([2-5]\d\d)(?!\d)(-?)([ \t]?)/.exec(bytes.toString('latin1', 0, 5)) ?? [];
  if (digits === undefined) return null;
  const at = 3 + (more === '-' ? 1 + space.length : space.length);
  return { code: Number(digits), more: more === '-', text: decodeText(bytes.subarray(at)) };
}

const ENHANCED = /^([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)/;

function enhancedOf(lines: readonly string[], code: number): string | null {
  // RFC 2034 §4: each line repeats the code; some servers give it on one line only
  const first = lines.map((text) => ENHANCED.exec(text)?.[1]).find((found) => found !== undefined);
  return first !== undefined && first.startsWith(String(Math.floor(code / 100))) ? first : null;
}

function join(lines: readonly string[]): string {
  const first = lines.map((text) => ENHANCED.exec(text)?.[0].trim()).find((found) => found !== undefined);
  const words = lines.map((text) => text.replace(ENHANCED, '').trim()).filter((text) => text !== '');
  return (first === undefined ? words : [first, ...words]).join(' ');
}

function outOfStep(host: string, phase: Phase, bytes: Buffer): MailError {
  return new MailError({
    kind: 'protocol',
    retry: 'later',
    message: `SMTP reply of ${host} not understood: ${clip(decodeText(bytes), 100)}`,
    phase,
  });
}
