// PURE: what is to be done about the copy of a sent message in the account's Sent folder. Many providers file one by
// themselves; whether this one does is learnt by looking for it, and only where it does not is a copy filed, never two.

/** Where the copy of one letter stands. */
export interface Copy {
  /** When the message was sent; milliseconds since 1970, as all times here. */
  readonly date: number;
  /** Searches that found nothing, so far. */
  readonly looks: number;
  /** Times that filing it was begun: after the first, it may lie there although nobody knows. */
  readonly tries: number;
  /** Failures in a row. */
  readonly failures: number;
}

/** How a copy ended: filed by us, by the server, not to be filed, or given up. */
export type CopyEnd = 'filed' | 'found' | 'none' | 'failed';

/** What is known of the account. */
export interface Habits {
  readonly policy: 'auto' | 'always' | 'never';
  /** It has an IMAP server. */
  readonly mailbox: boolean;
  /** The preset says that the provider files a copy of what is sent. */
  readonly provider: boolean;
  /** What was learnt of its server: it files copies, or does not, as last seen then. Null: nothing yet. */
  readonly learnt: { readonly files: boolean; readonly seen: number } | null;
}

/** What to do now. */
export type CopyStep =
  | { readonly do: 'end'; readonly end: CopyEnd; readonly reason: string }
  | { readonly do: 'wait'; readonly until: number }
  /** Look for it; where it is not there, file it (`file`), or look again later. */
  | { readonly do: 'look'; readonly file: boolean }
  /** File it without looking: it cannot be there but by the server's doing, and is wanted beside that. */
  | { readonly do: 'file' };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** A provider that files copies takes a while: when to look, after the sending. */
const LOOKS: readonly number[] = [5 * SECOND, 20 * SECOND, MINUTE];
/** A person may change the setting at the provider: after so long it is looked at anew. */
const LASTS = 30 * DAY;
const RETRIES: readonly number[] = [1, 5, 15, 60, 240].map((minutes) => minutes * MINUTE);
/** After so long a copy is given up: the message itself is sent, and kept in the archive. */
export const COPY_LIFETIME: number = 3 * DAY;

/** The next step for a copy that has not ended. */
export function copyStep(copy: Copy, habits: Habits, now: number): CopyStep {
  const { policy, learnt } = habits;
  if (policy === 'never') return end('none', 'send.saveSent is never');
  if (!habits.mailbox) return end('none', 'the account has no IMAP server');
  if (policy === 'auto' && copy.tries === 0) {
    if (habits.provider) return end('found', 'the provider files a copy by itself');
    const held = lasting(learnt, now);
    if (held?.files === true) return end('found', 'the server files a copy by itself, as it did before');
    const looks = held !== null ? LOOKS.slice(0, 1) : LOOKS;
    const due = copy.date + (looks[Math.min(copy.looks, looks.length - 1)] ?? 0);
    // A date in the future is a clock that was set back.
    if (due > now && due - now <= MINUTE) return { do: 'wait', until: due };
    return { do: 'look', file: copy.looks + 1 >= looks.length };
  }
  return copy.tries === 0 ? { do: 'file' } : { do: 'look', file: true };
}

/** What was learnt of a server, for as long as it may be relied on. */
export function lasting(learnt: Habits['learnt'], now: number): Habits['learnt'] {
  return learnt !== null && now - learnt.seen < LASTS ? learnt : null;
}

/** When to try again after `failures` (1 or more) in a row; null: no more. `random` is 0 up to 1, for ±15 %. */
export function copyRetry(
  copy: Copy,
  failures: number,
  now: number,
  random: number,
  after: number = 0,
): number | null {
  if (now - copy.date >= COPY_LIFETIME) return null;
  const base = RETRIES[Math.min(failures, RETRIES.length) - 1] ?? 0;
  return now + Math.max(after, Math.round(base * (0.85 + 0.3 * random)));
}

function end(end: CopyEnd, reason: string): CopyStep {
  return { do: 'end', end, reason };
}
