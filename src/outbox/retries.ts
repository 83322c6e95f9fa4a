// PURE: how long a message waits between two tries, and when it is given up.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Milliseconds before the second, third … try; the last one holds for all that follow. The first comes at once. */
export const SCHEDULE: readonly number[] = [
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
];
/** Milliseconds after which a message that is still deferred has failed. */
export const LIFETIME: number = 5 * 24 * HOUR;
/** Milliseconds before a message without an answer to its dot is sent again. */
export const DOUBT: number = 10 * MINUTE;

/** Milliseconds before the try that follows `attempts` (1 or more); `random` is 0 up to 1, for ±15 %. */
export function pauseBefore(attempts: number, random: number): number {
  const base = SCHEDULE[Math.min(Math.max(attempts, 1), SCHEDULE.length) - 1] ?? 0;
  return Math.round(base * (0.85 + 0.3 * random));
}
