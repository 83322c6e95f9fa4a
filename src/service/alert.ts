// PURE: what an alert is, and which of them begin and end when one looks again. Each is told when it begins and when it ends, and not
// in between, however often it is looked.
import type { Hint } from '../model/hint.ts';

/** What can be wrong; a closed list. */
export const ALERT_KINDS = [
  'stale', // no good sync for a long time
  'login', // a login is refused, or its person must sign in
  'damaged', // stored files are damaged or missing
  'disk', // little room is left, or none
  'storage', // receiving fails at the archive or its disk: read-only, input/output errors, not there
  'unproved', // the server has what the archive has not
  'index', // the index was lost and is made anew, or it cannot be read while the service runs
  'failed-letter',
  'uncertain-letter', // perhaps sent; a person must decide
  'delayed-letter',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** Something that is wrong now. */
export interface Found {
  readonly kind: AlertKind;
  /** Which of its kind: an account, a letter's id, or empty where there is only one. */
  readonly subject: string;
  /** The account that it is about, if any: no mail about it goes by that account. */
  readonly account: string | null;
  readonly message: Hint;
  /** What cures it. */
  readonly hint: Hint;
}

/** The same since a time, ISO 8601 in UTC. */
export interface OpenAlert extends Found {
  readonly since: string;
}

/** An alert that begins or ends, as the alert command gets it. */
export interface AlertEvent extends OpenAlert {
  readonly event: 'start' | 'end';
  /** When it was seen, ISO 8601 in UTC. */
  readonly at: string;
}

/** What a look makes of what was open. */
export interface Change {
  readonly open: readonly OpenAlert[];
  readonly events: readonly AlertEvent[];
}

/** What is open at `now`, and what began and ended. What goes on keeps its time, and says what it says now. */
export function changed(before: readonly OpenAlert[], found: readonly Found[], now: string): Change {
  const open = sinceThen(found, before, now);
  const known = new Set(before.map(keyOf));
  const still = new Set(open.map(keyOf));
  return {
    open,
    events: [
      ...open
        .filter((alert) => !known.has(keyOf(alert)))
        .map((alert): AlertEvent => ({ event: 'start', ...alert, at: now })),
      ...before
        .filter((alert) => !still.has(keyOf(alert)))
        .map((alert): AlertEvent => ({ event: 'end', ...alert, at: now })),
    ],
  };
}

/** Each with the time since when it is known, or else since `now`. */
export function sinceThen(found: readonly Found[], before: readonly OpenAlert[], now: string): OpenAlert[] {
  const times = new Map(before.map((alert) => [keyOf(alert), alert.since]));
  return found.map(({ kind, subject, account, message, hint }) => {
    const since = times.get(keyOf({ kind, subject })) ?? now;
    return { kind, account, subject, since, message, hint };
  });
}

/** The same for two that are about the same. */
function keyOf({ kind, subject }: Pick<Found, 'kind' | 'subject'>): string {
  return `${kind} ${subject}`;
}
