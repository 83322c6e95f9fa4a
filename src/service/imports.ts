// Imports that a command asks the service for: it alone writes. Who goes away wants no more of it; what is stored stays, and another
// import of the same goes on from there.
import type { Imported } from '../import/report.ts';
import type { Import } from '../import/run.ts';
import { importWished, type ImportProgress, type ImportWish } from '../import/wish.ts';
import type { Log } from '../runtime/log.ts';

/** The imports of the service; as many at once as are asked for. */
export class Imports {
  readonly #house: Pick<Import, 'archive' | 'keeper' | 'db'>;
  readonly #log: Pick<Log, 'info'>;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  constructor(house: Pick<Import, 'archive' | 'keeper' | 'db'>, log: Pick<Log, 'info'>) {
    this.#house = house;
    this.#log = log;
  }

  /** Imports until `gone` aborts. Throws as `importWished` does. */
  async now(wish: ImportWish, gone: AbortSignal, progress: ImportProgress): Promise<Imported> {
    const work = importWished(this.#house, wish, AbortSignal.any([gone, this.#stop.signal]), progress);
    this.#running.add(work);
    try {
      const done = await work;
      const { stored, known, failed, error } = done;
      const { account } = wish;
      this.#log.info('imported', { account, stored, known, failed, ...(error && { ended: error.message }) });
      return done;
    } finally {
      this.#running.delete(work);
    }
  }

  /** Ends them, and resolves when they have ended. */
  async end(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#running);
  }
}
