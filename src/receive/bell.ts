// News that comes together is one poll: the first piece of it starts a short wait, all that comes meanwhile is in it, and
// two polls that push wakes are some time apart, whatever a server tells.
import type { Clock } from '../model/clock.ts';
import { GATHER } from './push-plan.ts';

/** Wakes polls. */
export class Bell {
  readonly #clock: Clock;
  readonly #wake: () => void;
  readonly #apart: number;
  readonly #stop: AbortSignal;
  #last = -Infinity;
  #gathering = false;

  /** `wake` is called at most once in `apart` milliseconds, and not after `stop` has aborted. */
  constructor(clock: Clock, wake: () => void, apart: number, stop: AbortSignal) {
    this.#clock = clock;
    this.#wake = wake;
    this.#apart = apart;
    this.#stop = stop;
  }

  /** Something is new. */
  ring(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    const wait = Math.max(GATHER, this.#last + this.#apart - this.#clock.monotonic());
    this.#clock.sleep(wait, this.#stop).then(
      () => this.#now(),
      () => undefined,
    );
  }

  #now(): void {
    this.#gathering = false;
    this.#last = this.#clock.monotonic();
    this.#wake();
  }
}
