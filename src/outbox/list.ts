// The queue as a person or a program asks for it: `mailkeep outbox list` and the counts of `mailkeep status`. It only reads,
// beside a running service or without one.
import { existsSync } from 'node:fs';
import type { Journal } from './journal.ts';
import { openJournal } from './open-journal.ts';
import type { Letter } from './letter.ts';
import type { StoredCopy } from './sent-journal.ts';
import type { CopyEnd } from './sent-plan.ts';
import { isOver, type RecipientState, type State } from './entry.ts';

/** A letter as JSON. */
export interface ListedLetter {
  readonly id: string;
  /** The name that it had in the drop folder. */
  readonly file: string;
  readonly account: string | null;
  readonly state: State;
  readonly from: string | null;
  readonly recipients: readonly {
    readonly address: string;
    readonly state: RecipientState;
    readonly reply: string | null;
  }[];
  readonly attempts: number;
  /** ISO 8601 in UTC; null where nothing is tried by itself. */
  readonly next: string | null;
  readonly created: string;
  /** Why it stands where it stands. */
  readonly reason: string | null;
  /** Some may get it twice: an answer to a dot was missed. */
  readonly doubtful: boolean;
  /** A person has stopped it: nothing is tried until it is released. */
  readonly held: boolean;
  /** ISO 8601 in UTC: when its sender was told that it is late; null: it is not, or not yet. */
  readonly late: string | null;
  /** Not null: it waits, and its account makes no connection until then. */
  readonly pause: { readonly until: string; readonly reason: string } | null;
  /** Its copy in the account's Sent folder; null while nobody has it yet. */
  readonly sentCopy: ListedCopy | null;
}

/** A copy as JSON. `open`: not yet seen to; `found`: the server has filed it by itself; `none`: none is to be filed. */
export interface ListedCopy {
  readonly state: 'open' | CopyEnd;
  /** Why, or where it lies. */
  readonly reason: string | null;
  /** ISO 8601 in UTC: when it is tried again; null where that is not fixed, or it is over. */
  readonly next: string | null;
}

/** How many letters stand where. `failed`: those that still lie in failed/. */
export interface QueueCounts {
  readonly queued: number;
  readonly deferred: number;
  readonly uncertain: number;
  readonly failed: number;
  /** Those of the waiting ones that have waited for more than four hours. */
  readonly late: number;
  /** Letters that were sent in the last 30 days, and whose copy was given up. */
  readonly unfiled: number;
}

/** All letters that outbox.db still knows, oldest first; none where there is no queue yet. Throws MailError `storage`. */
export function list(data: string, now: number = Date.now()): ListedLetter[] {
  return reading(data, [], (journal) => {
    const copies = journal.copies.all();
    return journal.letters().map((letter) => listed(letter, journal, now, copies.get(letter.id)));
  });
}

/** A letter as JSON. */
export function listed(
  letter: Letter,
  journal: Journal,
  now: number,
  copy: StoredCopy | undefined = journal.copies.of(letter.id),
): ListedLetter {
  return {
    id: letter.id,
    file: letter.file,
    account: letter.account,
    state: letter.state,
    from: letter.sender,
    recipients: letter.recipients.map(({ address, state, reply }) => ({ address, state, reply })),
    attempts: letter.attempts,
    next: letter.next === null ? null : new Date(letter.next).toISOString(),
    created: new Date(letter.created).toISOString(),
    reason: letter.reason,
    doubtful: letter.doubts > 0,
    held: letter.held,
    late: letter.late === null ? null : new Date(letter.late).toISOString(),
    pause: pauseOf(letter, journal, now),
    sentCopy: copyOf(copy),
  };
}

/** The counts for `status`. Throws MailError `storage`. */
export function counts(data: string): QueueCounts {
  const none = { queued: 0, deferred: 0, uncertain: 0, failed: 0, late: 0, unfiled: 0 };
  return reading(data, none, (journal) => {
    const byState = journal.countByState();
    const count = (fits: (state: string) => boolean): number =>
      [...byState].reduce((sum, [state, n]) => sum + (fits(state) ? n : 0), 0);
    return {
      queued: count((state) => !['sent', 'failed', 'cancelled', 'deferred', 'uncertain'].includes(state)),
      deferred: count((state) => state === 'deferred'),
      uncertain: count((state) => state === 'uncertain'),
      failed: journal
        .inState('failed')
        .filter(({ landed, placed }) => !placed || (landed !== null && existsSync(landed))).length,
      late: journal.countLate(),
      unfiled: journal.copies.countFailed(),
    };
  });
}

function pauseOf(letter: Letter, { accounts }: Journal, now: number): ListedLetter['pause'] {
  if (letter.account === null || isOver(letter)) return null;
  const pause = accounts.pause(letter.account);
  if (pause === undefined || pause.until <= now) return null;
  return { until: new Date(pause.until).toISOString(), reason: pause.reason };
}

function copyOf(copy: StoredCopy | undefined): ListedCopy | null {
  if (copy === undefined) return null;
  const { state, reason, next } = copy;
  return { state, reason, next: next === null ? null : new Date(next).toISOString() };
}

function reading<T>(data: string, none: T, read: (journal: Journal) => T): T {
  const journal = openJournal(data, 'read');
  if (journal === null) return none;
  try {
    return read(journal);
  } finally {
    journal.close();
  }
}
