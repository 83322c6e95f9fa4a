// What is counted of messages, as columns side by side in memory: half a million messages are counted in them in milliseconds, where
// handing each over from SQLite takes half a second. The columns of all messages are kept until the index changes; those of a few are
// read for the question.
import type { Index } from '../index/database.ts';

/** Columns of messages in the order of their rows. */
export interface Columns {
  readonly rows: Float64Array;
  /** Who wrote it, as `person` numbers them; 0: nobody. */
  readonly people: Uint32Array;
  /** 1 with attachments. */
  readonly attached: Uint8Array;
  /** The time as a number of quarters of an hour, which timeOf() reads; 0: none. */
  readonly times: Uint32Array;
  /** An entry for each place that a message lies in: which message of these, and the place's number. In order; some come twice. */
  readonly owners: Uint32Array;
  readonly places: Uint32Array;
}

/** Quarters of an hour: years begin with one in every zone. As many as 24 bits hold, a fourth of them before 1970. */
const QUARTER = 900_000;
const QUARTERS = 2 ** 24;
const BEFORE_1970 = 2 ** 22;

/** The moment, in milliseconds since 1970, at which the quarter of a message's time begins. */
export function timeOf(quarters: number): number {
  return (quarters - BEFORE_1970) * QUARTER;
}

/**
 * What a short row says, as one whole number below 2 ** 53: a row of several costs far more to hand over. A time beyond all quarters is
 * the first or the last of them.
 */
const BRIEF = `(ifnull(b.person, 0) * 2 + (b.attached > 0)) * ${QUARTERS} + CASE
  WHEN b.date BETWEEN ${timeOf(1)} AND ${timeOf(QUARTERS) - 1} THEN (b.date - ${timeOf(0)}) / ${QUARTER}
  WHEN b.date IS NULL THEN 0 WHEN b.date < 0 THEN 1 ELSE ${QUARTERS - 1} END`;

/** Rows are seconds since 1970: 36 bits hold them for a thousand years, before and after. */
const ROWS = 2 ** 36;
const PLACE = `ifnull(b.place, 0) * ${ROWS} + b.row + ${ROWS / 2}`;

/** So many messages to one that is asked for: from there on, all columns are not worth their reading. */
const SHARE = 8;

/** The columns of all messages as they were, by their connection. */
const kept = new WeakMap<Index, { readonly version: string; readonly columns: Columns }>();

/**
 * Columns that hold the messages at `rows` (null: all messages), which are in order, and perhaps others. To be called in the
 * transaction that found the rows.
 */
export function columnsFor(db: Index, rows: Float64Array | null): Columns {
  const version = versionOf(db);
  const known = kept.get(db);
  if (known?.version === version) return known.columns;
  const total = db.prepare<[], number>('SELECT messages FROM whole').pluck().get() ?? 0;
  if (rows !== null && rows.length * SHARE < total) return columnsOf(db, rows);
  // The old ones are let go first.
  kept.delete(db);
  const columns = columnsOf(db, null);
  kept.set(db, { version, columns });
  return columns;
}

/** It is another one after each change, by this connection or by any other. */
function versionOf(db: Index): string {
  const own = db.prepare<[], number>('SELECT total_changes()').pluck().get() ?? 0;
  return `${String(db.pragma('data_version', { simple: true }))} ${own}`;
}

/** Messages that are read at a time: of so many, what SQLite hands over is let go as cheaply as it came. */
const TOGETHER = 2000;

function columnsOf(db: Index, asked: Float64Array | null): Columns {
  const read = reader(db, asked === null);
  const parts = Array.from(asked === null ? allRows(db) : slices(asked), read);
  let before = 0;
  for (const { rows, owners } of parts) {
    for (let at = 0; at < owners.length; at += 1) owners[at] = (owners[at] ?? 0) + before;
    before += rows.length;
  }
  return {
    rows: joined(Float64Array, parts, 'rows'),
    people: joined(Uint32Array, parts, 'people'),
    attached: joined(Uint8Array, parts, 'attached'),
    times: joined(Uint32Array, parts, 'times'),
    owners: joined(Uint32Array, parts, 'owners'),
    places: joined(Uint32Array, parts, 'places'),
  };
}

function* allRows(db: Index): Generator<Float64Array> {
  const after = db
    .prepare<[number], number>(`SELECT row FROM brief WHERE row > ? ORDER BY row LIMIT ${TOGETHER}`)
    .pluck();
  for (let last = -ROWS; ;) {
    const rows = after.all(last);
    const next = rows.at(-1);
    if (next === undefined) return;
    yield Float64Array.from(rows);
    last = next;
  }
}

function* slices(rows: Float64Array): Generator<Float64Array> {
  for (let at = 0; at < rows.length; at += TOGETHER) yield rows.subarray(at, at + TOGETHER);
}

/** Reads the columns of messages: one statement for all that lie between the first and the last, or one by their rows. */
function reader(db: Index, isAll: boolean): (rows: Float64Array) => Columns {
  const statement = (what: string, table: string): ((rows: Float64Array) => number[]) => {
    if (isAll) {
      const between = db
        .prepare<[number, number], number>(
          `SELECT ${what} FROM ${table} b WHERE b.row BETWEEN ? AND ? ORDER BY b.row`,
        )
        .pluck();
      return (rows) => between.all(rows[0] ?? 0, rows.at(-1) ?? 0);
    }
    const each = db
      .prepare<[string], number>(
        `SELECT ${what} FROM json_each(?) AS asked CROSS JOIN ${table} b ON b.row = asked.value`,
      )
      .pluck();
    return (rows) => each.all(JSON.stringify(Array.from(rows)));
  };
  const briefs = statement(BRIEF, 'brief');
  const places = statement(PLACE, 'location');
  return (rows) => ({ rows, ...briefColumns(briefs(rows)), ...placeColumns(places(rows), rows) });
}

function joined<Of extends Float64Array | Uint32Array | Uint8Array>(
  Type: new (length: number) => Of,
  parts: readonly Columns[],
  column: { [Name in keyof Columns]: Of extends Columns[Name] ? Name : never }[keyof Columns],
): Of {
  const all = new Type(parts.reduce((sum, part) => sum + part[column].length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part[column], at);
    at += part[column].length;
  }
  return all;
}

function briefColumns(briefs: readonly number[]): Pick<Columns, 'people' | 'attached' | 'times'> {
  const people = new Uint32Array(briefs.length);
  const attached = new Uint8Array(briefs.length);
  const times = new Uint32Array(briefs.length);
  for (const [at, number] of briefs.entries()) {
    // Not by %, which is slow beyond 2 ** 31.
    const rest = Math.floor(number / QUARTERS);
    const person = Math.floor(rest / 2);
    times[at] = number - rest * QUARTERS;
    attached[at] = rest - person * 2;
    people[at] = person;
  }
  return { people, attached, times };
}

/** Both come in the order of rows; what lies nowhere has no entry. */
function placeColumns(entries: readonly number[], rows: Float64Array): Pick<Columns, 'owners' | 'places'> {
  const owners = new Uint32Array(entries.length);
  const places = new Uint32Array(entries.length);
  let owner = 0;
  let length = 0;
  for (const number of entries) {
    const place = Math.floor(number / ROWS);
    const row = number - place * ROWS - ROWS / 2;
    while (owner < rows.length && (rows[owner] ?? 0) < row) owner += 1;
    if (rows[owner] !== row) continue;
    owners[length] = owner;
    places[length] = place;
    length += 1;
  }
  return { owners: owners.subarray(0, length), places: places.subarray(0, length) };
}

/** Which of the columns' messages are at `rows`, which are in order: 1 or 0 each. Rows without a message are passed over. */
export function selected(columns: Columns, rows: Float64Array): Uint8Array {
  const chosen = new Uint8Array(columns.rows.length);
  let at = 0;
  for (const row of rows) {
    while (at < columns.rows.length && (columns.rows[at] ?? 0) < row) at += 1;
    if (columns.rows[at] === row) chosen[at] = 1;
  }
  return chosen;
}
