// What is known of a folder at its server: which keys are stored, what the last finished listing saw, which messages
// were asked for and did not come. Positions are sets of stored keys, never a maximum: a gap is always seen.
import type { Place } from '../archive/entry.ts';
import type { Uidl, UidValidity } from '../model/ids.ts';
import type { Folder } from '../model/mailbox.ts';
import type { Index } from './database.ts';

/** A UID as a number, a UIDL as text. */
export type KnownKey = number | string;

/** A stored message in its place. */
export interface KnownPlace {
  /** Joined by a space, as they were written. */
  readonly flags: string;
  /** Complete listings in a row without it. */
  readonly missed: number;
  readonly gone: boolean;
}

/**
 * The stored keys of a folder: UIDs under this `validity`, or UIDLs where it is null (POP3). What was stored under
 * another UIDVALIDITY is not among them.
 */
export function known(
  db: Index,
  account: string,
  folder: string,
  validity: UidValidity | null,
): Map<KnownKey, KnownPlace> {
  const rows = db
    .prepare<unknown[], [KnownKey, string, number, number | null]>(
      validity === null
        ? 'SELECT uidl, flags, missed, gone FROM location WHERE account = ? AND folder = ? AND uidl IS NOT NULL'
        : 'SELECT uid, flags, missed, gone FROM location WHERE account = ? AND folder = ? AND validity = ? AND uid IS NOT NULL',
    )
    .raw()
    .all(...(validity === null ? [account, folder] : [account, folder, validity]));
  return new Map(rows.map(([key, flags, missed, gone]) => [key, { flags, missed, gone: gone !== null }]));
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

/** Says for each place how many complete listings in a row were without it. */
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

/** A folder as the last finished listing saw it: what EXAMINE or STAT said then. */
export interface ListedState {
  readonly validity: UidValidity | null;
  readonly exists: number;
  readonly uidNext: number | null;
  /** Decimal digits. */
  readonly modseq: string | null;
}

/** What the last finished listing saw; undefined before the first one, and after the index was rebuilt. */
export function folderState(db: Index, account: string, folder: string): ListedState | undefined {
  return db
    .prepare<[string, string], ListedState>(
      `SELECT validity, exists_ AS "exists", uidnext AS uidNext, modseq FROM folder WHERE account = ? AND folder = ?`,
    )
    .get(account, folder);
}

/** Records that a folder was listed to its end, and nothing in it is missing. `now` in milliseconds. */
export function rememberFolder(
  db: Index,
  account: string,
  folder: Folder,
  state: ListedState,
  now: number,
): void {
  db.prepare(
    `INSERT INTO folder (account, folder, wire, validity, exists_, uidnext, modseq, listed)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account, folder) DO UPDATE SET wire = excluded.wire,
     validity = excluded.validity, exists_ = excluded.exists_, uidnext = excluded.uidnext,
     modseq = excluded.modseq, listed = excluded.listed`,
  ).run(account, folder.name, folder.wire, state.validity, state.exists, state.uidNext, state.modseq, now);
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
  const pending = { reason, attempts, next: poisoned ? now + DAY : now, poisoned };
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
  return (key) => (pending.get(key)?.next ?? 0) > now;
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
