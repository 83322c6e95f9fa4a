// PURE: a mail's CSS → CSS that fetches nothing and covers nothing. It is read into the tokens that a browser would see, and
// written anew from those that are known: no escape, comment, `<` or half-open string of the mail survives.
import { TokenType, tokenize } from '@csstools/css-tokenizer';
import type { CSSToken } from '@csstools/css-tokenizer';
import { closes, fetches, isSpace, mediaWord, opens, selectorWord, valueWord } from './css-tokens.ts';
import type { Word } from './css-tokens.ts';
import { isProperty } from './css-words.ts';

/** CSS, and how often it asked for something from elsewhere: `url()`, `@import` and the like, which are left out. */
export interface SafeCss {
  readonly css: string;
  readonly asked: number;
}

/** `@media` inside `@media`, at most. */
const DEEPEST = 3;

/** The content of a `style` attribute, not yet escaped for HTML. About 4 µs an octet for the worst that a mail can hold. */
export function safeStyle(css: string): SafeCss {
  const reader = new Reader(css);
  return { css: reader.declarations(0, reader.tokens.length), asked: reader.asked };
}

/** The content of a `<style>` element; it holds no `<`. */
export function safeSheet(css: string): SafeCss {
  const reader = new Reader(css);
  return { css: reader.rules(0, reader.tokens.length, 0), asked: reader.asked };
}

/** Walks the tokens from left to right; each is read a fixed number of times, whatever the mail nests. */
class Reader {
  readonly tokens: readonly CSSToken[];
  /** For each bracket that opens, where its partner stands; the end of all where it has none. */
  readonly #partner: ReadonlyMap<number, number>;
  asked = 0;

  constructor(css: string) {
    // The last is the end of the text.
    this.tokens = tokenize({ css }).slice(0, -1);
    this.#partner = partners(this.tokens);
  }

  /** The rules between two places. */
  rules(from: number, to: number, depth: number): string {
    let out = '';
    for (let at = from; at < to; at++) {
      if (isSpace(this.#at(at))) continue;
      const open = this.#find(at, to, TokenType.OpenCurly, TokenType.Semicolon);
      if (this.#at(open)[0] !== TokenType.OpenCurly) {
        // What has no block is @import, @charset and the like.
        this.#count(at, open);
        at = open;
        continue;
      }
      const close = Math.min(this.#partner.get(open) ?? to, to);
      out += this.#rule(at, open, close, depth);
      at = close;
    }
    return out;
  }

  /** `a:b;c:d` between two places: allowed properties with allowed values. */
  declarations(from: number, to: number): string {
    const out: string[] = [];
    for (let at = from; at < to; at++) {
      const end = this.#find(at, to, TokenType.Semicolon);
      out.push(...this.#declaration(at, end));
      at = end;
    }
    return out.join(';');
  }

  #rule(at: number, open: number, close: number, depth: number): string {
    const first = this.#at(at);
    if (first[0] !== TokenType.AtKeyword) {
      const selector = this.#written(at, open, selectorWord).trim();
      const body = this.declarations(open + 1, close);
      return selector === '' || body === '' ? '' : `${selector}{${body}}\n`;
    }
    if (first[4].value.toLowerCase() === 'media' && depth < DEEPEST) {
      const query = this.#written(at + 1, open, mediaWord).trim();
      if (query !== '') return `@media ${query}{${this.rules(open + 1, close, depth + 1)}}\n`;
    }
    this.#count(at, close);
    return '';
  }

  #declaration(from: number, to: number): string[] {
    const at = this.#past(from);
    const name = this.#at(at);
    const colon = this.#past(at + 1);
    const property = name[0] === TokenType.Ident ? name[4].value.toLowerCase() : '';
    if (colon >= to || this.#at(colon)[0] !== TokenType.Colon || !isProperty(property)) {
      this.#count(from, to);
      return [];
    }
    const value = this.#written(colon + 1, to, valueWord).trim();
    return value === '' ? [] : [`${property}:${value}`];
  }

  /** The tokens written anew, without what fetches; empty where one may not stand there, or brackets do not close. */
  #written(from: number, to: number, word: Word): string {
    let out = '';
    const open: CSSToken[] = [];
    for (let at = from; at < to; at++) {
      const token = this.#at(at);
      if (fetches(token)) {
        const end = opens(token) ? Math.min(this.#partner.get(at) ?? at, to) : at;
        this.#count(at, end + 1);
        // A space in its place, so that its neighbours do not become one word.
        out += ' ';
        at = end;
        continue;
      }
      if (opens(token)) open.push(token);
      const text = word(token, this.#at(at - 1));
      const isClosing = closes(token, open.at(-1) ?? END);
      if (isClosing) open.pop();
      if (text === undefined || (CLOSING.test(text) && !isClosing)) {
        this.#count(at, to);
        return '';
      }
      out += text;
    }
    return open.length === 0 ? out : '';
  }

  #at(index: number): CSSToken {
    return this.tokens[index] ?? END;
  }

  #past(index: number): number {
    let at = index;
    while (isSpace(this.#at(at))) at++;
    return at;
  }

  /** Where the next of these types stands outside brackets; `to` where none does. */
  #find(from: number, to: number, ...types: readonly TokenType[]): number {
    let at = from;
    while (at < to && !types.includes(this.#at(at)[0])) at = (this.#partner.get(at) ?? at) + 1;
    return Math.min(at, to);
  }

  #count(from: number, to: number): void {
    for (let at = from; at < to; at++) if (isFar(this.#at(at), this.#at(at + 1))) this.asked++;
  }
}

/** No CSS has it. */
const END: CSSToken = [TokenType.EOF, '', -1, -1, undefined];

const CLOSING = /^[)\]]$/;

function partners(tokens: readonly CSSToken[]): Map<number, number> {
  const found = new Map<number, number>();
  const open: number[] = [];
  for (const [index, token] of tokens.entries()) {
    if (opens(token)) open.push(index);
    else if (closes(token, tokens[open.at(-1) ?? -1] ?? END)) found.set(open.pop() ?? -1, index);
  }
  for (const index of open) found.set(index, tokens.length);
  return found;
}

/** True for what would have gone over the network: not for `data:` and `cid:`. */
function isFar(token: CSSToken, next: CSSToken): boolean {
  if (token[0] === TokenType.AtKeyword) return token[4].value.toLowerCase() === 'import';
  if (!fetches(token)) return false;
  const address =
    token[0] === TokenType.URL ? token[4].value : next[0] === TokenType.String ? next[4].value : '';
  return !/^\s*(?:data|cid|about):/i.test(address);
}
