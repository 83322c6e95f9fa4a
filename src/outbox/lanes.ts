// What the outbox does over a network: for each account one thing at a time, for several accounts side by side. Deliveries, the
// search for what is in doubt, and copies for the Sent folder each have lanes of their own.
import type { Account } from '../model/account.ts';

/** What goes on in the lanes. */
export interface LaneWork {
  /** As they are now. */
  readonly accounts: () => readonly Account[];
  /** True where `run` would find something to do. */
  readonly isDue: (account: Account) => boolean;
  readonly run: (account: Account) => Promise<void>;
  /** Hears what `run` threw. */
  readonly failed: (account: Account, thrown: unknown) => void;
  /** Called when a lane is free again. */
  readonly changed: () => void;
}

/** A lane for each account. */
export class Lanes {
  readonly #work: LaneWork;
  readonly #running = new Map<string, Promise<void>>();

  constructor(work: LaneWork) {
    this.#work = work;
  }

  /** Begins what is due in lanes that are free, and returns at once. */
  begin(): void {
    const { isDue, run, failed, changed } = this.#work;
    for (const account of this.#free()) {
      if (!isDue(account)) continue;
      const running = run(account)
        .catch((thrown: unknown) => failed(account, thrown))
        .finally(() => {
          this.#running.delete(account.name);
          changed();
        });
      this.#running.set(account.name, running);
    }
  }

  /** Resolves when all lanes are free. Never rejects. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  /** The first of the times that `timesOf` tells for the lanes that are free; null where it tells of none. */
  first(timesOf: (account: Account) => readonly number[]): number | null {
    const first = Math.min(...this.#free().flatMap(timesOf));
    return Number.isFinite(first) ? first : null;
  }

  #free(): Account[] {
    return this.#work.accounts().filter(({ name }) => !this.#running.has(name));
  }
}
