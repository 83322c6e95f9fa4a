// The session with the target over cuts: what breaks off is begun again in a new session, after a pause, as long as it gets on.
// Whoever works here looks first what is there already, so that nothing is filed twice.
import type { Clock } from '../model/clock.ts';
import { MailError } from '../model/error.ts';
import { Target, type Reach } from './target.ts';

const SECOND = 1000;
/** Before the next session, by failures in a row; after the last the work has failed. */
const PAUSES: readonly number[] = [1, 5, 15, 30, 60].map((seconds) => seconds * SECOND);
/** A server that wants more time than this is left alone. */
const LONGEST = 300 * SECOND;
/** After silence: what went out may be taken yet. */
const AFTER_SILENCE = 10 * SECOND;

/** One session at a time. */
export class Steady {
  readonly #reach: Reach;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  #target: Target | undefined;
  #reached = false;
  #failures = 0;

  constructor(reach: Reach, clock: Clock, signal: AbortSignal) {
    this.#reach = reach;
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Does `work`, from its beginning again after a cut. Throws what it cannot get over, `cancelled` among it. */
  async use<T>(work: (target: Target) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        this.#signal.throwIfAborted();
        this.#target ??= await Target.open(this.#reach);
        this.#reached = true;
        return await work(this.#target);
      } catch (thrown) {
        const pause = this.#pauseAfter(thrown);
        if (pause === undefined) throw thrown;
        this.#target?.abort();
        this.#target = undefined;
        await this.#clock.sleep(pause, this.#signal);
      }
    }
  }

  /** Something was done for good: failures before it no longer count. */
  progressed(): void {
    this.#failures = 0;
  }

  /** The next work has a session of its own. */
  async close(): Promise<void> {
    await this.#target?.close();
    this.#target = undefined;
  }

  #pauseAfter(thrown: unknown): number | undefined {
    if (!(thrown instanceof MailError) || this.#signal.aborted) return undefined;
    const { kind, code, avoid, after = 0 } = thrown;
    const learnt = avoid !== undefined && !this.#reach.avoid.has(avoid);
    if (learnt) this.#reach.avoid.add(avoid);
    if (!learnt && !this.#reached) return undefined;
    const again = AGAIN.has(kind) ? code !== 'OVERQUOTA' && after <= LONGEST : code === 'TRYCREATE';
    const pause = PAUSES[this.#failures++];
    if (!again || pause === undefined) return undefined;
    return Math.max(pause, after, kind === 'timeout' ? AFTER_SILENCE : 0);
  }
}

const AGAIN: ReadonlySet<string> = new Set(['closed', 'timeout', 'protocol', 'connect', 'dns', 'busy']);
