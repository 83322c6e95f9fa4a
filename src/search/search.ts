// A question to the index → rows → hits with snippets, and how many there are. It only reads, on the caller's connection, and
// never waits for a writer.
import type { Index } from '../index/database.ts';
import { MailError } from '../model/error.ts';
import type { MessageId } from '../model/ids.ts';
import { ask } from './ask.ts';
import type { Asked, When } from './ask.ts';
import { idRange } from './conditions.ts';
import { hitReader } from './hit.ts';
import type { Hit } from './hit.ts';

/** How to answer. */
export interface SearchOptions extends When {
  /** `date`: newest first. `relevance`: best first; a query that has no words to weigh keeps the order of dates. */
  readonly sort?: 'date' | 'relevance' | undefined;
  /** Hits at most; 20 where it is left out. */
  readonly limit?: number | undefined;
  /** Hits to leave out at the beginning. */
  readonly offset?: number | undefined;
  /** Goes on behind an earlier page in the order of dates: its `next`. Deep pages take no longer than the first. */
  readonly after?: number | undefined;
}

/** A page of hits. */
export interface Page {
  readonly hits: readonly Hit[];
  /** Where the next page begins, for `after`; null at the end, and in the order of relevance (`offset` serves there). */
  readonly next: number | null;
}

/** `total` counts all messages that match, whatever `limit` was. */
export interface Found extends Page {
  readonly total: number;
}

/** Weights of the FTS columns: body, subject, sender, recipients, cc, bcc, files. */
const RELEVANCE = 'bm25(fts, 1.0, 10.0, 4.0, 4.0, 4.0, 4.0, 3.0)';

/** Searches. Throws QueryError (a MailError `usage`) for a mistake in `text`. */
export function search(db: Index, text: string, options: SearchOptions): Found {
  const asked = ask(db, text, options);
  // One transaction: count and hits are of the same moment.
  return db.transaction(() => ({ total: totalOf(db, asked), ...pageOf(db, asked, options) }))();
}

/** A page without the count, which may take longer than all its hits. Throws QueryError. */
export function list(db: Index, text: string, options: SearchOptions): Page {
  const asked = ask(db, text, options);
  return db.transaction(() => pageOf(db, asked, options))();
}

/** How many messages match. Throws QueryError. */
export function count(db: Index, text: string, when: When): number {
  return totalOf(db, ask(db, text, when));
}

/**
 * The rows of all messages that match, as the index had them at one moment, oldest first: eight octets each, so that a million
 * of them may be held. Throws QueryError.
 */
export function rowsMatching(db: Index, text: string, when: When): Float64Array {
  return rowsOf(db, ask(db, text, when));
}

/** The rows that a question finds, as rowsMatching() has them. */
export function rowsOf(db: Index, { row, all }: Asked): Float64Array {
  const { sql, params } = all();
  const rows = db.prepare<unknown[], number>(`SELECT ${row} ${sql}`).pluck();
  return Float64Array.from(rows.all(...params)).sort();
}

function pageOf(db: Index, asked: Asked, options: SearchOptions): Page {
  const { limit = 20, offset = 0, after } = options;
  const byWeight = options.sort === 'relevance' && asked.weighed;
  const { row } = asked;
  // Who is best is known when all have been weighed.
  const { sql, params } = byWeight ? asked.all() : asked;
  const behind = byWeight || after === undefined ? '' : ` AND ${row} < ?`;
  const order = byWeight ? `${RELEVANCE}, ${row} DESC` : `${row} DESC`;
  const rows = db
    .prepare<unknown[], number>(`SELECT ${row} ${sql}${behind} ORDER BY ${order} LIMIT ? OFFSET ?`)
    .pluck()
    .all(...params, ...(behind === '' ? [] : [after]), limit, offset);
  const last = rows.length < limit || byWeight ? null : (rows.at(-1) ?? null);
  return { hits: rows.map(hitReader(db, asked.query)), next: last };
}

function totalOf(db: Index, { query, all }: Asked): number {
  const { sql, params } = all();
  // How many there are in all is kept by the writes.
  const counted = query.kind === 'all' ? 'SELECT messages FROM whole' : `SELECT count(*) ${sql}`;
  return (
    db
      .prepare<unknown[], number>(counted)
      .pluck()
      .get(...params) ?? 0
  );
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
