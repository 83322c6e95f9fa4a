// The lives of the accounts that receive: each begins and ends as one thing, its polls and its push together, and the others do
// not notice.
import type { Receiving } from '../receive/open-source.ts';

/** Ends what was begun, and resolves when it has ended. Never rejects. */
export type End = () => Promise<void>;

/** Those that live. */
export class Roster {
  readonly #begin: (account: Receiving) => End;
  readonly #lives = new Map<string, { readonly account: Receiving; readonly end: End }>();

  /** `begin` begins the life of an account, which is not under way. */
  constructor(begin: (account: Receiving) => End) {
    this.#begin = begin;
  }

  /** From now on these are the accounts: those that are gone, or another object, end, and then those that are new begin. */
  async adopt(accounts: readonly Receiving[]): Promise<void> {
    const ended = [...this.#lives].filter(([, { account }]) => !accounts.includes(account));
    await Promise.all(
      ended.map(async ([name, { end }]) => {
        await end();
        this.#lives.delete(name);
      }),
    );
    for (const account of accounts) {
      if (this.#lives.has(account.name)) continue;
      this.#lives.set(account.name, { account, end: this.#begin(account) });
    }
  }

  /** Ends them all. */
  async stop(): Promise<void> {
    await this.adopt([]);
  }
}
