// The fetching of one folder: its wanted messages in batches, newest first, each message accounted for. While one batch
// is made durable and searchable, the next arrives; what did not come is asked for again in halves.
import { recordPending } from '../index/positions.ts';
import { MailError } from '../model/error.ts';
import type { Folder, RemoteKey } from '../model/mailbox.ts';
import { fetchBatch, placeOf, type Outcome } from './batch.ts';
import type { FolderRun, Session } from './folder-run.ts';
import { batches, plainKey } from './plan.ts';
import type { FolderReport } from './report.ts';
import type { FolderState, Listed } from './source.ts';

/** Fetches in a row that bring nothing, after which a folder is left for the next poll: a server is not to be hammered. */
const FRUITLESS = 24;

/** Batches on their way to the disk and into the index at once: one is synced while another is read and a third comes. */
const DEPTH = 4;

/** The fetching of one folder: a stack of batches to fetch, and a few on their way to the disk. */
export class Fetching {
  readonly #run: FolderRun;
  readonly #session: Session;
  readonly #folder: Folder;
  readonly #report: FolderReport;
  #state: FolderState;
  /** Oldest first. */
  readonly #keeping: Promise<void>[] = [];
  #fruitless = 0;
  /** What the folder held when missing messages were looked for again. */
  #listedAgain: Set<number | string> | undefined;

  constructor(run: FolderRun, session: Session, folder: Folder, state: FolderState, report: FolderReport) {
    this.#run = run;
    this.#session = session;
    this.#folder = folder;
    this.#state = state;
    this.#report = report;
  }

  async run(wanted: readonly Listed[]): Promise<void> {
    const stack = batches(wanted).toReversed();
    try {
      for (let batch = stack.pop(); batch !== undefined; batch = stack.pop()) {
        this.#run.signal.throwIfAborted();
        stack.push(...(await this.#one(batch)).toReversed());
      }
    } finally {
      await this.#kept();
    }
  }

  /** Fetches a batch and returns what is to be tried next because of it, first to last. */
  async #one(batch: readonly RemoteKey[]): Promise<RemoteKey[][]> {
    const { account, archive } = this.#run;
    const outcome = await fetchBatch(
      this.#session.source,
      archive,
      this.#folder,
      this.#state.validity,
      batch,
    );
    await this.#room(outcome);
    const keeping = this.#keep(outcome);
    keeping.catch(() => {}); // it is awaited when there must be room, or at the end
    this.#keeping.push(keeping);
    for (const { key, error } of outcome.refused) this.#failed(key, error.message);
    if (outcome.lost !== undefined) {
      await this.#kept(); // whether a new connection is worth it depends on what this one brought
      const validity = this.#state.validity;
      this.#state = await this.#session.renew(outcome.lost, this.#folder);
      if (this.#state.validity !== validity) throw validityChanged(account, this.#folder, outcome.lost);
    }
    const missing = await this.#stillThere(outcome);
    if (missing.length === 0) return [];
    this.#fruitless = outcome.whole.length > 0 ? 0 : this.#fruitless + 1;
    if (outcome.whole.length > 0) return [missing];
    const [only] = missing;
    if (missing.length > 1 && this.#fruitless <= FRUITLESS) return halves(missing);
    const reason = outcome.lost?.message ?? 'the server answered OK, but did not send the message';
    if (missing.length === 1 && only !== undefined) this.#failed(only, reason);
    else this.#report.failed += missing.length; // not one by one, so that none of them is to blame
    return [];
  }

  /** Waits until few enough batches are on their way. Where one could not be stored, nothing more is fetched. */
  async #room(outcome: Outcome): Promise<void> {
    try {
      while (this.#keeping.length >= DEPTH) await this.#keeping.shift();
    } catch (thrown) {
      for (const { incoming } of outcome.whole) incoming.discard();
      throw thrown;
    }
  }

  /** Waits for all that is on its way, and throws what the first of them failed with. */
  async #kept(): Promise<void> {
    const ends = await Promise.allSettled(this.#keeping.splice(0));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  /** Stores what came whole, and counts it once it is durable. */
  async #keep(outcome: Outcome): Promise<void> {
    if (outcome.whole.length === 0) return;
    const kept = await this.#run.keeper.keep(this.#run.account, outcome.whole);
    this.#report.stored += kept.length;
    this.#report.pending -= kept.length;
    this.#run.stored(
      kept.length,
      kept.reduce((sum, { size }) => sum + size, 0),
    );
  }

  /** The missing of a batch that the folder still lists; others were deleted there in the meantime. */
  async #stillThere({ missing, whole, lost }: Outcome): Promise<RemoteKey[]> {
    if (missing.length === 0 || whole.length > 0 || lost !== undefined) return [...missing];
    this.#listedAgain ??= new Set((await this.#session.source.list()).map(({ key }) => plainKey(key)));
    const there = missing.filter((key) => this.#listedAgain?.has(plainKey(key)) === true);
    this.#report.pending -= missing.length - there.length;
    return there;
  }

  #failed(key: RemoteKey, reason: string): void {
    const { account, db, clock } = this.#run;
    recordPending(db, account, placeOf(this.#folder, this.#state.validity, key), reason, clock.now());
    this.#run.failed.add(plainKey(key));
    this.#report.failed++;
  }
}

function halves(keys: readonly RemoteKey[]): RemoteKey[][] {
  const middle = Math.ceil(keys.length / 2);
  return [keys.slice(0, middle), keys.slice(middle)];
}

function validityChanged(account: string, folder: Folder, cause: unknown): MailError {
  return new MailError({
    kind: 'busy',
    retry: 'now',
    message: `the UIDVALIDITY of "${folder.name}" (${account}) changed while it was being read`,
    cause,
  });
}
