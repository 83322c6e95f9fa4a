// The messages of one folder within the day's budget: the newest first, and what it does not reach for is put off, with the
// reason, until there is room. Nothing of that is a failure.
import { postpone } from '../index/pending.ts';
import type { UidValidity } from '../model/ids.ts';
import type { Folder, RemoteKey } from '../model/mailbox.ts';
import { placeOf } from './batch.ts';
import type { Budget } from './budget.ts';
import type { FolderRun } from './folder-run.ts';
import { plainKey, weightOf } from './plan.ts';
import type { Listed } from './source.ts';

/** Why messages wait for another day. */
const SPENT = "today's budget is spent";

/** What may be fetched of `wanted`. */
export class Ration {
  readonly #budget: Budget | undefined;
  readonly #weights: ReadonlyMap<number | string, number>;
  /** What is to be left of the budget. */
  readonly #least: number;
  /** Messages that were put off. */
  postponed = 0;

  /** Without a budget all may be fetched. */
  constructor(budget: Budget | undefined, wanted: readonly Listed[]) {
    this.#budget = budget;
    this.#weights = new Map(wanted.map((one) => [plainKey(one.key), weightOf(one)]));
    // A little new mail may take all that is left of the day; more of it leaves something for the new mail to come.
    const total = [...this.#weights.values()].reduce((sum, weight) => sum + weight, 0);
    this.#least = budget === undefined || total <= budget.reserve ? 0 : budget.reserve;
  }

  /** Takes what a batch weighs; returns what is to be called when it has come, or undefined where the budget is spent. */
  take(keys: readonly RemoteKey[]): (() => void) | undefined {
    const budget = this.#budget;
    if (budget === undefined) return () => {};
    const weight = keys.reduce((sum, key) => sum + (this.#weights.get(plainKey(key)) ?? 0), 0);
    return budget.take(weight, this.#least) ? () => budget.give(weight) : undefined;
  }

  /** Puts messages off until there is room. */
  postpone(
    { db, account }: FolderRun,
    folder: Folder,
    validity: UidValidity | null,
    keys: RemoteKey[],
  ): void {
    if (this.#budget === undefined) return;
    const places = keys.map((key) => placeOf(folder, validity, key));
    postpone(db, account, places, SPENT, this.#budget.roomAt(this.#least));
    this.postponed += keys.length;
  }
}
