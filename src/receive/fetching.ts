// The fetching of one folder: its wanted messages in batches, newest first, each message accounted for. While one batch
// is made durable and searchable, the next are on the wire, in as many sessions as there are to share the work; what did
// not come is asked for again in halves.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { recordPending } from '../index/pending.ts';
import type { MailError } from '../model/error.ts';
import type { UidValidity } from '../model/ids.ts';
import type { Folder, RemoteKey } from '../model/mailbox.ts';
import { Landing, placeOf, type Outcome } from './batch.ts';
import type { ContentNames } from './content-names.ts';
import type { FolderRun, Session, Shared } from './folder-run.ts';
import { validityChanged } from './doubt.ts';
import { Keeping } from './keeping.ts';
import { batches, halves, plainKey } from './plan.ts';
import { Ration } from './ration.ts';
import type { FolderReport } from './report.ts';
import type { FolderState, Listed } from './source.ts';

/** Fetches in a row that bring nothing, after which a folder is left for the next poll: a server is not to be hammered. */
const FRUITLESS = 24;

/** How often a session without work is told that we are there: half the shortest time-out that servers have. Milliseconds. */
const BEAT = 30_000;

/** A batch that was asked for. */
interface Flight {
  readonly keys: readonly RemoteKey[];
  readonly outcome: Promise<Outcome>;
}

/** The fetching of one folder: a stack of batches to fetch. */
export class Fetching implements Shared {
  readonly #run: FolderRun;
  readonly #session: Session;
  readonly #folder: Folder;
  readonly #report: FolderReport;
  readonly #validity: UidValidity | null;
  readonly #names: ContentNames | undefined;
  readonly #keeping: Keeping;
  /** The next one last. */
  readonly #stack: RemoteKey[][] = [];
  #ration = new Ration(undefined, []);
  /** What other sessions do here. */
  readonly #help = new Set<Promise<void>>();
  /** No more batches are taken. */
  #over = false;
  #fruitless = 0;
  /** Connections in a row that were lost over several batches and brought nothing. */
  #broken = 0;
  /** What the folder held when missing messages were looked for again. */
  #listedAgain: Set<number | string> | undefined;

  /** `names`: of a POP3 listing some messages are named only when they come. */
  constructor(
    run: FolderRun,
    session: Session,
    folder: Folder,
    state: FolderState,
    report: FolderReport,
    names?: ContentNames,
  ) {
    this.#run = run;
    this.#session = session;
    this.#folder = folder;
    this.#validity = state.validity;
    this.#report = report;
    this.#names = names;
    this.#keeping = new Keeping(run, report, names);
  }

  /**
   * Fetches all that is wanted; when this resolves, each is stored or accounted for. Returns how many were put off, because
   * today's budget is spent. Throws what ends the folder's poll.
   */
  async run(wanted: readonly Listed[]): Promise<number> {
    this.#ration = new Ration(this.#run.budget, wanted);
    this.#stack.push(...batches(wanted).toReversed());
    const shared = this.#run.share(this);
    try {
      for (;;) {
        await this.#work(this.#session);
        if (this.#help.size === 0) break;
        await Promise.race(this.#help); // what a helper did not get is in the stack again
      }
    } finally {
      shared();
      this.#over = true;
      await Promise.all(this.#help); // nothing is stored here any more once this has ended
      await this.#keeping.done();
    }
    return this.#ration.postponed;
  }

  get waiting(): number {
    return this.#stack.length;
  }

  async help(session: Session): Promise<void> {
    const share = this.#share(session);
    const watched = share.catch(() => {}); // told to the caller
    this.#help.add(watched);
    try {
      await share;
    } finally {
      this.#help.delete(watched);
    }
  }

  async #share(session: Session): Promise<void> {
    const { validity } = await session.source.enter(this.#folder);
    // The UIDs mean something under one UIDVALIDITY only; 0 is none.
    if (validity === this.#validity && validity !== 0) await this.#work(session);
  }

  /** One session's work: batches are asked for ahead of those that are answered, until none is left to take. */
  async #work(session: Session): Promise<void> {
    let landing = this.#landing();
    const flying: Flight[] = [];
    try {
      for (;;) {
        this.#run.signal.throwIfAborted();
        this.#ask(session, landing, flying);
        const [first, ...behind] = flying;
        if (first === undefined) return;
        const outcome = await first.outcome;
        flying.shift();
        await this.#awake(session, this.#take(outcome));
        if (outcome.lost === undefined) {
          await this.#again(session, outcome, behind);
        } else {
          if (!(await this.#lost(session, outcome.lost, outcome, flying))) return;
          landing = this.#landing();
        }
      }
    } catch (thrown) {
      await this.#drop(session, flying);
      throw thrown;
    }
  }

  #landing(): Landing {
    return new Landing(this.#run.archive, this.#folder, this.#validity, this.#names);
  }

  #ask(session: Session, landing: Landing, flying: Flight[]): void {
    const { source } = session;
    if (source.throttled === true && session !== this.#session) return; // the others' work is enough
    // One more than are in flight: it is at hand the moment that there is room.
    const most = source.window === 1 || this.#broken >= 2 ? 1 : source.window + 1;
    while (!this.#over && flying.length < most) {
      const keys = this.#stack.pop();
      if (keys === undefined) return;
      const landed = this.#ration.take(keys);
      if (landed === undefined) {
        const left = [keys, ...this.#stack.splice(0)].flat();
        return this.#ration.postpone(this.#run, this.#folder, this.#validity, left);
      }
      const outcome = landing.fetch(source, keys);
      outcome.then(landed, landed); // and awaited in turn
      flying.push({ keys, outcome });
    }
  }

  /** Hands what came whole on to be kept, and accounts for what was refused. */
  async #take(outcome: Outcome): Promise<void> {
    if (outcome.whole.length > 0) this.#broken = 0;
    await this.#keeping.take(outcome.whole);
    for (const { key, error } of outcome.refused) this.#failed(key, error.message);
  }

  /**
   * The connection is gone: all that was under way goes back to be asked for again, and a new one is made. False where it
   * is of no more use here.
   */
  async #lost(session: Session, why: MailError, outcome: Outcome, flying: Flight[]): Promise<boolean> {
    const behind: Outcome[] = [];
    for (let flight = flying[0]; flight !== undefined; flight = flying[0]) {
      const came = await flight.outcome;
      flying.shift();
      await this.#take(came);
      behind.push(came);
    }
    this.#run.signal.throwIfAborted(); // cut off by a stop, which is no failure of what was under way
    for (const { missing } of behind.toReversed()) this.#giveBack(missing);
    // Of several in flight none is to blame; one alone may be what the server falls over. After the second time they go alone.
    if (behind.length > 0) {
      if ([outcome, ...behind].every(({ whole }) => whole.length === 0)) this.#broken++;
      this.#giveBack(outcome.missing);
    } else this.#retry(outcome, outcome.missing);
    await this.#keeping.done(); // whether a new connection is worth it depends on what this one brought
    const { validity } = await session.renew(why, this.#folder);
    if (validity === this.#validity) return true;
    if (session !== this.#session) return false;
    throw validityChanged(this.#run.account, this.#folder, why);
  }

  /** Asks again for what did not come though the answer did. */
  async #again(session: Session, outcome: Outcome, behind: readonly Flight[]): Promise<void> {
    if (outcome.missing.length === 0) return;
    if (outcome.whole.length > 0) return this.#retry(outcome, outcome.missing);
    await Promise.allSettled(behind.map((flight) => flight.outcome)); // a session lists or fetches
    this.#retry(outcome, await this.#stillThere(session, outcome.missing));
  }

  /** Puts the missing of a batch onto the stack, in halves where nothing of it came; one alone has failed. */
  #retry({ whole, lost }: Outcome, missing: readonly RemoteKey[]): void {
    const [only] = missing;
    if (only === undefined) return;
    this.#fruitless = whole.length > 0 ? 0 : this.#fruitless + 1;
    if (whole.length > 0) this.#giveBack(missing);
    else if (missing.length > 1 && this.#fruitless <= FRUITLESS) this.#halve(missing);
    else if (missing.length === 1)
      this.#failed(only, lost?.message ?? 'the server answered OK, but did not send the message');
    else this.#report.failed += missing.length; // not one by one, so that none of them is to blame
  }

  /** Halves go behind what comes next, so that the other half of what they are halves of comes before them: one is good, mostly. */
  #halve(keys: readonly RemoteKey[]): void {
    const next = this.#stack.splice(-1);
    for (const half of halves(keys).toReversed()) this.#giveBack(half);
    this.#stack.push(...next);
  }

  #giveBack(keys: readonly RemoteKey[]): void {
    if (keys.length > 0) this.#stack.push([...keys]);
  }

  /** After a failure nothing more is taken: what is still under way is cut off, and goes back. */
  async #drop(session: Session, flying: readonly Flight[]): Promise<void> {
    if (flying.length > 0) session.source.abort();
    for (const { keys, outcome } of flying.toReversed()) {
      for (const { incoming } of (await outcome.catch(() => undefined))?.whole ?? []) incoming.discard();
      this.#giveBack(keys);
    }
  }

  /**
   * Waits for `work`. A server must not take a session for dead while the disk is slow (P-037): where nothing is under way on
   * it, it is told that we are there.
   */
  async #awake({ source }: Session, work: Promise<void>): Promise<void> {
    const ended = new AbortController();
    const end = work.finally(() => ended.abort());
    end.catch(() => {}); // it is awaited below
    while (!ended.signal.aborted) {
      const beat = this.#run.clock.sleep(BEAT, ended.signal).catch(() => {});
      await Promise.race([end.catch(() => {}), beat]);
      await nextTurn(); // a clock whose waits are over at once must not keep the work from going on
      if (!ended.signal.aborted) await source.noop().catch(() => {}); // a lost session is seen by what comes next
    }
    return work;
  }

  /** The missing that the folder still lists; others were deleted there in the meantime. */
  async #stillThere(session: Session, missing: readonly RemoteKey[]): Promise<RemoteKey[]> {
    this.#listedAgain ??= new Set((await session.source.list()).map(({ key }) => plainKey(key)));
    const there = missing.filter((key) => this.#listedAgain?.has(plainKey(key)) === true);
    this.#report.pending -= missing.length - there.length;
    return there;
  }

  #failed(key: RemoteKey, reason: string): void {
    const { account, db, clock } = this.#run;
    recordPending(db, account, placeOf(this.#folder, this.#validity, key), reason, clock.now());
    this.#run.failed.add(plainKey(key));
    this.#report.failed++;
  }
}
