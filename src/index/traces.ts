// What may tell of a message that was sent: it itself, what answers it, and what was dated or stored since.
import type { Index } from './database.ts';

/** A message in a place. */
export interface Trace {
  readonly account: string;
  readonly folder: string;
  /** Below `<data>/mail`. */
  readonly path: string;
  /** Readable: name and address. */
  readonly sender: string;
  readonly subject: string;
  /** Without angle brackets; null where it has none or was not read yet. */
  readonly msgid: string | null;
  /** The Message-ID that it answers, without angle brackets. */
  readonly parent: string | null;
  /** By the server, else by its own Date; milliseconds since 1970, null where neither is known. */
  readonly at: number | null;
  /** 1: nothing of it was read yet, as after the loss of an index. */
  readonly unread: 0 | 1;
}

/** Places that were stored last, and messages that are dated last. */
const MOST = 500;

/**
 * The messages with this Message-ID (without angle brackets), those that answer it, and of those dated `since` (milliseconds since
 * 1970) and of those stored last 500 each; newest place first.
 */
export function traces(db: Index, msgid: string, since: number): Trace[] {
  return db
    .prepare<{ msgid: string; since: number; most: number }, Trace>(
      `SELECT account, folder, path, sender, subject, msgid, parent, coalesce(received, date) AS at,
         msgid IS NULL AND EXISTS (SELECT 1 FROM late WHERE again = 0 AND late.row = message.row) AS unread
       FROM location JOIN message USING (row)
       WHERE row IN (
         SELECT row FROM message WHERE msgid = :msgid
         UNION SELECT row FROM message WHERE parent = :msgid
         UNION SELECT row FROM (SELECT row FROM location ORDER BY rowid DESC LIMIT :most)
         UNION SELECT row FROM (SELECT row FROM brief WHERE date >= :since ORDER BY date DESC LIMIT :most))
       ORDER BY location.rowid DESC`,
    )
    .all({ msgid, since, most: MOST });
}
