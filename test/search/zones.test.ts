// Days, months and years where the clocks change: each question means what the times beside the messages say, in winter and in summer,
// whenever it is asked. What the clock on the wall shows is told by Intl, which the search does not use.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { localTime } from '../../src/cli/times.ts';
import { closeIndex } from '../../src/index/database.ts';
import type { Index } from '../../src/index/database.ts';
import { facets } from '../../src/search/facets.ts';
import { months } from '../../src/search/months.ts';
import { placesMatching } from '../../src/search/places.ts';
import { rowsMatching, search } from '../../src/search/search.ts';
import { idOf } from '../index/document.ts';
import { chance } from '../support/random.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { indexOfLetters, START } from './letters.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** Zones, and days around whose midnights something happens: clocks change in the night before or after, or at midnight itself. */
const ZONES: readonly (readonly [zone: string, asked: readonly string[], days: readonly string[]])[] = [
  ['Europe/Berlin', ['2024-07-01T10:00Z', '2025-01-10T11:00Z'], ['2024-03-31', '2024-10-27', '2024-01-15']],
  ['Asia/Shanghai', ['2024-07-01T04:00Z'], ['1991-09-15', '1991-04-14', '2024-01-01']],
  [
    'America/New_York',
    ['2024-07-01T16:00Z', '2024-12-01T17:00Z'],
    ['2024-03-10', '2024-11-03', '2023-12-31'],
  ],
  ['America/Sao_Paulo', ['2018-12-01T14:00Z'], ['2018-11-04', '2018-02-18', '2018-06-01']],
  ['Pacific/Apia', ['2012-02-10T22:00Z'], ['2011-12-29', '2011-12-30', '2011-12-31', '2011-09-24']],
  ['Asia/Kathmandu', ['2024-07-01T06:15Z'], ['2023-12-31', '2024-02-29']],
];

for (const [zone, asked, days] of ZONES) {
  describe(`in ${zone}`, () => {
    for (const at of asked)
      it(`a date means what the clock there shows, asked at ${at}`, (t) => {
        const before = process.env['TZ'];
        process.env['TZ'] = zone;
        t.after(() => {
          if (before === undefined) delete process.env['TZ'];
          else process.env['TZ'] = before;
        });
        const times = timesAround(days, Date.parse(at));
        const letters = times.map((time, index) => ({
          name: `m${index}`,
          at: (time - START) / MINUTE,
          in: ['a/INBOX'],
        }));
        const db = indexOfLetters(temporaryDirectory(t), letters);
        t.after(() => closeIndex(db));
        ask(db, times, { zone, days, now: Date.parse(at) });
      });
  });
}

/** Every hour of three days around each of `days`, and around the days that lie a few days, weeks and months before `now`. */
function timesAround(days: readonly string[], now: number): number[] {
  const by = chance(days.length);
  const around = [...days.map((day) => Date.parse(day)), now, now - 7 * DAY, now - 91 * DAY, now - 366 * DAY];
  const all = around.flatMap((middle) =>
    Array.from({ length: 72 }, (_, at) => Math.floor(middle / DAY) * DAY + (at - 24) * 60 * MINUTE),
  );
  return [...new Set(all.flatMap((time) => [time - MINUTE, time, time + by.upTo(59) * MINUTE]))];
}

function ask(
  db: Index,
  times: readonly number[],
  { zone, days, now }: { zone: string; days: readonly string[]; now: number },
): void {
  const when = { now, zone: 'here' } as const;
  const walls = times.map((time) => wallOf(time, zone));
  const idOfRow = new Map(
    db.prepare<[], [number, string]>('SELECT row, lower(hex(id)) FROM message').raw().all(),
  );
  for (const [query, holds] of questions(days, wallOf(now, zone))) {
    const expected = walls.flatMap((wall, at) => (holds(wall) ? [idOf(`m${at}`)] : [])).toSorted();
    const rows = [...rowsMatching(db, query, when)].map((row) => idOfRow.get(row) ?? '').toSorted();
    assert.deepEqual(rows, expected, `${query}, asked at ${wallOf(now, zone)}`);
    const places = placesMatching(db, query, when).map(({ id }) => id);
    assert.deepEqual(places.toSorted(), expected, `places of ${query}`);
    assert.equal(facets(db, query, when).total, expected.length);
    // What stands beside a hit begins with the day that was asked for.
    for (const { date } of search(db, query, { ...when, limit: 5 }).hits)
      assert.ok(holds(`${localTime(date, true)}:00`), `${query} ${localTime(date, true)}`);
  }
  const counted = (part: number): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const wall of walls) counts.set(wall.slice(0, part), (counts.get(wall.slice(0, part)) ?? 0) + 1);
    return counts;
  };
  const years = facets(db, '', when).years.map(({ year, count }): [string, number] => [String(year), count]);
  assert.deepEqual(new Map(years), counted(4));
  const found = months(db, when).filter(({ messages }) => messages > 0);
  assert.deepEqual(new Map(found.map(({ month, messages }) => [month, messages])), counted(7));
}

/** Questions, and whether what the clock showed (`2024-05-06 14:02:00`) is meant. `now`: what it shows. */
function* questions(
  days: readonly string[],
  now: string,
): Generator<readonly [query: string, holds: (wall: string) => boolean]> {
  for (const period of days.flatMap((day) => [
    day,
    next(day, -1),
    next(day, 1),
    day.slice(0, 7),
    day.slice(0, 4),
  ])) {
    yield [`on:${period}`, (wall) => wall.startsWith(period)];
    yield [`after:${period}`, (wall) => wall >= period];
    yield [`before:${period}`, (wall) => wall < period];
    yield [
      `之前:${period} 之后:${next(period.padEnd(10, '-01').slice(0, 10), -2)}`,
      (wall) => wall < period && wall >= next(period.padEnd(10, '-01').slice(0, 10), -2),
    ];
  }
  for (const count of [0, 1, 2, 7, 91, 366]) {
    const [day, clock] = [next(now.slice(0, 10), -count), now.slice(10)];
    yield [`on:${count}d`, (wall) => wall.startsWith(day)];
    yield [`after:${count}d`, (wall) => wall >= day + clock];
    yield [`before:${count}d`, (wall) => wall < day + clock];
  }
  const month = new Date(`${now.slice(0, 10)}T00:00Z`);
  month.setUTCMonth(month.getUTCMonth() - 3);
  const third = month.toISOString().slice(0, 10) + now.slice(10);
  yield ['after:3m', (wall) => wall >= third];
  yield ['before:3m', (wall) => wall < third];
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** `2024-05-06 14:02:00` for a moment in milliseconds since 1970. */
function wallOf(time: number, timeZone: string): string {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('sv-SE', {
      timeZone,
      dateStyle: 'short',
      timeStyle: 'medium',
    });
  formats.set(timeZone, format);
  return format.format(time);
}

function next(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00Z`) + count * DAY).toISOString().slice(0, 10);
}
