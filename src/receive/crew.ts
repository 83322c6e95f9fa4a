// The sessions of one run. The first must work; others are dialled once there is enough to share, take folders beside it
// and batches of a large folder, and may be refused or lost at any time: then the run goes on with fewer.
import { MailError } from '../model/error.ts';
import type { Session, Shared } from './folder-run.ts';
import { Reconnecting, type Sessions } from './reconnecting.ts';

/** Batches to fetch from which a second login is worth its round trips. */
const ENOUGH = 2;

/** Who does the work of a run, item by item. */
export class Crew<T> {
  /** The session without which there is no run; the caller opens and closes it. */
  readonly first: Reconnecting;
  readonly #run: Sessions;
  /** Sessions at once; fewer once the server has refused one. */
  #most: number;
  /** Items that nobody has taken. */
  readonly #queue: T[] = [];
  #one: (item: T, session: Reconnecting) => Promise<void> = () => Promise.resolve();
  readonly #shared = new Set<Shared>();
  /** Batches that were offered so far. */
  #offered = 0;
  /** Sessions beside the first: those that are logging in, and those that have, with their work to its end. */
  readonly #opening = new Set<Reconnecting>();
  readonly #working = new Map<Reconnecting, Promise<void>>();
  /** Sessions at work on an item or a batch. */
  #busy = 0;
  #over = false;
  /** What ended the run in another session than the first. */
  #failure: unknown;
  readonly #waiting: (() => void)[] = [];

  constructor(run: Sessions, most: number) {
    this.#run = run;
    this.#most = most;
    this.first = new Reconnecting(run);
  }

  /**
   * Does `one` for each item, in their order, side by side as far as there are sessions; an item whose session broke is
   * begun anew by another. Rejects with what ended the first session, or with `storage` of any; all others have ended then.
   */
  async each(items: readonly T[], one: (item: T, session: Reconnecting) => Promise<void>): Promise<void> {
    this.#queue.push(...items);
    this.#one = one;
    try {
      await this.#work(this.first);
    } catch (thrown) {
      for (const session of this.#working.keys()) session.abort();
      this.#failure ??= thrown;
    }
    this.#over = true;
    this.#changed();
    for (const session of this.#opening) session.abort();
    await Promise.all(this.#working.values());
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Offers work to other sessions, and dials them where it is worth it. Returns what ends the offer. */
  share(work: Shared): () => void {
    this.#shared.add(work);
    this.#offered += work.waiting;
    if (this.#offered >= ENOUGH) this.#hire();
    this.#changed();
    return () => {
      this.#shared.delete(work);
      this.#changed();
    };
  }

  /** Takes items, and then batches of others' items, until there is nothing that could still need a hand. */
  async #work(session: Reconnecting): Promise<void> {
    const helped = new Set<Shared>();
    while (!this.#over) {
      this.#run.signal.throwIfAborted();
      if (session.source.throttled === true && session !== this.first) return;
      const item = this.#queue.shift();
      const work = [...this.#shared].find((one) => one.waiting > 0 && !helped.has(one));
      if (item !== undefined) {
        await this.#busyWith(this.#item(item, session));
      } else if (work !== undefined) {
        helped.add(work);
        await this.#busyWith(helping(work, session));
      } else if (this.#busy === 0) {
        return;
      } else {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    }
  }

  async #item(item: T, session: Reconnecting): Promise<void> {
    try {
      await this.#one(item, session);
    } catch (thrown) {
      this.#queue.unshift(item);
      throw thrown;
    }
  }

  async #busyWith(work: Promise<void>): Promise<void> {
    this.#busy++;
    try {
      await work;
    } finally {
      this.#busy--;
      this.#changed();
    }
  }

  #hire(): void {
    for (let n = 1; n < this.#most; n++) void this.#extra();
    this.#most = 1; // each is tried once in a run: a refusal is remembered
  }

  /** One more session, to its end. Never rejects. */
  async #extra(): Promise<void> {
    const session = new Reconnecting(this.#run, false);
    this.#opening.add(session);
    try {
      // I-032: a login refused for too many connections, or for anything else, only means that there is no such session.
      await session.open();
      if (this.#over) return session.abort();
    } catch {
      return session.abort();
    } finally {
      this.#opening.delete(session);
    }
    this.#working.set(session, this.#as(session));
    await this.#working.get(session);
    this.#working.delete(session);
  }

  async #as(session: Reconnecting): Promise<void> {
    try {
      await this.#work(session);
      await session.source.close();
    } catch (thrown) {
      if (thrown instanceof MailError && thrown.kind !== 'storage') return;
      this.#failure ??= thrown;
      this.#over = true;
      this.first.abort();
    } finally {
      session.abort();
      this.#changed();
    }
  }

  #changed(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** A folder that this session may not open, or not as the other did, is left to the other. */
async function helping(work: Shared, session: Session): Promise<void> {
  try {
    await work.help(session);
  } catch (thrown) {
    if (!(thrown instanceof MailError) || thrown.kind !== 'refused') throw thrown;
  }
}
