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
import type { Document } from '../../src/index/document.ts';
import { Extractor } from '../../src/index/extract.ts';
import { documentOf, idOf } from '../index/document.ts';
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

function bodyOf(raw: string): string {
  return raw.slice(Math.max(0, raw.search(/\r?\n\r?\n/)));
}

/** Texts of our own, past whatever reads messages: simplified, traditional, beside English, with katakana of both widths, with wide letters. */
export function madeZh(count: number): Corpus {
  const by = chance(count);
  const texts = Array.from({ length: count }, (_, at) => {
    const text = chinese(by, 40 + by.upTo(500));
    if (at % 5 === 1) return traditional(text);
    if (at % 5 === 2) return `${text}${english(by, 20)}${chinese(by, 60)}`;
    if (at % 5 === 3) return `${text}${kana(by)}${half(kana(by))}的${kana(by)}${text.slice(0, 20)}`;
    return at % 5 === 4 ? `${text}${wide(reference(by))}号` : text;
  });
  const empty = { subject: '', sender: '', recipients: '', cc: '', bcc: '', files: '' };
  const documents = texts.map((text) =>
    documentOf(text, { body: deflateRawSync(text), fts: { ...empty, body: tokens(text) } }),
  );
  return { texts, documents };
}

/** Messages, and what their text is. */
export interface Corpus {
  /** Of each message. */
  readonly texts: readonly string[];
  /** What was read of each. */
  readonly documents: readonly Document[];
}

/**
 * Real Chinese mail the whole way: each file as it lies there, its parts and its charset told by the program; its text decoded
 * without that. Null where it is not there.
 */
export async function realZh(): Promise<Corpus | null> {
  if (!existsSync(MAIL)) return null;
  const decoder = new TextDecoder('gb18030');
  const texts = new Map<string, string>();
  const jobs = readdirSync(MAIL).map((path) => {
    const octets = readFileSync(join(MAIL, path));
    const id = idOf(path);
    texts.set(id, bodyOf(decoder.decode(octets)));
    return { id, path, size: octets.length, date: null };
  });
  const extractor = new Extractor({ mailRoot: MAIL });
  try {
    const documents = await extractor.extract(jobs);
    return { documents, texts: documents.map(({ id }) => texts.get(id) ?? '') };
  } finally {
    await extractor.close();
  }
}

/** Puts `queries` questions of each length to an index of these messages, made below `data`. */
export function recall(data: string, { texts, documents }: Corpus, queries: number): Recalled[] {
  const db = openIndex(data, 'write');
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
      const { hits } = search(db, `body:${asked(needle, round)}`, { now: 0, limit: texts.length });
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
