// Whether the outbox still moves. While it lives a look begins each minute at least; one that takes long, because thousands of letters
// came at once, changes rows of the queue all the time. A look that hangs does neither. Where it is the folder of a network that
// hangs, nothing here is at fault: a process that was started anew would wait for it, too, and fetch no mail meanwhile.
import type { Clock } from '../model/clock.ts';
import type { Journal } from './journal.ts';

/** Milliseconds without either after which it stands still: the largest letter is copied in less. */
const LONGEST = 10 * 60_000;

/** What was seen of one outbox. */
export class Standstill {
  readonly #journal: Pick<Journal, 'changes'>;
  readonly #clock: Clock;
  #moved: number;
  #changes: number = 0;
  #isLocal = false;

  constructor(journal: Pick<Journal, 'changes'>, clock: Clock) {
    this.#journal = journal;
    this.#clock = clock;
    this.#moved = clock.monotonic();
  }

  /** A look begins. */
  look(): void {
    this.#moved = this.#clock.monotonic();
  }

  /** The drop folder was looked at; `isLocal`: it lies on a disk of this machine. */
  looked(isLocal: boolean): void {
    this.#isLocal = isLocal;
  }

  /** Throws where the queue cannot be read, and where nothing has moved for too long. */
  answer(): void {
    const changes = this.#journal.changes();
    if (changes !== this.#changes) this.look();
    this.#changes = changes;
    if (this.#isLocal && this.#clock.monotonic() > this.#moved + LONGEST) throw new Error('it stands still');
  }
}
