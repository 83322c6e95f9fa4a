// The time between two logins that a server asks for (RFC 2449 §6.5, LOGIN-DELAY), over runs and sessions: who does not keep
// it is refused, and some count that against the account (P-030).
import type { Clock } from '../model/clock.ts';
import { MailError } from '../model/error.ts';

/** Waits until a login is due at a server that wants so many milliseconds between two; 0 where it told nothing. */
export type Pace = (delay: number) => Promise<void>;

/** The code of a login that was not tried, because it would come too soon. */
export const TOO_SOON: string = 'TOO-SOON';

/** The longest that a run waits before it begins. Milliseconds. */
const SHORT = 30_000;
/** The longest that a run waits before it goes on where it has begun. */
const LONG = 15 * 60_000;

/** When each account logged in last; kept as long as the process lives. */
export class LoginPace {
  readonly #clock: Clock;
  readonly #before: (account: string) => number | null;
  readonly #last = new Map<string, number>();

  /** `before` tells when another process may have logged in last, in milliseconds. */
  constructor(clock: Clock, before: (account: string) => number | null) {
    this.#clock = clock;
    this.#before = before;
  }

  #left(account: string, delay: number): number {
    const now = this.#clock.now();
    const last = this.#last.get(account) ?? this.#before(account);
    // A clock that went back tells nothing of the time that has passed.
    return last === null || last > now ? 0 : last + delay - now;
  }

  /** The pace of one run. It throws MailError `busy`, with the time that is left, for a wait that is too long. */
  of(account: string, host: string, signal: AbortSignal): Pace {
    let logins = 0;
    return async (delay) => {
      const left = delay === 0 ? 0 : this.#left(account, delay);
      if (left > (logins === 0 ? SHORT : LONG)) throw tooSoon(host, delay, left);
      if (left > 0) await this.#clock.sleep(left, signal);
      logins++;
      this.#last.set(account, this.#clock.now());
    };
  }
}

function tooSoon(host: string, delay: number, left: number): MailError {
  return new MailError({
    kind: 'busy',
    retry: 'later',
    message: `${host} allows a login each ${Math.round(delay / 1000)} seconds, and the last one was ${Math.round((delay - left) / 1000)} seconds ago`,
    after: left,
    phase: 'auth',
    code: TOO_SOON,
  });
}
