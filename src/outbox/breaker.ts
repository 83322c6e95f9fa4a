// When an account may send: not while it pauses after trouble of its own, not faster than its provider bears, and not while
// this machine cannot keep what becomes of it. No other account is delayed by it.
import type { Account } from '../model/account.ts';
import type { Clock } from '../model/clock.ts';
import { DAY, hasCome } from './entry.ts';
import type { Journal } from './journal.ts';
import type { Letter } from './letter.ts';
import type { OutboxLog } from './outbox-log.ts';
import { pauseAfter, type Trouble } from './pause.ts';
import { mayBegin, rateWindow } from './rate.ts';

/** What it works with. */
interface BreakerTools {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: OutboxLog;
  /** 0 up to 1. */
  readonly random: () => number;
}

/** Milliseconds. */
const BLOCKED = 60_000;

/** The rests of all accounts. */
export class Breaker {
  readonly #tools: BreakerTools;
  /** Accounts that a fault of this machine has stopped, and until when. */
  readonly #blocked = new Map<string, number>();
  /** When an account was tried again after a day or more in which nobody was there to try. */
  readonly #back = new Map<string, number>();
  /** When the pauses of this process began: a person who signs in again ends one. */
  readonly #pausedAt = new Map<string, number>();

  constructor(tools: BreakerTools) {
    this.#tools = tools;
  }

  /** When the account may make a connection: now, or later. Milliseconds since 1970. */
  freeAt({ name, send, signedIn }: Account): number {
    const { journal, clock } = this.#tools;
    const now = clock.now();
    const rate =
      send === undefined ? now : mayBegin(journal.accounts.sendings(name, rateWindow(now)), send.rate, now);
    const cured = (signedIn?.() ?? 0) > (this.#pausedAt.get(name) ?? 0);
    const pause = cured ? 0 : (journal.accounts.pause(name)?.until ?? 0);
    const until = Math.max(pause, this.#blocked.get(name) ?? 0);
    return hasCome(until, now) ? rate : Math.max(rate, until);
  }

  /**
   * True for a letter whose time came a day before anybody was there to try, nor the account at the time that was set for it; within
   * a day from then on.
   */
  isOverdue({ account, next }: Letter): boolean {
    if (account === null || next === null) return false;
    const { journal, clock } = this.#tools;
    const now = clock.now();
    const expected = Math.max(next, journal.accounts.pause(account)?.until ?? 0);
    if (now - expected >= DAY) this.#back.set(account, now);
    const back = this.#back.get(account) ?? -Infinity;
    return next <= back - DAY && now - back < DAY;
  }

  /** It pauses, the longer the more often in a row there was trouble. Throws MailError `storage`. */
  pause({ name }: Account, trouble: Trouble): void {
    const { journal, clock, log, random } = this.#tools;
    const failures = (journal.accounts.pause(name)?.failures ?? 0) + 1;
    const until = clock.now() + pauseAfter(trouble, failures, random());
    journal.accounts.setPause(name, { until, failures, reason: trouble.message, kind: trouble.kind });
    this.#pausedAt.set(name, clock.now());
    log.warn(`sending by ${name} pauses until ${new Date(until).toISOString()}: ${trouble.message}`, {
      account: name,
      ...(trouble.hint === undefined ? {} : { hint: trouble.hint }),
    });
  }

  /** All went well: the next trouble is the first one. Throws MailError `storage`. */
  close(name: string): void {
    const { journal } = this.#tools;
    if (journal.accounts.pause(name) !== undefined) journal.accounts.setPause(name, null);
  }

  /** A person wants it to try at once. How often there was trouble is remembered. Throws MailError `storage`. */
  end(name: string): void {
    const { journal, clock } = this.#tools;
    const pause = journal.accounts.pause(name);
    if (pause !== undefined) journal.accounts.setPause(name, { ...pause, until: clock.now() });
    this.#blocked.delete(name);
  }

  /** This machine cannot write what becomes of a message: no server is bothered for a minute. */
  block(name: string): void {
    this.#blocked.set(name, this.#tools.clock.now() + BLOCKED);
  }
}
