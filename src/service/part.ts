// A part of the service that hangs on one key of the configuration: it runs as long as what stands there stays the same, and a
// reload starts it anew only where that changed. One that cannot start is told in the log, and keeps nothing else from running.
import type { Config } from '../config/load.ts';
import { textOf } from '../model/error.ts';
import type { Log } from '../runtime/log.ts';

/** Ends what was started. */
export type Close = () => Promise<void> | void;

/** How a part is made. */
export interface PartOf {
  /** A key of the configuration: `web`, `metrics` … */
  readonly key: string;
  /** What else it hangs on, such as the contents of a file that the key names. Where it cannot be had, all stays as it was. */
  readonly also?: (config: Config) => Promise<string>;
  /** Starts it by the configuration, which may well not want it. */
  readonly start: (config: Config) => Promise<Close>;
  readonly log: Pick<Log, 'error'>;
}

/** One part, to be adopted at the start and at each reload, one call after the other. */
export class Part {
  readonly #of: PartOf;
  #mark: string | undefined;
  #close: Close = () => undefined;

  constructor(of: PartOf) {
    this.#of = of;
  }

  /** Starts it, or starts it anew, where what it hangs on is another than before. Never rejects. */
  async adopt(config: Config): Promise<void> {
    const { key, also, start, log } = this.#of;
    try {
      const mark = `${config.marks.get(key) ?? ''} ${(await also?.(config)) ?? ''}`;
      if (mark === this.#mark) return;
      await this.stop();
      this.#close = await start(config);
      this.#mark = mark;
    } catch (thrown) {
      log.error(`${key}: ${textOf(thrown)}`);
    }
  }

  /** Ends it. Safe to call twice. */
  async stop(): Promise<void> {
    const close = this.#close;
    this.#close = () => undefined;
    this.#mark = undefined;
    await close();
  }
}
