// PURE: when a job is due: at its next slot, or sooner where a run that failed is tried again, and never during a pause. The times
// are those of a clock that may be put back, for whose sake nothing waits for years.
import type { Calendar } from './calendar.ts';

/** All the world's clocks strike at once, and a provider would have all of us at the same second: milliseconds. */
const JITTER = 10_000;
/** What failed is tried again by then, in milliseconds, where the clock went back meanwhile. */
const SOON = 3_600_000;

/** What a job waits for. Milliseconds since 1970. */
export interface Due {
  readonly calendar: Calendar;
  /** The next slot, and the one that was last reached; null: there is none. */
  slot: number | null;
  reached: number | null;
  /** When a run that failed is tried again, if no slot comes before; null: it is not. */
  retry: number | null;
  /** Before this scheduled runs are left out. */
  pausedUntil: number;
  /** When the pause began. */
  pausedAt: number;
}

/** When it runs next, pauses apart; Infinity: never. */
export function dueOf({ slot, retry }: Due): number {
  return Math.min(slot ?? Infinity, retry ?? Infinity);
}

/** Notes that it is due at `now`: however many slots were passed, it is one run. False where it is not. */
export function reach(due: Due, now: number): boolean {
  if (dueOf(due) > now) return false;
  // A slot that a pause leaves out takes no later try with it.
  if (due.retry !== null && due.retry <= now) due.retry = null;
  if (due.slot !== null && due.slot <= now) {
    due.reached = due.slot;
    due.slot = due.calendar.next(now);
  }
  return true;
}

/** The most that a run starts behind its time; less where the next slot is near. */
export function jitter({ slot }: Due, now: number): number {
  return Math.min(JITTER, ((slot ?? Infinity) - now) / 4);
}

/** The clock went back to `now`: what was done at a slot is not done again, unless that slot is more than one period away. */
export function setBack(due: Due, now: number): void {
  const { calendar, reached } = due;
  const next = calendar.next(now);
  due.slot = next;
  if (due.retry !== null) due.retry = Math.min(due.retry, now + SOON);
  if (next === null || reached === null || next > reached) return;
  const period = (calendar.next(next) ?? Infinity) - next;
  if (reached - now <= period) due.slot = calendar.next(reached);
}

/** Until when it does not run; 0 where the cause is gone since (`cured`), and where the clock went back. */
export function paused({ pausedUntil, pausedAt }: Due, cured: number, now: number): number {
  return cured > pausedAt || now < pausedAt ? 0 : pausedUntil;
}
