// So many at once: when fifty accounts come due in the same minute, a few begin and the others wait their turn. Who takes long
// gives up its place, so that nobody waits for a first sync of hours.
import type { Clock } from '../model/clock.ts';

/** Who begins at once. */
const MOST = 12;
/** Milliseconds for which a run keeps its place. */
const LONG = 60_000;

/** Places for runs. */
export class Crowd {
  readonly #clock: Clock;
  #free = MOST;
  readonly #waiting: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when there is a place, with what gives it up again, which may be called twice. Rejects with the signal's reason. */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#turn(signal);
    const over = new AbortController();
    const leave = (): void => {
      if (over.signal.aborted) return;
      over.abort();
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    };
    void this.#clock.sleep(LONG, over.signal).then(leave, () => undefined);
    return leave;
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      const go = (): void => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      this.#waiting.push(go);
      signal.addEventListener('abort', stop, { once: true });
    });
  }
}
