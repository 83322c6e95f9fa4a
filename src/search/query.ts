// PURE: what a person typed → a tree. Words are joined by AND, which binds closer than OR; `-` and NOT turn the next
// term round; parentheses group, also behind a field (`from:(anna OR ben)`). Mistakes throw a QueryError, never a guess.
import { tokens } from '../index/text.ts';
import { lex } from './lexer.ts';
import type { Lexeme } from './lexer.ts';
import { fieldLeaf, textLeaf } from './fields.ts';
import type { Field } from './fields.ts';
import {
  CLOSES_NOTHING,
  fieldInside,
  needsBoth,
  NEVER_CLOSED,
  NOTHING_BETWEEN,
  SOMETHING_FOLLOWS,
  TOO_DEEP,
  tooLong,
  tooMany,
} from './mistakes.ts';
import { QueryError } from './query-error.ts';
import type { Query } from './tree.ts';

const DEEPEST = 30;
const MOST_TERMS = 200;
/** Of all terms together; each character of Chinese is one. A term may be a paragraph, and no book. */
const MOST_WORDS = 1000;
/** UTF-16 units. */
const LONGEST = 20_000;

/** Parses a query; an empty one (or one of spaces) is everything. Throws QueryError. */
export function parse(text: string): Query {
  if (text.length > LONGEST) throw new QueryError(tooLong(LONGEST), { at: LONGEST, length: 1 });
  const lexemes = lex(text);
  if (lexemes.length === 0) return { kind: 'all' };
  const terms = lexemes.flatMap((one) => (one.kind === 'word' || one.kind === 'phrase' ? [one] : []));
  const over = terms[MOST_TERMS];
  if (over !== undefined) throw new QueryError(tooMany(MOST_TERMS), over);
  let words = 0;
  for (const term of terms) {
    words += tokens(term.text).match(/[\p{L}\p{N}\p{Co}]+/gu)?.length ?? 0;
    if (words > MOST_WORDS) throw new QueryError(tooMany(MOST_WORDS), term);
  }
  const reader: Reader = { lexemes, next: 0, end: text.length };
  const query = readOr(reader, null, 0);
  const rest = reader.lexemes[reader.next];
  if (rest !== undefined) throw new QueryError(CLOSES_NOTHING, rest);
  return query;
}

interface Reader {
  readonly lexemes: readonly Lexeme[];
  next: number;
  readonly end: number;
}

function peek(reader: Reader): Lexeme | undefined {
  return reader.lexemes[reader.next];
}

function readOr(reader: Reader, field: Field | null, depth: number): Query {
  const parts = [readAnd(reader, field, depth)];
  while (peek(reader)?.kind === 'or') {
    reader.next += 1;
    parts.push(readAnd(reader, field, depth));
  }
  return joined('or', parts);
}

function readAnd(reader: Reader, field: Field | null, depth: number): Query {
  const parts = [readTerm(reader, field, depth)];
  for (let lexeme = peek(reader); lexeme !== undefined; lexeme = peek(reader)) {
    if (lexeme.kind === 'or' || lexeme.kind === 'close') break;
    if (lexeme.kind === 'and') reader.next += 1;
    parts.push(readTerm(reader, field, depth));
  }
  return joined('and', parts);
}

/** Parts of the same kind melt into one list: `a (b c)` has three parts. */
function joined(kind: 'and' | 'or', parts: readonly Query[]): Query {
  const [first, second] = parts;
  if (first !== undefined && second === undefined) return first;
  return { kind, of: parts.flatMap((part) => (part.kind === kind ? part.of : [part])) };
}

function readTerm(reader: Reader, field: Field | null, depth: number): Query {
  const lexeme = peek(reader);
  if (lexeme === undefined) throw missing(reader);
  reader.next += 1;
  switch (lexeme.kind) {
    case 'not':
      if (depth >= DEEPEST) throw new QueryError(TOO_DEEP, lexeme);
      return { kind: 'not', of: readTerm(reader, field, depth + 1) };
    case 'open':
      return readGroup(reader, lexeme, field, depth);
    case 'field':
      if (field !== null) throw new QueryError(fieldInside(field.label), lexeme);
      return readField(reader, lexeme, depth);
    case 'word':
    case 'phrase':
      return field === null ? textLeaf(lexeme, null) : fieldLeaf(field, lexeme);
    case 'or':
    case 'and':
    case 'close':
      throw misplaced(reader, lexeme);
  }
}

function readField(reader: Reader, lexeme: Lexeme & { kind: 'field' }, depth: number): Query {
  const value = peek(reader);
  if (value?.kind === 'open' && value.at === lexeme.at + lexeme.length) {
    reader.next += 1;
    return readGroup(reader, value, lexeme.field, depth);
  }
  return readTerm(reader, lexeme.field, depth);
}

function readGroup(reader: Reader, open: Lexeme, field: Field | null, depth: number): Query {
  if (depth >= DEEPEST) throw new QueryError(TOO_DEEP, open);
  if (peek(reader)?.kind === 'close') throw new QueryError(NOTHING_BETWEEN, { at: open.at, length: 2 });
  const query = readOr(reader, field, depth + 1);
  if (peek(reader)?.kind !== 'close') throw new QueryError(NEVER_CLOSED, open);
  reader.next += 1;
  return query;
}

function missing(reader: Reader): QueryError {
  const last = reader.lexemes.at(-1);
  if (last?.kind === 'open') return new QueryError(NEVER_CLOSED, last);
  const span = last ?? { at: reader.end, length: 1 };
  return new QueryError(SOMETHING_FOLLOWS, span);
}

function misplaced(reader: Reader, lexeme: Lexeme): QueryError {
  const before = reader.lexemes[reader.next - 2];
  if (lexeme.kind === 'close' && before === undefined) return new QueryError(CLOSES_NOTHING, lexeme);
  if (lexeme.kind === 'close' && before !== undefined) return new QueryError(SOMETHING_FOLLOWS, before);
  const word = lexeme.kind === 'or' ? 'OR' : 'AND';
  return new QueryError(needsBoth(word), lexeme);
}
