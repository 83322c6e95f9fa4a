// How it stands with the archive, for several who want to know it at once: gathered anew only where the last time is too long ago,
// and never twice at a time.
import type { Clock } from '../model/clock.ts';
import type { Status } from './facts.ts';

/** A status that is at most so old. */
export class RecentStatus {
  readonly #gather: () => Promise<Status>;
  readonly #clock: Clock;
  #last: { readonly at: number; readonly status: Promise<Status> } | undefined;

  constructor(gather: () => Promise<Status>, clock: Clock) {
    this.#gather = gather;
    this.#clock = clock;
  }

  /** At most `age` milliseconds old. Rejects with what gathering throws; the next call tries again. */
  latest(age: number): Promise<Status> {
    const now = this.#clock.monotonic();
    if (this.#last !== undefined && now - this.#last.at < age) return this.#last.status;
    const status = this.#gather();
    const last = { at: now, status };
    this.#last = last;
    void status.catch(() => {
      if (this.#last === last) this.#last = undefined;
    });
    return status;
  }
}
