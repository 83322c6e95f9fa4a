// What a question's answer consists of, for filters: how many messages of each account, folder, year and sender, and with
// attachments. What counts of a message comes as one number, so that half a million of them are counted in a moment.
import type { Index } from '../index/database.ts';
import { ask } from './ask.ts';
import type { Asked, When } from './ask.ts';

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
  const asked = ask(db, text, when);
  // One transaction: all counts are of the same moment.
  return db.transaction(() => ({ ...briefly(db, asked, when.zone ?? 0), ...placed(db, asked) }))();
}

/** Quarters of an hour: years begin with one in every zone. As many as 24 bits hold, a fourth of them before 1970. */
const QUARTER = 900_000;
const QUARTERS = 2 ** 24;
const BEFORE_1970 = 2 ** 22;
const BRIEF = `(ifnull(b.person, 0) * 2 + (b.attached > 0)) * ${QUARTERS} + CASE WHEN b.date IS NULL THEN 0
  ELSE max(1, min(${QUARTERS - 1}, (b.date + ${BEFORE_1970 * QUARTER}) / ${QUARTER})) END`;

function briefly(
  db: Index,
  asked: Asked,
  zone: number,
): Pick<Facets, 'total' | 'years' | 'people' | 'attachments'> {
  const days = new Map<number, number>();
  const people = new Map<number, number>();
  let [total, attached, undated] = [0, 0, 0];
  for (const number of numbers(db, asked, BRIEF, 'brief b')) {
    const quarter = number % QUARTERS;
    const rest = (number - quarter) / QUARTERS;
    const person = Math.floor(rest / 2);
    total += 1;
    attached += rest % 2;
    if (quarter === 0) undated += 1;
    else add(days, Math.floor(((quarter - BEFORE_1970) * QUARTER + zone * 60_000) / DAY));
    if (person > 0) add(people, person);
  }
  return {
    total,
    years: [...yearsOf(days), ...(undated === 0 ? [] : [{ year: null, count: undated }])],
    people: named(db, people),
    attachments: { with: attached, without: total - attached },
  };
}

const DAY = 86_400_000;

function add<Key>(counts: Map<Key, number>, key: Key, more: number = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + more);
}

function yearsOf(days: ReadonlyMap<number, number>): Facets['years'] {
  const years = new Map<number, number>();
  for (const [day, count] of days) add(years, new Date(day * DAY).getUTCFullYear(), count);
  return [...years].sort(([a], [b]) => b - a).map(([year, count]) => ({ year, count }));
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

/** Rows are seconds since 1970: 36 bits hold them for a thousand years, before and after. */
const ROWS = 2 ** 36;
const PLACE = `ifnull(b.place, 0) * ${ROWS} + b.row + ${ROWS / 2}`;

/** Places come row by row, and of a row in the order of their numbers: one that comes twice comes at once. */
function placed(db: Index, asked: Asked): Pick<Facets, 'accounts' | 'folders'> {
  const places = new Map(
    db
      .prepare<[], { id: number; account: string; folder: string }>('SELECT id, account, folder FROM place')
      .all()
      .map(({ id, account, folder }) => [id, { account, folder, count: 0 }]),
  );
  const accounts = new Map(
    [...places.values()].map(({ account }) => [account, { account, count: 0, last: NaN }]),
  );
  let before = NaN;
  for (const number of numbers(db, asked, PLACE, 'location b')) {
    if (number === before) continue;
    before = number;
    const row = number % ROWS;
    const place = places.get((number - row) / ROWS);
    if (place === undefined) continue;
    place.count += 1;
    const account = accounts.get(place.account);
    if (account === undefined || account.last === row) continue;
    account.last = row;
    account.count += 1;
  }
  return {
    accounts: largest([...accounts.values()]).map(({ account, count }) => ({ account, count })),
    folders: largest([...places.values()]),
  };
}

function largest<Counted extends { count: number; account: string; folder?: string }>(
  all: Counted[],
): Counted[] {
  const name = ({ account, folder = '' }: Counted): string => `${account}\0${folder}`;
  return all
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (name(a) < name(b) ? -1 : 1));
}

/** `what` of each row of `table b` that belongs to what is asked for, row by row; whole numbers below 2 ** 53. */
function numbers(db: Index, { query, row, sql, params }: Asked, what: string, table: string): number[] {
  // The rows of what is asked for lead, and come in order.
  return query.kind === 'all'
    ? db.prepare<[], number>(`SELECT ${what} FROM ${table} ORDER BY b.row`).pluck().all()
    : db
        .prepare<unknown[], number>(
          `SELECT ${what} FROM (SELECT ${row} AS row ${sql}) AS found CROSS JOIN ${table} ON b.row = found.row`,
        )
        .pluck()
        .all(...params);
}
