// Each folder as the last finished look at it left it: what its server said then, and how far that may be trusted. With it
// a poll tells which folders need not be opened. None of it is a position: it may be lost, and costs a listing then.
import type { UidValidity, WireName } from '../model/ids.ts';
import type { Folder } from '../model/mailbox.ts';
import type { Index } from './database.ts';

/** What EXAMINE, STAT or STATUS said. Null: it did not say. */
export interface Told {
  /** Null for POP3. 0 where an IMAP server gave none. */
  readonly validity: UidValidity | null;
  readonly exists: number | null;
  readonly uidNext: number | null;
  /** HIGHESTMODSEQ as decimal digits (it may pass 2^53; RFC 7162 §3.1.2.1). */
  readonly modseq: string | null;
  readonly unseen: number | null;
  /** RFC 8474 §4: another one under the same name is another folder. */
  readonly mailboxId: string | null;
}

/** What is remembered of a folder. */
export interface Remembered extends Told {
  /** All that it held is stored, or waits for its time. */
  readonly settled: boolean;
  /** When all of it was last listed, in milliseconds. */
  readonly full: number;
  /** Polls in a row that found another UIDVALIDITY. */
  readonly restless: number;
}

/** What the last finished look left; undefined before the first one, and after the index was rebuilt. */
export function remembered(db: Index, account: string, folder: string): Remembered | undefined {
  const row = db
    .prepare<[string, string], Omit<Remembered, 'settled'> & { settled: number }>(
      `SELECT validity, exists_ AS "exists", uidnext AS uidNext, modseq, unseen, mailbox AS mailboxId, settled, full,
       restless FROM folder WHERE account = ? AND folder = ?`,
    )
    .get(account, folder);
  return row === undefined ? undefined : { ...row, settled: row.settled === 1 };
}

/** Records a finished look at a folder: nothing in it is missing. `now` in milliseconds. */
export function remember(db: Index, account: string, folder: Folder, state: Remembered, now: number): void {
  db.prepare(
    `INSERT INTO folder (account, folder, wire, validity, exists_, uidnext, modseq, listed, unseen, mailbox, settled,
     full, restless) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (account, folder) DO UPDATE SET wire = excluded.wire, validity = excluded.validity,
     exists_ = excluded.exists_, uidnext = excluded.uidnext, modseq = excluded.modseq, listed = excluded.listed,
     unseen = excluded.unseen, mailbox = excluded.mailbox, settled = excluded.settled, full = excluded.full,
     restless = excluded.restless, absent = 0`,
  ).run(
    account,
    folder.name,
    folder.wire,
    state.validity,
    state.exists ?? 0,
    state.uidNext,
    state.modseq,
    now,
    state.unseen,
    state.mailboxId,
    Number(state.settled),
    state.full,
    state.restless,
  );
}

/** Folders that were there once and are not among `there`; of those that are, absences no longer count. */
export function missingFolders(db: Index, account: string, there: readonly Folder[]): Folder[] {
  const names = new Set(there.map(({ name }) => name));
  const all = db
    .prepare<[string], { folder: string; wire: WireName; absent: number }>(
      'SELECT folder, wire, absent FROM folder WHERE account = ?',
    )
    .all(account);
  const back = db.prepare('UPDATE folder SET absent = 0 WHERE account = ? AND folder = ?');
  for (const { folder, absent } of all) if (absent > 0 && names.has(folder)) back.run(account, folder);
  return all
    .filter(({ folder }) => !names.has(folder))
    .map(({ folder, wire }) => ({ wire, name: folder, delimiter: null, attributes: [] }));
}

/** Counts one more complete LIST without the folder, and returns how many there were in a row. */
export function countAbsence(db: Index, account: string, folder: string): number {
  const row = db
    .prepare<[string, string], { absent: number }>(
      'UPDATE folder SET absent = absent + 1 WHERE account = ? AND folder = ? RETURNING absent',
    )
    .get(account, folder);
  return row?.absent ?? 0;
}

/** Forgets a folder that is gone; its messages stay. */
export function forgetFolder(db: Index, account: string, folder: string): void {
  db.prepare('DELETE FROM folder WHERE account = ? AND folder = ?').run(account, folder);
}
