// A journal line: what the bytes of a message cannot say. The format is promised for ever (see README, "Formats").
import type { MessageId, Uid, Uidl, UidValidity } from '../model/ids.ts';
import type { Labelled } from '../model/mailbox.ts';

/** Which place an entry speaks of: IMAP by folder, validity and UID; POP3 and the outbox by UIDL. */
export type Place = { readonly folder: string } & (
  { readonly validity: UidValidity; readonly uid: Uid } | { readonly uidl: Uidl }
);

/** A message was stored, and seen in a place; with its labels and ids where the server has such. */
export type Seen = Place &
  Labelled & {
    readonly op: 'seen';
    readonly id: MessageId;
    /** `YYYY/MM/<id>.eml` or `undated/<id>.eml`, below `<data>/mail`. */
    readonly path: string;
    /** Octets. */
    readonly size: number;
    /** INTERNALDATE, ISO 8601 in UTC; null where the server gave none. */
    readonly received: string | null;
    readonly flags: readonly string[];
  };

/** Its flags or labels changed: the whole new set of each. Where labels or ids are left out, they are as they were. */
export type Flagged = Place & Labelled & { readonly op: 'flags'; readonly flags: readonly string[] };

/** It was missing from two complete listings in a row, or the server said that it deleted it. Nothing is removed here because of it. */
export type Gone = Place & { readonly op: 'gone' };

/** It is there again. */
export type Back = Place & { readonly op: 'back' };

/**
 * The server is about to be asked to delete it. It is written before the server is asked, because what is written after an
 * answer may never be written: what is `gone` behind such a line went by our hand.
 * Where the server did not obey, the message stays where it is, and nothing follows.
 */
export type Deleting = Place & { readonly op: 'delete'; readonly id: MessageId };

/** How its server names a folder, said when it is first kept, and when it changes: what a restore elsewhere must know. */
export interface Shaped {
  readonly op: 'folder';
  readonly folder: string;
  /** What stands between the parts of its name; null where the server has no hierarchy. */
  readonly delimiter: string | null;
  /** What it is for, as the server says: `\\Sent` (RFC 6154 §2). */
  readonly use: readonly string[];
}

/** One event of one account, as written. */
export type Entry = (Seen | Flagged | Gone | Back | Deleting | Shaped) & {
  /** When it was written, ISO 8601 in UTC. */
  readonly at: string;
};
