// Stored messages that may be met again under other UIDs: those of a folder whose UIDs count no more, and of folders that
// are no longer there.
import type { MessageId, Uid, UidValidity } from '../model/ids.ts';
import type { Index } from './database.ts';

/** A stored message in a place that it may have left. */
export interface Candidate {
  readonly folder: string;
  readonly validity: UidValidity;
  readonly uid: Uid;
  readonly id: MessageId;
  /** Below `<data>/mail`. */
  readonly path: string;
  /** Octets. */
  readonly size: number;
  /** Milliseconds since 1970, null where the server gave none. */
  readonly received: number | null;
  /** Its Message-ID without brackets. */
  readonly msgid: string | null;
  /** Joined by a space. */
  readonly flags: string;
  readonly missed: number;
  readonly gone: boolean;
}

/** All that was ever stored from a folder, whatever its UIDVALIDITY was. */
export function candidatesIn(db: Index, account: string, folder: string): Candidate[] {
  return db
    .prepare<[string, string], Omit<Candidate, 'gone'> & { gone: number | null }>(
      `SELECT folder, validity, uid, lower(hex(message.id)) AS id, path, message.size AS size, received, msgid, flags,
       missed, gone FROM location JOIN message ON message.row = location.row
       WHERE account = ? AND folder = ? AND uid IS NOT NULL`,
    )
    .all(account, folder)
    .map((row) => ({ ...row, gone: row.gone !== null }));
}

/** What is stored under each of these UIDs now. */
export function storedAt(
  db: Index,
  account: string,
  folder: string,
  validity: UidValidity,
  uids: readonly Uid[],
): Map<Uid, Pick<Candidate, 'id' | 'size' | 'msgid' | 'received'>> {
  const one = db.prepare<unknown[], Pick<Candidate, 'id' | 'size' | 'msgid' | 'received'>>(
    `SELECT lower(hex(message.id)) AS id, message.size AS size, msgid, received FROM location
     JOIN message ON message.row = location.row
     WHERE account = ? AND folder = ? AND validity = ? AND uid IS NOT NULL AND uid = ?`,
  );
  return new Map(
    uids.flatMap((uid) => {
      const found = one.get(account, folder, validity, uid);
      return found === undefined ? [] : [[uid, found] as const];
    }),
  );
}

/** Those of the messages with these ids (`Labelled.emailId`) that are stored, from whatever folder. */
export function storedByEmailId(
  db: Index,
  account: string,
  emailIds: readonly string[],
): Map<string, Pick<Candidate, 'id' | 'path' | 'size'>> {
  const one = db.prepare<[string, string], Pick<Candidate, 'id' | 'path' | 'size'>>(
    `SELECT lower(hex(message.id)) AS id, path, message.size AS size FROM location
     JOIN message ON message.row = location.row WHERE account = ? AND email = ? LIMIT 1`,
  );
  return new Map(
    emailIds.flatMap((emailId) => {
      const found = one.get(account, emailId);
      return found === undefined ? [] : [[emailId, found] as const];
    }),
  );
}
