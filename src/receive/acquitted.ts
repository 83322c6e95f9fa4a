// Messages whose size or date spoke against them, and which were found to be the stored ones all the same. A server that errs about
// either does so at each look: what was settled is not asked again while the process lives. And when a message was read once more.
import type { KnownKey } from '../index/positions.ts';
import type { Uidl, UidValidity } from '../model/ids.ts';
import { plainKey } from './plan.ts';
import type { Listed } from './source.ts';

/** What the server said of each of them, by account, folder and UIDVALIDITY. */
export class Acquitted {
  readonly #folders = new Map<string, Map<KnownKey, string>>();
  readonly #looked = new Map<string, Set<Uidl>>();
  readonly #again = new Map<string, Map<KnownKey, number>>();

  /** Those of one folder. */
  in(account: string, folder: string, validity: UidValidity | null): InFolder {
    const name = JSON.stringify([account, folder, validity]);
    const claims = this.#folders.get(name) ?? new Map<KnownKey, string>();
    this.#folders.set(name, claims);
    return {
      has: (item) => claims.get(plainKey(item.key)) === claimOf(item),
      add: (item) => void claims.set(plainKey(item.key), claimOf(item)),
      remove: (item) => void claims.delete(plainKey(item.key)),
    };
  }

  /** Names in a maildrop where names were given to others, that are those of what is stored. The caller writes it down. */
  lookedAt(account: string, folder: string): Set<Uidl> {
    const name = JSON.stringify([account, folder]);
    const looked = this.#looked.get(name) ?? new Set<Uidl>();
    this.#looked.set(name, looked);
    return looked;
  }

  /** When each message of an account was last read once more, though it is stored (ms). The caller writes it down. */
  readAgain(account: string): Map<KnownKey, number> {
    const before = this.#again.get(account) ?? new Map<KnownKey, number>();
    this.#again.set(account, before);
    return before;
  }
}

/** Those of one folder. */
export interface InFolder {
  /** True where the server said the same of it then. */
  has(item: Listed): boolean;
  add(item: Listed): void;
  remove(item: Listed): void;
}

function claimOf({ size, received }: Listed): string {
  return `${size} ${received}`;
}
