// What is stored of a POP3 maildrop, as far as it helps to know its messages again when their names cannot be trusted.
import type { MessageId, Uidl } from '../model/ids.ts';
import type { Index } from './database.ts';

/** A stored message under a name. */
export interface MaildropPlace {
  readonly uidl: Uidl;
  readonly id: MessageId;
  /** Octets as stored. */
  readonly size: number;
  /** Below `<data>/mail`. */
  readonly path: string;
  readonly gone: boolean;
  /** The same message lay here before, under another name that is gone: the server renames. */
  readonly renamed: boolean;
}

/** All that was ever seen in the maildrop of an account. */
export function maildropPlaces(db: Index, account: string, folder: string): MaildropPlace[] {
  // The plus signs keep SQLite from going through the whole maildrop for each of its messages.
  const rows = db
    .prepare<[string, string], [Uidl, Buffer, number, string, number | null, number]>(
      `SELECT here.uidl, message.id, message.size, message.path, here.gone,
         EXISTS (SELECT 1 FROM location AS other WHERE other.row = here.row AND +other.account = here.account
           AND +other.folder = here.folder AND +other.uidl IS NOT NULL AND other.uidl <> here.uidl AND other.gone IS NOT NULL)
       FROM location AS here JOIN message USING (row)
       WHERE here.account = ? AND here.folder = ? AND ${inMaildrop('here.uidl')}`,
    )
    .raw()
    .all(account, folder);
  return rows.map(([uidl, id, size, path, gone, renamed]) => ({
    uidl,
    id: id.toString('hex') as MessageId,
    size,
    path,
    gone: gone !== null,
    renamed: renamed !== 0,
  }));
}

/** SQL: the place is a server's. What was imported (import/place.ts) lies in no maildrop, and is never missed there. */
export function inMaildrop(column: string): string {
  return `(${column} IS NOT NULL AND ${column} NOT GLOB ' import-*')`;
}
