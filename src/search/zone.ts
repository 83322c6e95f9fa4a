// PURE: whose days are counted. Where summer time comes and goes a day in winter begins at another hour of UTC than one in summer, and
// a question asked in July means the days of January as they were: as the times beside the messages are shown.

/** Minutes that the person's time is ahead of UTC all the year; `here`: the time of this machine, as it was at each moment. */
export type Zone = number | 'here';

/** A moment (milliseconds since 1970) as the clock on the wall had it: to be read by the UTC fields of the date. */
export function wallClock(ms: number, zone: Zone): Date {
  const ahead = zone === 'here' ? -new Date(ms).getTimezoneOffset() : zone;
  return new Date(ms + ahead * 60_000);
}

/**
 * The moment at which the clock on the wall had a day (a month from 0, a day of it, which may be beyond its end) and, `late`, so many
 * milliseconds after midnight. A day without a midnight begins with the first moment after it, and one that was left out is where it
 * would have been.
 */
export function momentOf(
  zone: Zone,
  [year, month, day]: readonly [number, number, number],
  late = 0,
): number {
  // By fields, as Date.UTC() and the like take the year 24 for 1924; from noon, which every zone has on that day.
  const date = new Date(2000, 0, 1, 12);
  if (zone !== 'here') {
    date.setUTCFullYear(year, month, day);
    return date.setUTCHours(0, 0, 0, late) - zone * 60_000;
  }
  date.setFullYear(year, month, day);
  return date.setHours(0, 0, 0, late);
}
