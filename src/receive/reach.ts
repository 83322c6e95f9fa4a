// The way to each account's server for mail, one for polls, pushes and whoever else logs in there: in the pace that the
// server bears, and with all that comes counted into the day's budget.
import type { Index } from '../index/database.ts';
import type { Clock } from '../model/clock.ts';
import type { Connection } from '../net/connection.ts';
import type { Connect } from '../net/connector.ts';
import { Budget } from './budget.ts';
import { LoginPace, type Pace } from './login-pace.ts';
import type { Receiving } from './open-source.ts';
import { lastTry } from './refused-login.ts';

/** The ways to all accounts; kept as long as the process lives. */
export class Reach {
  readonly #db: Index;
  readonly #clock: Clock;
  readonly #connect: Connect;
  readonly #paces: LoginPace;
  readonly #budgets = new Map<string, Budget>();

  constructor(db: Index, clock: Clock, connect: Connect) {
    this.#db = db;
    this.#clock = clock;
    this.#connect = connect;
    this.#paces = new LoginPace(clock, (account) => lastTry(db, account));
  }

  /** What may still come today; undefined where the provider tells no limit. */
  budget({ name, receive: { budget: limit } }: Receiving): Budget | undefined {
    if (limit === undefined) return undefined;
    const known = this.#budgets.get(name) ?? new Budget(this.#db, name, limit, this.#clock);
    this.#budgets.set(name, known);
    return known;
  }

  /** The pace of one run: see LoginPace. */
  pace({ name, receive: { host } }: Receiving, signal: AbortSignal): Pace {
    return this.#paces.of(name, host, signal);
  }

  /** Dials at once: the pace is for the caller to keep. */
  dial(account: Receiving, signal: AbortSignal): Promise<Connection> {
    const budget = this.budget(account);
    return this.#connect(account, account.receive, signal, (octets) => budget?.spend(octets));
  }

  /** Dials when a login is due. Throws what `dial` throws, and `busy` where that is too long to wait for. */
  async dialInPace(account: Receiving, signal: AbortSignal): Promise<Connection> {
    await this.pace(account, signal)(account.receive.loginInterval ?? 0);
    return this.dial(account, signal);
  }
}
