// Text of strangers on a terminal: nothing in a mail may move the cursor, change colours or turn the direction of writing,
// and columns are counted as the terminal counts them, where a Chinese character takes two.
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import type { Range } from '../search/highlight.ts';
import type { Frame } from './output.ts';

const CONTROL = /[\p{Cc}\u2028\u2029]/gu;
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** One line of a mail, safe to print: each control or direction character becomes a space, so that offsets hold. */
export function safeLine(text: string): string {
  return text.replace(CONTROL, ' ').replace(TURNING, ' ');
}

/** Several lines of a mail, safe to print: escape sequences and controls are gone, line ends and tabs stay. */
export function safeText(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?/g, '\n')
    .replace(CONTROL, (char) => (char === '\n' || char === '\t' ? char : ''))
    .replace(TURNING, '');
}

const BARE = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** JSON that is the same to who reads it, and steers no terminal: what stringify() leaves bare of controls and turns is `\u…`. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replace(
    BARE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Marks text up for a terminal, or leaves it as it is. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
}

const asIs = (text: string): string => text;

/** No colours: for files and for what is not a terminal. */
export const PLAIN: Paint = { bold: asIs, dim: asIs, red: asIs, yellow: asIs, green: asIs };

/** Colours where stdout is a terminal and nobody objects (NO_COLOR, TERM=dumb). */
export function paintFor({ terminal, around: { env } }: Frame): Paint {
  if (!terminal.out || env['NO_COLOR'] || env['TERM'] === 'dumb') return PLAIN;
  const sgr = (on: number, off: number) => (text: string) =>
    text === '' ? '' : `\x1b[${on}m${text}\x1b[${off}m`;
  return { bold: sgr(1, 22), dim: sgr(2, 22), red: sgr(31, 39), yellow: sgr(33, 39), green: sgr(32, 39) };
}

/** Columns to write in: the terminal's, else $COLUMNS, else 100; 40 to 200. */
export function columnsFor({ terminal, around: { env } }: Pick<Frame, 'terminal' | 'around'>): number {
  const wanted =
    (terminal.out ? process.stdout.columns : 0) ||
    (terminal.err ? process.stderr.columns : 0) ||
    Number(env['COLUMNS']) ||
    100;
  return Math.min(200, Math.max(40, wanted));
}

const graphemes = new Intl.Segmenter();

/** UTF-16 units that a column may take: a letter with a few marks on it. */
const UNITS = 8;

/** As much of a line as `columns` hold, with `…` where something was left out; thousands of marks on one letter are no line. */
export function fitted(text: string, columns: number): string {
  if (isWithin(text, columns)) return text;
  // Never measured whole: the width of a hundred thousand characters takes seconds.
  const most = columns * UNITS;
  const head = text.slice(0, most);
  if (text.length > most && stringWidth(head) < columns) return `${head.slice(0, -1)}…`;
  return `${head.slice(0, fitting(head, columns - 1))}…`;
}

/** True where a line of `columns` holds all of `text`. */
export function isWithin(text: string, columns: number): boolean {
  return text.length <= columns * UNITS && stringWidth(text) <= columns;
}

/** Filled up with spaces to `columns`. */
export function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - stringWidth(text)));
}

/** How many UTF-16 units from the beginning of `text` fit into `columns`; at least one character. */
function fitting(text: string, columns: number): number {
  let used = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    used += stringWidth(segment);
    if (used > columns && index > 0) return index;
  }
  return text.length;
}

/** What does not begin a line, and what does not end one. */
const CLOSING = /[，。；：、！？）】》”’,.;:!?)\]]/;
const OPENING = /[（【《“‘([]/;

/**
 * A line cut into at most `most` lines of `columns`; each with its offset. It is cut at a space, or beside a Chinese character,
 * and inside of a word only where that is longer than a line.
 */
export function wrapped(text: string, columns: number, most: number): { line: string; at: number }[] {
  const lines: { line: string; at: number }[] = [];
  for (let at = 0; at < text.length && lines.length < most;) {
    const rest = text.slice(at);
    const end = breakIn(rest, fitting(rest, columns));
    lines.push({ line: rest.slice(0, end), at });
    at += end;
  }
  return lines;
}

/** Where `text` is cut of which so much fits: after a space, or between two characters of which one is wide. */
function breakIn(text: string, fits: number): number {
  if (fits >= text.length) return text.length;
  if (text.charAt(fits) === ' ') return fits + 1;
  let at = fits;
  while (at > 0 && !isBreak(text, at)) at -= 1;
  // A word that is longer than a line is begun on this one.
  let end = fits;
  while (end < text.length && !isBreak(text, end)) end += 1;
  return at > 0 && stringWidth(text.slice(at, end).trimEnd()) <= stringWidth(text.slice(0, fits)) ? at : fits;
}

/** True where a line may end before `at`. */
function isBreak(text: string, at: number): boolean {
  const [before, after] = [text.charAt(at - 1), text.charAt(at)];
  if (before === ' ') return true;
  return (WIDE.test(before) || WIDE.test(after)) && !CLOSING.test(after) && !OPENING.test(before);
}

const WIDE = /[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60，。；：、！？（）“”]/;

/** `text`, which begins at `at` of what the ranges count in, with `mark` around each of them. */
export function withMarks(
  text: string,
  ranges: readonly Range[],
  mark: (text: string) => string,
  at: number = 0,
): string {
  let out = '';
  let done = 0;
  for (const [first, last] of ranges) {
    const from = Math.min(text.length, Math.max(done, first - at));
    const to = Math.min(text.length, last - at);
    if (to <= from) continue;
    out += text.slice(done, from) + mark(text.slice(from, to));
    done = to;
  }
  return out + text.slice(done);
}
