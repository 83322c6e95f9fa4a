// PURE: one CSS token of a mail → how it is written anew, or undefined where it may not stand there. Only plain names,
// numbers and strings pass, so that what is written has one reading in every browser.
import { TokenType } from '@csstools/css-tokenizer';
import type { CSSToken } from '@csstools/css-tokenizer';
import { FUNCTIONS, PSEUDO } from './css-words.ts';

/** Writes a token that stands behind `before`. */
export type Word = (token: CSSToken, before: CSSToken) => string | undefined;

/** What may stand in the value of a declaration. */
export const valueWord: Word = (token) => {
  if (token[0] === TokenType.Function) return opened(token[4].value, FUNCTIONS);
  if (token[0] === TokenType.Delim) return '+-*/!'.includes(token[4].value) ? token[4].value : undefined;
  return common(token);
};

/** What may stand in a selector. */
export const selectorWord: Word = (token, before) => {
  const isPseudo = before[0] === TokenType.Colon;
  if (token[0] === TokenType.Function) return isPseudo ? opened(token[4].value, PSEUDO) : undefined;
  if (token[0] === TokenType.Ident && isPseudo && !PSEUDO.has(token[4].value.toLowerCase())) return undefined;
  if (token[0] === TokenType.Delim) return '.>+~*=^$'.includes(token[4].value) ? token[4].value : undefined;
  if (token[0] === TokenType.OpenSquare || token[0] === TokenType.CloseSquare) return token[1];
  return token[0] === TokenType.Colon ? ':' : common(token);
};

/** What may stand in the query of `@media`. */
export const mediaWord: Word = (token) => {
  if (token[0] === TokenType.Colon) return ':';
  if (token[0] === TokenType.Delim) return '>=/'.includes(token[4].value) ? token[4].value : undefined;
  return common(token);
};

/** True for a token that opens a bracket. */
export function opens([type]: CSSToken): boolean {
  return (
    type === TokenType.OpenCurly ||
    type === TokenType.OpenParen ||
    type === TokenType.OpenSquare ||
    type === TokenType.Function
  );
}

/** True where `close` ends what `open` began. */
export function closes([type]: CSSToken, [open]: CSSToken): boolean {
  if (type === TokenType.CloseCurly) return open === TokenType.OpenCurly;
  if (type === TokenType.CloseSquare) return open === TokenType.OpenSquare;
  return type === TokenType.CloseParen && (open === TokenType.OpenParen || open === TokenType.Function);
}

/** True for a token that fetches something: `url(…)` in all its forms. */
export function fetches(token: CSSToken): boolean {
  if (token[0] === TokenType.Function) return FETCHING.test(token[4].value);
  return token[0] === TokenType.URL || token[0] === TokenType.BadURL;
}

const FETCHING = /^(?:url|src|(?:-webkit-)?image-set|image)$/i;

/** True for white space, as which a comment is read here: what stood around it does not become one word. */
export function isSpace([type]: CSSToken): boolean {
  return type === TokenType.Whitespace || type === TokenType.Comment;
}

function common(token: CSSToken): string | undefined {
  if (isSpace(token)) return ' ';
  if (token[0] === TokenType.Ident) return NAME.test(token[4].value) ? token[4].value : undefined;
  if (token[0] === TokenType.Hash) return HASH.test(token[4].value) ? `#${token[4].value}` : undefined;
  if (token[0] === TokenType.String) return STRING.test(token[4].value) ? `"${token[4].value}"` : undefined;
  if (NUMERIC.has(token[0])) return NUMBER.test(token[1]) ? token[1] : undefined;
  // Apart from the word before it: `url` and `(` must not meet.
  if (token[0] === TokenType.OpenParen) return ' (';
  return token[0] === TokenType.CloseParen || token[0] === TokenType.Comma ? token[1] : undefined;
}

const NUMERIC: ReadonlySet<TokenType> = new Set([
  TokenType.Number,
  TokenType.Percentage,
  TokenType.Dimension,
]);

function opened(name: string, allowed: ReadonlySet<string>): string | undefined {
  const known = name.toLowerCase();
  return allowed.has(known) ? `${known}(` : undefined;
}

/** Not `--name`: whatever a custom property holds comes alive where it is used. */
const NAME = /^-?[\p{L}_][\p{L}\p{N}_-]{0,200}$/u;
const HASH = /^[\w-]{1,200}$/;
const NUMBER = /^[+-]?[\d.]{1,30}(?:[eE][+-]?\d{1,3})?(?:%|[A-Za-z]{1,10}|n-?\d*)?$/;
/** Names of fonts, values of attributes. */
const STRING = /^[\p{L}\p{M}\p{N} .,_+-]{0,200}$/u;
