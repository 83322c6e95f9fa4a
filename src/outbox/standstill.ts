// Whether the outbox still moves. While it lives a look begins each minute at least; one that takes long, because thousands of letters
// came at once, changes rows of the queue all the time. A look that hangs, at a folder of a network or wherever, does neither.
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

  constructor(journal: Pick<Journal, 'changes'>, clock: Clock) {
    this.#journal = journal;
    this.#clock = clock;
    this.#moved = clock.monotonic();
  }

  /** A look begins. */
  look(): void {
    this.#moved = this.#clock.monotonic();
  }

  /** Throws where the queue cannot be read, and where nothing has moved for too long. */
  answer(): void {
    const changes = this.#journal.changes();
    if (changes !== this.#changes) this.look();
    this.#changes = changes;
    if (this.#clock.monotonic() > this.#moved + LONGEST) throw new Error('it stands still');
  }
}
