// outbox.db: where every message on its way out stands. Each change is one transaction that is on disk when the call
// returns (synchronous=FULL); the file is the only thing that a restart needs beside the spool. A server may be down for days and
// the queue long: each question reads the letters that it is about, by an index of its own, and no others.
import type Database from 'better-sqlite3';
import { grouped } from '../model/grouped.ts';
import { AccountJournal } from './account-journal.ts';
import {
  claimed,
  letterOf,
  rowOf,
  type Claim,
  type EntryRow,
  type Letter,
  type RecipientRow,
} from './letter.ts';
import { EvidenceJournal } from './evidence-journal.ts';
import { History } from './history.ts';
import { journalError } from './journal-error.ts';
import { CopyJournal } from './sent-journal.ts';
import type { State } from './entry.ts';

/** Conditions with an index of their own (schema.ts): SQLite takes it only where they are written as they are there. */
const WAITING = `state IN ('due', 'deferred', 'uncertain') AND held = 0 AND landed IS NULL AND next IS NOT NULL`;
const UNTOLD = `state IN ('due', 'deferred', 'uncertain') AND held = 0 AND late IS NULL`;
const UNFINISHED = `(state IN ('sent', 'failed', 'cancelled') AND placed + kept + reported < 3)
  OR (state NOT IN ('sent', 'failed', 'cancelled') AND landed IS NOT NULL)`;
/** Letters that are read at once where one after the other is wanted. */
const PAGE = 64;
/** Milliseconds that the times of letters may run ahead of the clock where many come at once. */
const AHEAD = 60_000;

/** Every method that changes something throws MailError `storage` (retry later), and then has changed nothing. */
export class Journal {
  readonly #db: Database.Database;
  /** When the last letter came. */
  #last = -Infinity;
  /** Copies in Sent folders. */
  readonly copies: CopyJournal;
  /** Pauses and rates. */
  readonly accounts: AccountJournal;
  /** What people may want to know of a letter. */
  readonly history: History;
  /** The search for letters in doubt. */
  readonly evidence: EvidenceJournal;

  constructor(db: Database.Database) {
    this.#db = db;
    this.accounts = new AccountJournal(db, (what, work) => this.#write(what, work));
    this.copies = new CopyJournal(db, (work) =>
      this.#write('the copy of a sent message cannot be noted', work),
    );
    this.evidence = new EvidenceJournal(db, (work) =>
      this.#write('the search for a message cannot be noted', work),
    );
    this.history = new History(db, (work) => this.#write('the history of a message cannot be noted', work));
  }

  /** All letters, oldest first. */
  letters(): Letter[] {
    return this.#read('1 = 1');
  }

  /** The letters for which there is still something to do: to send, to put into sent/ or failed/, to keep, to file a copy. */
  open(): Letter[] {
    return this.#read(
      `state NOT IN ('sent', 'failed', 'cancelled') OR placed = 0 OR kept = 0 OR unlinked = 0 OR reported = 0
       OR id IN (SELECT entry FROM sent_copy WHERE state = 'open')`,
    );
  }

  /** Those in one of these states, oldest first. */
  inState(...states: readonly State[]): Letter[] {
    return this.#read('state IN (SELECT value FROM json_each(?))', JSON.stringify(states));
  }

  /**
   * Those that an account is to send by itself at some time, by that time; later than `after`, and up to `until` (milliseconds
   * since 1970). They are read bit by bit, so that who needs the first one waits for no others; a change meanwhile does no harm.
   */
  *waiting(account: string, after: number = -Infinity, until: number = Infinity): Generator<Letter> {
    const page = this.#db.prepare<[string, number, number, number, string], EntryRow>(
      `SELECT * FROM entry WHERE ${WAITING} AND account = ? AND next <= ? AND (next, created, id) > (?, ?, ?)
       ORDER BY next, created, id LIMIT ${PAGE}`,
    );
    const above = Number.isFinite(after) ? after : Number.MIN_SAFE_INTEGER;
    const below = Number.isFinite(until) ? until : Number.MAX_SAFE_INTEGER;
    let last: [number, number, string] = [above, Number.MAX_SAFE_INTEGER, ''];
    for (;;) {
      const rows = page.all(account, below, ...last);
      yield* this.#letters(rows);
      const end = rows.at(-1);
      if (end === undefined || rows.length < PAGE) return;
      last = [end.next ?? 0, end.created, end.id];
    }
  }

  /** The accounts for which something waits so. */
  accountsWaiting(): string[] {
    return this.#db
      .prepare<[], string | null>(`SELECT DISTINCT account FROM entry WHERE ${WAITING}`)
      .pluck()
      .all()
      .filter((name) => name !== null);
  }

  /** Those that came before `time`, are not over, and whose sender was not told that they are late. */
  untoldSince(time: number): Letter[] {
    return this.#read(`${UNTOLD} AND created <= ?`, time);
  }

  /** Those that have an end which is not yet carried out, or lie in failed/ and are on their way again. */
  unfinished(): Letter[] {
    return this.#read(UNFINISHED);
  }

  /** Those that failed, wait for a person, or came before `time` and are not over. */
  troubled(time: number): Letter[] {
    return this.#read(
      `state IN ('failed', 'uncertain') OR (state NOT IN ('sent', 'failed', 'cancelled') AND created < ?)`,
      time,
    );
  }

  /** How many are in each state. */
  countByState(): Map<string, number> {
    const rows = this.#db
      .prepare<[], { state: string; n: number }>('SELECT state, count(*) AS n FROM entry GROUP BY state')
      .all();
    return new Map(rows.map(({ state, n }) => [state, n]));
  }

  /** Rows that were changed since it was opened. */
  changes(): number {
    const question = 'SELECT total_changes() FROM (SELECT count(*) FROM sqlite_schema)';
    return this.#db.prepare<[], number>(question).pluck().get() ?? 0;
  }

  /** How many are not over, and late: their senders were told so. */
  countLate(): number {
    const late = `state NOT IN ('sent', 'failed', 'cancelled') AND late IS NOT NULL`;
    return this.#db.prepare<[], number>(`SELECT count(*) FROM entry WHERE ${late}`).pluck().get() ?? 0;
  }

  /** One letter; undefined where there is none of that id. */
  letter(id: string): Letter | undefined {
    return this.#read('id = ?', id)[0];
  }

  /** Paths in sent/ and failed/ that were chosen, and perhaps not yet written. */
  landings(): string[] {
    return this.#db
      .prepare<[], string>('SELECT landed FROM entry WHERE placed = 0 AND landed IS NOT NULL')
      .pluck()
      .all();
  }

  /** Those whose original may still lie in the drop folder. */
  notUnlinked(): Letter[] {
    return this.#read('unlinked = 0');
  }

  /** Stores the first row of a letter that was copied into the spool. */
  claim(claim: Claim, now: number): Letter {
    // No two come at one time, so that each time tells which was first; a clock that was put back tells nothing of that.
    const created = this.#last >= now && this.#last < now + AHEAD ? this.#last + 1 : now;
    const letter = claimed(claim, created);
    this.#write('a claim cannot be stored', () => this.#put(letter, now));
    this.#last = created;
    return letter;
  }

  /** Stores a letter as it is now. */
  save(letter: Letter, now: number): void {
    this.#write(`the state of ${letter.file} cannot be stored`, () => this.#put(letter, now));
  }

  /** Notes that the original is gone, and nothing else: its delivery may be under way. */
  unlinked(id: string): void {
    this.#write('a claim cannot be stored', () =>
      this.#db.prepare('UPDATE entry SET unlinked = 1 WHERE id = ?').run(id),
    );
  }

  /** Takes a claim back, or forgets a letter. */
  withdraw(id: string): void {
    this.#write('a letter cannot be forgotten', () =>
      this.#db.prepare('DELETE FROM entry WHERE id = ?').run(id),
    );
  }

  /** Runs `work` as one transaction. */
  together(work: () => void): void {
    this.#write('the queue cannot be written', work);
  }

  /** Letters that lie in failed/. */
  failed(): Letter[] {
    return this.#read("state IN ('failed', 'cancelled') AND placed = 1");
  }

  /** Letters that some may have got, and nobody knows. */
  doubtful(): Letter[] {
    return this.#read("id IN (SELECT entry FROM recipient WHERE state IN ('uncertain', 'held'))");
  }

  /** True where a letter of this name and of these octets (SHA-256) is known. */
  knows(file: string, sha256: string): boolean {
    return (
      this.#db
        .prepare<[string, string], 1>('SELECT 1 FROM entry WHERE file = ? AND sha256 = ? LIMIT 1')
        .pluck()
        .get(file, sha256) === 1
    );
  }

  /** Ids that begin with `prefix`; two at most. */
  idsOf(prefix: string): string[] {
    return this.#db
      .prepare<[number, string], string>('SELECT id FROM entry WHERE substr(id, 1, ?) = ? LIMIT 2')
      .pluck()
      .all(prefix.length, prefix);
  }

  /** The ids of letters that are over since before `time`, and for which nothing is left to do. */
  overSince(time: number): string[] {
    return this.#db
      .prepare<[number], string>(
        `SELECT id FROM entry
         WHERE changed < ? AND state IN ('sent', 'failed', 'cancelled') AND placed = 1 AND kept = 1 AND unlinked = 1`,
      )
      .pluck()
      .all(time);
  }

  close(): void {
    if (!this.#db.open) return;
    try {
      if (!this.#db.readonly) this.#db.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      this.#db.close();
    }
  }

  #read(where: string, ...values: (string | number)[]): Letter[] {
    return this.#letters(
      this.#db
        .prepare<(string | number)[], EntryRow>(`SELECT * FROM entry WHERE ${where} ORDER BY created, id`)
        .all(...values),
    );
  }

  /** The recipients of all of them at once: a query for each would take longer than all the rest. */
  #letters(rows: readonly EntryRow[]): Letter[] {
    const found = this.#db
      .prepare<[string], RecipientRow>(
        `SELECT entry, address, state, reply, doubt FROM json_each(?) AS wanted
         JOIN recipient ON recipient.entry = wanted.value ORDER BY entry, position`,
      )
      .all(JSON.stringify(rows.map(({ id }) => id)));
    const recipients = grouped(found, ({ entry }) => entry);
    return rows.map((row) => letterOf(row, recipients.get(row.id) ?? []));
  }

  #put(letter: Letter, now: number): void {
    const row = rowOf(letter, now);
    const names = Object.keys(row);
    // What is gone stays gone: a delivery that began before knows nothing of it.
    const changed = names.map((name) =>
      name === 'unlinked' ? 'unlinked = max(unlinked, excluded.unlinked)' : `${name} = excluded.${name}`,
    );
    this.#db
      .prepare(
        `INSERT INTO entry (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})
         ON CONFLICT (id) DO UPDATE SET ${changed.join(', ')}`,
      )
      .run(row);
    const put = this.#db.prepare(
      'INSERT OR REPLACE INTO recipient (entry, position, address, state, reply, doubt) VALUES (?, ?, ?, ?, ?, ?)',
    );
    for (const [position, { address, state, reply, doubt }] of letter.recipients.entries()) {
      put.run(letter.id, position, address, state, reply, doubt);
    }
  }

  #write<T>(what: string, work: () => T): T {
    try {
      return this.#db.transaction(work).immediate();
    } catch (thrown) {
      throw journalError(thrown, what);
    }
  }
}
