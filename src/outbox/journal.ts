// outbox.db: where every message on its way out stands. Each change is one transaction that is on disk when the call
// returns (synchronous=FULL); the file is the only thing that a restart needs beside the spool.
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { asMailError, MailError, textOf, type MailErrorKind } from '../model/error.ts';
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
import { SCHEMA } from './schema.ts';
import { CopyJournal } from './sent-journal.ts';

/** The file below the data directory. */
export const OUTBOX_FILE = 'outbox.db';

/** Why an account makes no connection now. */
export interface Pause {
  readonly until: number;
  readonly failures: number;
  readonly reason: string;
  /** What kind of trouble it is; null: it is not known. */
  readonly kind: MailErrorKind | null;
}

/** Opens the queue of the archive at `data`; null where mode is `read` and there is none yet. Throws MailError `storage`. */
export function openJournal(data: string, mode: 'write'): Journal;
export function openJournal(data: string, mode: 'read'): Journal | null;
export function openJournal(data: string, mode: 'write' | 'read'): Journal | null {
  const path = join(data, OUTBOX_FILE);
  if (mode === 'read' && !existsSync(path)) return null;
  let db: Database.Database | undefined;
  try {
    if (mode === 'write') closeSync(openSync(path, 'a', 0o600));
    db = new Database(path, { readonly: mode === 'read', timeout: 10_000 });
    if (mode === 'write') prepare(db);
    checkVersion(db, path);
    return new Journal(db);
  } catch (thrown) {
    db?.close();
    throw failure(thrown, `the queue ${path} cannot be opened`);
  }
}

function prepare(db: Database.Database): void {
  db.pragma('journal_mode = WAL');
  // FULL: with WAL alone a power cut may take back the last commits, and with them the word that a letter is on its way.
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  const found = versionOf(db);
  if (found > 0 && found < SCHEMA.length) keepCopy(db, found);
  db.transaction(() => {
    const version = versionOf(db);
    for (const part of SCHEMA.slice(version)) db.exec(part);
    if (version < SCHEMA.length) db.pragma(`user_version = ${SCHEMA.length}`);
  }).immediate();
}

/** The queue as it was before it is brought to a new form: `outbox.db.form-3`, whole or not there. The one from the first try stays. */
function keepCopy(db: Database.Database, version: number): void {
  const copy = `${db.name}.form-${version}`;
  if (existsSync(copy)) return;
  rmSync(`${copy}.tmp`, { force: true });
  const file = openSync(`${copy}.tmp`, 'wx', 0o600);
  try {
    db.prepare('VACUUM INTO ?').run(`${copy}.tmp`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${copy}.tmp`, copy);
}

function checkVersion(db: Database.Database, path: string): void {
  const version = versionOf(db);
  if (version === SCHEMA.length) return;
  throw new MailError({
    // Another program is wanted here: no restart helps, and none is tried (exit code 78).
    kind: version < SCHEMA.length ? 'storage' : 'config',
    retry: 'never',
    message: `the queue ${path} is of form ${version}, and this mailkeep knows ${SCHEMA.length}`,
    hint:
      version < SCHEMA.length
        ? 'Restart the service (`mailkeep daemon`): it brings the queue to the new form.'
        : 'Use the mailkeep that made it, or a newer one: what waits to be sent stays where it is.',
  });
}

function versionOf(db: Database.Database): number {
  const version: unknown = db.pragma('user_version', { simple: true });
  return typeof version === 'number' ? version : 0;
}

/** Every method that changes something throws MailError `storage` (retry later), and then has changed nothing. */
export class Journal {
  readonly #db: Database.Database;
  /** Copies in Sent folders. */
  readonly copies: CopyJournal;
  /** What people may want to know of a letter. */
  readonly history: History;
  /** The search for letters in doubt. */
  readonly evidence: EvidenceJournal;

  constructor(db: Database.Database) {
    this.#db = db;
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
    const letter = claimed(claim, now);
    this.#write('a claim cannot be stored', () => this.#put(letter, now));
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

  /** Takes a claim back. */
  withdraw(id: string): void {
    this.#write('a claim cannot be taken back', () =>
      this.#db.prepare('DELETE FROM entry WHERE id = ?').run(id),
    );
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

  /** Ids that begin with `prefix`; two at most. */
  idsOf(prefix: string): string[] {
    return this.#db
      .prepare<[number, string], string>('SELECT id FROM entry WHERE substr(id, 1, ?) = ? LIMIT 2')
      .pluck()
      .all(prefix.length, prefix);
  }

  /** Forgets letters that are over since before `time`, and for which nothing is left to do: their ids. */
  forget(time: number): string[] {
    return this.#write('the queue cannot be written', () =>
      this.#db
        .prepare<[number], string>(
          `DELETE FROM entry
           WHERE changed < ? AND state IN ('sent', 'failed', 'cancelled') AND placed = 1 AND kept = 1 AND unlinked = 1
           RETURNING id`,
        )
        .pluck()
        .all(time),
    );
  }

  close(): void {
    if (!this.#db.open) return;
    try {
      if (!this.#db.readonly) this.#db.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      this.#db.close();
    }
  }

  #read(where: string, ...values: string[]): Letter[] {
    const rows = this.#db
      .prepare<string[], EntryRow>(`SELECT * FROM entry WHERE ${where} ORDER BY created, id`)
      .all(...values);
    const recipients = this.#db.prepare<[string], RecipientRow>(
      'SELECT entry, address, state, reply, doubt FROM recipient WHERE entry = ? ORDER BY position',
    );
    return rows.map((row) => letterOf(row, recipients.all(row.id)));
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
      throw failure(thrown, what);
    }
  }
}

function failure(thrown: unknown, what: string): MailError {
  return asMailError(thrown, {
    kind: 'storage',
    retry: 'later',
    message: `${what}: ${textOf(thrown)}`,
    hint: 'Look at the permissions and the free space of the data directory.',
  });
}
