// The clock of this machine, behind the Clock interface; tests hand in one of their own.
import type { Clock } from '../model/clock.ts';

/** The longest that setTimeout can wait, milliseconds; beyond it a timer fires at once. */
const LONGEST = 0x7fffffff;

/** Wall and monotonic time of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    const end = performance.now() + ms;
    for (let left = ms; ; left = end - performance.now()) {
      await once(Math.min(Math.max(0, left), LONGEST), signal);
      if (left <= LONGEST) return;
    }
  },
};

function once(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    // The signal's reason is whatever the stopper gave, an error or not: it is handed on as it is.
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
