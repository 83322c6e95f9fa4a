// The journals into the index, from where the index knows them. After a crash this is the tail of one journal; after
// the loss of the index it is everything. Accounts are merged by the time of writing, so that a new index gives its rows
// in the order in which the old one did.
import type { Entry } from '../archive/entry.ts';
import type { Journal, Replayed } from '../archive/journal.ts';
import { commitAll, messagesOf } from './commit.ts';
import type { AccountChanges } from './commit.ts';
import type { Index } from './database.ts';
import type { ExtractJob } from './document.ts';
import type { Extractor } from './extract.ts';
import type { MessageId } from '../model/ids.ts';

/** What a replay works with. */
export interface Replay {
  readonly db: Index;
  readonly journal: Pick<Journal, 'accounts' | 'replay' | 'present' | 'settle'>;
  readonly extractor: Pick<Extractor, 'extract'>;
  /** Only these accounts; default: all that have a journal. */
  readonly accounts?: readonly string[] | undefined;
  /** Called after each transaction with the messages that it added. */
  readonly onCommit?: ((added: number) => void) | undefined;
  /** Ends it between two transactions, by throwing the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Entries in one transaction. */
const TOGETHER = 500;

/** Brings the index up to the journals' ends. Returns how many entries were replayed. Throws MailError `storage`. */
export async function replay(run: Replay): Promise<number> {
  const tails = openTails(run, run.accounts ?? (await run.journal.accounts()));
  try {
    for (const tail of tails) {
      await tail.advance();
      // Else a power cut could leave an index that knows more of the journal than there is.
      if (tail.at !== undefined) await run.journal.settle(tail.account);
    }
    return await replayTails(run, tails);
  } finally {
    for (const tail of tails) await tail.close();
  }
}

async function replayTails(run: Replay, tails: readonly Tail[]): Promise<number> {
  const batch = new Map<string, Tail>();
  let entries = 0;
  let size = 0;
  let before: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    run.signal?.throwIfAborted();
    const changes = [...batch.values()].map((tail) => tail.take());
    batch.clear();
    size = 0;
    await before;
    // While this batch is read by the threads, the next is collected from the journals.
    before = store(run, changes);
    before.catch(() => {}); // awaited with the next batch, or at the end
  };
  for (let tail = oldest(tails); tail !== undefined; tail = oldest(tails)) {
    batch.set(tail.account, tail);
    await tail.advance();
    entries++;
    if (++size >= TOGETHER) await flush();
  }
  if (size > 0) await flush();
  await before;
  return entries;
}

async function store(run: Replay, changes: readonly AccountChanges[]): Promise<void> {
  const entries = changes.flatMap((change) => change.entries);
  const documents = await run.extractor.extract(missing(run.db, entries));
  run.signal?.throwIfAborted();
  commitAll(run.db, documents, changes);
  run.onCommit?.(documents.length);
}

/** The messages that entries name and the index has not, each once, in the order in which they were written. */
function missing(db: Index, entries: readonly Entry[]): ExtractJob[] {
  const jobs = new Map<MessageId, ExtractJob & { readonly at: string }>();
  for (const entry of entries) {
    if (entry.op !== 'seen' || jobs.has(entry.id) || messagesOf(db).rowOf(entry.id) !== undefined) continue;
    const { id, path, size, at } = entry;
    jobs.set(id, { id, path, size, date: entry.received === null ? null : Date.parse(entry.received), at });
  }
  return [...jobs.values()]
    .sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)))
    .map(({ id, path, size, date }) => ({ id, path, size, date }));
}

/** One journal, read from where the index knows it, with one entry in hand. */
class Tail {
  readonly account: string;
  readonly #lines: AsyncGenerator<Replayed>;
  #next: Replayed | undefined;
  #taken: Entry[] = [];
  #offset = 0;

  constructor(account: string, lines: AsyncGenerator<Replayed>) {
    this.account = account;
    this.#lines = lines;
  }

  /** When the entry in hand was written; undefined at the end. */
  get at(): string | undefined {
    return this.#next?.entry.at;
  }

  /** Puts the entry in hand to the batch, and takes the next in hand. */
  async advance(): Promise<void> {
    if (this.#next !== undefined) {
      this.#taken.push(this.#next.entry);
      this.#offset = this.#next.offset;
    }
    const result = await this.#lines.next();
    this.#next = result.done === true ? undefined : result.value;
  }

  async close(): Promise<void> {
    await this.#lines.return(undefined);
  }

  take(): AccountChanges {
    const entries = this.#taken;
    this.#taken = [];
    return { account: this.account, entries, offset: this.#offset };
  }
}

function openTails({ db, journal }: Replay, accounts: readonly string[]): Tail[] {
  return accounts.map((account) => {
    const known = journalOffset(db, account);
    return new Tail(account, known === 0 ? journal.present(account) : journal.replay(account, known));
  });
}

/** Up to where the index knows the journal of an account, in octets. */
export function journalOffset(db: Index, account: string): number {
  const offset = db.prepare<[string], number>('SELECT offset FROM journal WHERE account = ?').pluck();
  return offset.get(account) ?? 0;
}

function oldest(tails: readonly Tail[]): Tail | undefined {
  let found: Tail | undefined;
  for (const tail of tails) {
    if (tail.at !== undefined && (found?.at === undefined || tail.at < found.at)) found = tail;
  }
  return found;
}
