// One transaction for what a batch changed: messages, their text, where they were seen, and how far the journal is
// known. It may be run again with the same entries (a crash between journal and index does just that): nothing changes.
import type { Statement } from 'better-sqlite3';
import type { Entry, Place } from '../archive/entry.ts';
import { MailError } from '../model/error.ts';
import type { Labelled } from '../model/mailbox.ts';
import { write } from './database.ts';
import type { Index } from './database.ts';
import { joinLabels } from './labels.ts';
import type { Document } from './document.ts';
import { Messages } from './messages.ts';

/** What one account's journal gained. */
export interface AccountChanges {
  readonly account: string;
  readonly entries: readonly Entry[];
  /** The journal's length in octets after these entries; the index then knows the journal up to there. */
  readonly offset: number;
}

/** A batch for one account. `documents` holds each message that an entry names and the index has not. */
export interface Batch extends AccountChanges {
  readonly documents: readonly Document[];
}

/**
 * Writes a batch in one immediate transaction: all of it or nothing. Idempotent. Throws MailError `storage`: the disk is
 * full (`later`), the index is damaged, or an entry names a message that is neither indexed nor among the documents.
 */
export function commit(db: Index, batch: Batch): void {
  commitAll(db, batch.documents, [batch]);
}

/** The same for several accounts at once; rows are given in the order of `documents`. */
export function commitAll(
  db: Index,
  documents: readonly Document[],
  changes: readonly AccountChanges[],
): void {
  const writer = writerOf(db);
  write(db, () => {
    for (const document of documents) writer.messages.add(document);
    for (const change of changes) writer.apply(change);
  });
}

/** The messages of an index, with prepared statements that live as long as the database. */
export function messagesOf(db: Index): Messages {
  return writerOf(db).messages;
}

const writers = new WeakMap<Index, Writer>();

function writerOf(db: Index): Writer {
  const known = writers.get(db);
  if (known !== undefined) return known;
  const writer = new Writer(db);
  writers.set(db, writer);
  return writer;
}

class Writer {
  readonly messages: Messages;
  readonly #seenUid: Statement;
  readonly #seenUidl: Statement;
  readonly #flags: Statement;
  readonly #gone: Statement;
  readonly #stored: Statement;
  readonly #label: Statement;
  readonly #shape: Statement;
  readonly #placeId: Statement<[string, string], { id: number }>;
  readonly #place: Statement;
  readonly #offset: Statement;

  constructor(db: Index) {
    this.messages = new Messages(db);
    const insert = `INSERT INTO location (account, folder, validity, uid, uidl, row, flags, received,
      labels, email, thread, place) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
    const again = 'DO UPDATE SET row = excluded.row, flags = excluded.flags, received = excluded.received,';
    const here =
      'labels = excluded.labels, email = excluded.email, thread = excluded.thread, gone = NULL, missed = 0';
    this.#seenUid = db.prepare(
      `${insert} ON CONFLICT (account, folder, validity, uid) WHERE uid IS NOT NULL ${again} ${here}`,
    );
    this.#seenUidl = db.prepare(
      `${insert} ON CONFLICT (account, folder, uidl) WHERE uidl IS NOT NULL ${again} ${here}`,
    );
    this.#flags = db.prepare(
      `UPDATE location SET flags = ?, labels = coalesce(?, labels), email = coalesce(?, email),
       thread = coalesce(?, thread) WHERE ${AT}`,
    );
    this.#gone = db.prepare(`UPDATE location SET gone = ?, missed = 0 WHERE ${AT}`);
    this.#stored = db.prepare(`DELETE FROM pending WHERE ${AT}`);
    this.#label = db.prepare('INSERT INTO label (name) VALUES (?) ON CONFLICT DO NOTHING');
    this.#shape = db.prepare(
      `INSERT INTO shape (account, folder, delimiter, uses) VALUES (?, ?, ?, ?) ON CONFLICT (account, folder)
       DO UPDATE SET delimiter = excluded.delimiter, uses = excluded.uses`,
    );
    this.#placeId = db.prepare('SELECT id FROM place WHERE account = ? AND folder = ?');
    this.#place = db.prepare('INSERT INTO place (account, folder) VALUES (?, ?)');
    this.#offset = db.prepare(
      'INSERT INTO journal (account, offset) VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET offset = excluded.offset',
    );
  }

  apply(change: AccountChanges): void {
    // Numbers are remembered no longer than this: a transaction that is taken back takes its places with it.
    const places = new Map<string, number | bigint>();
    for (const entry of change.entries) this.#entry(change.account, entry, places);
    this.#offset.run(change.account, change.offset);
  }

  #entry(account: string, entry: Entry, places: Map<string, number | bigint>): void {
    if (entry.op === 'folder') {
      this.#shape.run(account, entry.folder, entry.delimiter, entry.use.join(' '));
      return;
    }
    const at = place(account, entry);
    switch (entry.op) {
      case 'seen': {
        const row = this.messages.rowOf(entry.id);
        if (row === undefined) throw lost(entry.id);
        const [validity, uid, uidl] = key(entry);
        const received = entry.received === null ? null : Date.parse(entry.received);
        (uidl === null ? this.#seenUid : this.#seenUidl).run(
          account,
          entry.folder,
          validity,
          uid,
          uidl,
          row,
          entry.flags.join(' '),
          received,
          ...this.#labelled(entry),
          this.#placeOf(account, entry.folder, places),
        );
        this.#stored.run(...at);
        break;
      }
      case 'flags':
        this.#flags.run(entry.flags.join(' '), ...this.#labelled(entry), ...at);
        break;
      case 'gone':
        this.#gone.run(Date.parse(entry.at), ...at);
        break;
      case 'back':
        this.#gone.run(null, ...at);
        break;
      case 'delete':
        break; // that the server was asked; whether it obeyed, `gone` or the next listing tells
    }
  }

  #placeOf(account: string, folder: string, places: Map<string, number | bigint>): number | bigint {
    const id =
      places.get(folder) ??
      this.#placeId.get(account, folder)?.id ??
      this.#place.run(account, folder).lastInsertRowid;
    places.set(folder, id);
    return id;
  }

  #labelled({ labels, emailId, threadId }: Labelled): (string | null)[] {
    for (const name of labels ?? []) this.#label.run(name);
    return [labels === undefined ? null : joinLabels(labels), emailId ?? null, threadId ?? null];
  }
}

/** Finds one place; its parameters come from place(). */
const AT =
  'account = ? AND folder = ? AND ((uid IS NOT NULL AND validity = ? AND uid = ?) OR (uidl IS NOT NULL AND uidl = ?))';

function place(account: string, at: Place): [string, string, number | null, number | null, string | null] {
  return [account, at.folder, ...key(at)];
}

function key(at: Place): [number | null, number | null, string | null] {
  return 'uid' in at ? [at.validity, at.uid, null] : [null, null, at.uidl];
}

function lost(id: string): MailError {
  return new MailError({
    kind: 'storage',
    message: `Index: message ${id} was neither indexed nor handed over`,
    retry: 'later',
    hint: '`mailkeep reindex` makes a new index from the stored messages.',
  });
}
