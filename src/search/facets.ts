// What a question's answer consists of, for filters: how many messages of each account, folder, year and sender, and with
// attachments. The question is put once; what it found is counted in columns.
import type { Index } from '../index/database.ts';
import { ask } from './ask.ts';
import type { When } from './ask.ts';
import { columnsFor, selected, timeOf } from './columns.ts';
import type { Columns } from './columns.ts';
import { rowsOf } from './search.ts';
import { momentOf, wallClock } from './zone.ts';
import type { Zone } from './zone.ts';

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
  return db.transaction(() => {
    const rows = asked.query.kind === 'all' ? null : rowsOf(db, asked);
    const columns = columnsFor(db, rows);
    const chosen = rows === null ? new Uint8Array(columns.rows.length).fill(1) : selected(columns, rows);
    return { ...briefly(db, columns, chosen, when.zone ?? 0), ...placed(db, columns, chosen) };
  })();
}

/** Counts by small whole numbers. */
type Counts = Uint32Array;

function briefly(
  db: Index,
  { people, attached, times }: Columns,
  chosen: Uint8Array,
  zone: Zone,
): Pick<Facets, 'total' | 'years' | 'people' | 'attachments'> {
  const persons: Counts = new Uint32Array(db.prepare<[], number>(MOST_PERSON).pluck().get() ?? 1);
  const years = new Map<number | null, number>();
  let [total, files] = [0, 0];
  let year: Year = { year: null, from: NaN, to: NaN };
  let inYear = 0;
  for (let at = 0; at < chosen.length; at += 1) {
    if (chosen[at] === 0) continue;
    total += 1;
    files += attached[at] ?? 0;
    const person = people[at] ?? 0;
    persons[person] = (persons[person] ?? 0) + 1;
    const time = times[at] ?? 0;
    // Rows follow dates: neighbours are of one year mostly.
    const moment = time === 0 ? UNDATED : timeOf(time);
    if (!(moment >= year.from && moment < year.to)) {
      if (inYear > 0) years.set(year.year, (years.get(year.year) ?? 0) + inYear);
      [year, inYear] = [yearAround(moment, zone), 0];
    }
    inYear += 1;
  }
  if (inYear > 0) years.set(year.year, (years.get(year.year) ?? 0) + inYear);
  return {
    total,
    years: ordered(years),
    people: named(db, persons),
    attachments: { with: files, without: total - files },
  };
}

const MOST_PERSON = 'SELECT ifnull(max(id), 0) + 1 FROM person';
const UNDATED = -Infinity;

/** A year (null: of what has no date), its first moment and the first after it. */
interface Year {
  readonly year: number | null;
  readonly from: number;
  readonly to: number;
}

function yearAround(moment: number, zone: Zone): Year {
  if (moment === UNDATED) return { year: null, from: UNDATED, to: Number.MIN_SAFE_INTEGER };
  const year = wallClock(moment, zone).getUTCFullYear();
  return { year, from: momentOf(zone, [year, 0, 1]), to: momentOf(zone, [year + 1, 0, 1]) };
}

function ordered(years: ReadonlyMap<number | null, number>): Facets['years'] {
  return [...years]
    .sort(([a], [b]) => (b ?? -Infinity) - (a ?? -Infinity))
    .map(([year, count]) => ({ year, count }));
}

function named(db: Index, counts: Counts): Facets['people'] {
  const person = db.prepare<[number], { address: string; name: string }>(
    'SELECT address, name FROM person WHERE id = ?',
  );
  return largestOf(counts).flatMap((id) => {
    const found = person.get(id);
    return found === undefined ? [] : [{ ...found, count: counts[id] ?? 0 }];
  });
}

/** The numbers that count most, from the first on; of equals the lower first. 0 is none of them. */
function largestOf(counts: Counts): number[] {
  const best: number[] = [];
  for (let id = 1; id < counts.length; id += 1) {
    const count = counts[id] ?? 0;
    if (count === 0 || (best.length === PEOPLE && count <= (counts[best.at(-1) ?? 0] ?? 0))) continue;
    const before = best.findIndex((other) => (counts[other] ?? 0) < count);
    best.splice(before === -1 ? best.length : before, 0, id);
    if (best.length > PEOPLE) best.pop();
  }
  return best;
}

interface Counted {
  readonly account: string;
  readonly folder?: string;
  count: number;
  /** The message that was counted last. */
  last: number;
}

function placed(
  db: Index,
  { owners, places }: Columns,
  chosen: Uint8Array,
): Pick<Facets, 'accounts' | 'folders'> {
  const folders: Counted[] = [];
  const accountOf: Counted[] = [];
  const accounts = new Map<string, Counted>();
  for (const { id, account, folder } of db
    .prepare<[], { id: number; account: string; folder: string }>('SELECT id, account, folder FROM place')
    .all()) {
    const one = accounts.get(account) ?? { account, count: 0, last: NaN };
    accounts.set(account, one);
    folders[id] = { account, folder, count: 0, last: NaN };
    accountOf[id] = one;
  }
  for (let at = 0; at < owners.length; at += 1) {
    const owner = owners[at] ?? 0;
    if (chosen[owner] === 0) continue;
    const place = places[at] ?? 0;
    addOnce(folders[place], owner);
    addOnce(accountOf[place], owner);
  }
  return {
    accounts: largest([...accounts.values()]).map(({ account, count }) => ({ account, count })),
    folders: largest(folders).map(({ account, folder = '', count }) => ({ account, folder, count })),
  };
}

/** Places come message by message: one that has been counted here has been counted last. */
function addOnce(counted: Counted | undefined, owner: number): void {
  if (counted === undefined || counted.last === owner) return;
  counted.last = owner;
  counted.count += 1;
}

function largest(all: readonly Counted[]): Counted[] {
  const name = ({ account, folder = '' }: Counted): string => `${account}\0${folder}`;
  return all
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (name(a) < name(b) ? -1 : 1));
}
