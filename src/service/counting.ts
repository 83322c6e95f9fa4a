// Figures that grow while the service runs: events counted, and times in a histogram, each by its labels.
import type { Labels, Sample } from './exposition.ts';

/** A count by labels; it begins at 0 with the process. */
export class Counter {
  readonly #counts = new Map<string, { readonly labels: Labels; value: number }>();

  /** Adds `by`, which may be 0: what was announced so is seen to grow from there. */
  add(labels: Labels, by: number = 1): void {
    const key = JSON.stringify(labels);
    const known = this.#counts.get(key) ?? { labels, value: 0 };
    this.#counts.set(key, known);
    known.value += by;
  }

  samples(): Sample[] {
    return [...this.#counts.values()].map(({ labels, value }) => ({ labels, value }));
  }
}

interface Times {
  readonly labels: Labels;
  /** How many took as long as each bound, or less. */
  readonly within: number[];
  sum: number;
  count: number;
}

/** How long something took, by labels. */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #times = new Map<string, Times>();

  /** `bounds` in seconds, rising. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
  }

  observe(labels: Labels, seconds: number): void {
    const key = JSON.stringify(labels);
    const times = this.#times.get(key) ?? { labels, within: this.#bounds.map(() => 0), sum: 0, count: 0 };
    this.#times.set(key, times);
    for (const [at, bound] of this.#bounds.entries())
      if (seconds <= bound) times.within[at] = (times.within[at] ?? 0) + 1;
    times.sum += seconds;
    times.count++;
  }

  samples(): Sample[] {
    return [...this.#times.values()].flatMap(({ labels, within, sum, count }): Sample[] => [
      ...this.#bounds.map((bound, at): Sample => {
        const value = within[at] ?? 0;
        return { part: '_bucket', labels: { ...labels, le: String(bound) }, value };
      }),
      { part: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
      { part: '_sum', labels, value: sum },
      { part: '_count', labels, value: count },
    ]);
  }
}
