// Which messages a server may be asked to delete, as far as the index can tell: old by their date, present, and wanted by
// nobody. It only proposes; the journal, the file and the server decide.
import type { MessageId, Uid, Uidl, UidValidity } from '../model/ids.ts';
import type { Index } from './database.ts';

/** A place with an old message. */
export interface OldPlace {
  /** Of IMAP. */
  readonly uid: Uid | null;
  readonly validity: UidValidity | null;
  /** Of POP3: a unique-id that the server gave. */
  readonly uidl: Uidl | null;
  readonly id: MessageId;
  /** Milliseconds since 1970: by its own Date, else as received. */
  readonly date: number;
  /** INTERNALDATE as it was listed, milliseconds since 1970; null: none. */
  readonly received: number | null;
  readonly subject: string;
  readonly msgid: string | null;
}

/**
 * Messages of a folder that are dated `before` (milliseconds) or earlier, oldest first: neither gone, nor missing from the
 * last listing, nor pending, nor flagged in any folder of any account, nor without a name of their own.
 */
export function oldPlaces(db: Index, account: string, folder: string, before: number): OldPlace[] {
  const rows = db
    .prepare<unknown[], Omit<OldPlace, 'id'> & { id: Buffer }>(
      `SELECT here.uid, here.validity, here.uidl, message.id, coalesce(message.date, here.received) AS date, here.received,
         message.subject, message.msgid
       FROM location AS here JOIN message USING (row)
       WHERE here.account = ? AND here.folder = ? AND here.gone IS NULL AND here.missed = 0
         AND coalesce(message.date, here.received) <= ?
         AND (here.uidl IS NULL OR substr(here.uidl, 1, 1) <> ' ')
         AND NOT EXISTS (SELECT 1 FROM location AS other WHERE other.row = here.row AND other.gone IS NULL
           AND instr(lower(' ' || other.flags || ' '), ' \\flagged ') > 0)
         AND NOT EXISTS (SELECT 1 FROM pending WHERE pending.account = here.account AND pending.folder = here.folder
           AND ((here.uid IS NOT NULL AND pending.validity = here.validity AND pending.uid = here.uid)
             OR (here.uidl IS NOT NULL AND pending.uidl = here.uidl)))
       ORDER BY date`,
    )
    .all(account, folder, before);
  return rows.map(({ id, ...row }) => ({ ...row, id: id.toString('hex') as MessageId }));
}
