// PURE: one listing of a server against what is stored = what the proof says, and what it still has to look at. Sizes and
// dates are the server's claims: where they are others than those that are stored, only the octets tell (I-066, P-018, I-095).
import type { Holding } from '../index/holdings.ts';
import type { KnownKey } from '../index/positions.ts';
import { isUnlike, plainKey } from './plan.ts';
import type { Listed } from './source.ts';

/** A message under a key that is stored, and listed with another size than its file has, or with another date. */
export interface Unlike {
  readonly item: Listed;
  readonly held: Pick<Holding, 'id'>;
}

/** What one comparison found. Keys in the order of the listing, and of what is stored. */
export interface Compared {
  /** Listed at all, each once. */
  readonly listed: number;
  /** Listed and stored. */
  readonly stored: number;
  /** Of these, with the size of the file and the date that is known. */
  readonly alike: number;
  readonly unlike: readonly Unlike[];
  /** Listed and not stored. */
  readonly missing: readonly Listed[];
  /** Stored, not gone, and not listed. */
  readonly extra: readonly KnownKey[];
  /** Listed and stored, and the file is not whole. */
  readonly damaged: readonly KnownKey[];
}

/** Compares; `isWhole` tells of the file of a stored message. */
export function compare(
  all: readonly Listed[],
  held: ReadonlyMap<KnownKey, Holding>,
  isWhole: (held: Holding) => boolean,
): Compared {
  const seen = new Set<KnownKey>();
  const missing: Listed[] = [];
  const unlike: Unlike[] = [];
  const damaged: KnownKey[] = [];
  let stored = 0;
  for (const item of all) {
    const key = plainKey(item.key);
    if (seen.has(key)) continue; // I-126
    seen.add(key);
    const found = held.get(key);
    if (found === undefined) {
      missing.push(item);
      continue;
    }
    stored++;
    if (!isWhole(found)) damaged.push(key);
    if (isUnlike(item, found)) unlike.push({ item, held: found });
  }
  const extra = [...held].filter(([key, { gone }]) => !gone && !seen.has(key)).map(([key]) => key);
  const alike = stored - unlike.length;
  return { listed: seen.size, stored, alike, unlike, missing, extra, damaged };
}

/** Several comparisons of one folder, part by part, as one. */
export function together(parts: readonly Compared[]): Compared {
  const sum = (count: (one: Compared) => number): number =>
    parts.reduce((total, one) => total + count(one), 0);
  return {
    listed: sum((one) => one.listed),
    stored: sum((one) => one.stored),
    alike: sum((one) => one.alike),
    unlike: parts.flatMap((one) => one.unlike),
    missing: parts.flatMap((one) => one.missing),
    extra: parts.flatMap((one) => one.extra),
    damaged: parts.flatMap((one) => one.damaged),
  };
}

/** Messages that differ up to which all of them are fetched, whatever the others of the folder show. */
const FEW = 20;

/**
 * How to take messages that differ: fetch `all` of them, because the server is right about most in this folder, or a `sample`,
 * because it seems to be wrong here.
 */
export function doubt({ alike, unlike }: Pick<Compared, 'alike' | 'unlike'>): 'all' | 'sample' {
  return unlike.length <= FEW || unlike.length * 20 <= alike ? 'all' : 'sample';
}
