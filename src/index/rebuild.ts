// A new index from the two truths, mail/ and journal/, without a server. It grows beside the old one, which serves
// readers until the new one is whole and takes its name; a rebuild that is stopped, or cut, changes nothing, and the next one
// can go on where it came to.
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Journal } from '../archive/journal.ts';
import { Archive } from '../archive/store.ts';
import { MailError } from '../model/error.ts';
import { syncDirectory, syncFile } from '../runtime/atomic-file.ts';
import { carryOver } from './carry-over.ts';
import { commitAll, messagesOf } from './commit.ts';
import { closeIndex, FOREIGN, INDEX_FILE, isSound, openIndexFile } from './database.ts';
import type { Index } from './database.ts';
import type { ExtractJob } from './document.ts';
import { Extractor } from './extract.ts';
import { readLate } from './late-text.ts';
import { replay } from './replay.ts';
import { countPartly, wholeOf } from './status.ts';

/** How to rebuild. */
export interface RebuildOptions {
  /** Goes on with what a rebuild that was stopped or cut has left; begins anew where that is of no use. */
  readonly resume?: boolean | undefined;
  /** Called after each transaction: messages indexed, of so many files. */
  readonly onProgress?: ((messages: number, total: number) => void) | undefined;
  /** Stops it; the old index stays. */
  readonly signal?: AbortSignal | undefined;
  /** Threads at most, as for an Extractor. */
  readonly workers?: number | undefined;
}

/** What a rebuild did. */
export interface Rebuilt {
  readonly messages: number;
  /** Of these, found indexed by the rebuild that was resumed. */
  readonly resumed: number;
  /** Of these, not read in full. */
  readonly partly: number;
  /** Journal entries. */
  readonly entries: number;
}

/** Files that no journal line names, read in one transaction. */
const TOGETHER = 500;

/**
 * Rebuilds `<data>/index.db`. The caller holds the writer's lock. Throws MailError `storage`, or `cancelled` when the
 * signal aborts; the old index is then as it was, and what is done of the new one waits for a `resume`.
 */
export async function rebuild(data: string, options: RebuildOptions = {}): Promise<Rebuilt> {
  refuseForeign(join(data, INDEX_FILE));
  const path = join(data, `${INDEX_FILE}.new`);
  const extractor = new Extractor({ mailRoot: join(data, 'mail'), workers: options.workers });
  const db = (options.resume === true ? begun(path) : undefined) ?? (await fresh(path));
  try {
    const done = await fill(db, data, extractor, options);
    closeIndex(db);
    await takeName(data, path);
    return done;
  } catch (thrown) {
    if (options.signal?.aborted !== true) {
      db.close();
      await removeIndex(path); // where the disk is full, it is in the way
      throw thrown;
    }
    closeIndex(db);
    throw new MailError({
      kind: 'cancelled',
      message: 'Reindexing was stopped; the index is as it was before',
      retry: 'never',
      hint: '`mailkeep reindex --resume` goes on from here.',
      cause: thrown,
    });
  } finally {
    await extractor.close();
  }
}

/** A new index takes no other program's place. */
function refuseForeign(path: string): void {
  try {
    openIndexFile(path, 'read').close();
  } catch (thrown) {
    if (thrown instanceof MailError && thrown.code === FOREIGN) throw thrown;
  }
}

/** What an earlier rebuild came to; undefined where there is none that is whole and of this version. */
function begun(path: string): Index | undefined {
  if (!existsSync(path)) return undefined;
  let db: Index | undefined;
  try {
    db = openIndexFile(path, 'write');
    if (isSound(db)) return db;
  } catch {
    // Damaged, or of another version.
  }
  db?.close();
  return undefined;
}

async function fresh(path: string): Promise<Index> {
  await removeIndex(path);
  return openIndexFile(path, 'write');
}

async function fill(
  db: Index,
  data: string,
  extractor: Extractor,
  { onProgress, signal }: RebuildOptions,
): Promise<Rebuilt> {
  // A power cut may take its end, never its soundness: it can be resumed. Few syncs are enough for that.
  db.pragma('wal_autocheckpoint = 8000');
  db.exec("INSERT INTO fts (fts, rank) VALUES ('automerge', 0)");
  const archive = await Archive.open(data);
  const total = await countFiles(archive);
  const resumed = wholeOf(db).messages;
  let messages = resumed;
  onProgress?.(messages, total);
  const onCommit = (added: number): void => {
    messages += added;
    db.prepare("INSERT INTO fts (fts, rank) VALUES ('merge', 500)").run();
    onProgress?.(messages, total);
  };
  const entries = await replay({ db, journal: new Journal(data), extractor, onCommit, signal });
  await addOrphans({ db, archive, extractor, onCommit, signal });
  // What an earlier version of mailkeep came to, before this one resumed it.
  await readLate(db, extractor, signal ?? new AbortController().signal, true);
  carryOver(db, join(data, INDEX_FILE));
  db.exec("INSERT INTO fts (fts, rank) VALUES ('automerge', 4)");
  return { messages, resumed, partly: countPartly(db), entries };
}

async function countFiles(archive: Archive): Promise<number> {
  let files = 0;
  for await (const _ of archive.list()) files++;
  return files;
}

/** Files that no journal names, because a crash came between the two, are found by a search all the same. */
async function addOrphans(run: {
  readonly db: Index;
  readonly archive: Archive;
  readonly extractor: Extractor;
  readonly onCommit: (added: number) => void;
  readonly signal: AbortSignal | undefined;
}): Promise<void> {
  let jobs: ExtractJob[] = [];
  const flush = async (): Promise<void> => {
    run.signal?.throwIfAborted();
    const documents = await run.extractor.extract(jobs);
    jobs = [];
    commitAll(run.db, documents, []);
    run.onCommit(documents.length);
  };
  for await (const { id, path, size } of run.archive.list()) {
    if (messagesOf(run.db).rowOf(id) !== undefined) continue;
    jobs.push({ id, path, size, date: null });
    if (jobs.length >= TOGETHER) await flush();
  }
  if (jobs.length > 0) await flush();
}

async function takeName(data: string, path: string): Promise<void> {
  await syncFile(path);
  const index = join(data, INDEX_FILE);
  // The old write-ahead log goes first: beside the new file, SQLite would take it for its own. Half of it may be folded
  // back, and the old file is nothing without it: it goes before, and a cut here leaves no index, which the next sync makes.
  // Each of these is synced before the next, or a power cut might keep the later one only.
  if (existsSync(index) && !isFolded(index)) {
    await rm(index, { force: true });
    await syncDirectory(data);
  }
  for (const end of ['-wal', '-shm']) await rm(`${index}${end}`, { force: true });
  await syncDirectory(data);
  await rename(path, index);
  await syncDirectory(data);
}

/** True where the index at `path` is whole without its log, which is folded back if it can be. */
function isFolded(path: string): boolean {
  let old: Index | undefined;
  try {
    old = openIndexFile(path, 'write');
    const [folded] = old.prepare<[], { busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)').all();
    return folded?.busy === 0;
  } catch {
    return false;
  } finally {
    old?.close();
  }
}

async function removeIndex(path: string): Promise<void> {
  for (const end of ['', '-wal', '-shm']) await rm(`${path}${end}`, { force: true });
}
