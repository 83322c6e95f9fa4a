// Where the index was lost, what a sync needs comes first: places and positions, from the journals alone, in seconds. The text of
// the messages follows behind, newest first, while mail is received and sent; a start finds what an earlier one left over.
import { textOf, asMailError } from '../model/error.ts';
import type { MessageId } from '../model/ids.ts';
import { messagesOf } from './commit.ts';
import { indexError, type Index } from './database.ts';
import { unreadDocument, type Document, type ExtractJob } from './document.ts';
import type { Extractor } from './extract.ts';
import type { Keeper } from './keep.ts';
import type { Log } from '../runtime/log.ts';

/** Why such a message has no text yet; it stands in its row. */
const LATE = 'its text is being read';

/** Messages in one transaction. */
const TOGETHER = 100;

/** In the place of an Extractor: nothing is read now. */
export const LATER: Pick<Extractor, 'extract'> = {
  extract: (jobs) => Promise.resolve(jobs.map((job) => unreadDocument(job, LATE))),
};

/** How many messages wait for their text. */
export function countLate(db: Index): number {
  const count = db.prepare('SELECT count(*) FROM message WHERE state <> 0 AND reason = ?').pluck().get(LATE);
  return typeof count === 'number' ? count : 0;
}

/**
 * Reads the text of all that waits for it. `onCommit` is called after each transaction with the messages done. Throws MailError
 * `storage`, or the signal's reason; what is done then stays.
 */
export async function readLate(
  db: Index,
  extractor: Extractor,
  signal: AbortSignal,
  onCommit: (done: number) => void = () => undefined,
): Promise<number> {
  let done = 0;
  for (;;) {
    const jobs = waiting(db);
    if (jobs.length === 0) return done;
    const documents = await extractor.extract(jobs);
    signal.throwIfAborted();
    replaceAll(db, documents);
    done += documents.length;
    onCommit(done);
  }
}

/** Behind receiving and sending: the text of what an index that was made anew knows by its places alone. Never rejects: the log tells. */
export async function readBehind(
  { db, keeper }: { readonly db: Index; readonly keeper: Pick<Keeper, 'readLate'> },
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  try {
    const total = countLate(db);
    if (total === 0) return;
    log.warn('searches find only a part until the text of all messages is read again', { messages: total });
    let told = 0;
    const tellTenths = (done: number): void => {
      const tenths = Math.floor((done * 10) / Math.max(total, done));
      if (tenths <= told || tenths >= 10) return;
      told = tenths;
      log.info('reading the text of messages again', { done, messages: total });
    };
    const messages = await keeper.readLate(signal, tellTenths);
    log.info('the text of all messages is read again: the index is whole', { messages });
  } catch (thrown) {
    if (!signal.aborted) log.error(`the text of messages cannot be read again now: ${textOf(thrown)}`);
  }
}

function waiting(db: Index): ExtractJob[] {
  const rows = db
    .prepare<[string, number], { id: Buffer; path: string; size: number; date: number | null }>(
      'SELECT id, path, size, date FROM message WHERE state <> 0 AND reason = ? ORDER BY row DESC LIMIT ?',
    )
    .all(LATE, TOGETHER);
  return rows.map((row) => ({ ...row, id: row.id.toString('hex') as MessageId }));
}

function replaceAll(db: Index, documents: readonly Document[]): void {
  try {
    db.transaction(() => {
      for (const document of documents) messagesOf(db).replace(document);
    }).immediate();
  } catch (thrown) {
    throw asMailError(indexError(thrown, db.name), {
      kind: 'storage',
      message: `Index ${db.name} cannot be written: ${textOf(thrown)}`,
      retry: 'later',
    });
  }
}
