// PURE: when a failed job may run again, and when it does. The server's own time is obeyed; a refused login waits longest, so that
// a provider does not lock the person out.
import type { MailErrorKind, Retry } from '../model/error.ts';

const MINUTE = 60_000;

/** What a job failed with. */
export interface Failure {
  readonly kind: MailErrorKind;
  readonly retry: Retry;
  /** The server's own waiting time in milliseconds. */
  readonly after?: number | undefined;
  /** Most of the job was done all the same, so that the next runs come in their time. */
  readonly isPartial?: boolean;
}

/**
 * Milliseconds during which scheduled runs are left out after `failures` failures in a row (1 or more).
 * A login: 15 minutes, 1 hour, then 6 hours. Otherwise: none after the first, then 2, 4, 8 … minutes, at most 1 hour; where
 * the disk failed one minute: that is mended here, and for want of room no server is asked.
 */
export function pause(failure: Failure, failures: number): number {
  const own = failure.after ?? 0;
  if (failure.kind === 'auth') return Math.max(own, [15 * MINUTE, 60 * MINUTE][failures - 1] ?? 360 * MINUTE);
  if (failures <= 1 || failure.isPartial === true) return own;
  const most = failure.kind === 'storage' ? 1 : 60;
  return Math.max(own, Math.min(most, 2 ** (failures - 1)) * MINUTE);
}

/**
 * Milliseconds after which a failed job runs again without a slot: 5, 10, 20, 40 minutes, then each hour; where the disk failed
 * each 5 minutes. Who is to run once a day must not wait for the next one because the network was not up yet when the machine woke.
 * Null: only a person can mend it, and a slot is soon enough.
 */
export function again(failure: Failure, failures: number): number | null {
  if (failure.retry === 'never' || failure.kind === 'auth' || failure.kind === 'cancelled') return null;
  const most = failure.kind === 'storage' ? 5 : 60;
  return Math.max(pause(failure, failures), Math.min(most, 5 * 2 ** (failures - 1)) * MINUTE);
}
