// What is known of a folder at its server: which keys are stored, what the last finished listing saw, which messages
// were asked for and did not come. Positions are sets of stored keys, never a maximum: a gap is always seen.
import type { Place } from '../archive/entry.ts';
import type { Uidl, UidValidity } from '../model/ids.ts';
import type { Index } from './database.ts';
import { inMaildrop } from './maildrop.ts';

/** A UID as a number, a UIDL as text. */
export type KnownKey = number | string;

/** A stored message in its place. */
export interface KnownPlace {
  /** Joined by a space, as they were written. */
  readonly flags: string;
  /** As labels.ts joins them; null where the server told none. */
  readonly labels: string | null;
  /** Complete listings in a row without it; OUTSIDE: it slid out of what the server shows. */
  readonly missed: number;
  readonly gone: boolean;
  /** INTERNALDATE in milliseconds as it was when the message was stored; null where the server gave none. */
  readonly received: number | null;
  /** Octets of what is stored; null: not known. */
  readonly size: number | null;
}

type KnownRow = [KnownKey, string, string | null, number, number | null, number | null, number | null];

const KNOWN = `SELECT coalesce(uid, uidl), flags, labels, missed, gone, received,
  (SELECT size FROM brief WHERE brief.row = location.row) FROM location
  WHERE account = ? AND folder = ?`;

/**
 * The stored keys of a folder: UIDs under this `validity` (within `range`, both ends included), or UIDLs where it is null
 * (POP3). What was stored under another UIDVALIDITY is not among them.
 */
export function known(
  db: Index,
  account: string,
  folder: string,
  validity: UidValidity | null,
  range: { readonly from: number; readonly to: number } = { from: 0, to: 2 ** 32 },
): Map<KnownKey, KnownPlace> {
  const rows =
    validity === null
      ? db
          .prepare<unknown[], KnownRow>(`${KNOWN} AND ${inMaildrop('uidl')}`)
          .raw()
          .all(account, folder)
      : db
          .prepare<unknown[], KnownRow>(
            `${KNOWN} AND validity = ? AND uid IS NOT NULL AND uid BETWEEN ? AND ?`,
          )
          .raw()
          .all(account, folder, validity, range.from, range.to);
  return new Map(rows.map(knownPlace));
}

/** Those of `uids` that are stored. */
export function knownAmong(
  db: Index,
  account: string,
  folder: string,
  validity: UidValidity,
  uids: Iterable<number>,
): Map<KnownKey, KnownPlace> {
  const one = db
    .prepare<unknown[], KnownRow>(`${KNOWN} AND validity = ? AND uid IS NOT NULL AND uid = ?`)
    .raw();
  const found = new Map<KnownKey, KnownPlace>();
  for (const uid of uids) {
    const row = one.get(account, folder, validity, uid);
    if (row !== undefined) found.set(...knownPlace(row));
  }
  return found;
}

function knownPlace([key, flags, labels, missed, gone, received, size]: KnownRow): [KnownKey, KnownPlace] {
  return [key, { flags, labels, missed, gone: gone !== null, received, size }];
}

/** In place of a count of listings: the server shows a part of what it holds, and no longer this message. */
export const OUTSIDE: number = -1;

/** The stored UIDs of a folder that are not gone: those of the last listing, and those that it was without. Ascending. */
export function standing(
  db: Index,
  account: string,
  folder: string,
  validity: UidValidity,
): { readonly present: number[]; readonly missed: number[] } {
  const rows = db
    .prepare<unknown[], [number, number]>(
      `SELECT uid, missed FROM location WHERE account = ? AND folder = ? AND validity = ? AND uid IS NOT NULL
       AND gone IS NULL AND missed <> ${OUTSIDE} ORDER BY uid`,
    )
    .raw();
  const present: number[] = [];
  const away: number[] = [];
  for (const [uid, missed] of rows.iterate(account, folder, validity))
    (missed === 0 ? present : away).push(uid);
  return { present, missed: away };
}

/** True where a message is known under that unique-id. */
export function isKnown(db: Index, account: string, folder: string, uidl: Uidl): boolean {
  const found = db
    .prepare<unknown[], number>('SELECT 1 FROM location WHERE account = ? AND folder = ? AND uidl = ?')
    .pluck()
    .get(account, folder, uidl);
  return found !== undefined;
}

/** The other UIDVALIDITYs under which messages are stored in the folder and not gone; a rebuilt index has them too. */
export function otherValidities(
  db: Index,
  account: string,
  folder: string,
  validity: UidValidity | null,
): UidValidity[] {
  return db
    .prepare<unknown[], UidValidity>(
      'SELECT DISTINCT validity FROM location WHERE account = ? AND folder = ? AND uid IS NOT NULL AND gone IS NULL AND validity IS NOT ?',
    )
    .pluck()
    .all(account, folder, validity);
}

/** Says for each place how many complete listings in a row were without it, or that it is OUTSIDE. */
export function setMissed(db: Index, account: string, places: readonly Place[], missed: number): void {
  if (places.length === 0) return;
  const uid = db.prepare(
    'UPDATE location SET missed = ? WHERE account = ? AND folder = ? AND validity = ? AND uid = ?',
  );
  const uidl = db.prepare('UPDATE location SET missed = ? WHERE account = ? AND folder = ? AND uidl = ?');
  db.transaction(() => {
    for (const at of places) {
      if ('uid' in at) uid.run(missed, account, at.folder, at.validity, at.uid);
      else uidl.run(missed, account, at.folder, at.uidl);
    }
  }).immediate();
}

/** A message that was asked for and is not stored. */
export interface Pending {
  readonly reason: string;
  readonly attempts: number;
  /** Not to be asked for before, in milliseconds. */
  readonly next: number;
  /** Failed three times: listed by `status`, tried once a day, and in nobody's way. */
  readonly poisoned: boolean;
}

/** Failures after which a message is poisoned (safety.md, Receiving 2). */
const POISONED_AFTER = 3;
const DAY = 86_400_000;
/** A little less than a day: who is asked once a day comes somewhat earlier on one day than on the other. */
const NEARLY_A_DAY = DAY - 3_600_000;

/** Whether it may be asked for at `now`. None waits longer than a day: where it seems so, the clock went back. */
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
  const pending = { reason, attempts, next: poisoned ? now + NEARLY_A_DAY : now, poisoned };
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

/** Records the end of an account's poll: `error` null when all went well, else what is to be shown (kept as JSON). */
export function recordSync(db: Index, account: string, now: number, error: object | null): void {
  db.prepare(
    `INSERT INTO sync (account, last_good, last_try, error) VALUES (?, ?, ?, ?) ON CONFLICT (account) DO UPDATE SET
     last_good = coalesce(excluded.last_good, last_good), last_try = excluded.last_try, error = excluded.error`,
  ).run(account, error === null ? now : null, now, error === null ? null : JSON.stringify(error));
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
