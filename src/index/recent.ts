// What was stored last, for whoever waits for an answer: the newest places, and the messages in them.
import type { Index } from './database.ts';

/** A message in a place. */
export interface Recent {
  readonly account: string;
  readonly folder: string;
  /** Below `<data>/mail`. */
  readonly path: string;
  readonly size: number;
  /** Readable: name and address. */
  readonly sender: string;
  readonly subject: string;
  /** Without angle brackets; null where it has none or was not read yet. */
  readonly msgid: string | null;
  /** The Message-ID that it answers, without angle brackets. */
  readonly parent: string | null;
  /** By the server, else by its own Date; milliseconds since 1970, null where neither is known. */
  readonly at: number | null;
}

/** The `most` places that were stored last, newest first. */
export function recent(db: Index, most: number): Recent[] {
  return db
    .prepare<[number], Recent>(
      `SELECT account, folder, path, size, sender, subject, msgid, parent, coalesce(received, date) AS at
       FROM (SELECT rowid AS n, * FROM location ORDER BY rowid DESC LIMIT ?) JOIN message USING (row) ORDER BY n DESC`,
    )
    .all(most);
}
