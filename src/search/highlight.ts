// PURE: text and query tree → the places to highlight. Words are cut from the folded text as the index cuts them, so that
// what is marked is what FTS5 found, accents and traditional forms included.
import { foldWithMap, isCjk, isWord } from '../index/text.ts';
import type { Folded } from '../index/text.ts';
import type { Column, Query } from './tree.ts';

/** A stretch to highlight: UTF-16 offsets, from the first unit to before the last. */
export type Range = readonly [from: number, to: number];

/** Words in a row, folded; with `prefix` the last one may go on. */
export interface Phrase {
  readonly words: readonly string[];
  readonly prefix: boolean;
}

/** The phrases that a query looks for in a column, those of any column included; not those that it excludes. */
export function phrasesIn(query: Query, column: Column): Phrase[] {
  if (query.kind === 'and' || query.kind === 'or') return query.of.flatMap((part) => phrasesIn(part, column));
  if (query.kind !== 'text' || (query.column ?? column) !== column) return [];
  const words = cut(foldWithMap(query.text)).map(({ word }) => word);
  return [{ words, prefix: query.prefix }];
}

/** All stretches of `text` that a phrase matches, overlapping ones joined. */
export function marksIn(text: string, phrases: readonly Phrase[]): Range[] {
  if (phrases.length === 0 || text === '') return [];
  return joined(hitsIn(text, phrases));
}

/** One match of `phrases[phrase]`. */
export interface Hit {
  readonly from: number;
  readonly to: number;
  readonly phrase: number;
}

interface Cut {
  readonly word: string;
  /** In the original text. */
  readonly from: number;
  readonly to: number;
}

/** The words of folded text in order, CJK characters singly. */
function cut(folded: Folded): Cut[] {
  const cuts: Cut[] = [];
  const { text } = folded;
  for (let at = 0; at < text.length;) {
    let code = text.codePointAt(at) ?? 0;
    const start = at;
    at += code > 0xffff ? 2 : 1;
    if (!isWord(code)) continue;
    if (!isCjk(code)) {
      for (code = text.codePointAt(at) ?? 0; isWord(code) && !isCjk(code); code = text.codePointAt(at) ?? 0)
        at += code > 0xffff ? 2 : 1;
    }
    cuts.push({ word: text.slice(start, at), ...origin(folded, start, at) });
  }
  return cuts;
}

/** Where folded units came from; a ligature or a half of one is marked in whole. */
function origin({ map }: Folded, start: number, end: number): { from: number; to: number } {
  const last = map[end - 1] ?? 0;
  let after = end;
  while ((map[after] ?? Infinity) === last) after += 1;
  return { from: map[start] ?? 0, to: map[after] ?? last };
}

/** Every match of every phrase, in order of where they begin. */
export function hitsIn(text: string, phrases: readonly Phrase[]): Hit[] {
  const cuts = cut(foldWithMap(text));
  const hits: Hit[] = [];
  for (const [index, first] of cuts.entries()) {
    for (const [phrase, wanted] of phrases.entries()) {
      if (!matches(cuts, index, wanted)) continue;
      const last = cuts[index + wanted.words.length - 1];
      hits.push({ from: first.from, to: last?.to ?? first.to, phrase });
    }
  }
  return hits;
}

function matches(cuts: readonly Cut[], index: number, { words, prefix }: Phrase): boolean {
  return words.every((word, i) => {
    const found = cuts[index + i]?.word;
    return found === word || (prefix && i === words.length - 1 && found?.startsWith(word) === true);
  });
}

/** Hits as ranges; those that overlap or touch become one. */
export function joined(hits: readonly Hit[]): Range[] {
  const ranges: [number, number][] = [];
  for (const { from, to } of hits) {
    const last = ranges.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else ranges.push([from, to]);
  }
  return ranges;
}
