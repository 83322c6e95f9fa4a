// PURE: query tree → SQL. Conditions on words become FTS5 expressions in which every word is quoted, so that nothing a
// person types is read as syntax; where a whole query is one such expression with plain conditions, FTS5 leads and walks
// from the newest message down; everywhere else its answers are sets that SQL combines.
import { tokens } from '../index/text.ts';
import { columnCondition, isPlace, locationCondition } from './conditions.ts';
import type { Context } from './conditions.ts';
import type { Leaf, Query } from './tree.ts';

/** A condition and its parameters, in order. */
export interface Sql {
  readonly sql: string;
  readonly params: readonly (string | number | Uint8Array)[];
}

/** What to ask the index: rows of `brief m` for which `where` holds, and (not null) `fts MATCH match`. */
export interface Compiled {
  /** An FTS5 expression that leads the search (`fts.rowid = m.row`), or null where the table `brief` does. */
  readonly match: string | null;
  /** A condition over `m`; `1` where there is none beside `match`. */
  readonly where: Sql;
}

/** Compiles a query; see Context for what it needs to know beside the tree. */
export function compile(query: Query, context: Context): Compiled {
  const parts = query.kind === 'and' ? query.of : [query];
  const match = expression({ kind: 'and', of: parts.filter(isSayable) });
  const rest = match === null ? parts : parts.filter((part) => !isSayable(part));
  return { match, where: conjunction(rest, context) };
}

/** True for a part that an FTS5 expression can hold beside a word: one of its own, or a NOT of one. */
function isSayable(query: Query): boolean {
  return expression(query.kind === 'not' ? query.of : query) !== null;
}

/** A part as one FTS5 expression, or null where FTS5 cannot say it: a NOT needs something to be taken away from. */
function expression(query: Query): string | null {
  if (query.kind === 'text') return phrase(query);
  if (query.kind === 'or') return combined(query.of.map(expression), ' OR ');
  if (query.kind !== 'and') return null;
  const has = combined(query.of.filter((part) => part.kind !== 'not').map(expression), ' AND ');
  const not = query.of.flatMap((part) => (part.kind === 'not' ? [expression(part.of)] : []));
  if (has === null || not.length === 0) return has;
  const without = combined(not, ' OR ');
  return without === null ? null : `(${has} NOT ${without})`;
}

function combined(parts: readonly (string | null)[], by: string): string | null {
  if (parts.length === 0 || parts.includes(null)) return null;
  return parts.length === 1 ? (parts[0] ?? null) : `(${parts.join(by)})`;
}

/** One phrase, quoted; inside the quotes FTS5 knows no syntax but the doubled quote. */
function phrase(leaf: Leaf & { kind: 'text' }): string {
  const quoted = `"${tokens(leaf.text).trim().replaceAll('"', '""')}"${leaf.prefix ? ' *' : ''}`;
  return leaf.column === null ? quoted : `${leaf.column} : ${quoted}`;
}

/** A part as a condition over `m`; it is 0 or 1, never NULL, so that NOT may stand before it. */
function condition(query: Query, context: Context): Sql {
  const match = expression(query);
  if (match !== null) return found(match);
  if (query.kind === 'text' || query.kind === 'all') return TRUE;
  if (query.kind === 'and') return conjunction(query.of, context);
  if (query.kind === 'not') return wrapped('NOT ', [condition(query.of, context)], '');
  if (query.kind === 'or') return wrapped('', disjuncts(query.of, context), ' OR ');
  return isPlace(query) ? locationCondition([query], context) : columnCondition(query, context);
}

/** Words on one side of an OR are asked for together. */
function disjuncts(parts: readonly Query[], context: Context): Sql[] {
  const words = expression({ kind: 'or', of: parts.filter((part) => expression(part) !== null) });
  const rest = parts.filter((part) => expression(part) === null).map((part) => condition(part, context));
  return words === null ? rest : [found(words), ...rest];
}

function found(match: string): Sql {
  return { sql: 'm.row IN (SELECT rowid FROM fts WHERE fts MATCH ?)', params: [match] };
}

const TRUE: Sql = { sql: '1', params: [] };

/**
 * Conditions on places that stand side by side speak of the same place: `in:INBOX account:qq is:unread` is a message
 * that lies unread in the INBOX of qq. Several `in:` are several places, each under the other conditions.
 */
function conjunction(parts: readonly Query[], context: Context): Sql {
  const places = parts.filter(isPlace);
  const folders = places.filter((place) => place.kind === 'folder');
  const others = places.filter((place) => place.kind !== 'folder');
  const groups = folders.length === 0 ? [others] : folders.map((folder) => [folder, ...others]);
  const words = expression({ kind: 'and', of: parts.filter(isSayable) });
  const rest = parts.filter((part) => !isPlace(part) && (words === null || !isSayable(part)));
  const all = [
    ...(words === null ? [] : [found(words)]),
    ...groups.filter((group) => group.length > 0).map((group) => locationCondition(group, context)),
    ...rest.map((part) => condition(part, context)),
  ];
  return wrapped('', all, ' AND ');
}

function wrapped(before: string, parts: readonly Sql[], by: string): Sql {
  const [first = TRUE, second] = parts;
  if (second === undefined && before === '') return first;
  return {
    sql: `${before}(${parts.map(({ sql }) => sql).join(by)})`,
    params: parts.flatMap(({ params }) => params),
  };
}
