// PURE: the lines that mail programs add to a message's header in an mbox, to remember its flags: `Status:`, `X-Status:`,
// `X-Keywords:`, `X-UID:`, `X-Mozilla-Status:` … A server never showed them; they become flags, and the message is as it was.
import type { LineEnds } from './line-ends.ts';
import { flagsOf, isExpunged, keywords, lettersOf, mozillaFlags, STATUS_LETTERS } from './flags.ts';

/** What the header of a message in an mbox tells. Offsets count from its first octet. */
export interface Bookkeeping {
  readonly flags: readonly string[];
  /** Deleted, but not yet cut out of the file. */
  readonly expunged: boolean;
  /** The lines that are not the message's own, in order. */
  readonly cuts: readonly (readonly [from: number, to: number])[];
  /** The message was written here by `mailkeep export`. */
  readonly mark: Mark | undefined;
}

/** How an exported message was stored: what an mbox cannot say of it. */
export interface Mark {
  /** SHA-256 in hexadecimal. */
  readonly id: string;
  readonly ends: LineEnds;
  /** Its last line has an end. */
  readonly isClosed: boolean;
}

/** The lines that carry flags and mark into an mbox, before the message's own header; each with LF. */
export function bookkeepingLines(flags: readonly string[], { id, ends, isClosed }: Mark): string {
  const { letters, others } = lettersOf(flags, STATUS_LETTERS);
  const status = `Status: ${letters.includes('R') ? 'RO' : 'O'}\n`;
  const rest = letters.replace('R', '');
  const more = keywords(others.join(' ')).join(' ');
  return [
    status,
    rest === '' ? '' : `X-Status: ${rest}\n`,
    more === '' ? '' : `X-Keywords: ${more}\n`,
    `X-Mailkeep: ${id} ${ends}${isClosed ? '' : ' open'}\n`,
  ].join('');
}

/** Reads the beginning of a message in an mbox; `head` holds its header, or the first octets of a very long one. */
export function readBookkeeping(head: Buffer): Bookkeeping {
  const lines = linesOf(head);
  const marked = markedBlock(lines);
  const top = marked === undefined ? mozillaBlock(lines) : marked.length;
  const hasStatus = lines.some(({ text }) => STATUS.test(text));
  const found = new Flags();
  const taken = lines.filter(({ text }, at) => {
    if (marked !== undefined && at >= top) return false;
    return found.take(text, at < top, hasStatus);
  });
  return {
    flags: found.flags,
    expunged: found.expunged,
    cuts: taken.map(({ from, to }) => [from, to]),
    mark: marked?.mark,
  };
}

/** The mark alone; `head` holds the message's first octets. */
export function markIn(head: Buffer): Mark | undefined {
  return markedBlock(linesOf(head, MARKED))?.mark;
}

interface Line {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const STATUS = /^Status: ?([ROUND]{1,5})$/;
const X_STATUS = /^X-Status: ?([AFTDR]{0,5})[ \t]*$/;
/** Of any length: a message may have hundreds of keywords. */
const X_KEYWORDS = /^X-Keywords:[ \t]*(.*)$/;
const COUNTERS = /^(?:X-UID: ?\d{1,10}|X-IMAP(?:base)?: ?\d{1,10} \d{1,10}.{0,998})[ \t]*$/;
const MOZILLA = /^X-Mozilla-Status: ?([0-9a-fA-F]{4})[ \t]*$/;
const MOZILLA_REST =
  /^(?:X-Mozilla-Status2: ?[0-9a-fA-F]{8}[ \t]*|X-Account-Key: ?.{0,100}|X-UIDL: ?.{0,100})$/;
const MOZILLA_KEYS = /^X-Mozilla-Keys:[ \t]*(.{0,998})$/;
/** Lines of an export before a message's own, at most; the mark is the last. */
const MARKED = 4;
const MARK = /^X-Mailkeep: ([0-9a-f]{64}) (crlf|lf|mixed)( open)?$/;

class Flags {
  expunged = false;
  readonly #flags = new Set<string>();

  get flags(): string[] {
    return [...this.#flags];
  }

  /** True for a line that is none of the message's own. */
  take(text: string, isTop: boolean, hasStatus: boolean): boolean {
    const letters = STATUS.exec(text)?.[1] ?? X_STATUS.exec(text)?.[1];
    // In `Status:` D is how some write deleted, as in `X-Status:`; O, U and N only tell whether it is new.
    if (letters !== undefined) return this.#add(flagsOf(letters, STATUS_LETTERS));
    if (hasStatus && X_KEYWORDS.test(text)) return this.#add(keywords(X_KEYWORDS.exec(text)?.[1] ?? ''));
    if (COUNTERS.test(text)) return true;
    if (!isTop) return false;
    const status = MOZILLA.exec(text)?.[1];
    if (status !== undefined) {
      this.expunged ||= isExpunged(Number.parseInt(status, 16));
      return this.#add(mozillaFlags(Number.parseInt(status, 16)));
    }
    const keys = MOZILLA_KEYS.exec(text)?.[1];
    return keys === undefined ? MOZILLA_REST.test(text) || MARK.test(text) : this.#add(keywords(keys));
  }

  #add(flags: readonly string[]): true {
    for (const flag of flags) this.#flags.add(flag);
    return true;
  }
}

/** How many lines at the beginning are Thunderbird's; 0 where its status is not among them. */
function mozillaBlock(lines: readonly Line[]): number {
  const end = lines.findIndex(
    ({ text }) => !MOZILLA.test(text) && !MOZILLA_REST.test(text) && !MOZILLA_KEYS.test(text),
  );
  const block = lines.slice(0, end === -1 ? lines.length : end);
  return block.some(({ text }) => MOZILLA.test(text)) ? block.length : 0;
}

/** The lines of an export, and the mark that ends them. */
function markedBlock(lines: readonly Line[]): { readonly length: number; readonly mark: Mark } | undefined {
  const at = lines.slice(0, MARKED).findIndex(({ text }) => MARK.test(text));
  const before = lines.slice(0, Math.max(0, at));
  const [, id, ends, open] = MARK.exec(lines[at]?.text ?? '') ?? [];
  if (id === undefined || (ends !== 'crlf' && ends !== 'lf' && ends !== 'mixed')) return undefined;
  if (!before.every(({ text }) => STATUS.test(text) || X_STATUS.test(text) || X_KEYWORDS.test(text)))
    return undefined;
  return { length: at + 1, mark: { id, ends, isClosed: open === undefined } };
}

/** The header's lines without their ends, up to the blank line, and `most` at most. */
function linesOf(head: Buffer, most: number = Infinity): Line[] {
  const lines: Line[] = [];
  for (let from = 0; from < head.length && lines.length < most;) {
    const end = head.indexOf(0x0a, from);
    if (end < 0) break; // cut off, or the whole message: no line of a mail program
    const text = head.toString('latin1', from, end).replace(/\r$/, '');
    if (text === '') break;
    lines.push({ text, from, to: end + 1 });
    from = end + 1;
  }
  return lines;
}
