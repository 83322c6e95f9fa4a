// A question to the index: text → tree → SQL → rows → hits with snippets. It only reads, on the caller's connection, and
// never waits for a writer.
import type { Index } from '../index/database.ts';
import { MailError } from '../model/error.ts';
import type { MessageId } from '../model/ids.ts';
import { idRange } from './conditions.ts';
import type { Context } from './conditions.ts';
import { parse } from './query.ts';
import { hitReader } from './hit.ts';
import type { Hit } from './hit.ts';
import { compile } from './to-sql.ts';
import type { Compiled } from './to-sql.ts';
import type { Query } from './tree.ts';

/** How to answer. */
export interface SearchOptions {
  /** `date`: newest first. `relevance`: best first; a query that has no words to weigh keeps the order of dates. */
  readonly sort?: 'date' | 'relevance' | undefined;
  /** Hits at most; 20 where it is left out. */
  readonly limit?: number | undefined;
  /** Hits to leave out at the beginning. */
  readonly offset?: number | undefined;
  /** Milliseconds since 1970: what `7d` counts back from. */
  readonly now: number;
  /** Minutes that the person's time is ahead of UTC, for the days of dates; 0, UTC, where it is left out. */
  readonly zone?: number | undefined;
}

/** `total` counts all messages that match, whatever `limit` was. */
export interface Found {
  readonly total: number;
  readonly hits: readonly Hit[];
}

/** Weights of the FTS columns: body, subject, sender, recipients, cc, bcc, files. */
const RELEVANCE = 'bm25(fts, 1.0, 10.0, 4.0, 4.0, 4.0, 4.0, 3.0)';

/** Searches. Throws QueryError (a MailError `usage`) for a mistake in `text`. */
export function search(db: Index, text: string, options: SearchOptions): Found {
  const query = parse(text);
  const context = contextOf(db, query, options);
  // One transaction: count and hits are of the same moment.
  return db.transaction(() => {
    const compiled = compile(query, context);
    const rows = rowsOf(db, compiled, options);
    const hit = hitReader(db, query);
    return { total: totalOf(db, compiled), hits: rows.map(hit) };
  })();
}

/**
 * The rows of all messages that match, as the index had them at one moment, oldest first: eight octets each, so that a million
 * of them may be held. Throws QueryError.
 */
export function rowsMatching(
  db: Index,
  text: string,
  options: Pick<SearchOptions, 'now' | 'zone'>,
): Float64Array {
  const query = parse(text);
  const { sql, params } = fromClause(compile(query, contextOf(db, query, options)));
  const rows = db.prepare<unknown[], number>(`SELECT m.row ${sql}`).pluck();
  return Float64Array.from(rows.iterate(...params)).sort();
}

/** What the condition of a query depends on beside its tree. */
export function contextOf(
  db: Index,
  query: Query,
  { now, zone }: Pick<SearchOptions, 'now' | 'zone'>,
): Context {
  const asks = asksFolders(query);
  return {
    now,
    offset: zone ?? 0,
    folders: asks ? folderNames(db) : [],
    labels: asks ? labelNames(db) : [],
  };
}

/** The message that an id or the beginning of one (8 digits or more, any case) names. Throws MailError `usage`. */
export function resolveId(db: Index, prefix: string): MessageId {
  const digits = prefix.toLowerCase();
  if (!/^[0-9a-f]{8,64}$/.test(digits))
    throw wrongId(`"${prefix}" is not an id: that is 8 to 64 of the digits 0 to 9 and a to f`);
  const { first, last } = idRange(digits);
  const found = db
    .prepare<[Buffer, Buffer], { id: string }>(
      'SELECT lower(hex(id)) AS id FROM message WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 3',
    )
    .all(first, last);
  const [only, other] = found;
  if (only === undefined) throw wrongId(`no message has an id that begins with ${digits}`);
  if (other !== undefined)
    throw wrongId(
      `more than one message has an id that begins with ${digits}`,
      `Give more digits: ${found.map(({ id }) => id.slice(0, Math.min(64, digits.length + 6))).join(', ')} …`,
    );
  return only.id as MessageId;
}

function wrongId(message: string, hint?: string): MailError {
  return new MailError({
    kind: 'usage',
    message,
    retry: 'never',
    hint: hint ?? '`mailkeep search` shows the ids.',
  });
}

function asksFolders(query: Query): boolean {
  if (query.kind === 'and' || query.kind === 'or') return query.of.some(asksFolders);
  if (query.kind === 'not') return asksFolders(query.of);
  return query.kind === 'folder' || query.kind === 'label';
}

/** Every folder's name, by jumps through the indexes on places: their number counts, not that of the messages. */
function folderNames(db: Index): string[] {
  const names = new Set<string>();
  for (const key of ['uid', 'uidl']) {
    const next = db.prepare<[string, string], { account: string; folder: string }>(
      `SELECT account, folder FROM location WHERE ${key} IS NOT NULL AND (account, folder) > (?, ?)
       ORDER BY account, folder LIMIT 1`,
    );
    for (let at = next.get('', ''); at !== undefined; at = next.get(at.account, at.folder))
      names.add(at.folder);
  }
  return [...names];
}

function labelNames(db: Index): string[] {
  return db.prepare<[], string>('SELECT name FROM label').pluck().all();
}

/** `FROM …` over `message m`, and what fills its question marks. */
export function fromClause({ match, where }: Compiled): {
  sql: string;
  params: (string | number | Uint8Array)[];
} {
  // CROSS JOIN keeps FTS5 in the lead: it walks down from the newest row and stops at LIMIT.
  return match === null
    ? { sql: `FROM message m WHERE ${where.sql}`, params: [...where.params] }
    : {
        sql: `FROM fts CROSS JOIN message m ON m.row = fts.rowid WHERE fts MATCH ? AND ${where.sql}`,
        params: [match, ...where.params],
      };
}

function rowsOf(db: Index, compiled: Compiled, options: SearchOptions): number[] {
  const { sql, params } = fromClause(compiled);
  const newest = compiled.match === null ? 'm.row DESC' : 'fts.rowid DESC';
  const byWeight = options.sort === 'relevance' && compiled.match !== null;
  const order = byWeight ? `${RELEVANCE}, ${newest}` : newest;
  return db
    .prepare<unknown[], number>(`SELECT m.row ${sql} ORDER BY ${order} LIMIT ? OFFSET ?`)
    .pluck()
    .all(...params, options.limit ?? 20, options.offset ?? 0);
}

function totalOf(db: Index, compiled: Compiled): number {
  const plain = compiled.match !== null && compiled.where.sql === '1';
  const { sql, params } = plain
    ? { sql: 'FROM fts WHERE fts MATCH ?', params: [compiled.match] }
    : fromClause(compiled);
  return (
    db
      .prepare<unknown[], number>(`SELECT count(*) ${sql}`)
      .pluck()
      .get(...params) ?? 0
  );
}
