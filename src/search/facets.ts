// What a question's answer consists of, for filters: how many messages of each account, folder, year and sender, and with
// attachments. Their short rows are counted in one pass.
import type { Index } from '../index/database.ts';
import { ask } from './ask.ts';
import type { When } from './ask.ts';

/** Counts of different messages; one that lies in two folders counts in both. */
export interface Facets {
  readonly total: number;
  /** The largest first; so are folders and people. */
  readonly accounts: readonly { readonly account: string; readonly count: number }[];
  /** As they are found by `account:` with `in:`. */
  readonly folders: readonly { readonly account: string; readonly folder: string; readonly count: number }[];
  /** The latest first; null, at the end: without a date. */
  readonly years: readonly { readonly year: number | null; readonly count: number }[];
  /** Who wrote most, at most so many as `PEOPLE`. */
  readonly people: readonly { readonly address: string; readonly name: string; readonly count: number }[];
  readonly attachments: { readonly with: number; readonly without: number };
}

/** People that are named. */
const PEOPLE = 20;

/** Counts what `text` finds. Throws QueryError for a mistake in it. */
export function facets(db: Index, text: string, when: When): Facets {
  const { query, row, sql, params } = ask(db, text, when);
  const among: Among =
    query.kind === 'all' ? { sql: '1', params: [] } : { sql: `row IN (SELECT ${row} ${sql})`, params };
  // One transaction: all counts are of the same moment.
  return db.transaction(() => ({ ...briefly(db, among, when.zone ?? 0), ...placed(db, among) }))();
}

interface Among {
  readonly sql: string;
  readonly params: readonly unknown[];
}

function briefly(
  db: Index,
  { sql, params }: Among,
  zone: number,
): Pick<Facets, 'total' | 'years' | 'people' | 'attachments'> {
  const rows = db
    .prepare<unknown[], [number | null, number | null, number]>(
      `SELECT date, person, attached FROM brief WHERE ${sql}`,
    )
    .raw();
  const years = new Map<number | null, number>();
  const people = new Map<number, number>();
  let [total, attached] = [0, 0];
  for (const [date, person, files] of rows.iterate(...params)) {
    total += 1;
    if (files > 0) attached += 1;
    add(years, date === null ? null : new Date(date + zone * 60_000).getUTCFullYear());
    if (person !== null) add(people, person);
  }
  return {
    total,
    years: [...years]
      .sort(([a], [b]) => (b ?? -Infinity) - (a ?? -Infinity))
      .map(([year, count]) => ({ year, count })),
    people: named(db, people),
    attachments: { with: attached, without: total - attached },
  };
}

function add<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function named(db: Index, counts: ReadonlyMap<number, number>): Facets['people'] {
  const person = db.prepare<[number], { address: string; name: string }>(
    'SELECT address, name FROM person WHERE id = ?',
  );
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, PEOPLE)
    .flatMap(([id, count]) => {
      const found = person.get(id);
      return found === undefined ? [] : [{ ...found, count }];
    });
}

function placed(db: Index, { sql, params }: Among): Pick<Facets, 'accounts' | 'folders'> {
  const counted = <Name extends string>(names: string): (Record<Name, string> & { count: number })[] =>
    db
      .prepare<unknown[], Record<Name, string> & { count: number }>(
        `SELECT ${names}, count(DISTINCT row) AS count FROM location WHERE ${sql} GROUP BY ${names}
         ORDER BY count DESC, ${names}`,
      )
      .all(...params);
  return {
    accounts: counted<'account'>('account'),
    folders: counted<'account' | 'folder'>('account, folder'),
  };
}
