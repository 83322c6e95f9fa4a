// PURE: the bars that finding is held to over a million messages, and whether these figures stay below them.
import { percentile } from './percentile.ts';
import type { PageTimes } from './search-page.ts';
import type { Answered, Built } from './search-steps.ts';

/** What was measured; `built` is missing where the index was made before this run, by a benchmark that left no word of it. */
export interface Figures {
  readonly built: Built | undefined;
  readonly answered: readonly Answered[];
  readonly page: readonly PageTimes[];
}

/** A line for each bar. All times are by the clock. */
export function bars({ built, answered, page }: Figures): string[] {
  const short = answered.filter(({ group }) => group === '1 to 4 characters');
  const newest = short.map((one) => one.newest[0]);
  const slow = short.flatMap((one) => [one.count[0], one.relevance[0]]);
  const home = page.find(({ path }) => path === '/')?.clock ?? [];
  return [
    bar('newest 50 of 1 to 4 characters, 95 of 100, within 50 ms', 50, percentile(newest, 0.95), 'ms'),
    bar('count or relevance of 1 to 4 characters, the slowest, within 1 s', 1000, Math.max(...slow), 'ms'),
    bar('first page, 95 of 100, within 100 ms', 100, percentile(home, 0.95), 'ms'),
    ...(built === undefined
      ? []
      : [
          bar('full-text index under 0.8 of the text', 0.8, built.fullText / built.text, 'of the text'),
          bar('memory under 300 MB while indexing', 300, built.peak / 1e6, 'MB'),
        ]),
  ];
}

function bar(what: string, most: number, found: number, unit: string): string {
  return `${found < most ? 'met   ' : 'MISSED'}  ${what}: ${found.toFixed(most < 1 ? 2 : 1)} ${unit}`;
}
