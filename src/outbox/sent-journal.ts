// What outbox.db knows of copies in Sent folders: where that of each letter stands, and what was learnt of each server.
// Each change is on disk when its call returns, so that a crash never makes a second copy.
import type Database from 'better-sqlite3';
import type { Copy, CopyEnd, Habits } from './sent-plan.ts';

/** A copy with all that is stored of it. */
export interface StoredCopy extends Copy {
  /** The letter's id. */
  readonly entry: string;
  readonly account: string;
  readonly state: 'open' | CopyEnd;
  /** When it is due; null: at once. */
  readonly next: number | null;
  /** Why it stands where it stands, for a person. */
  readonly reason: string | null;
}

/** The copies of one queue. `write` runs work as a transaction that is durable when it returns, and names what failed. */
export class CopyJournal {
  readonly #db: Database.Database;
  readonly #write: (work: () => void) => void;

  constructor(db: Database.Database, write: (work: () => void) => void) {
    this.#db = db;
    this.#write = write;
  }

  /** Notes that a letter was sent and its copy is to be seen to; its date is when the letter was last stored. Safe to repeat. */
  begin(entry: string): void {
    this.#write(() =>
      this.#db
        .prepare(
          `INSERT OR IGNORE INTO sent_copy (entry, account, date, state)
           SELECT id, account, changed, 'open' FROM entry WHERE id = ? AND account IS NOT NULL`,
        )
        .run(entry),
    );
  }

  /** The copy of a letter. */
  of(entry: string): StoredCopy | undefined {
    return this.#db.prepare<[string], StoredCopy>('SELECT * FROM sent_copy WHERE entry = ?').get(entry);
  }

  /** Every copy, by its letter's id. */
  all(): Map<string, StoredCopy> {
    const rows = this.#db.prepare<[], StoredCopy>('SELECT * FROM sent_copy').all();
    return new Map(rows.map((copy) => [copy.entry, copy]));
  }

  /** How many were given up. */
  countFailed(): number {
    return (
      this.#db.prepare<[], number>("SELECT count(*) FROM sent_copy WHERE state = 'failed'").pluck().get() ?? 0
    );
  }

  /** True where we have filed a copy of the same message before: it was sent again. */
  filedBefore({ entry, account }: StoredCopy): boolean {
    const found = this.#db
      .prepare(
        `SELECT 1 FROM sent_copy JOIN entry ON entry.id = sent_copy.entry
         WHERE sent_copy.account = ? AND sent_copy.entry <> ? AND tries > 0
           AND message_id = (SELECT message_id FROM entry WHERE id = ?) LIMIT 1`,
      )
      .get(account, entry, entry);
    return found !== undefined;
  }

  /** The last copy beside this one that we have filed for its account, in one go; null where there is none since `from`. */
  lastFiled({ entry, account }: StoredCopy, from: number): { messageId: string; date: number } | null {
    const found = this.#db
      .prepare<[string, string, number], { messageId: string; date: number }>(
        `SELECT message_id AS messageId, date FROM sent_copy JOIN entry ON entry.id = sent_copy.entry
         WHERE sent_copy.account = ? AND sent_copy.entry <> ? AND sent_copy.state = 'filed' AND tries = 1
           AND message_id IS NOT NULL AND date >= ? ORDER BY date DESC LIMIT 1`,
      )
      .get(account, entry, from);
    return found ?? null;
  }

  /** All that are open, oldest first. */
  open(): StoredCopy[] {
    return this.#db
      .prepare<[], StoredCopy>("SELECT * FROM sent_copy WHERE state = 'open' ORDER BY date, entry")
      .all();
  }

  /** Those of an account whose letters have landed and are in the archive: nobody else works on their files. */
  ready(account: string): StoredCopy[] {
    return this.#db
      .prepare<[string], StoredCopy>(
        `SELECT sent_copy.* FROM sent_copy JOIN entry ON entry.id = sent_copy.entry
         WHERE sent_copy.state = 'open' AND sent_copy.account = ? AND placed = 1 AND kept = 1 ORDER BY date, entry`,
      )
      .all(account);
  }

  /** Stores a copy as it is now. */
  save(copy: StoredCopy): void {
    this.#write(() =>
      this.#db
        .prepare<[StoredCopy]>(
          `UPDATE sent_copy SET state = @state, looks = @looks, tries = @tries, failures = @failures, next = @next,
           reason = @reason WHERE entry = @entry`,
        )
        .run(copy),
    );
  }

  /** What was learnt of the account at `host`. */
  habit(account: string, host: string): Habits['learnt'] {
    const row = this.#db
      .prepare<[string, string], { files: number; seen: number }>(
        'SELECT files, seen FROM habit WHERE account = ? AND host = ?',
      )
      .get(account, host);
    return row === undefined ? null : { files: row.files === 1, seen: row.seen };
  }

  /** Remembers whether the account's server files copies by itself, as seen at `now`. */
  learn(account: string, host: string, files: boolean, now: number): void {
    this.#write(() =>
      this.#db
        .prepare('INSERT OR REPLACE INTO habit (account, host, files, seen) VALUES (?, ?, ?, ?)')
        .run(account, host, files ? 1 : 0, now),
    );
  }
}
