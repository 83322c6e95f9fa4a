// Where the index was lost, what a sync needs comes first: places and positions, from the journals alone, in seconds. The text of
// the messages follows behind, newest first, while mail is received and sent; a start finds what an earlier one left over. So
// does what an earlier version read less of than this one can: it is read again, and found by its old text meanwhile.
import { setImmediate } from 'node:timers/promises';
import { textOf } from '../model/error.ts';
import type { MessageId } from '../model/ids.ts';
import { messagesOf } from './commit.ts';
import { write, type Index } from './database.ts';
import { unreadDocument, type Document, type ExtractJob } from './document.ts';
import type { Extractor } from './extract.ts';
import type { Keeper } from './keep.ts';
import { UNREADABLE } from './read-message.ts';
import type { Log } from '../runtime/log.ts';

/** Why such a message has no text yet; it stands in its row. */
const LATE = 'its text is being read';

/** Messages, and octets of them, that are read before they are written. */
const TOGETHER = { messages: 100, octets: 16 * 2 ** 20 } as const;

/** Octets of packed text in one transaction: nothing else goes on while it lasts. */
const WRITTEN = 524_288;

/** In the place of an Extractor: nothing is read now. */
export const LATER: Pick<Extractor, 'extract'> = {
  extract: (jobs) => Promise.resolve(jobs.map((job) => ({ ...unreadDocument(job, LATE), isLate: true }))),
};

/** How many messages wait for their text; `again`: how many more have one, and wait to be read again. */
export function countLate(db: Index): { readonly unread: number; readonly again: number } {
  const count = db.prepare<[number], number>('SELECT count(*) FROM late WHERE again = ?').pluck();
  return { unread: count.get(0) ?? 0, again: count.get(1) ?? 0 };
}

/**
 * Reads the text of all that waits for it; what has one already only with `again`. `onCommit` is called after each transaction
 * with the messages done. Throws MailError `storage`, or the signal's reason; what is done then stays.
 */
export async function readLate(
  db: Index,
  extractor: Extractor,
  signal: AbortSignal,
  again: boolean,
  onCommit: (done: number) => void = () => undefined,
): Promise<number> {
  let done = 0;
  for (;;) {
    const jobs = waiting(db, again);
    if (jobs.length === 0) return done;
    const documents = await extractor.extract(jobs, true);
    for (const group of groups(documents)) {
      signal.throwIfAborted();
      replaceAll(db, group);
      done += group.length;
      onCommit(done);
      await setImmediate();
    }
  }
}

/** Behind receiving and sending: the text of what waits for it. Never rejects: the log tells. */
export async function readBehind(
  { db, keeper }: { readonly db: Index; readonly keeper: Pick<Keeper, 'readLate'> },
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  try {
    const { unread, again } = countLate(db);
    const total = unread + again;
    if (total === 0) return;
    if (unread > 0)
      log.warn('searches find only a part until the text of all messages is read again', {
        messages: unread,
      });
    if (again > 0)
      log.info('more can be found in some messages than when they were read: they are read again', {
        messages: again,
      });
    let told = 0;
    const tellTenths = (done: number): void => {
      const tenths = Math.floor((done * 10) / Math.max(total, done));
      if (tenths <= told || tenths >= 10) return;
      told = tenths;
      log.info('reading the text of messages again', { done, messages: total });
    };
    const messages = await keeper.readLate(signal, true, tellTenths);
    log.info('the text of all messages is read again: the index is whole', { messages });
  } catch (thrown) {
    if (!signal.aborted) log.error(`the text of messages cannot be read again now: ${textOf(thrown)}`);
  }
}

/** What is read next: messages without a text before the others, the newest of each first. */
function waiting(db: Index, again: boolean): ExtractJob[] {
  const rows = db
    .prepare<[number, number], { id: Buffer; path: string; size: number; date: number | null }>(
      `SELECT id, path, size, date FROM late CROSS JOIN message USING (row)
       WHERE again <= ? ORDER BY again, late.row DESC LIMIT ?`,
    )
    .all(again ? 1 : 0, TOGETHER.messages);
  let octets = 0;
  const fitting = rows.findIndex(({ size }) => (octets += size) > TOGETHER.octets);
  return rows
    .slice(0, fitting === -1 ? rows.length : Math.max(1, fitting))
    .map((row) => ({ ...row, id: row.id.toString('hex') as MessageId }));
}

function* groups(documents: readonly Document[]): Generator<readonly Document[]> {
  let group: Document[] = [];
  let octets = 0;
  for (const document of documents) {
    group.push(document);
    octets += document.body.length;
    if (octets < WRITTEN) continue;
    yield group;
    group = [];
    octets = 0;
  }
  if (group.length > 0) yield group;
}

function replaceAll(db: Index, documents: readonly Document[]): void {
  write(db, () => {
    // A file that is damaged or away takes no text from the index that was there before.
    for (const document of documents)
      messagesOf(db).replace(
        document,
        document.reason?.startsWith(UNREADABLE) === true && hasText(db, document.id),
      );
  });
}

function hasText(db: Index, id: MessageId): boolean {
  const reason = db.prepare<[Buffer], string | null>('SELECT reason FROM message WHERE id = ?').pluck();
  return reason.get(Buffer.from(id, 'hex')) !== LATE;
}
