// Work under a watch: what gives no sign of life for too long is cut, and what does not end then is stuck.
import type { Clock } from '../model/clock.ts';
import { MailError } from '../model/error.ts';

/** Without a sign of life for so long work is cut, in milliseconds; and when it does not end so soon after that, it is stuck. */
const DEADLINE = 6 * 3_600_000;
const GRACE = 60_000;

/** What is to be done until `signal` aborts; `alive` is to be called when something of it was done. */
export type Work<T> = (signal: AbortSignal, alive: () => void) => Promise<T>;

/** Work, and who wants to know of it. */
export interface Watched<T> {
  readonly name: string;
  readonly work: Work<T>;
  /** What ends it, beside the watch. */
  readonly ends: readonly AbortSignal[];
  /** Told of each sign of life. */
  readonly also?: (() => void) | undefined;
  /** Told when it is stuck, and when that is over. */
  readonly stuck: (isSo: boolean) => void;
}

/** Does it. Rejects as the work does, and where it was cut, with MailError `timeout`. */
export async function watched<T>(clock: Clock, { name, work, ends, also, stuck }: Watched<T>): Promise<T> {
  const cut = new AbortController();
  const over = new AbortController();
  let alive = clock.monotonic();
  const watch = async (): Promise<void> => {
    for (let rest = DEADLINE; rest > 0; rest = alive + DEADLINE - clock.monotonic())
      await clock.sleep(rest, over.signal);
    cut.abort(new MailError({ kind: 'timeout', retry: 'later', message: `${name} hung, and was cut` }));
    await clock.sleep(GRACE, over.signal);
    stuck(true);
  };
  void watch().catch(() => undefined);
  try {
    const done = await work(AbortSignal.any([...ends, cut.signal]), () => {
      alive = clock.monotonic();
      also?.();
    });
    cut.signal.throwIfAborted();
    return done;
  } finally {
    stuck(false);
    over.abort();
  }
}
