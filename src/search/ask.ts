// A question as the index takes it: text → tree → the FROM clause that finds its rows, with the names of folders, labels and lists
// that its conditions depend on.
import type { Index } from '../index/database.ts';
import type { Context } from './conditions.ts';
import { parse } from './query.ts';
import { compile } from './to-sql.ts';
import type { Sql } from './to-sql.ts';
import type { Query } from './tree.ts';
import type { Zone } from './zone.ts';

/** What the meaning of a question depends on beside its words. */
export interface When {
  /** Milliseconds since 1970: what `7d` counts back from. */
  readonly now: number;
  /** Whose days the dates are; 0, UTC, where it is left out. */
  readonly zone?: Zone | undefined;
}

/** `FROM …`, and what stands for its question marks. */
interface From {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** A question, ready to be put. To be selected are `row`s, and with `weighed` the columns of fts. */
export interface Asked extends From {
  readonly query: Query;
  readonly context: Context;
  /**
   * The same for whoever wants all of the rows: what lies in a folder is read then, and not looked up message by message, but where
   * far fewer messages have the words. To find that out takes a moment.
   */
  readonly all: () => From;
  /** The row that is selected and ordered by: `m.row`, or `fts.rowid`. */
  readonly row: string;
  /** True where words lead, so that their weight may order. */
  readonly weighed: boolean;
}

/** Understands a question. Throws QueryError for a mistake in `text`. */
export function ask(db: Index, text: string, { now, zone }: When): Asked {
  const query = parse(text);
  const names = asks(query, ['folder', 'label']);
  const context: Context = {
    now,
    zone: zone ?? 0,
    places: names || asks(query, ['account']) ? placesIn(db) : [],
    few: fewIn(db, FEW),
    labels: names ? labelNames(db) : [],
    lists: asks(query, ['list']) ? listNames(db) : [],
  };
  const { match, where } = compile(query, context);
  if (match === null) {
    const whole = compile(query, { ...context, few: () => true }).where;
    const sql = `FROM brief m WHERE ${where.sql}`;
    const all = (): From => ({ sql: `FROM brief m WHERE ${whole.sql}`, params: whole.params });
    return { query, context, sql, params: where.params, all, row: 'm.row', weighed: false };
  }
  return {
    query,
    context,
    ...led(match, where),
    all: () => {
      if (!asks(query, ['folder', 'account'])) return led(match, where);
      const few = fewIn(db, Math.max(FEW, matchesOf(db, match)));
      return led(match, compile(query, { ...context, few }).where);
    },
    row: 'fts.rowid',
    weighed: true,
  };
}

/** CROSS JOIN keeps FTS5 in the lead: it walks down from the newest row and stops at LIMIT. */
function led(match: string, where: Sql): From {
  const sql =
    where.sql === '1'
      ? 'FROM fts WHERE fts MATCH ?'
      : `FROM fts CROSS JOIN brief m ON m.row = fts.rowid WHERE fts MATCH ? AND ${where.sql}`;
  return { sql, params: [match, ...where.params] };
}

function matchesOf(db: Index, match: string): number {
  const counted = db.prepare<[string], number>('SELECT count(*) FROM fts WHERE fts MATCH ?').pluck();
  return counted.get(match) ?? 0;
}

function asks(query: Query, kinds: readonly Query['kind'][]): boolean {
  if (query.kind === 'and' || query.kind === 'or') return query.of.some((part) => asks(part, kinds));
  if (query.kind === 'not') return asks(query.of, kinds);
  return kinds.includes(query.kind);
}

function placesIn(db: Index): Context['places'] {
  return db.prepare<[], Context['places'][number]>('SELECT id, account, folder FROM place').all();
}

/** So many messages of a place are read in a few milliseconds; of a larger one those asked about are looked up. */
const FEW = 20_000;

function fewIn(db: Index, most: number): Context['few'] {
  const counted = db
    .prepare<[string, number], number>(
      'SELECT count(*) FROM (SELECT 1 FROM location WHERE place IN (SELECT value FROM json_each(?)) LIMIT ?)',
    )
    .pluck();
  return (ids) => (counted.get(JSON.stringify(ids), most + 1) ?? 0) <= most;
}

function labelNames(db: Index): string[] {
  return db.prepare<[], string>('SELECT name FROM label').pluck().all();
}

/** By jumps through the index: their number counts, not that of the messages. */
function listNames(db: Index): string[] {
  const names: string[] = [];
  const next = db
    .prepare<[string], string>(
      'SELECT list FROM message WHERE list IS NOT NULL AND list > ? ORDER BY list LIMIT 1',
    )
    .pluck();
  for (let at = next.get(''); at !== undefined; at = next.get(at)) names.push(at);
  return names;
}
