// What outbox.db remembers of a letter beside where it stands: its tries, each with its dialogue, and what was done to it between
// them. Both are for people, and bounded; no step is decided by them. When a try began says since when a copy of its message can
// lie anywhere.
import type Database from 'better-sqlite3';

/** A try. */
export interface StoredTry {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The server, as the configuration names it. */
  readonly host: string;
  /** How it left the letter; null: it is under way, or the program ended. */
  readonly state: string | null;
  /** Why, or the server's answer. */
  readonly outcome: string | null;
  /** Lines, without secrets and bodies. */
  readonly dialogue: readonly string[];
}

/** Something that was done to a letter, or found out about it. */
export interface StoredNote {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** One word: `hold`, `found`, `late` … */
  readonly what: string;
  readonly text: string;
}

/** Kept of each letter: its newest. */
const TRIES = 40;
const NOTES = 200;

/** The history of one queue. `write` runs work as a transaction that is durable when it returns, and names what failed. */
export class History {
  readonly #db: Database.Database;
  readonly #write: (work: () => void) => void;

  constructor(db: Database.Database, write: (work: () => void) => void) {
    this.#db = db;
    this.#write = write;
  }

  /** Stores the n-th try of a letter (1 is the first) as it is now; n is what `nextTry` gave. */
  put(entry: string, n: number, { at, host, state, outcome, dialogue }: StoredTry): void {
    this.#write(() => {
      this.#db
        .prepare(
          `INSERT OR REPLACE INTO attempt (entry, n, at, host, state, outcome, dialogue) VALUES (?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(entry, n, at, host, state, outcome, dialogue.join('\n'));
      this.#db.prepare('DELETE FROM attempt WHERE entry = ? AND n <= ?').run(entry, n - TRIES);
    });
  }

  /** The number of the next try. */
  nextTry(entry: string): number {
    return 1 + this.#last('attempt', entry);
  }

  /** Notes what was done to a letter. */
  note(entry: string, { at, what, text }: StoredNote): void {
    this.#write(() => {
      const n = 1 + this.#last('note', entry);
      this.#db
        .prepare('INSERT INTO note (entry, n, at, what, text) VALUES (?, ?, ?, ?, ?)')
        .run(entry, n, at, what, text);
      this.#db.prepare('DELETE FROM note WHERE entry = ? AND n <= ?').run(entry, n - NOTES);
    });
  }

  /** The tries of a letter, oldest first. */
  tries(entry: string): StoredTry[] {
    return this.#db
      .prepare<[string], Omit<StoredTry, 'dialogue'> & { readonly dialogue: string }>(
        'SELECT at, host, state, outcome, dialogue FROM attempt WHERE entry = ? ORDER BY n',
      )
      .all(entry)
      .map((row) => ({ ...row, dialogue: row.dialogue === '' ? [] : row.dialogue.split('\n') }));
  }

  /** What was done to it, oldest first. */
  notes(entry: string): StoredNote[] {
    return this.#db
      .prepare<[string], StoredNote>('SELECT at, what, text FROM note WHERE entry = ? ORDER BY n')
      .all(entry);
  }

  #last(table: 'attempt' | 'note', entry: string): number {
    return (
      this.#db
        .prepare<[string], number | null>(`SELECT max(n) FROM ${table} WHERE entry = ?`)
        .pluck()
        .get(entry) ?? 0
    );
  }
}
