// What was asked for and is not stored: why, how often, and when it is asked for again. A message that fails again and again is
// poisoned: told, tried ever more rarely, at last once a day, and in nobody's way.
import type { Place } from '../archive/entry.ts';
import type { UidValidity } from '../model/ids.ts';
import type { Index } from './database.ts';
import type { KnownKey } from './positions.ts';

/** A message that was asked for and is not stored. */
export interface Pending {
  readonly reason: string;
  readonly attempts: number;
  /** Not to be asked for before, in milliseconds; 0: at the next poll. */
  readonly next: number;
  /** Failed three times: listed by `status`, tried ever more rarely, and in nobody's way. */
  readonly poisoned: boolean;
}

/** Failures after which a message is poisoned. */
const POISONED_AFTER = 3;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A little less than a day: who is asked once a day comes somewhat earlier on one day than on the other. */
const NEARLY_A_DAY = DAY - HOUR;
/**
 * How long what is poisoned rests, the first time and each time after it; then nearly a day. Its failures may be nothing but one short
 * outage, seen by polls that follow upon each other within seconds: good mail is not to wait a day for that.
 */
const RESTS: readonly number[] = [10 * MINUTE, HOUR, 4 * HOUR];

/**
 * Whether it may be asked for at `now`. None waits longer than a day: where it seems so, the clock went back. A short rest is no
 * measure of that: whatever has failed may be put off until the next day, too.
 */
export function isDue({ next }: Pick<Pending, 'next'>, now: number): boolean {
  return next <= now || next > now + DAY;
}

/** Counts one failed attempt at a message. Storing it later clears the record. */
export function recordPending(
  db: Index,
  account: string,
  place: Place,
  reason: string,
  now: number,
): Pending {
  const found = pendingAt(db, account, place);
  const attempts = (found?.attempts ?? 0) + 1;
  const poisoned = attempts >= POISONED_AFTER;
  const rest = RESTS[attempts - POISONED_AFTER] ?? NEARLY_A_DAY;
  // Until then it is due whatever the time: one that was noted by a clock that stood ahead would have to wait for that.
  const pending = { reason, attempts, next: poisoned ? now + rest : 0, poisoned };
  const values = [reason, attempts, pending.next, poisoned ? 1 : 0];
  if (found !== undefined) {
    db.prepare('UPDATE pending SET reason = ?, attempts = ?, next = ?, poisoned = ? WHERE rowid = ?').run(
      ...values,
      found.rowid,
    );
  } else {
    db.prepare(
      `INSERT INTO pending (account, folder, validity, uid, uidl, reason, attempts, next, poisoned)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(account, place.folder, ...keyOf(place), ...values);
  }
  return pending;
}

/** Says of messages that they are not asked for before `next` (ms), and why; it is no failure of theirs. */
export function postpone(
  db: Index,
  account: string,
  places: readonly Place[],
  reason: string,
  next: number,
): void {
  const update = db.prepare(
    `UPDATE pending SET next = ? WHERE account = ? AND folder = ? AND validity IS ? AND uid IS ? AND uidl IS ?`,
  );
  const insert = db.prepare(
    `INSERT INTO pending (account, folder, validity, uid, uidl, reason, attempts, next, poisoned)
     VALUES (?, ?, ?, ?, ?, ?, 0, ?, 0)`,
  );
  db.transaction(() => {
    for (const at of places) {
      const key = keyOf(at);
      if (update.run(next, account, at.folder, ...key).changes === 0)
        insert.run(account, at.folder, ...key, reason, next);
    }
  }).immediate();
}

/** Messages of an account that were put off. */
export interface Postponed {
  readonly reason: string;
  readonly messages: number;
  /** When the first of them is due, milliseconds since 1970. */
  readonly until: number;
}

/** What was put off and is not due at `now`; undefined where nothing was. */
export function postponed(db: Index, account: string, now: number): Postponed | undefined {
  return db
    .prepare<[string, number, number], Postponed>(
      `SELECT reason, count(*) AS messages, min(next) AS until FROM pending
       WHERE account = ? AND attempts = 0 AND next > ? AND next <= ? GROUP BY reason ORDER BY messages DESC LIMIT 1`,
    )
    .get(account, now, now + DAY);
}

/** The pending messages of a folder under this validity (null: POP3). */
export function pendingOf(
  db: Index,
  account: string,
  folder: string,
  validity: UidValidity | null,
): Map<KnownKey, Pending> {
  const rows = db
    .prepare<unknown[], { key: KnownKey; reason: string; attempts: number; next: number; poisoned: number }>(
      `SELECT coalesce(uid, uidl) AS key, reason, attempts, next, poisoned FROM pending
       WHERE account = ? AND folder = ? AND validity IS ?`,
    )
    .all(account, folder, validity);
  return new Map(rows.map(({ key, ...row }) => [key, { ...row, poisoned: row.poisoned !== 0 }]));
}

/** A test for keys that failed before and are not due at `now`. */
export function notYet(
  db: Index,
  account: string,
  folder: string,
  validity: UidValidity | null,
  now: number,
): (key: KnownKey) => boolean {
  const pending = pendingOf(db, account, folder, validity);
  return (key) => !isDue(pending.get(key) ?? { next: 0 }, now);
}

/** Messages of an account that failed may be tried now; returns how many there are. */
export function makeDue(db: Index, account: string): number {
  return db.prepare('UPDATE pending SET next = 0 WHERE account = ? AND attempts > 0').run(account).changes;
}

/** Forgets the pending messages of a folder that its server no longer lists, whatever their UIDVALIDITY was. */
export function forgetPending(
  db: Index,
  account: string,
  folder: string,
  validity: UidValidity | null,
  isListed: (key: KnownKey) => boolean,
): void {
  const rows = db
    .prepare<unknown[], { rowid: number; key: KnownKey; validity: number | null }>(
      'SELECT rowid, coalesce(uid, uidl) AS key, validity FROM pending WHERE account = ? AND folder = ?',
    )
    .all(account, folder);
  const remove = db.prepare('DELETE FROM pending WHERE rowid = ?');
  for (const row of rows) if (row.validity !== validity || !isListed(row.key)) remove.run(row.rowid);
}

function pendingAt(db: Index, account: string, at: Place): { rowid: number; attempts: number } | undefined {
  return db
    .prepare<unknown[], { rowid: number; attempts: number }>(
      `SELECT rowid, attempts FROM pending
       WHERE account = ? AND folder = ? AND validity IS ? AND uid IS ? AND uidl IS ?`,
    )
    .get(account, at.folder, ...keyOf(at));
}

function keyOf(at: Place): [number | null, number | null, string | null] {
  return 'uid' in at ? [at.validity, at.uid, null] : [null, null, at.uidl];
}
