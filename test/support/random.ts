// Chance that can be repeated: the same seed gives the same run.

/** A seeded generator of numbers from 0 up to 1 (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Picks from lists by chance. */
export interface Chance {
  /** A whole number from 0 up to `below`. */
  upTo(below: number): number;
  /** True `percent` times in a hundred. */
  often(percent: number): boolean;
  of<T>(list: readonly T[]): T;
}

/** The picks that a seed gives. */
export function chance(seed: number): Chance {
  const next = seeded(seed);
  const upTo = (below: number): number => Math.floor(next() * below);
  return {
    upTo,
    often: (percent) => next() * 100 < percent,
    of: (list) => {
      const found = list[upTo(list.length)];
      if (found === undefined) throw new Error('an empty list has nothing to pick');
      return found;
    },
  };
}
