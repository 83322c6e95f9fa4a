// PURE: text → the one normal form in which documents, queries and highlights meet. Width, case, accents and
// traditional forms are folded here, for FTS5 and for our own snippets alike; what FTS5's `remove_diacritics 2` would
// drop is gone before it gets there, and what it takes for a gap between words is a gap here too.
import { CJK, DROP, foldRare, foldUnit, GAP, kindOf, LETTER } from './text-tables.ts';

const NOT_ASCII = /[^\x00-\x7f]/;
const ASCII_CONTROL = /[\x00-\x1f\x7f]/g;
const SPACE = 0x20;

/**
 * The normal form: NFKC, lower case (ß as ss, ς as σ), combining accents U+0300–036F off every letter but й,
 * traditional → simplified character by character, invisible characters (soft hyphen, zero width, direction, variation)
 * removed, control characters and lone surrogates as spaces. Folding twice changes nothing that a search sees.
 */
export function fold(text: string): string {
  if (!NOT_ASCII.test(text)) return text.toLowerCase().replace(ASCII_CONTROL, ' ');
  const lower = text.normalize('NFKC').toLowerCase();
  return foldUnits(lower.includes('ß') ? lower.replaceAll('ß', 'ss') : lower);
}

function foldUnits(text: string): string {
  // Twice: some everyday characters have a simplified form outside the basic plane.
  const out = new Uint16Array(text.length * 2);
  let length = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    const code = unit < 0xd800 || unit > 0xdbff ? unit : (text.codePointAt(i) ?? unit);
    if (code > 0xffff) i += 1;
    const other = code > 0x3400 ? foldRare(code) : undefined;
    if (other === undefined && code <= 0xffff) {
      const folded = foldUnit(code);
      if (folded !== DROP) out[length++] = folded;
    } else if (code < 0xe0100 || code > 0xe01ef) {
      const pair = other ?? String.fromCodePoint(code);
      for (let j = 0; j < pair.length; j += 1) out[length++] = pair.charCodeAt(j);
    }
  }
  return decode(out, length);
}

function decode(units: Uint16Array, length: number): string {
  return Buffer.from(units.buffer, 0, length * 2).toString('utf16le');
}

/**
 * What FTS5 is fed: folded, every CJK character a word of its own. Beside them gaps become spaces, because FTS5's older
 * tables take newer signs (🤣) for letters; pure ASCII needs neither.
 */
export function tokens(text: string): string {
  const folded = fold(text);
  return NOT_ASCII.test(folded) ? spaced(folded) : folded;
}

function spaced(folded: string): string {
  const out = new Uint16Array(folded.length * 3);
  let length = 0;
  for (let i = 0; i < folded.length; i += 1) {
    const unit = folded.charCodeAt(i);
    const code = unit < 0xd800 || unit > 0xdbff ? unit : (folded.codePointAt(i) ?? unit);
    const kind = kindOf(code);
    if (kind !== LETTER && out[length - 1] !== SPACE) out[length++] = SPACE;
    if (kind !== GAP) out[length++] = unit;
    if (code > 0xffff) {
      i += 1;
      if (kind !== GAP) out[length++] = folded.charCodeAt(i);
    }
    if (kind === CJK) out[length++] = SPACE;
  }
  return decode(out, length);
}

/** True for a character that is a word of its own: Han, kana, bopomofo, hangul. Of folded text. */
export function isCjk(codePoint: number): boolean {
  return kindOf(codePoint) === CJK;
}

/** True for a letter, digit or private character, CJK ones included; what is not one parts words. Of folded text. */
export function isWord(codePoint: number): boolean {
  return kindOf(codePoint) !== GAP;
}

/** Folded text, and where each of its units came from. */
export interface Folded {
  /** Exactly what `fold` gives. */
  readonly text: string;
  /** For each UTF-16 unit of `text` the offset in the original; one more at the end: the original's length. */
  readonly map: Uint32Array;
}

/** A character, and what may melt into it under NFKC: marks, jamo, the half-width voiced marks. */
const SEGMENT = /[^][\p{M}\u1160-\u11ff\u3131-\u318e\ud7b0-\ud7fb\uff9e-\uffdc]*/uy;

/** `fold` with a way back to the original, for highlights. About a tenth of the speed of `fold`. */
export function foldWithMap(text: string): Folded {
  const parts: string[] = [];
  const map: number[] = [];
  for (let at = 0; at < text.length;) {
    const end = plainEnd(text, at);
    if (end > at) {
      parts.push(fold(text.slice(at, end)));
      for (let i = at; i < end; i += 1) map.push(i);
      at = end;
      continue;
    }
    SEGMENT.lastIndex = at;
    const segment = SEGMENT.exec(text)?.[0] ?? text.slice(at, at + 1);
    const folded = fold(segment);
    parts.push(folded);
    for (let i = 0; i < folded.length; i += 1) map.push(at);
    at += segment.length;
  }
  map.push(text.length);
  return { text: parts.join(''), map: Uint32Array.from(map) };
}

/** The end of the run from `at` in which one unit gives one unit, as most do; the last before a mark stays out. */
function plainEnd(text: string, at: number): number {
  let end = at;
  while (end < text.length && isPlain(text.charCodeAt(end))) end += 1;
  return end === text.length || end === at ? end : end - 1;
}

function isPlain(unit: number): boolean {
  if (unit < 0x80) return true;
  if (unit >= 0x4e00) return unit <= 0x9fff ? foldRare(unit) === undefined : unit >= 0xff01 && unit <= 0xff5e;
  if (unit >= 0x3000) return unit <= 0x3002 || (unit >= 0x3041 && unit <= 0x3096);
  return (unit >= 0xc0 && unit <= 0xff && unit !== 0xdf) || (unit >= 0x2018 && unit <= 0x201f);
}
