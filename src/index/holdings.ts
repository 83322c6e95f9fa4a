// What is stored of a folder, message by message with its file: what a proof holds against the server's list, and where a
// damaged message may be fetched again.
import type { MessageId, Uid, Uidl, UidValidity, WireName } from '../model/ids.ts';
import type { RemoteKey } from '../model/mailbox.ts';
import type { Index } from './database.ts';
import { inMaildrop } from './maildrop.ts';
import type { KnownKey } from './positions.ts';

/** A stored message in its place. */
export interface Holding {
  readonly id: MessageId;
  /** Below `<data>/mail`. */
  readonly path: string;
  /** Octets of the file. */
  readonly size: number;
  readonly gone: boolean;
  /** INTERNALDATE as it was listed, milliseconds since 1970; null: none. */
  readonly received: number | null;
}

type HoldingRow = [KnownKey, string, string, number, number | null, number | null];

const HOLDINGS = `SELECT coalesce(uid, uidl), lower(hex(message.id)), path, message.size, gone,
    location.received
  FROM location JOIN message ON message.row = location.row WHERE account = ? AND folder = ?`;

/** What is stored under UIDs of this `validity` (within `range`, both ends included), or under UIDLs where it is null. */
export function holdings(
  db: Index,
  account: string,
  folder: string,
  validity: UidValidity | null,
  range: { readonly from: number; readonly to: number } = { from: 0, to: 2 ** 32 },
): Map<KnownKey, Holding> {
  const rows =
    validity === null
      ? db
          .prepare<unknown[], HoldingRow>(`${HOLDINGS} AND ${inMaildrop('uidl')}`)
          .raw()
          .all(account, folder)
      : db
          .prepare<unknown[], HoldingRow>(
            `${HOLDINGS} AND validity = ? AND uid IS NOT NULL AND uid BETWEEN ? AND ?`,
          )
          .raw()
          .all(account, folder, validity, range.from, range.to);
  return new Map(
    rows.map(([key, id, path, size, gone, received]) => [
      key,
      { id: id as MessageId, path, size, gone: gone !== null, received },
    ]),
  );
}

/** A folder that an account has, or had. */
export interface FolderHeld {
  readonly folder: string;
  /** Null where it was not yet read since the index was made anew. */
  readonly wire: WireName | null;
  /** Stored and not gone, with UIDs. */
  readonly messages: number;
}

/** Folders of an account that are known, or of which messages are stored that are not gone. */
export function foldersHeld(db: Index, account: string): FolderHeld[] {
  return db
    .prepare<[{ account: string }], FolderHeld>(
      `WITH held AS (SELECT folder, count(*) AS messages FROM location
                     WHERE account = @account AND uid IS NOT NULL AND gone IS NULL GROUP BY folder)
       SELECT folder, wire, coalesce(messages, 0) AS messages
       FROM (SELECT folder FROM held UNION SELECT folder FROM folder WHERE account = @account)
       LEFT JOIN held USING (folder)
       LEFT JOIN (SELECT folder, wire FROM folder WHERE account = @account) USING (folder) ORDER BY folder`,
    )
    .all({ account });
}

/** Where a server still holds a message, and where its file lies. */
export interface Whereabouts {
  readonly id: MessageId;
  /** Below `<data>/mail`. */
  readonly path: string;
  /** Octets. */
  readonly size: number;
  readonly folder: string;
  /** Null for POP3. */
  readonly validity: UidValidity | null;
  readonly key: RemoteKey;
}

/** The places of these messages in an account, without those that are gone. */
export function whereabouts(db: Index, account: string, ids: Iterable<MessageId>): Whereabouts[] {
  const one = db
    .prepare<unknown[], [string, number, string, UidValidity | null, Uid | null, Uidl]>(
      `SELECT path, message.size, folder, validity, uid, uidl FROM message JOIN location ON location.row = message.row
       WHERE message.id = ? AND account = ? AND gone IS NULL`,
    )
    .raw();
  return [...ids].flatMap((id) =>
    one.all(Buffer.from(id, 'hex'), account).map(([path, size, folder, validity, uid, uidl]) => {
      const key = uid === null ? { uidl } : { uid };
      return { id, path, size, folder, validity, key };
    }),
  );
}
