// Opens `<data>/index.db`: a projection of mail/ and journal/ that may be deleted at any time. One process writes (WAL,
// so that readers never wait for it); an index that is damaged, or that a newer mailkeep made, is refused by name.
import { closeSync, existsSync, openSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { MailError, asMailError, textOf } from '../model/error.ts';
import { codeOf, hintFor } from '../runtime/storage-error.ts';
import { mustBeFile } from '../runtime/plain-file.ts';
import { firstPerson } from './people.ts';
import { SCHEMA, SCHEMA_VERSION } from './schema.ts';
import { topicOf } from './topic.ts';

/** An open index. */
export type Index = Database.Database;

/** The index file's name below the data directory. */
export const INDEX_FILE = 'index.db';

/**
 * Opens the index of the archive at `data`. `write` makes it where it is absent, and brings an older one up to date;
 * `read` never changes a byte. Throws MailError `storage`: absent (read) or damaged, and
 * `config`: made by a newer mailkeep, or by another program.
 */
export function openIndex(data: string, mode: 'write' | 'read'): Index {
  return openIndexFile(join(data, INDEX_FILE), mode);
}

/** The same for an index under another name, as a rebuild makes one. */
export function openIndexFile(path: string, mode: 'write' | 'read'): Index {
  if (mode === 'read' && !existsSync(path)) throw absent(path);
  mustBeFile(path);
  let db: Index | undefined;
  try {
    // Other users of the machine have no business here; SQLite gives -wal and -shm the mode of the main file.
    if (mode === 'write') closeSync(openSync(path, 'a', 0o600));
    db = new Database(path, { readonly: mode === 'read', timeout: 10_000 });
    if (mode === 'write') prepareToWrite(db);
    else prepareToRead(db, path);
    return db;
  } catch (thrown) {
    db?.close();
    throw asMailError(indexError(thrown, path), {
      kind: 'storage',
      message: `Index ${path} cannot be opened: ${textOf(thrown)}`,
      retry: 'never',
      hint: hintFor(codeOf(thrown)) ?? 'Look at the permissions and the free space of its directory.',
    });
  }
}

/** Writes all of it or nothing, in one transaction. Throws MailError `storage`. */
export function write(db: Index, changes: () => void): void {
  try {
    db.transaction(changes).immediate();
  } catch (thrown) {
    throw asMailError(indexError(thrown, db.name), {
      kind: 'storage',
      message: `Index ${db.name} cannot be written: ${textOf(thrown)}`,
      retry: 'later',
    });
  }
}

/** What SQLite threw, as a MailError `storage` with its cure. Whatever else was thrown comes back as it is. */
export function indexError(thrown: unknown, path: string = INDEX_FILE): unknown {
  if (!(thrown instanceof Database.SqliteError)) return thrown;
  const damaged = isDamage(thrown);
  const full = thrown.code === 'SQLITE_FULL';
  return new MailError({
    kind: 'storage',
    message: `Index ${path} ${damaged ? 'is damaged' : 'cannot be used now'}: ${thrown.message}`,
    retry: damaged ? 'never' : 'later',
    hint: damaged ? REINDEX : full ? SPACE : cureOf(thrown.code),
    code: thrown.code,
    cause: thrown,
  });
}

function cureOf(code: string): string | undefined {
  // The log of an index that is in use is never shorter than its directory (-shm) says, unless another hand was at it.
  if (code === 'SQLITE_IOERR_SHORT_READ') return CUT;
  if (code.startsWith('SQLITE_IOERR')) return DISK;
  return code.startsWith('SQLITE_CANTOPEN') ? BESIDE : undefined;
}

const REINDEX = '`mailkeep reindex` makes a new one from the stored messages; nothing is lost.';
const SPACE =
  'The disk is full: free some space; what is stored is not lost, and the index catches up by itself.';
const BESIDE =
  'Whoever reads the index, while no service does, must be able to write beside it (index.db-shm): look at the owner and the mode of its folder; of an archive on a disk that is read-only, make a copy and read that.';
const CUT =
  'Its log (index.db-wal) was taken away or cut while it was in use: restart the service where it runs, and try again; what is stored is not lost.';
const DISK =
  'The disk reports errors, is full, or may not be written there: look into the system log, at the free space, and at the owner and the mode of the folder; what is stored is not lost.';

/** True for what SQLite throws when the file is not, or no longer, a database. */
export function isDamage(thrown: unknown): boolean {
  return thrown instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(thrown.code);
}

/** Reads all of an index, a second or so for each gigabyte: false where a page or a reference is damaged. */
export function isSound(db: Index): boolean {
  try {
    return db.prepare('PRAGMA quick_check(1)').pluck().get() === 'ok';
  } catch (thrown) {
    if (isDamage(thrown)) return false;
    throw thrown;
  }
}

/** Whether the archive at `data` has kept mail: an index that is not there was lost then. */
export function hasJournals(data: string): boolean {
  try {
    return readdirSync(join(data, 'journal')).some((name) => name.endsWith('.jsonl'));
  } catch {
    // None there, or none of this user's business: what he may not read is told where it is wanted.
    return false;
  }
}

/** Closes after the write-ahead log was folded back, so that the file alone is whole. */
export function closeIndex(db: Index): void {
  if (!db.open) return;
  try {
    if (!db.readonly) db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}

function prepareToWrite(db: Index): void {
  refuseForeign(db);
  // Before anything else: what a newer mailkeep has made keeps every octet.
  if (versionOf(db) > SCHEMA_VERSION) throw newer(db.name, versionOf(db));
  // Durability comes from the journal: what a power cut takes from the index is replayed at the next start.
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.pragma('journal_size_limit = 67108864');
  db.pragma('cache_size = -16000');
  db.pragma('temp_store = MEMORY');
  db.transaction(() => migrate(db)).immediate();
}

function prepareToRead(db: Index, path: string): void {
  db.pragma('cache_size = -16000');
  refuseForeign(db);
  const version = versionOf(db);
  if (version > SCHEMA_VERSION) throw newer(path, version);
  if (version === SCHEMA_VERSION) return;
  if (version === 0) throw absent(path);
  throw new MailError({
    kind: 'storage',
    message: `Index ${path} is of an older form (${version}, wanted ${SCHEMA_VERSION})`,
    retry: 'later',
    hint: 'The next `mailkeep sync`, or the start of the service, brings it up to date.',
  });
}

function migrate(db: Index): void {
  const version = versionOf(db);
  if (version > SCHEMA_VERSION) throw newer(db.name, version);
  if (version === SCHEMA_VERSION) return;
  lendFunctions(db);
  for (const step of SCHEMA.slice(version)) db.exec(step);
  db.pragma(`user_version = ${SCHEMA_VERSION}`);
}

/** What the steps of the schema cannot say in SQL. */
function lendFunctions(db: Index): void {
  const lend = (name: string, of: (text: string) => string | number | null): void => {
    db.function(name, { deterministic: true }, (text: unknown) => of(String(text)));
  };
  lend('address_of', (sender) => firstPerson(sender)?.address ?? null);
  lend('name_of', (sender) => firstPerson(sender)?.name ?? '');
  lend('topic_of', (subject) => topicOf(subject).key);
  lend('answers', (subject) => Number(topicOf(subject).answers));
}

function versionOf(db: Index): number {
  const version: unknown = db.pragma('user_version', { simple: true });
  return typeof version === 'number' ? version : 0;
}

/** A database of another program keeps every octet, too. */
function refuseForeign(db: Index): void {
  const [tables] = db
    .prepare<[], { all: number; own: number }>(
      'SELECT count(*) AS "all", total(name = \'message\') AS own FROM sqlite_schema',
    )
    .all();
  if (tables === undefined || tables.all === 0 || (versionOf(db) > 0 && tables.own > 0)) return;
  throw new MailError({
    kind: 'config',
    message: `${db.name} is a database, and not one of mailkeep`,
    retry: 'never',
    hint: 'Move it away, or give data: another directory; mailkeep makes its own index.',
    code: FOREIGN,
  });
}

/** The `code` of an error that says: the index is a database of another program. */
export const FOREIGN = 'FOREIGN';

function absent(path: string): MailError {
  const isLost = hasJournals(dirname(path));
  return new MailError({
    kind: 'storage',
    message: isLost
      ? `mail is stored, and its index ${path} is missing`
      : `no mail was fetched yet: the index ${path} does not exist`,
    retry: 'later',
    hint: isLost
      ? 'Restart the service where it runs; else `mailkeep reindex` or the next `mailkeep sync` makes it anew. Nothing is lost.'
      : '`mailkeep sync` makes it; `mailkeep reindex` makes it from messages that are already stored.',
  });
}

function newer(path: string, version: number): MailError {
  return new MailError({
    // Another program is wanted here: no restart helps, and none is tried (exit code 78).
    kind: 'config',
    message: `Index ${path} was made by a newer mailkeep (form ${version}, this one knows ${SCHEMA_VERSION})`,
    retry: 'never',
    hint: 'Install the newer mailkeep again, or run `mailkeep reindex` to make an index of this form.',
  });
}
