// Recall and precision of runs of Chinese: what the index finds, against what a look at every text finds. The needles are cut from the
// texts, and asked for as they stand, in the other writing, and in the other width.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { commit } from '../../src/index/commit.ts';
import { closeIndex, openIndex } from '../../src/index/database.ts';
import { tokens } from '../../src/index/text.ts';
import { search } from '../../src/search/search.ts';
import { documentOf } from '../index/document.ts';
import { chinese, english, half, kana, reference, traditional, wide } from '../support/prose.ts';
import { chance } from '../support/random.ts';
import type { Chance } from '../support/random.ts';
import { plain, stands } from './plain.ts';

/** Figures for queries of one length. */
export interface Recalled {
  readonly length: number;
  readonly queries: number;
  /** Messages that hold what was asked for; those found; those of them that hold it. Summed over all queries. */
  readonly wanted: number;
  readonly found: number;
  readonly right: number;
  /** Those that hold it but for signs and ends of lines between its characters: `发票，号码` for 发票号码. */
  readonly spelled: number;
  /** Queries of which a hit showed nothing to highlight in its snippet. */
  readonly unshown: number;
}

/** Lengths of queries, in characters. */
const LENGTHS = [1, 2, 3, 4, 6] as const;

const MAIL = fileURLToPath(new URL('../../../../shared/data/zh/cdsce', import.meta.url));

/** Bodies of real Chinese mail, each once, decoded without the index; null where they are not there. */
export function realTexts(): string[] | null {
  if (!existsSync(MAIL)) return null;
  const decoder = new TextDecoder('gb18030');
  const bodies = readdirSync(MAIL).map((name) => bodyOf(decoder.decode(readFileSync(join(MAIL, name)))));
  return [...new Set(bodies)];
}

function bodyOf(raw: string): string {
  return raw.slice(Math.max(0, raw.search(/\r?\n\r?\n/)));
}

/** Texts of our own: simplified, traditional, beside English, with katakana of both widths, with wide letters. */
export function madeTexts(count: number): string[] {
  const by = chance(count);
  return Array.from({ length: count }, (_, at) => {
    const text = chinese(by, 40 + by.upTo(500));
    if (at % 5 === 1) return traditional(text);
    if (at % 5 === 2) return `${text}${english(by, 20)}${chinese(by, 60)}`;
    if (at % 5 === 3) return `${text}${kana(by)}${half(kana(by))}的${kana(by)}${text.slice(0, 20)}`;
    return at % 5 === 4 ? `${text}${wide(reference(by))}号` : text;
  });
}

/** Puts `queries` questions of each length to an index of these texts, made below `data`. */
export function recall(data: string, texts: readonly string[], queries: number): Recalled[] {
  const db = openIndex(data, 'write');
  const empty = { subject: '', sender: '', recipients: '', cc: '', bcc: '', files: '' };
  const documents = texts.map((text) =>
    documentOf(text, { body: deflateRawSync(text), fts: { ...empty, body: tokens(text) } }),
  );
  commit(db, { account: 'zh', entries: [], documents, offset: 0 });
  const looked = texts.map(plain);
  const textOf = new Map(documents.map(({ id }, at) => [id, texts[at]]));
  const by = chance(1);
  const table = LENGTHS.map((length): Recalled => {
    let [wanted, found, right, spelled, unshown] = [0, 0, 0, 0, 0];
    for (let round = 0; round < queries; round += 1) {
      const needle = pick(texts, length, by);
      const truth = new Set(
        documents.filter((_, at) => looked[at]?.includes(plain(needle))).map(({ id }) => id),
      );
      const { hits } = search(db, asked(needle, round), { now: 0, limit: texts.length });
      wanted += truth.size;
      found += hits.length;
      right += hits.filter(({ id }) => truth.has(id)).length;
      spelled += hits.filter(({ id }) => stands(textOf.get(id) ?? '', needle)).length;
      if (hits.some(({ marks }) => marks.snippet.length === 0)) unshown += 1;
    }
    return { length, queries, wanted, found, right, spelled, unshown };
  });
  closeIndex(db);
  return table;
}

/** As it stands, in the other writing, or in the other width. */
function asked(needle: string, round: number): string {
  return [needle, traditional(needle), plain(needle), half(needle)][round % 4] ?? needle;
}

/** A run of Han or katakana out of a text by chance. */
function pick(texts: readonly string[], length: number, by: Chance): string {
  const run = new RegExp(`[\\p{sc=Han}\\p{sc=Kana}ー]{${length},}`, 'gu');
  for (;;) {
    const runs = by.of(texts).match(run) ?? [];
    if (runs.length === 0) continue;
    const found = Array.from(by.of(runs));
    const at = by.upTo(found.length - length + 1);
    return found.slice(at, at + length).join('');
  }
}

/** The figures as lines of a table. */
export function recallLines(table: readonly Recalled[]): string[] {
  const share = (part: number, whole: number): string => (whole === 0 ? '  –  ' : (part / whole).toFixed(3));
  return [
    'characters  queries  recall  precision  but for signs between    found',
    ...table.map(
      ({ length, queries, wanted, found, right, spelled }) =>
        `${String(length).padStart(10)}  ${String(queries).padStart(7)}  ${share(right, wanted).padStart(6)}  ${share(right, found).padStart(9)}  ${share(spelled, found).padStart(21)}  ${String(found).padStart(7)}`,
    ),
  ];
}
