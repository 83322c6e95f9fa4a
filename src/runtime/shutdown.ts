// SIGTERM and Ctrl-C as an AbortSignal: whoever works listens to it, ends what must be ended, and the program ends by
// itself. Whoever asks again, after a second, is obeyed at once; that loses nothing either.
import { MailError } from '../model/error.ts';
import type { Clock } from '../model/clock.ts';
import { systemClock } from './system-clock.ts';

/** The wish of a person or of the system that the program ends. */
export interface Stop {
  /** Aborts with a MailError `cancelled` at the first SIGTERM or SIGINT. */
  readonly signal: AbortSignal;
  /** Gives the signals back to the system. Safe to call twice. */
  release(): void;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** A terminal and npm may both hand on one Ctrl-C: milliseconds in which more of them count as the same. */
const SAME = 1000;

/** Listens for SIGTERM and SIGINT until released. */
export function stopSignal(clock: Clock = systemClock): Stop {
  const controller = new AbortController();
  let first: number | undefined;
  const release = (): void => {
    for (const name of SIGNALS) process.removeListener(name, onSignal);
  };
  const onSignal = (name: NodeJS.Signals): void => {
    if (first === undefined) {
      first = clock.monotonic();
      const cause = new Error(name);
      controller.abort(
        new MailError({ kind: 'cancelled', retry: 'later', message: `stopped by ${name}`, cause }),
      );
    } else if (clock.monotonic() - first > SAME) {
      release();
      process.kill(process.pid, name); // nobody listens any more: it ends the process, with the right status
    }
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return { signal: controller.signal, release };
}
