// The second stage of reading: atoms, strings and nested lists in a response that is already whole. It never throws; what
// is not well-formed says so, and unknown items pass through it untouched (I-046).
import { withoutEnd } from '../text.ts';
import { LITERAL_MARK } from './response.ts';
import type { Data, Streamed } from './response.ts';

/** A quoted string or a literal that was held: its octets as latin1. */
export interface Text {
  readonly text: string;
}

/** An atom (as latin1), a string, a streamed literal, NIL, or a list. */
export type Value = string | Text | Streamed | null | readonly Value[];

/** True for a list. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** True for a quoted string or a held literal. */
export function isText(value: Value | undefined): value is Text {
  return typeof value === 'object' && value !== null && 'text' in value;
}

/** True for a literal that went to a sink. */
export function isStreamed(value: Value | undefined): value is Streamed {
  return typeof value === 'object' && value !== null && 'sink' in value;
}

/** Lists within lists that are still read; nobody needs as many. */
const MAX_DEPTH = 50;

/** Reads values, one after another, from a response. */
export class Values {
  readonly #data: Data;
  readonly #text: string;
  #at: number;
  #literal = 0;
  /** False once something was not as it must be: an open list or quote, text stuck to a literal. */
  whole = true;

  /** Reads from index `at` of `data.text`, which must lie before its first literal. */
  constructor(data: Data, at: number) {
    this.#data = data;
    this.#text = data.text;
    this.#at = at;
  }

  /** What was not read yet, without the spaces around it (a TAB at the end may belong to a name: I-063). */
  get rest(): string {
    return withoutEnd(this.#text.slice(this.#at).replace(/^[ \t]+/, ''), ' ');
  }

  /** The next value; undefined at the end, or at a `)` that opens nothing. */
  next(depth: number = 0): Value | undefined {
    this.#skipSpace();
    const first = this.#text[this.#at];
    if (first === undefined || first === ')') return undefined;
    if (first === '(') return this.#list(depth);
    if (first === '"') return this.#quoted();
    if (first === LITERAL_MARK) return this.#atLiteral();
    return this.#atom();
  }

  #list(depth: number): readonly Value[] {
    const list: Value[] = [];
    this.#at++;
    if (depth >= MAX_DEPTH) {
      this.whole = false;
      this.#at = this.#text.length;
      return list;
    }
    for (let value = this.next(depth + 1); value !== undefined; value = this.next(depth + 1))
      list.push(value);
    if (this.#text[this.#at] === ')') this.#at++;
    else this.whole = false;
    return list;
  }

  #quoted(): Text {
    const start = this.#at + 1;
    for (let at = start; ; at++) {
      const char = this.#text[at];
      if (char === '\\') at++;
      else if (char === '"' || char === undefined || char === LITERAL_MARK) {
        if (char !== '"') this.whole = false;
        this.#at = char === '"' ? at + 1 : this.#text.length;
        return { text: unescape(this.#text.slice(start, at)) };
      }
    }
  }

  #atLiteral(): Text | Streamed {
    const literal = this.#data.literals[this.#literal++];
    this.#at++;
    // More octets than were announced stick to it: then nothing behind it can be trusted (I-141).
    const behind = this.#text[this.#at];
    if (behind !== undefined && !' \t)'.includes(behind)) this.whole = false;
    if (literal === undefined) return { text: '' };
    return Buffer.isBuffer(literal) ? { text: literal.toString('latin1') } : literal;
  }

  #atom(): string | null {
    const start = this.#at;
    ATOM.lastIndex = start;
    const [found = ''] = ATOM.exec(this.#text) ?? [];
    this.#at = start + Math.max(1, found.length);
    const atom = this.#text.slice(start, this.#at);
    return atom.length === 3 && atom.toUpperCase() === 'NIL' ? null : atom;
  }

  #skipSpace(): void {
    for (;;) {
      const char = this.#text[this.#at];
      if (char !== ' ' && char !== '\t') return;
      this.#at++;
    }
  }
}

/** An atom; the section of a body item may hold spaces and a list: BODY[HEADER.FIELDS (SUBJECT)]<0>. No section is long. */
const ATOM = /(?:BODY|BINARY)(?:\.PEEK|\.SIZE)?\[[^\]\u0100]{0,250}\](?:<[\d.]*>)?|[^ \t()\u0100]+/iy;

/** RFC 9051 §9: only `"` and `\` are quoted; a lone backslash before anything else was meant (I-118). */
export function unescape(quoted: string): string {
  return quoted.includes('\\') ? quoted.replace(/\\(["\\])/g, '$1') : quoted;
}
