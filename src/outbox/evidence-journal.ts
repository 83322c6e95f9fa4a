// What outbox.db knows of the search for letters in doubt. Each change is on disk when its call returns.
import type Database from 'better-sqlite3';
import type { Search } from './evidence-plan.ts';

/** The searches of one queue. `write` runs work as a transaction that is durable when it returns, and names what failed. */
export class EvidenceJournal {
  readonly #db: Database.Database;
  readonly #write: (work: () => void) => void;

  constructor(db: Database.Database, write: (work: () => void) => void) {
    this.#db = db;
    this.#write = write;
  }

  /** The search for a letter. */
  of(entry: string): Search | undefined {
    return this.#db
      .prepare<[string], Search>('SELECT doubts, since, looks, failures, next FROM evidence WHERE entry = ?')
      .get(entry);
  }

  /** Why the last look of a letter's search could not be made; null where it could. */
  reason(entry: string): string | null {
    return (
      this.#db
        .prepare<[string], string | null>('SELECT reason FROM evidence WHERE entry = ?')
        .pluck()
        .get(entry) ?? null
    );
  }

  /** Stores a search as it is now, and why its last look could not be made. */
  save(entry: string, { doubts, since, looks, failures, next }: Search, reason: string | null = null): void {
    this.#write(() =>
      this.#db
        .prepare(
          `INSERT OR REPLACE INTO evidence (entry, doubts, since, looks, failures, next, reason)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(entry, doubts, since, looks, failures, next, reason),
    );
  }

  /**
   * True where a copy of the letter may lie somewhere for another reason than the try in doubt: it was sent to others, or the
   * same message was sent as another letter, or we have filed a copy of it.
   */
  elsewhere(entry: string): boolean {
    const found = this.#db
      .prepare(
        `SELECT 1 FROM recipient WHERE entry = ?1 AND state = 'sent'
         UNION ALL SELECT 1 FROM sent_copy WHERE entry = ?1
         UNION ALL SELECT 1 FROM entry AS other JOIN recipient ON recipient.entry = other.id
           WHERE other.id <> ?1 AND recipient.state IN ('sent', 'uncertain', 'held')
             AND other.message_id = (SELECT message_id FROM entry WHERE id = ?1)
         LIMIT 1`,
      )
      .get({ 1: entry });
    return found !== undefined;
  }

  /** True where the same message went, or may have gone, as another letter to somebody of whom this one is in doubt. */
  twin(entry: string): boolean {
    const found = this.#db
      .prepare(
        `SELECT 1 FROM recipient AS own
           JOIN recipient AS theirs ON theirs.address = own.address AND theirs.entry <> own.entry
           JOIN entry AS other ON other.id = theirs.entry
         WHERE own.entry = ?1 AND own.doubt IS NOT NULL AND theirs.state IN ('sent', 'uncertain', 'held')
           AND other.message_id = (SELECT message_id FROM entry WHERE id = ?1)
         LIMIT 1`,
      )
      .get({ 1: entry });
    return found !== undefined;
  }
}
