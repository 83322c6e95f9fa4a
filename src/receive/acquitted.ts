// Messages whose size or date spoke against them, and which were found to be the stored ones all the same. A server that errs about
// either does so at each look: what was settled is not asked again while the process lives.
import type { KnownKey } from '../index/positions.ts';
import type { UidValidity } from '../model/ids.ts';
import { plainKey } from './plan.ts';
import type { Listed } from './source.ts';

/** What the server said of each of them, by account, folder and UIDVALIDITY. */
export class Acquitted {
  readonly #folders = new Map<string, Map<KnownKey, string>>();

  /** Those of one folder. */
  in(account: string, folder: string, validity: UidValidity | null): InFolder {
    const name = JSON.stringify([account, folder, validity]);
    const claims = this.#folders.get(name) ?? new Map<KnownKey, string>();
    this.#folders.set(name, claims);
    return {
      has: (item) => claims.get(plainKey(item.key)) === claimOf(item),
      add: (item) => void claims.set(plainKey(item.key), claimOf(item)),
    };
  }
}

/** Those of one folder. */
export interface InFolder {
  /** True where the server said the same of it then. */
  has(item: Listed): boolean;
  add(item: Listed): void;
}

function claimOf({ size, received }: Listed): string {
  return `${size} ${received}`;
}
