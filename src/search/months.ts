// How the archive grew: messages and octets of each month, by the dates of the messages. Months are told apart through an index of
// dates, so that a million messages take a moment.
import type { Index } from '../index/database.ts';
import { momentOf, wallClock } from './zone.ts';
import type { Zone } from './zone.ts';

/** A month of the calendar. */
export interface Month {
  /** `2024-05`. */
  readonly month: string;
  readonly messages: number;
  /** Octets. */
  readonly bytes: number;
}

/** Dates outside of these years are mistakes of senders, and not shown. */
const FIRST_YEAR = 1971;
const YEARS_AHEAD = 1;

/**
 * The months from the first message to the last, oldest first, those without messages included. `zone`: whose months; `now`:
 * milliseconds since 1970, what lies more than a year after it is left out.
 */
export function months(
  db: Index,
  { now, zone = 0 }: { readonly now: number; readonly zone?: Zone },
): Month[] {
  const first = db.prepare<[number, number], number | null>(edge('min')).pluck();
  const last = db.prepare<[number, number], number | null>(edge('max')).pluck();
  const bounds = [Date.UTC(FIRST_YEAR, 0), now + YEARS_AHEAD * 366 * 86_400_000] as const;
  const [from, to] = [first.get(...bounds) ?? null, last.get(...bounds) ?? null];
  if (from === null || to === null) return [];
  const sum = db.prepare<[number, number], { messages: number; bytes: number }>(
    'SELECT count(*) AS messages, ifnull(sum(size), 0) AS bytes FROM brief WHERE date >= ? AND date < ?',
  );
  const found: Month[] = [];
  const begin = wallClock(from, zone);
  const year = begin.getUTCFullYear();
  for (let month = begin.getUTCMonth(); ; month += 1) {
    const [start, next] = [momentOf(zone, [year, month, 1]), momentOf(zone, [year, month + 1, 1])];
    if (start > to) return found;
    const { messages = 0, bytes = 0 } = sum.get(start, next) ?? {};
    found.push({ month: new Date(Date.UTC(year, month)).toISOString().slice(0, 7), messages, bytes });
  }
}

function edge(which: 'min' | 'max'): string {
  return `SELECT ${which}(date) FROM brief WHERE date >= ? AND date < ?`;
}
