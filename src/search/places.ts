// A question → the places in which the messages that it finds lie, or lay: what is to be put back somewhere. Where the question
// names folders or accounts, only such places count.
import type { Index } from '../index/database.ts';
import { splitLabels } from '../index/labels.ts';
import type { MessageId } from '../model/ids.ts';
import { ask } from './ask.ts';
import type { When } from './ask.ts';
import { placesWhere } from './conditions.ts';

/** A message in one place. Times in milliseconds since 1970. */
export interface FoundPlace {
  readonly id: MessageId;
  /** Below `<data>/mail`. */
  readonly path: string;
  readonly size: number;
  /** Its Message-ID without brackets. */
  readonly msgid: string | null;
  /** By its Date header, else as a server gave it. */
  readonly date: number | null;
  /** Null: no place is known, the file is all there is. */
  readonly at: {
    readonly account: string;
    readonly folder: string;
    /** What stood between the parts of its name at its server; null: nothing, it had no hierarchy; undefined: not known. */
    readonly delimiter: string | null | undefined;
    /** What its server said that it is for, as `\\Sent`. */
    readonly uses: readonly string[];
    /** False: known by a unique-id (POP3), or by a name of our own: what was sent, what was imported. */
    readonly byUid: boolean;
    readonly flags: readonly string[];
    /** Null: the server has none. */
    readonly labels: readonly string[] | null;
    readonly received: number | null;
    readonly gone: boolean;
  } | null;
}

interface Row {
  readonly id: string;
  readonly path: string;
  readonly size: number;
  readonly msgid: string | null;
  readonly date: number | null;
  readonly account: string | null;
  readonly folder: string | null;
  readonly delimiter: string | null;
  readonly uses: string | null;
  readonly uid: number | null;
  readonly flags: string | null;
  readonly labels: string | null;
  readonly received: number | null;
  readonly gone: number | null;
}

/**
 * All places, by message from the oldest to the newest; within a message those that are not gone come first, and of each kind
 * what was seen last. Throws QueryError for a mistake in `text`.
 */
export function placesMatching(db: Index, text: string, when: When): FoundPlace[] {
  const { query, context, row, all } = ask(db, text, when);
  const { sql, params } = all();
  const where = placesWhere(query, context);
  const found = db
    .prepare<unknown[], Row>(
      `SELECT lower(hex(m.id)) AS id, m.path, m.size, m.msgid, m.date, l.account, l.folder, l.uid, l.flags, l.labels,
       l.received, l.gone, shape.delimiter, shape.uses
       FROM message m ${where === null ? 'LEFT ' : ''}JOIN location l ON l.row = m.row AND ${where?.sql ?? '1'}
       LEFT JOIN shape ON shape.account = l.account AND shape.folder = l.folder WHERE m.row IN (SELECT ${row} ${sql})
       ORDER BY m.row, l.gone IS NOT NULL, l.rowid DESC`,
    )
    .iterate(...(where?.params ?? []), ...params);
  return Array.from(found, foundPlace);
}

function foundPlace({ id, path, size, msgid, date, ...place }: Row): FoundPlace {
  const { account, folder, delimiter, uses, uid, flags, labels, received, gone } = place;
  const at =
    account === null || folder === null
      ? null
      : {
          account,
          folder,
          delimiter: uses === null ? undefined : delimiter,
          uses: words(uses),
          byUid: uid !== null,
          flags: words(flags),
          labels: labels === null ? null : splitLabels(labels),
          received,
          gone: gone !== null,
        };
  return { id: id as MessageId, path, size, msgid, date, at };
}

function words(text: string | null): string[] {
  return (text ?? '').split(' ').filter((word) => word !== '');
}
