// PURE: which messages a thread is given next. What just came goes before what is read behind; of large messages, and of
// orders from behind, one is out at a time, so that neither memory nor new mail has to wait for more.

/** What the queue knows of what waits in it. */
interface Waiting {
  /** Octets. */
  readonly size: number;
  /** True for what may wait until nothing else does. */
  readonly isBehind: boolean;
}

/** Messages in one order to a thread: enough to save round trips, few enough to share the work. */
const TOGETHER = 16;

/** Octets from which a message is large, and an order of its own: each may take much memory. */
const LARGE = 4 * 2 ** 20;

/** Messages that wait for a thread. */
export class ExtractQueue<T extends Waiting> {
  readonly #threads: number;
  readonly #small: T[] = [];
  readonly #large: T[] = [];
  readonly #behind: T[] = [];
  #isLargeOut = false;
  #isBehindOut = false;

  /** `threads`: among how many the work is shared. */
  constructor(threads: number) {
    this.#threads = threads;
  }

  add(task: T): void {
    this.#lineOf(task).push(task);
  }

  /** The next order, or undefined while there is none that may go out. Whoever takes it says `done` in the end. */
  take(): readonly T[] | undefined {
    const large = this.#isLargeOut ? undefined : this.#large.shift();
    if (large !== undefined) return this.#out([large]);
    if (this.#small.length > 0) {
      const share = Math.ceil(this.#small.length / (this.#threads * 2));
      return this.#out(this.#small.splice(0, Math.min(TOGETHER, share)));
    }
    const [first] = this.#behind;
    if (first === undefined || this.#isBehindOut || (this.#isLargeOut && isLarge(first))) return undefined;
    const end = this.#behind.slice(0, TOGETHER).findIndex(isLarge);
    return this.#out(this.#behind.splice(0, end === -1 ? TOGETHER : Math.max(1, end)));
  }

  /** An order has ended; `again`: what of it is to be tried again, before all else of its kind. */
  done(order: readonly T[], again: readonly T[] = []): void {
    if (order.some(isLarge)) this.#isLargeOut = false;
    if (order.some(({ isBehind }) => isBehind)) this.#isBehindOut = false;
    for (const task of again.toReversed()) this.#lineOf(task).unshift(task);
  }

  #lineOf(task: T): T[] {
    if (task.isBehind) return this.#behind;
    return isLarge(task) ? this.#large : this.#small;
  }

  #out(order: readonly T[]): readonly T[] {
    this.#isLargeOut ||= order.some(isLarge);
    this.#isBehindOut ||= order.some(({ isBehind }) => isBehind);
    return order;
  }
}

function isLarge({ size }: Waiting): boolean {
  return size > LARGE;
}
