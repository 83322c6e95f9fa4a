// PURE: a query is changed by a filter: a term is added to its text, or taken out. The text in the box stays the whole truth,
// and may be carried to the command line.
import { lex } from '../search/lexer.ts';

/** A stretch of a query that stands for itself at its top: a word, a field with its value, a group, each with its `-`. */
interface Piece {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** The query with a term that all messages must meet beside it. */
export function withTerm(query: string, term: string): string {
  const { either } = topOf(query);
  const rest = query.trim();
  if (rest === '') return term;
  return `${either ? `(${rest})` : rest} ${term}`;
}

/** The query without that term; unchanged where it has none. */
export function withoutTerm(query: string, term: string): string {
  const piece = topOf(query).pieces.find(({ text }) => text === term);
  if (piece === undefined) return query;
  return `${query.slice(0, piece.from).trimEnd()} ${query.slice(piece.to).trimStart()}`.trim();
}

/** True where all messages must meet that very term. */
export function hasTerm(query: string, term: string): boolean {
  const { pieces, either } = topOf(query);
  return !either && pieces.some(({ text }) => text === term);
}

const QUOTES = [
  ['"', '"'],
  ['“', '”'],
  ['＂', '＂'],
] as const;

/** `account:qq`, `in:"Sent Items"`: a value that holds spaces and the like stands in quotes. */
export function termOf(field: string, value: string): string {
  if (/^[^\s()（）"“”＂*]+$/u.test(value)) return `${field}:${value}`;
  // One that holds quotes of each kind cannot be said.
  const [open, close] = QUOTES.find((pair) => pair.every((quote) => !value.includes(quote))) ?? QUOTES[0];
  return `${field}:${open}${value}${close}`;
}

/** What stands at the top of a query, outside of parentheses; `either`: an OR is there. A query with a mistake has nothing. */
function topOf(query: string): { pieces: readonly Piece[]; either: boolean } {
  const pieces: Piece[] = [];
  let either = false;
  let depth = 0;
  let from: number | undefined;
  for (const { kind, at, length } of lexemes(query)) {
    if (depth === 0 && (kind === 'or' || kind === 'and')) {
      if (kind === 'or') either = true;
      continue;
    }
    from ??= at;
    if (kind === 'open') depth += 1;
    if (kind === 'close') depth -= 1;
    // A field and a `-` go on with what follows.
    if (depth > 0 || kind === 'field' || kind === 'not') continue;
    const to = at + length;
    pieces.push({ text: query.slice(from, to), from, to });
    from = undefined;
  }
  return { pieces, either };
}

function lexemes(query: string): ReturnType<typeof lex> {
  try {
    return lex(query);
  } catch {
    return [];
  }
}

/** What filters add: terms of these fields, which all messages must meet. */
const FILTERS = /^-?(account|in|on|from|has):/;

/** The terms of a query that look as if a filter had added them. */
export function filterTermsIn(query: string): string[] {
  const { pieces, either } = topOf(query);
  return either ? [] : pieces.map(({ text }) => text).filter((text) => FILTERS.test(text));
}
