// What outbox.db knows of accounts: until when one makes no connection, and when it has sent, for its rates. Each change is on
// disk when its call returns.
import type Database from 'better-sqlite3';
import type { MailErrorKind } from '../model/error.ts';

/** Why an account makes no connection now. */
export interface Pause {
  readonly until: number;
  readonly failures: number;
  readonly reason: string;
  /** What kind of trouble it is; null: it is not known. */
  readonly kind: MailErrorKind | null;
}

/** The accounts of one queue. `write` runs work as a transaction that is durable when it returns, and names what failed. */
export class AccountJournal {
  readonly #db: Database.Database;
  readonly #write: (what: string, work: () => void) => void;

  constructor(db: Database.Database, write: (what: string, work: () => void) => void) {
    this.#db = db;
    this.#write = write;
  }

  /** The pause of an account, or undefined. */
  pause(account: string): Pause | undefined {
    return this.#db
      .prepare<[string], Pause>('SELECT until, failures, reason, kind FROM account WHERE name = ?')
      .get(account);
  }

  /** Sets or, with null, ends the pause of an account. */
  setPause(account: string, pause: Pause | null): void {
    this.#write('the pause of an account cannot be stored', () => {
      if (pause === null) this.#db.prepare('DELETE FROM account WHERE name = ?').run(account);
      else {
        this.#db
          .prepare(
            'INSERT OR REPLACE INTO account (name, until, failures, reason, kind) VALUES (?, ?, ?, ?, ?)',
          )
          .run(account, pause.until, pause.failures, pause.reason, pause.kind);
      }
    });
  }

  /** No pause lasts beyond `until`; how often there was trouble is remembered. */
  shortenPauses(until: number): void {
    this.#write('the pause of an account cannot be stored', () =>
      this.#db.prepare('UPDATE account SET until = min(until, ?)').run(until),
    );
  }

  /** Notes that a dot is about to go out. With `save` of its letter it is one transaction by `together`. */
  noteSending(account: string, at: number, recipients: number): void {
    this.#write('the rate cannot be stored', () => {
      this.#db.prepare('DELETE FROM sending WHERE at < ?').run(at - 2 * 86_400_000);
      this.#db
        .prepare('INSERT INTO sending (account, at, recipients) VALUES (?, ?, ?)')
        .run(account, at, recipients);
    });
  }

  /** When that account has sent since `from`, oldest first. */
  sendings(account: string, from: number): number[] {
    return this.#db
      .prepare<[string, number], number>('SELECT at FROM sending WHERE account = ? AND at >= ? ORDER BY at')
      .pluck()
      .all(account, from);
  }
}
