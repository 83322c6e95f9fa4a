// An mbox → where each of its messages begins and ends. `From ` lines decide. A Content-Length (mboxcl2, where nothing is
// quoted) is believed only where it leads to the next `From ` line or to the end of the file, and, where other `From ` lines lie
// before that, only if the message before had one that held and what begins there has none: one that lies (M-038) swallows
// no message. What `mailkeep export` wrote is quoted, and its Content-Length, which may hold by chance, is not asked.
import { decodeText } from '../protocol/text.ts';
import { parseDate } from '../archive/mail-date.ts';
import { markIn } from '../formats/bookkeeping.ts';
import { dateInFromLine, isFromLine, LONGEST_FROM_LINE } from '../formats/from-line.ts';
import { headEnd } from '../archive/head.ts';
import type { FileWindow } from '../runtime/file-window.ts';

/** A message in an mbox: its octets lie from `start` to `end`. */
export interface Stretch {
  /** Where its `From ` line begins. */
  readonly at: number;
  readonly start: number;
  /** Without the blank line that separates it from the next. */
  readonly end: number;
  /** The same with that blank line, whatever it is. */
  readonly full: number;
  /** By the `From ` line: milliseconds since 1970, or null. */
  readonly received: number | null;
  /** Its end is known by its Content-Length: nothing in it is quoted. */
  readonly isCounted: boolean;
  /** What stands at `at`, latin1: its `From ` line and what of its header tells it from others. */
  readonly begins: string;
}

/** The messages of an mbox, in order. Throws what reading threw, and where it is written anew meanwhile. */
export async function* stretches(file: FileWindow): AsyncGenerator<Stretch> {
  let isTrusted = false;
  for (let at = await firstLine(file); at < file.size;) {
    const begins = (await file.from(at, LOOK)).toString('latin1', 0, LOOK);
    if (!begins.startsWith('From ')) throw new Error(ANEW);
    const line = await lineAt(file, at);
    const start = Math.min(file.size, line.end);
    const next = await nextFromLine(file, start);
    const counted = (await isExported(file, start)) ? undefined : await endByLength(file, start);
    const isCounted: boolean =
      counted === next || (counted !== undefined && isTrusted && !(await isWhole(file, next)));
    const full = isCounted ? (counted ?? next) : next;
    isTrusted = isCounted;
    const date = parseDate(Buffer.from(dateInFromLine(decodeText(Buffer.from(line.text, 'latin1')))));
    const received = date === 0 ? null : date; // 1970: who wrote the line knew of no date
    yield { at, start, end: await withoutBlank(file, start, full), full, received, isCounted, begins };
    at = full;
  }
}

/** Why what follows is not taken. */
export const ANEW = 'the mailbox was written anew while it was read: import it again';

/** True where the message is where it was in a mailbox that was written to: mail was added, or flags were set in their place. */
export async function isUnmoved(file: FileWindow, { at, full, begins }: Stretch): Promise<boolean> {
  const now = async (from: number, octets: number): Promise<string> =>
    (await file.now(from, octets)).toString('latin1');
  if ((await now(at, begins.length)) !== begins) return false;
  return full === file.size || (await now(full, 5)) === 'From ';
}

/** True where the message whose `From ` line is at `at` has a Content-Length that holds. */
async function isWhole(file: FileWindow, at: number): Promise<boolean> {
  return (await endByLength(file, (await lineAt(file, at)).end)) !== undefined;
}

/** Blank lines and a byte order mark may stand before the first message. */
async function firstLine(file: FileWindow): Promise<number> {
  const seen = await file.from(0, LOOK);
  return Math.max(0, seen.indexOf('From '));
}

/** Octets that a `From ` line and the beginning of the line behind it take at most. */
const LOOK = 2 * LONGEST_FROM_LINE;
const NEWLINE_FROM = Buffer.from('\nFrom ');

async function nextFromLine(file: FileWindow, from: number): Promise<number> {
  if (await isAt(file, from)) return from;
  for (let at = from; ;) {
    const found = await file.find(NEWLINE_FROM, at, file.size);
    if (found === undefined) return file.size;
    if (await isAt(file, found + 1)) return found + 1;
    at = found + 1;
  }
}

/** True where a `From ` line begins at `at`, which begins a line. */
async function isAt(file: FileWindow, at: number): Promise<boolean> {
  if (at >= file.size) return false;
  const { text, end } = await lineAt(file, at);
  if (!text.startsWith('From ')) return false;
  const next = await lineAt(file, end);
  return isFromLine(text, next.text, at < 3 || (await isBehindBlank(file, at)));
}

/** The beginning of the line at `at` without its end, as latin1, and where the next one begins, as far as can be seen. */
async function lineAt(
  file: FileWindow,
  at: number,
): Promise<{ readonly text: string; readonly end: number }> {
  const seen = (await file.from(at, LOOK)).subarray(0, LOOK);
  const end = seen.indexOf(0x0a);
  const text = seen.toString('latin1', 0, end < 0 ? seen.length : end).replace(/\r$/, '');
  return { text, end: at + (end < 0 ? seen.length : end + 1) };
}

/** Octets of a header that are searched for its Content-Length. */
const HEAD = 64 * 1024;
const LENGTH = /(?:^|\n)content-length:[ \t]*(\d{1,13})[ \t]*\r?\n/i;

async function isExported(file: FileWindow, start: number): Promise<boolean> {
  return markIn((await file.from(start, HEAD)).subarray(0, HEAD)) !== undefined;
}

/** Where the message from `start` ends by its Content-Length: before a `From ` line, or at the end; undefined otherwise. */
async function endByLength(file: FileWindow, start: number): Promise<number | undefined> {
  const seen = (await file.from(start, HEAD)).subarray(0, HEAD);
  const end = headEnd(seen);
  if (end === undefined) return undefined;
  const length = LENGTH.exec(seen.toString('latin1', 0, end))?.[1];
  if (length === undefined) return undefined;
  const body = start + end + (seen[end] === 0x0d ? 2 : 1);
  const claimed = body + Number(length);
  if (claimed > file.size) return undefined;
  // It counts the body and nothing else: what lies behind it is a blank line or two, or already the next message.
  if (claimed > body && (await isBehindBlank(file, claimed))) return undefined;
  for (let at = claimed, blanks = 0; blanks < 3; blanks++) {
    if (at === file.size || (await isAt(file, at))) return at;
    const { text, end: next } = await lineAt(file, at);
    if (text !== '') return undefined;
    at = next;
  }
  return undefined;
}

async function isBehindBlank(file: FileWindow, at: number): Promise<boolean> {
  if (at < 3) return false;
  return /\n\r?\n$/.test((await file.from(at - 3, 3)).toString('latin1', 0, 3));
}

/** The end without the blank line before the next message, which is not its own; the one that ends its header is. */
async function withoutBlank(file: FileWindow, start: number, full: number): Promise<number> {
  const from = Math.max(start, full - 4);
  const last = (await file.from(from, full - from)).toString('latin1', 0, full - from);
  const blank = /\n(\r?\n)$/.exec(last)?.[1]?.length ?? 0;
  if (blank === 0) return full;
  const end = full - blank;
  const head = (await file.from(start, HEAD)).subarray(0, Math.min(HEAD, end - start));
  return headEnd(head) === undefined && end - start < HEAD ? full : end;
}
