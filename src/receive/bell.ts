// News that comes together is one poll: the first piece of it starts a short wait, all that comes meanwhile is in it, and
// two polls that push wakes are some time apart, whatever a server tells, and further where its news does not end.
import type { Clock } from '../model/clock.ts';
import { GATHER } from './push-plan.ts';

/** Wakes polls. */
export class Bell {
  readonly #clock: Clock;
  readonly #wake: () => void;
  readonly #apart: (row: number) => number;
  readonly #stop: AbortSignal;
  #last = -Infinity;
  /** Polls that were woken one soon after the other. */
  #row = 0;
  #gathering = false;

  /** After `row` wakes in a row the next one comes `apart(row)` milliseconds later at the earliest; none after `stop`. */
  constructor(clock: Clock, wake: () => void, apart: (row: number) => number, stop: AbortSignal) {
    this.#clock = clock;
    this.#wake = wake;
    this.#apart = apart;
    this.#stop = stop;
  }

  /** Something is new. */
  ring(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    const quiet = this.#clock.monotonic() - this.#last;
    if (quiet > 2 * this.#apart(this.#row)) this.#row = 0;
    const wait = Math.max(GATHER, this.#apart(this.#row) - quiet);
    this.#clock.sleep(wait, this.#stop).then(
      () => this.#now(),
      () => undefined,
    );
  }

  #now(): void {
    this.#gathering = false;
    this.#last = this.#clock.monotonic();
    this.#row++;
    this.#wake();
  }
}
