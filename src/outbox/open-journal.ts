// outbox.db as a file: made, brought to the newest form with a copy of the old one beside it, and refused where another mailkeep
// has written it. What stands in it is journal.ts's business.
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { MailError } from '../model/error.ts';
import { mustBeFile } from '../runtime/plain-file.ts';
import { Journal } from './journal.ts';
import { journalError } from './journal-error.ts';
import { SCHEMA } from './schema.ts';

/** The file below the data directory. */
export const OUTBOX_FILE = 'outbox.db';

/** Opens the queue of the archive at `data`; null where mode is `read` and there is none yet. Throws MailError `storage`. */
export function openJournal(data: string, mode: 'write'): Journal;
export function openJournal(data: string, mode: 'read'): Journal | null;
export function openJournal(data: string, mode: 'write' | 'read'): Journal | null {
  const path = join(data, OUTBOX_FILE);
  if (mode === 'read' && !existsSync(path)) return null;
  let db: Database.Database | undefined;
  try {
    mustBeFile(path);
    if (mode === 'write') closeSync(openSync(path, 'a', 0o600));
    db = new Database(path, { readonly: mode === 'read', timeout: 10_000 });
    if (mode === 'write' && versionOf(db) <= SCHEMA.length)
      prepare(db); // a newer one keeps every octet
    // Another process is about to make it: nothing stands there yet.
    else if (versionOf(db) === 0) {
      db.close();
      return null;
    }
    checkVersion(db, path);
    return new Journal(db);
  } catch (thrown) {
    db?.close();
    throw journalError(thrown, `the queue ${path} cannot be opened`);
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
