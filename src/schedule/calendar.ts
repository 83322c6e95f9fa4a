// When a cron expression comes next, in the time zone of this process. What is to be at a time of day is there once each day: at a
// time that the clocks leave out in spring it comes when they have been put forward, and one that they repeat in autumn comes the
// first time. What is to be each hour, or more often, goes on through both.
import { createTask, parse } from 'node-cron';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;
/** A slot comes within this time, or there is none: 29 February on a given weekday comes every 28 years, or 40. */
const FAR = 41 * 366 * DAY;
/** What is looked at in one go. */
const STRETCH = 370 * DAY;

/** One expression. Times are milliseconds since 1970; wall times are counted as if this were UTC. */
export class Calendar {
  readonly #seconds: readonly number[];
  readonly #minutes: readonly number[];
  readonly #hours: readonly number[];
  readonly #isDay: (day: number) => boolean;
  /** It comes in every hour: then real time counts, and not the time of day. */
  readonly #hourly: boolean;

  /** `expression` has five or six fields, as node-cron reads them. Throws where it is none. */
  constructor(expression: string) {
    const { second, minute, hour, ...days } = parse(expression);
    this.#seconds = second.toSorted(byNumber);
    this.#minutes = minute.toSorted(byNumber);
    this.#hours = hour.toSorted(byNumber);
    this.#hourly = new Set(hour).size === 24;
    this.#isDay = dayTest(days);
  }

  /** The first slot after `time`; null where none comes in forty years. */
  next(time: number): number | null {
    const begin = Math.floor(time / SECOND) * SECOND;
    let from = begin;
    let least = Math.max(this.#repeatedUntil(begin), begin - ahead(begin) + SECOND);
    while (from < begin + FAR) {
      const stretch = this.#within(from, least);
      if (stretch.slot !== null) return stretch.slot;
      from = stretch.end;
      least = stretch.least;
    }
    return null;
  }

  /**
   * The first slot from `from` on whose wall time is `least` or later, in one stretch: up to a change of the clocks, or so many
   * days. Where there is none, where the next stretch begins.
   */
  #within(from: number, least: number): { slot: number | null; end: number; least: number } {
    const offset = ahead(from);
    const far = from + STRETCH;
    const label = this.#label(least, far - offset);
    const limit = label === null ? far : label + offset;
    const change = changeBetween(from, limit);
    if (change === null) return { slot: label === null ? null : limit, end: far, least: far - ahead(far) };
    const before = change - offset;
    const after = change - ahead(change);
    if (label !== null && label < before) return { slot: limit, end: change, least: after };
    // What lies in the time that is left out comes at its end. (Each hour: an hour of real time has not passed yet.)
    const skipped = !this.#hourly && after > before && this.#label(Math.max(least, before), after) !== null;
    // Where the clocks go back, the wall times up to then were there already.
    return {
      slot: skipped ? change : null,
      end: change,
      least: this.#hourly ? after : Math.max(before, after),
    };
  }

  /** The wall time up to which all was there before `time`, where the clocks were put back a short while ago. */
  #repeatedUntil(time: number): number {
    if (this.#hourly) return -Infinity;
    const change = changeBetween(time - 3 * HOUR, time);
    return change === null ? -Infinity : change - ahead(change - SECOND);
  }

  /** The first wall time from `from` up to `to`, that one not included, at which it comes. */
  #label(from: number, to: number): number | null {
    for (let day = Math.floor(from / DAY) * DAY; day < to; day += DAY) {
      if (!this.#isDay(day)) continue;
      const found = this.#timeOfDay(from - day);
      if (found !== null) return day + found < to ? day + found : null;
    }
    return null;
  }

  /** The first time of day, in milliseconds, from `least` on. */
  #timeOfDay(least: number): number | null {
    for (const hour of this.#hours) {
      if ((hour + 1) * HOUR <= least) continue;
      for (const minute of this.#minutes) {
        for (const second of this.#seconds) {
          const time = hour * HOUR + (minute * 60 + second) * SECOND;
          if (time >= least) return time;
        }
      }
    }
    return null;
  }
}

/** What is to be added to a wall time to have the real one. */
function ahead(time: number): number {
  return new Date(time).getTimezoneOffset() * 60 * SECOND;
}

/** The first instant after `from`, and not after `to`, at which the clocks were changed; null where there is none. */
function changeBetween(from: number, to: number): number | null {
  const offset = ahead(from);
  for (let step = from; step < to; step += DAY / 2) {
    let high = Math.min(step + DAY / 2, to);
    if (ahead(high) === offset) continue;
    let low = step;
    while (high - low > SECOND) {
      const middle = Math.floor((low + high) / 2 / SECOND) * SECOND;
      if (ahead(middle) === offset) low = middle;
      else high = middle;
    }
    return high;
  }
  return null;
}

type Days = Pick<ReturnType<typeof parse>, 'dayOfMonth' | 'month' | 'dayOfWeek'>;

/** Whether it comes on a day, given as its midnight. */
function dayTest({ dayOfMonth, month, dayOfWeek }: Days): (day: number) => boolean {
  const months = new Set(month);
  if ([...dayOfMonth, ...dayOfWeek].every((value) => typeof value === 'number')) {
    const dates = new Set(dayOfMonth);
    const weekdays = new Set(dayOfWeek);
    return (day) => {
      const date = new Date(day);
      return (
        months.has(date.getUTCMonth() + 1) && dates.has(date.getUTCDate()) && weekdays.has(date.getUTCDay())
      );
    };
  }
  // Last days, nearest weekdays and the like: node-cron knows which they are. Asked for noon, which no clock leaves out.
  const task = createTask(
    `0 0 12 ${dayOfMonth.join(',')} ${month.join(',')} ${dayOfWeek.join(',')}`,
    () => {
      throw new TypeError('it is only asked, and never started');
    },
    { timezone: 'UTC' },
  );
  void task.destroy();
  return (day) => months.has(new Date(day).getUTCMonth() + 1) && task.match(new Date(day + DAY / 2));
}

function byNumber(a: number, b: number): number {
  return a - b;
}
