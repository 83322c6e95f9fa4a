// THE COMMIT ORDER, in one place. For each batch:
//   1. files    written, synced, renamed, their directories synced            archive/store
//   2. text     read by the worker threads; nothing durable happens here      extract
//   3. journal  where each message was seen: appended, synced                 archive/journal
//   4. index    messages, text, places and the journal's offset, in one go    commit
// A crash after 1 leaves files that the next sync finds again; a crash after 3 is mended by catchUp(). Only when keep()
// resolves may a position move, a POP3 QUIT confirm, or a delete go out.
import type { Entry, Place } from '../archive/entry.ts';
import type { Journal } from '../archive/journal.ts';
import type { Archive, Incoming, Kept } from '../archive/store.ts';
import type { Clock } from '../model/clock.ts';
import type { MessageId } from '../model/ids.ts';
import { labelled, type Labelled } from '../model/mailbox.ts';
import { commit, messagesOf } from './commit.ts';
import type { Index } from './database.ts';
import type { ExtractJob } from './document.ts';
import type { Extractor } from './extract.ts';
import { LATER, readLate } from './late-text.ts';
import { journalOffset, replay } from './replay.ts';
import { sightings, type Sighting } from './sightings.ts';

/** A message that came whole, and where it was seen. */
export interface Arrived extends Labelled {
  readonly incoming: Incoming;
  readonly location: Place;
  /** The server's or the file's date in milliseconds, or null. */
  readonly received: number | null;
  readonly flags: readonly string[];
  /** A file of it that is stored already is hashed before it is believed. */
  readonly isDoubted?: boolean;
}

/** A message that is durable and searchable. */
export interface Indexed extends Kept {
  /** The index has it from this very arrival: true for one of all that bring it, however many do so at once. */
  readonly isNew: boolean;
}

/** What a Keeper works with. */
export interface KeeperParts {
  readonly archive: Archive;
  readonly journal: Journal;
  readonly extractor: Extractor;
  readonly db: Index;
  readonly clock: Clock;
}

/** Keeps messages: durable, and then searchable. Calls for different accounts go on side by side. */
export class Keeper {
  readonly #parts: KeeperParts;
  /** Per account the last write of journal and index; the next waits for it, so that offsets only grow. */
  readonly #writing = new Map<string, Promise<unknown>>();
  /** Accounts whose journal is ahead of the index, because a commit failed. */
  readonly #behind = new Set<string>();

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /**
   * Keeps a batch of one account: `arrivals`, then `changes` (flags, gone, back). Results in the order of the arrivals.
   * Rejects with MailError `storage`; of the batch then some files may be kept, but none counts as stored, and the
   * caller asks its server for it again.
   */
  async keep(
    account: string,
    arrivals: readonly Arrived[],
    changes: readonly Entry[] = [],
  ): Promise<Indexed[]> {
    const added = new Set<MessageId>();
    const kept = await this.#store(arrivals);
    const documents = await this.#parts.extractor.extract(this.#unread(kept));
    await this.#inTurn(account, async () => {
      const { journal, db, clock } = this.#parts;
      // An offset over a gap would hide the entries in it for ever: the gap is closed first.
      if (this.#behind.has(account)) await this.#catchUp([account]);
      const at = new Date(clock.now()).toISOString();
      const seen = arrivals.flatMap((arrival, index) => seenEntry(arrival, kept[index], at));
      const entries = [...seen, ...changes];
      if (entries.length === 0) return;
      this.#behind.add(account);
      const offset = await journal.append(account, entries, journalOffset(db, account));
      // Not earlier: while the journal was written, another may have brought the same.
      const messages = messagesOf(db);
      for (const { id } of kept) if (messages.rowOf(id) === undefined) added.add(id);
      commit(db, { account, entries, documents, offset });
      this.#behind.delete(account);
    });
    return kept.map((one) => ({ ...one, isNew: added.delete(one.id) }));
  }

  /**
   * Replays what the journals have and the index has not. Call it once at the start. Returns the number of entries. Rejects
   * with the signal's reason when it aborts: the rest is replayed by the next call. With `late` only places and positions come
   * now, and the text of messages waits for `readLate`.
   */
  async catchUp(signal?: AbortSignal, late: boolean = false): Promise<number> {
    return this.#catchUp(await this.#parts.journal.accounts(), signal, late);
  }

  /** Reads the text that waits since a catchUp or, with `again`, an upgrade, newest messages first; see `readLate`. */
  async readLate(signal: AbortSignal, again: boolean, onCommit?: (done: number) => void): Promise<number> {
    return readLate(this.#parts.db, this.#parts.extractor, signal, again, onCommit);
  }

  /** What the journal on the disk says of places: see `sightings`. */
  sightings(account: string, wanted: ReadonlySet<string>, before: number): Promise<Map<string, Sighting>> {
    return sightings(this.#parts.journal, account, wanted, before);
  }

  async #store(arrivals: readonly Arrived[]): Promise<Kept[]> {
    const messages = messagesOf(this.#parts.db);
    return this.#parts.archive.keep(
      arrivals.map(({ incoming, received, isDoubted }) => {
        const at = messages.pathOf(incoming.end().id);
        return { incoming, received, isDoubted, ...(at === undefined ? {} : { at }) };
      }),
    );
  }

  /** Kept messages that the index has not: new ones, and those that a crash left as files only. */
  #unread(kept: readonly Kept[]): ExtractJob[] {
    const messages = messagesOf(this.#parts.db);
    const jobs = new Map<MessageId, ExtractJob>();
    for (const { id, path, size, date } of kept) {
      if (messages.rowOf(id) === undefined) jobs.set(id, { id, path, size, date });
    }
    return [...jobs.values()];
  }

  async #catchUp(accounts: readonly string[], signal?: AbortSignal, late: boolean = false): Promise<number> {
    const { db, journal } = this.#parts;
    const extractor = late ? LATER : this.#parts.extractor;
    const entries = await replay({ db, journal, extractor, accounts, signal });
    for (const account of accounts) this.#behind.delete(account);
    return entries;
  }

  async #inTurn(account: string, work: () => Promise<void>): Promise<void> {
    const before = this.#writing.get(account) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#writing.set(account, mine);
    try {
      await mine;
    } finally {
      if (this.#writing.get(account) === mine) this.#writing.delete(account);
    }
  }
}

function seenEntry(arrival: Arrived, kept: Kept | undefined, at: string): Entry[] {
  if (kept === undefined) return [];
  const { id, path, size } = kept;
  const { received, flags, location } = arrival;
  const date = received === null ? null : new Date(received).toISOString();
  return [{ op: 'seen', at, ...location, id, path, size, received: date, flags, ...labelled(arrival) }];
}
