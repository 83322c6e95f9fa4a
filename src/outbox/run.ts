// The outbox as a whole, top to bottom: look at the drop folder, claim, prepare, deliver what is due, finish what is over, see to
// copies in Sent. One pass does it once; the service does it at every wake-up and each minute, and its deliveries run beside it.
import { join } from 'node:path';
import type { Account } from '../model/account.ts';
import { textOf } from '../model/error.ts';
import { NOBODY } from '../model/onlooker.ts';
import { acquireLock, type Lock } from '../runtime/lock.ts';
import type { Action } from './actions.ts';
import { act } from './acting.ts';
import { Evidence } from './evidence.ts';
import { Finishing } from './finishing.ts';
import type { Look } from './gathered.ts';
import { Intake } from './intake.ts';
import type { Journal } from './journal.ts';
import { openJournal } from './open-journal.ts';
import type { Letter } from './letter.ts';
import { ourName } from './login.ts';
import { makeReady } from './making-ready.ts';
import { listed, type ListedLetter } from './list.ts';
import type { Opened, OutboxParts, OutboxTools, Report } from './parts.ts';
import { rescue, tidied } from './rescue.ts';
import { Sending } from './sending.ts';
import { SentCopies } from './sent-copies.ts';
import { Spool } from './spool.ts';
import { Standstill } from './standstill.ts';
import { Telling } from './telling.ts';
import { type Watch, watch } from './watch.ts';

const MINUTE = 60_000;
const nothing = (): void => undefined;
/** Milliseconds between two looks at a drop folder that nobody watches: the system cannot, or others write it over a network. */
const UNWATCHED = 5000;
/** Milliseconds that a stop gives deliveries which are not in their dot. */
const GRACE = 8000;

/** The outbox. Use it from one process, which holds the lock of the data directory. */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #tools: OutboxTools;
  #accounts: readonly Account[];
  #opened: Promise<Opened> | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #wake = new AbortController();
  #stopped: Promise<void> | undefined;
  #loop: Promise<void> | undefined;
  #watch: Watch | undefined;
  #goesOn = false;
  /** Milliseconds until the next look, if nothing happens before. */
  #longest = MINUTE;
  readonly #telling: Telling;

  constructor(parts: OutboxParts, tools: OutboxTools) {
    this.#parts = parts;
    this.#tools = tools;
    this.#accounts = parts.accounts;
    this.#telling = new Telling(tools.log);
  }

  /** Deliveries whose final dot waits for its answer: a stop takes until then, 10 minutes at most. */
  async inDot(): Promise<number> {
    return this.#opened === undefined ? 0 : (await this.#opened).sending.inDot;
  }

  /** Rejects where the queue cannot be read, or where nothing has moved for too long (standstill.ts). */
  async answer(): Promise<void> {
    const opened = await this.#opened;
    if (this.#stopped === undefined) opened?.standstill.answer();
  }

  /** Looks, claims, delivers what is due, and resolves when all of that is done. Throws MailError `storage`. */
  async pass(): Promise<Report> {
    const before = { ...this.#telling.outcomes };
    const { look, opened } = await this.#round();
    await opened.evidence.idle();
    // What was looked for in vain may go now.
    opened.sending.begin();
    await opened.sending.idle();
    opened.copies.begin();
    await opened.copies.idle();
    const { outcomes } = this.#telling;
    return {
      claimed: look.claimed.length,
      sent: outcomes.sent - before.sent,
      deferred: outcomes.deferred - before.deferred,
      uncertain: outcomes.uncertain - before.uncertain,
      failed: outcomes.failed - before.failed,
      waiting: look.waiting,
      left: look.left,
      next: this.#nextTime(look, opened),
    };
  }

  /**
   * Runs until `stop`, or until `signal` aborts. Resolves when the drop folder was looked at for the first time. Throws
   * MailError `storage` where the queue or the drop folder cannot be used.
   */
  async start(signal?: AbortSignal): Promise<void> {
    const { look, opened } = await this.#round();
    this.#watch = this.#watched(opened);
    signal?.addEventListener('abort', () => void this.stop(), { once: true });
    this.#loop = this.#run(this.#nextTime(look, opened));
    if (signal?.aborted === true) await this.stop();
  }

  /**
   * From now on these are the accounts, and none of them rests longer than a minute. A letter under way is finished as it was
   * begun. Throws MailError `storage` where the drop folder of a new account cannot be made.
   */
  async adopt(accounts: readonly Account[]): Promise<void> {
    this.#accounts = accounts;
    const opened = await this.#opened;
    if (opened === undefined || this.#stopped !== undefined) return;
    opened.journal.accounts.shortenPauses(this.#tools.clock.now() + MINUTE);
    await opened.intake.open();
    const before = this.#watch;
    if (before !== undefined) this.#watch = this.#watched(opened);
    before?.close();
    this.wake();
  }

  /**
   * A person acts on the letter whose id begins with `id`; resolves with it as it is then, on disk. Throws MailError `usage`,
   * with a Why of actions.ts as its code, where that cannot be; `storage`, `locked`.
   */
  async act(action: Action, id: string): Promise<ListedLetter> {
    const { journal, sending, evidence, spool, finishing } = await this.#ready();
    sending.recover();
    const letter = await act(action, id, {
      journal,
      spool,
      sending,
      evidence,
      log: this.#tools.log,
      now: () => this.#tools.clock.now(),
      settled: () => this.#turn.then(nothing, nothing),
      isFinishing: (one) => finishing.has(one),
    });
    await finishing.finish(letter);
    this.wake();
    return listed(journal.letter(letter.id) ?? letter, journal, this.#tools.clock.now());
  }

  /** Look at the drop folder now. */
  wake(): void {
    this.#wake.abort();
  }

  /**
   * Takes no more files, begins no more deliveries, and lets those under way end: within 8 s where their dot is not out,
   * else when it is answered. Then closes the queue. Safe to call twice.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  #watched({ intake }: Opened): Watch {
    return watch(
      intake.folders,
      () => this.wake(),
      (error) =>
        this.#tools.log.warn(
          `the drop folder cannot be watched, and is listed every ${UNWATCHED / 1000} s instead: ${textOf(error)}`,
        ),
    );
  }

  async #stop(): Promise<void> {
    this.wake();
    const opened = await this.#opened?.catch(() => undefined);
    const drained = opened?.sending.stop(GRACE);
    await opened?.evidence.stop();
    await opened?.copies.stop();
    this.#watch?.close();
    await this.#loop;
    await this.#turn.catch(() => undefined);
    await drained;
    opened?.journal.close();
    for (const lock of opened?.locks ?? []) await lock.release();
  }

  async #run(first: number | null): Promise<void> {
    const { clock, log } = this.#tools;
    let next = first;
    while (this.#stopped === undefined) {
      const wait = Math.min(this.#longest, Math.max(0, (next ?? Infinity) - clock.now()));
      await clock.sleep(wait, this.#wake.signal).catch(() => undefined);
      if (this.#stopped !== undefined) return;
      this.#wake = new AbortController();
      try {
        const { look, opened } = await this.#round();
        next = this.#nextTime(look, opened);
      } catch (thrown) {
        log.error(`outbox: ${textOf(thrown)}`);
        next = null;
      }
    }
  }

  /** One round; a second one waits for the first. Deliveries go on beside it. */
  #round(): Promise<{ readonly look: Look; readonly opened: Opened }> {
    const round = this.#turn.catch(() => undefined).then(() => this.#roundOnce());
    this.#turn = round;
    return round;
  }

  async #roundOnce(): Promise<{ readonly look: Look; readonly opened: Opened }> {
    const opened = await this.#ready();
    const { journal, intake, sending, evidence, copies, finishing, standstill } = opened;
    standstill.look();
    sending.recover();
    const isWatched = !this.#goesOn && (this.#watch?.renew() ?? true);
    const look = await intake.look();
    standstill.looked(look.local);
    // The next look follows at once, and needs nobody to wake it.
    if ((this.#goesOn = look.isCut)) this.#watch?.rest();
    this.#longest = isWatched && look.local ? MINUTE : UNWATCHED;
    this.#telling.look(look);
    for (const letter of journal.inState('claimed'))
      await makeReady(letter, {
        ...opened,
        ...this.#tools,
        accounts: this.#accounts,
        telling: this.#telling,
      });
    for (const letter of sending.refuseOrphans()) this.#telling.note(letter);
    for (const letter of journal.unfinished()) await finishing.finish(letter);
    await finishing.forget();
    await finishing.tellLate(sending);
    evidence.begin();
    sending.begin();
    copies.begin();
    return { look, opened };
  }

  /** Opened once; a failure is tried anew by the next who asks. */
  #ready(): Promise<Opened> {
    this.#opened ??= this.#open().catch((thrown: unknown) => {
      this.#opened = undefined;
      throw thrown;
    });
    return this.#opened;
  }

  async #open(): Promise<Opened> {
    const { data, outbox } = this.#parts;
    const accounts = (): readonly Account[] => this.#accounts;
    const { clock, log, onlooker = NOBODY, connect, inMailbox, inArchive, keepSent } = this.#tools;
    const { random = Math.random, name = ourName(), inChinese = (english) => english } = this.#tools;
    // Two of us on one queue would send everything twice.
    const locks: Pick<Lock, 'release'>[] = [await acquireLock(join(data, 'outbox.lock'), { unseen: true })];
    let journal: Journal | undefined;
    try {
      journal = openJournal(data, 'write');
      const spool = new Spool(data);
      const orphans = await tidied(spool, journal);
      const intake = new Intake(outbox, accounts, { spool, journal, clock, log });
      await intake.open();
      locks.unshift(await intake.take());
      await rescue(orphans, { spool, journal, folders: intake.folders, clock, log });
      // Whoever restarts the service has perhaps put things right.
      journal.accounts.shortenPauses(clock.now() + MINUTE);
      const tools = { accounts, spool, journal, clock, log, random, changed: () => this.wake() };
      const finishing = new Finishing({ ...tools, outbox, keepSent, name, inChinese });
      const over = async (letter: Letter): Promise<void> => {
        this.#telling.note(letter);
        await finishing.finish(letter);
      };
      const sending = new Sending({
        ...tools,
        onlooker,
        connect,
        name,
        over,
        mayGo: (letter) => evidence.mayGo(letter),
      });
      const evidence = new Evidence({ ...tools, sending, inMailbox, inArchive, over });
      const copies = new SentCopies({ ...tools, inMailbox, over: (letter) => finishing.finish(letter) });
      const standstill = new Standstill(journal, clock);
      return { locks, journal, spool, intake, sending, evidence, copies, finishing, standstill };
    } catch (thrown) {
      journal?.close();
      for (const lock of locks) await lock.release();
      throw thrown;
    }
  }

  #nextTime(look: Look, { sending, evidence, copies }: Opened): number | null {
    const { clock } = this.#tools;
    const times = [
      sending.nextTime(),
      evidence.nextTime(),
      copies.nextTime(),
      look.next === null ? null : clock.now() + look.next - clock.monotonic(),
    ];
    const first = Math.min(...times.map((time) => time ?? Infinity));
    return Number.isFinite(first) ? first : null;
  }
}
