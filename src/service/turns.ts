// Who else than a poll logs in to an account's server for mail takes a turn: one login at a time, and none in a pause.
import type { Account } from '../model/account.ts';
import type { Clock } from '../model/clock.ts';
import { MailError } from '../model/error.ts';
import type { Scheduler, Waiter } from '../schedule/scheduler.ts';
import type { Work } from '../schedule/watch.ts';
import type { Beside } from './polls.ts';

/** Lets `work` log in to an account's server for mail when nothing else does that needs its place. */
export type Turn = <T>(account: Account, work: Work<T>, waiter: Waiter) => Promise<T>;

/** A turn is one of a poll: never beside a poll, never during a pause, and where there is one connection, without the push. */
export function turns(scheduler: Scheduler, pushes: ReadonlyMap<string, Beside>, clock: Clock): Turn {
  return ({ name }, work, waiter) => {
    const inTurn: typeof work = async (signal, alive) => {
      const rest = scheduler.pausedUntil(name) - clock.now();
      if (rest > 0) throw resting(name, rest);
      const push = pushes.get(name);
      await push?.hold();
      try {
        return await work(signal, alive);
      } catch (thrown) {
        // Passwords are not tried from several sides.
        if (thrown instanceof MailError && thrown.kind === 'auth') scheduler.ended(name, thrown);
        throw thrown;
      } finally {
        push?.release();
      }
    };
    return scheduler.aside(name, inTurn, waiter);
  };
}

function resting(account: string, after: number): MailError {
  return new MailError({
    kind: 'busy',
    retry: 'later',
    after,
    message: `${account} makes no connection now: the last one failed`,
  });
}
