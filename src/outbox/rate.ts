// PURE: how soon an account may send again without passing what its provider bears.

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** The time from which sendings count, for `mayBegin`. */
export function rateWindow(now: number): number {
  return now - DAY;
}

/**
 * When the next message may begin: `now`, or later where `sendings` (times of the last day, oldest first) already reach what
 * a minute or a day allows. Milliseconds since 1970.
 */
export function mayBegin(
  sendings: readonly number[],
  rate: { readonly perMinute: number; readonly perDay: number },
  now: number,
): number {
  return Math.max(
    now,
    freeOf(sendings, rate.perMinute, MINUTE, now),
    freeOf(sendings, rate.perDay, DAY, now),
  );
}

function freeOf(sendings: readonly number[], most: number, window: number, now: number): number {
  // A time that is still to come was written before the clock was put back.
  const counted = sendings.filter((at) => at > now - window && at <= now);
  const [oldest] = counted.slice(-Math.max(1, most));
  return counted.length < Math.max(1, most) || oldest === undefined ? now : oldest + window;
}
