// What makes two texts the same to a person who searches, written a second time and without a thought of speed: the program has
// tables, this has rules.
import pairs from 'opencc-js/dict/TSCharacters';
import { VARIANTS } from '../../src/index/text-tables.ts';

const SIMPLIFIED = new Map([
  ...pairs
    .split('|')
    .map((pair) => pair.split(' '))
    .flatMap(([from = '', to]) => (to === undefined || to === from ? [] : [[from, to] as const])),
  // Which of them are one is decided there, and told here once more what follows from it.
  ...VARIANTS.trim()
    .split(' ')
    .map((pair) => Array.from(pair))
    .map(([from = '', to = '']) => [from, to] as const),
]);

/** Traditional, wide, upper-case and accented forms gone. */
export function plain(text: string): string {
  const lower = text.normalize('NFKC').toLowerCase().replaceAll('ß', 'ss').replaceAll('ς', 'σ');
  return Array.from(lower, bare).join('');
}

/** Accents, soft hyphens, what joins, parts or turns letters, and what chooses their looks: none is seen as a letter. */
const VANISHING =
  /^(?:[\u0300-\u036f]|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]|\u00ad|\u061c|[\u180b-\u180f]|[\u200b-\u200f]|[\u202a-\u202e]|[\u2060-\u206f]|\ufeff|\uffff)$/u;

function bare(char: string): string {
  if (VANISHING.test(char)) return '';
  let simple = char;
  for (let next = SIMPLIFIED.get(simple); next !== undefined; next = SIMPLIFIED.get(simple)) simple = next;
  if (simple !== char || char === 'й') return simple;
  const letters = char.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
  return letters.length === 1 ? letters : char;
}

const CJK = '\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Hang}\\p{sc=Bopo}ーｰ々〆';
const WORD = new RegExp(`[${CJK}]|(?:(?![${CJK}])[\\p{L}\\p{N}\\p{Co}])+`, 'gu');

/** The words of a text in order, each CJK character one; a blank before and behind each. */
function spelled(text: string): string {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const words = ` ${(plain(text).match(WORD) ?? []).join(' ')} `;
  cache.set(text, words);
  return words;
}

const cache = new Map<string, string>();

/** True where `needle` stands in `text`, word by word; with `prefix` the last one may go on. */
export function stands(text: string, needle: string, prefix: boolean = false): boolean {
  const wanted = spelled(needle);
  return spelled(text).includes(prefix ? wanted.slice(0, -1) : wanted);
}
