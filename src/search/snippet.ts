// PURE: text and phrases → the stretch of text worth showing, on one line, with what to highlight. Nothing that could
// steer a terminal or turn the direction of writing gets through.
import { fold } from '../index/text.ts';
import { hitsIn, joined } from './highlight.ts';
import type { Hit, Phrase, Range } from './highlight.ts';

/** Text to show, one line; `marks` are in order and do not overlap. */
export interface Snippet {
  readonly text: string;
  readonly marks: readonly Range[];
}

const LENGTH = 160;

/** Long texts are searched piece by piece; what touches a seam may be half a word, and lies within the overlap. */
const PIECE = 32_768;
const OVERLAP = 256;

/** About `length` characters of `text` around the place that shows most of the query; without a hit, its beginning. */
export function snippetOf(text: string, phrases: readonly Phrase[], length: number = LENGTH): Snippet {
  for (let at = 0; phrases.length > 0 && at < text.length; at += PIECE - OVERLAP) {
    const end = at + PIECE;
    const piece = text.slice(at, end);
    if (!mayHold(piece, phrases)) continue;
    const hits = hitsIn(piece, phrases).filter(
      ({ from, to }) => (at === 0 || from > 0) && (end >= text.length || to < PIECE),
    );
    if (hits.length > 0) return excerpt(text, hits.map(shifted(at)), length);
  }
  return excerpt(text, [], length);
}

/** Folding alone is ten times as fast as folding with a way back, and most pieces of a long text hold nothing. */
function mayHold(piece: string, phrases: readonly Phrase[]): boolean {
  const folded = fold(piece);
  return phrases.some(({ words }) => words.every((word) => folded.includes(word)));
}

function shifted(by: number): (hit: Hit) => Hit {
  return ({ from, to, phrase }) => ({ from: from + by, to: to + by, phrase });
}

/** What is shown before the best hit. */
function lead(length: number): number {
  return Math.floor(length / 4);
}

/** The hit from which a window of `length` shows the most different phrases, the earliest of equals. */
function best(hits: readonly Hit[], length: number): Hit | undefined {
  let found: Hit | undefined;
  let most = 0;
  for (const [index, hit] of hits.entries()) {
    const seen = new Set<number>();
    for (let i = index; (hits[i]?.to ?? Infinity) - hit.from <= length - lead(length); i += 1)
      seen.add(hits[i]?.phrase ?? 0);
    if (seen.size > most || found === undefined) [found, most] = [hit, seen.size];
  }
  return found;
}

function excerpt(text: string, hits: readonly Hit[], length: number): Snippet {
  const hit = best(hits, length);
  let from = Math.max(0, (hit?.from ?? 0) - lead(length));
  if (from > 0) from = wordStart(text, from, hit?.from ?? from);
  // Runs of spaces and line ends shrink to one space, so that more than `length` may go in.
  let to = Math.min(text.length, Math.max(from + length * 2, hit?.to ?? 0));
  if (to < text.length && isLow(text, to)) to -= 1;
  const marks = joined(hits).filter(([start, end]) => start >= from && end <= to);
  return oneLine(text.slice(from, to), marks, { from, length, before: from > 0, after: to < text.length });
}

/** The start of a word after `at`, where one comes soon; never inside a surrogate pair. */
function wordStart(text: string, at: number, limit: number): number {
  const gap = /[\s\p{P}]+/u.exec(text.slice(at, Math.min(at + 16, limit)));
  const start = gap === null ? at : at + gap.index + gap[0].length;
  return isLow(text, start) ? start - 1 : start;
}

function isLow(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** What a terminal or a page must not see of a mail: controls, ESC among them, and signs that turn the direction. */
const UNSAFE = /[\s\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

function oneLine(
  text: string,
  marks: readonly Range[],
  { from, length, before, after }: { from: number; length: number; before: boolean; after: boolean },
): Snippet {
  let out = before ? '…' : '';
  const places = new Map<number, number>();
  const edges = new Set(marks.flat());
  let at = 0;
  for (; at < text.length && out.length < length; at += 1) {
    if (edges.has(from + at)) places.set(from + at, out.length);
    const char = text.charAt(at);
    if (!UNSAFE.test(char)) out += char;
    else if (!out.endsWith(' ') && out !== '' && out !== '…') out += ' ';
  }
  if (isLow(text, at)) out = out.slice(0, -1);
  if (edges.has(from + at)) places.set(from + at, out.length);
  const shown = marks.flatMap(([start, end], index): Range[] => {
    const first = places.get(start);
    // Half a phrase at the end is not marked, unless it is all there is.
    const last = places.get(end) ?? (index === 0 ? out.length : undefined);
    return first === undefined || last === undefined || first >= last ? [] : [[first, last]];
  });
  return { text: out.trimEnd() + (after || at < text.length ? '…' : ''), marks: shown };
}
