// A clock that a test winds: sleepers wake when it passes their time, and nothing waits for real.
import type { Clock } from '../../src/model/clock.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Time stands still until `wind`. */
export class FakeClock implements Clock {
  #now: number;
  #ahead = 0;
  #sleepers: Sleeper[] = [];

  /** `start` in milliseconds since 1970. */
  constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now + this.#ahead;
  }

  monotonic(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
      if (signal?.aborted === true) return stop();
      if (ms <= 0) return resolve();
      signal?.addEventListener('abort', stop, { once: true });
      const wake = (): void => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      this.#sleepers.push({ at: this.#now + ms, wake });
    });
  }

  /** Puts the clock on the wall, and wakes nobody: somebody set it, or the machine slept. */
  put(ms: number): void {
    this.#ahead += ms;
  }

  /** How long the next sleeper still sleeps, in milliseconds; undefined when nobody does. */
  get next(): number | undefined {
    const first = this.#sleepers.toSorted((a, b) => a.at - b.at)[0];
    return first === undefined ? undefined : first.at - this.#now;
  }

  /** Moves time on, wakes who is due, and lets them run. */
  async wind(ms: number): Promise<void> {
    this.#now += ms;
    const due = this.#sleepers.filter(({ at }) => at <= this.#now);
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now);
    for (const { wake } of due) wake();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
