// What is known of a folder at its server: which keys are stored, and what the last finished listing saw. Positions are sets of stored keys, never a maximum: a gap is always seen.
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

/** Records the end of an account's poll: `error` null when all went well, else what is to be shown (kept as JSON). */
export function recordSync(db: Index, account: string, now: number, error: object | null): void {
  db.prepare(
    `INSERT INTO sync (account, last_good, last_try, error) VALUES (?, ?, ?, ?) ON CONFLICT (account) DO UPDATE SET
     last_good = coalesce(excluded.last_good, last_good), last_try = excluded.last_try, error = excluded.error`,
  ).run(account, error === null ? now : null, now, error === null ? null : JSON.stringify(error));
}
