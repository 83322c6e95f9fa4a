// PURE: query text → lexemes with their places. Full-width parentheses, quotes, colons, spaces and letters of OR are as good as
// the narrow ones, because Chinese input methods type them; what stands behind a field's colon is taken as it is.
import { fieldNamed, unknownField } from './fields.ts';
import type { Field } from './fields.ts';
import { needsValue, NOTHING_LEFT_OUT, QUOTE_OPEN } from './mistakes.ts';
import { QueryError } from './query-error.ts';
import type { Span } from './query-error.ts';

/** A piece of a query. A `field` is always followed at once by its value: a word, a phrase or `open`. */
export type Lexeme = Span &
  (
    | { readonly kind: 'open' | 'close' | 'or' | 'and' | 'not' }
    | { readonly kind: 'field'; readonly field: Field }
    /** As typed; `*` is still in it. */
    | { readonly kind: 'word'; readonly text: string }
    /** What stood between the quotes; `prefix`: a `*` followed the closing one. */
    | { readonly kind: 'phrase'; readonly text: string; readonly prefix: boolean }
  );

const SPACE = /\s/;
/** Opening quote → what closes it. */
const QUOTES: Readonly<Record<string, string>> = { '"': '"', '“': '”“', '”': '”“', '＂': '＂' };
const WORD = /[^\s()（）"“”＂]+/y;
const FIELD = /(\p{L}[\p{L}\p{N}_-]*)[:：](?!\/\/)/uy;
const OPERATORS = new Map<string, 'or' | 'and' | 'not'>([
  ['OR', 'or'],
  ['AND', 'and'],
  ['NOT', 'not'],
]);

/** Cuts a query into lexemes, in order. Throws QueryError for an open quote, an unknown field, a field without value. */
export function lex(text: string): Lexeme[] {
  const lexemes: Lexeme[] = [];
  let at = 0;
  const take = (lexeme: Lexeme): void => {
    lexemes.push(lexeme);
    at = lexeme.at + lexeme.length;
  };
  while (at < text.length) {
    const char = text.charAt(at);
    if (SPACE.test(char)) at += 1;
    else if (char === '(' || char === '（') take({ kind: 'open', at, length: 1 });
    else if (char === ')' || char === '）') take({ kind: 'close', at, length: 1 });
    else if (char === '-' || char === '－') take(negation(text, at));
    else {
      const field = fieldAt(text, at);
      if (field !== undefined) take(field);
      take(field === undefined ? wordAt(text, at) : valueAt(text, field));
    }
  }
  return lexemes;
}

function negation(text: string, at: number): Lexeme {
  const next = text.charAt(at + 1);
  if (next === '' || SPACE.test(next) || next === ')' || next === '）' || next === '-')
    throw new QueryError(NOTHING_LEFT_OUT, { at, length: 1 });
  return { kind: 'not', at, length: 1 };
}

function fieldAt(text: string, at: number): (Lexeme & { kind: 'field' }) | undefined {
  FIELD.lastIndex = at;
  const match = FIELD.exec(text);
  if (match === null) return undefined;
  const span = { at, length: match[0].length };
  const field = fieldNamed(match[1] ?? '');
  if (field === undefined) throw new QueryError(unknownField(match[1] ?? ''), span);
  return { kind: 'field', field, ...span };
}

function valueAt(text: string, field: Lexeme & { kind: 'field' }): Lexeme {
  const at = field.at + field.length;
  const char = text.charAt(at);
  if (char === '(' || char === '（') return { kind: 'open', at, length: 1 };
  if (char === '' || char === ')' || char === '）' || SPACE.test(char))
    throw new QueryError(needsValue(field.field.label), field);
  return wordAt(text, at, true);
}

function wordAt(text: string, at: number, raw = false): Lexeme {
  const closers = QUOTES[text.charAt(at)];
  if (closers !== undefined) return phraseAt(text, at, closers);
  WORD.lastIndex = at;
  const word = WORD.exec(text)?.[0] ?? text.charAt(at);
  const operator = raw ? undefined : OPERATORS.get(word.normalize('NFKC'));
  if (operator !== undefined) return { kind: operator, at, length: word.length };
  return { kind: 'word', text: word, at, length: word.length };
}

function phraseAt(text: string, at: number, closers: string): Lexeme {
  let end = at + 1;
  while (end < text.length && !closers.includes(text.charAt(end))) end += 1;
  if (end === text.length) throw new QueryError(QUOTE_OPEN, { at, length: 1 });
  const prefix = text.charAt(end + 1) === '*';
  return {
    kind: 'phrase',
    text: text.slice(at + 1, end),
    prefix,
    at,
    length: end + 1 - at + (prefix ? 1 : 0),
  };
}
