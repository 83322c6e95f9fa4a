// One folder of one poll: open it read-only, see whether anything can have changed, list it, plan, fetch in batches,
// and account for every message that was asked for. While one batch is made durable and searchable, the next arrives.
import type { Archive } from '../archive/store.ts';
import type { Entry } from '../archive/entry.ts';
import type { Index } from '../index/database.ts';
import type { Keeper } from '../index/keep.ts';
import {
  folderState,
  forgetPending,
  known,
  notYet,
  otherValidities,
  recordPending,
  rememberFolder,
  setMissed,
  type KnownKey,
} from '../index/positions.ts';
import type { Clock } from '../model/clock.ts';
import { MailError } from '../model/error.ts';
import type { UidValidity } from '../model/ids.ts';
import type { Folder, RemoteKey } from '../model/mailbox.ts';
import { fetchBatch, placeOf, type Outcome } from './batch.ts';
import { batches, plainKey, plan, remoteKey, unchanged, type Plan } from './plan.ts';
import { reported, type FolderReport } from './report.ts';
import type { FolderState, Listed, Source } from './source.ts';

/** Fetches in a row that bring nothing, after which a folder is left for the next poll: a server is not to be hammered. */
const FRUITLESS = 24;

/** What a folder's poll works with. */
export interface FolderRun {
  readonly account: string;
  readonly archive: Archive;
  readonly keeper: Keeper;
  readonly db: Index;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Lists and counts, fetches and stores nothing. */
  readonly dryRun: boolean;
  /** Lists even where nothing seems to have changed. */
  readonly full: boolean;
  /** What failed in this run: it is not asked for again when the folder is read once more from its start. */
  readonly failed: Set<KnownKey>;
  /** Called as messages are stored: of this folder's wanted ones, so many, with so many octets. */
  readonly stored: (messages: number, octets: number) => void;
  /** Called once the folder's plan is known. */
  readonly wanted: (messages: number) => void;
}

/** A connection that may be lost and dialled again. */
export interface Session {
  readonly source: Source;
  /** Drops the source, connects anew and enters `folder` again; `why` is thrown when that is not worth it. */
  renew(why: MailError, folder: Folder): Promise<FolderState>;
}

/** Polls one folder and counts into `report`. Throws MailError when the account's run must end. */
export async function receiveFolder(
  run: FolderRun,
  session: Session,
  folder: Folder,
  report: FolderReport,
): Promise<void> {
  const state = await session.source.enter(folder);
  const then = folderState(run.db, run.account, folder.name);
  const stored = known(run.db, run.account, folder.name, state.validity);
  const later = notYet(run.db, run.account, folder.name, state.validity, run.clock.now());
  // What the last listing was without counts as absent: it must not make up for a message that is there and not stored.
  const present = [...stored.values()].filter((place) => !place.gone && place.missed === 0).length;
  if (!run.full && unchanged(state, then) && present === state.exists) {
    report.known = present;
    return;
  }
  const listed = await session.source.list();
  const there = new Set(listed.map(({ key }) => plainKey(key)));
  if (!run.dryRun) forgetPending(run.db, run.account, folder.name, state.validity, (key) => there.has(key));
  const todo = plan(listed, stored, (key) => run.failed.has(key) || later(key));
  // A listing that is shorter than the folder proves no absence (I-021), and what it does not name cannot be fetched.
  const nameless = Math.max(0, state.exists - there.size);
  report.known = Math.max(0, todo.known - report.stored);
  report.pending = todo.fetch.length + todo.waiting + nameless;
  if (nameless > 0 && state.validity === null)
    report.error = reported(withoutName(run.account, folder, nameless));
  run.wanted(todo.fetch.length);
  if (run.dryRun) return;
  report.failed = run.failed.size + nameless;
  if (todo.fetch.length > 0) await new Fetching(run, session, folder, state, report).run(todo.fetch);
  await recordChanges(run, folder, state, todo, nameless === 0);
  if (report.failed > 0 || report.pending > todo.waiting) return; // the next poll must list again
  if (then?.validity !== state.validity) {
    for (const before of otherValidities(run.db, run.account, folder.name, state.validity))
      await leaveBehind(run, folder, before);
  }
  rememberFolder(run.db, run.account, folder, state, run.clock.now());
}

/** Flags, "gone" and "back again" go into the journal; a first absence only into the index. */
async function recordChanges(
  run: FolderRun,
  folder: Folder,
  state: FolderState,
  todo: Plan,
  complete: boolean,
): Promise<void> {
  const at = new Date(run.clock.now()).toISOString();
  const place = (key: RemoteKey) => placeOf(folder, state.validity, key);
  const changes: Entry[] = [
    ...todo.flagged.map(({ key, flags }) => ({ op: 'flags' as const, at, ...place(key), flags })),
    ...todo.back.map((key) => ({ op: 'back' as const, at, ...place(key) })),
    ...(complete ? todo.gone : []).map((key) => ({ op: 'gone' as const, at, ...place(key) })),
  ];
  if (changes.length > 0) await run.keeper.keep(run.account, [], changes);
  if (complete) setMissed(run.db, run.account, todo.missed.map(place), 1);
  setMissed(run.db, run.account, todo.found.map(place), 0);
}

/** After a change of UIDVALIDITY all is stored under the new UIDs: those of any earlier one name nothing any more. */
async function leaveBehind(run: FolderRun, folder: Folder, validity: UidValidity): Promise<void> {
  const at = new Date(run.clock.now()).toISOString();
  const old = [...known(run.db, run.account, folder.name, validity)].filter(([, place]) => !place.gone);
  const gone = old.map(([key]) => ({
    op: 'gone' as const,
    at,
    ...placeOf(folder, validity, remoteKey(key)),
  }));
  if (gone.length > 0) await run.keeper.keep(run.account, [], gone);
}

/** Batches on their way to the disk and into the index at once: one is synced while another is read and a third comes. */
const DEPTH = 4;

/** The fetching of one folder: a stack of batches to fetch, and a few on their way to the disk. */
class Fetching {
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

function withoutName(account: string, folder: Folder, count: number): MailError {
  return new MailError({
    kind: 'protocol',
    retry: 'later',
    message: `the server gives ${count} messages of "${folder.name}" (${account}) no unique-id that can be trusted`,
    hint: 'Use IMAP for this account, if the provider offers it.',
  });
}

function validityChanged(account: string, folder: Folder, cause: unknown): MailError {
  return new MailError({
    kind: 'busy',
    retry: 'now',
    message: `the UIDVALIDITY of "${folder.name}" (${account}) changed while it was being read`,
    cause,
  });
}
