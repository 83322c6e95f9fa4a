// PURE: two readings of the configuration → what changed between them. What the file says is compared by its marks, so that no
// secret is kept for it.
import type { Config } from '../config/load.ts';

/** What a new reading changes; names of accounts. */
export interface Changes {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Keys whose new value counts from the next start on. */
  readonly restart: readonly string[];
}

/** Keys on which what is open already depends. */
const FIXED = ['data', 'outbox', 'log'] as const;

/** What `now` changes of `before`. */
export function changesBetween(before: Config, now: Config): Changes {
  const old = new Set(before.accounts.map(({ name }) => name));
  const fresh = new Set(now.accounts.map(({ name }) => name));
  return {
    added: [...fresh].filter((name) => !old.has(name)),
    changed: [...fresh].filter((name) => old.has(name) && !isSame(before, now, `accounts.${name}`)),
    removed: [...old].filter((name) => !fresh.has(name)),
    restart: FIXED.filter((key) => !isSame(before, now, key)),
  };
}

/**
 * The configuration as it is from now on: `now`, with what counts from the next start on as it was, and with the same object
 * for an account that stays as it is.
 */
export function takenOver(before: Config, now: Config): Config {
  const { data, outbox, log, marks } = before;
  const old = new Map(before.accounts.map((account) => [account.name, account]));
  return {
    ...now,
    data,
    outbox,
    log,
    marks: new Map([...now.marks, ...FIXED.map((key) => [key, marks.get(key) ?? ''] as const)]),
    accounts: now.accounts.map((account) =>
      isSame(before, now, `accounts.${account.name}`) ? (old.get(account.name) ?? account) : account,
    ),
  };
}

function isSame(before: Config, now: Config, place: string): boolean {
  return (before.marks.get(place) ?? '') === (now.marks.get(place) ?? '');
}
