// An index of many messages, built and asked, and the page over it: how fast it grows, how large it is, how long people wait, and
// whether that stays below the bars.
// Usage: npm run bench:search [-- COUNT [DIRECTORY]]; 100,000 messages in the temporary directory where they are left out. It makes no
// .eml files: what is measured is the index alone, from texts that are read to answers. A DIRECTORY stays, and is not built twice.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measured } from './measured.ts';
import { percentile } from './percentile.ts';
import { bars } from './search-bars.ts';
import { askPage } from './search-page.ts';
import type { Answered, Built } from './search-steps.ts';

const total = Number(process.argv[2] ?? 100_000);
const kept = process.argv[3];
const data = kept ?? mkdtempSync(join(tmpdir(), 'bench-search-'));
const steps = fileURLToPath(new URL('search-steps.js', import.meta.url));

async function run(...args: string[]): Promise<string> {
  const { output } = await measured(process.execPath, [steps, ...args]);
  return output.trimEnd().split('\n').at(-1) ?? '';
}

function megabytes(octets: number): string {
  return `${(octets / 1e6).toFixed(0)} MB`;
}

function percentiles(times: readonly number[]): string[] {
  return [0.5, 0.95, 0.99].map((share) => percentile(times, share).toFixed(1).padStart(7));
}

const told = join(data, 'built.json');
if (!existsSync(join(data, 'index.db'))) {
  mkdirSync(data, { recursive: true });
  writeFileSync(told, await run('build', data, String(total)));
}
const built = existsSync(told) ? (JSON.parse(readFileSync(told, 'utf8')) as Built) : undefined;
if (built !== undefined) {
  const rate = (seconds: number): string => `${Math.round(built.messages / seconds)} messages a second`;
  const ofText = (octets: number): string =>
    `${megabytes(octets)}, ${(octets / built.text).toFixed(2)} of the text`;
  console.log(`${built.messages} messages, ${megabytes(built.text)} of text`);
  console.log(`writing, one thread: ${rate(built.writing)}; normalising, a thread: ${rate(built.tokens)}`);
  console.log(
    `full-text index ${ofText(built.fullText)}; whole index ${ofText(built.index)}, with the texts themselves; memory ${megabytes(built.peak)} at the most`,
  );
}
const answered = JSON.parse(await run('ask', data)) as Answered[];
const QUESTIONS = ['newest', 'count', 'relevance', 'facets'] as const;
console.log('milliseconds                               by the clock            of the processor');
console.log('                                           p50     p95     p99     p50     p95     p99');
for (const group of new Set(answered.map((one) => one.group))) {
  const ones = answered.filter((one) => one.group === group);
  for (const what of QUESTIONS) {
    const figures = ([0, 1] as const).flatMap((which) => percentiles(ones.map((one) => one[what][which])));
    console.log(`${`${group} (${ones.length})`.padEnd(28)} ${what.padEnd(10)} ${figures.join(' ')}`);
  }
}
for (const what of QUESTIONS) {
  const [worst] = answered.toSorted((a, b) => b[what][1] - a[what][1]);
  if (worst !== undefined)
    console.log(
      `slowest ${what}: ${worst[what][1].toFixed(0)} ms for ${worst.query} (${worst.total} messages)`,
    );
}
const page = await askPage(data);
console.log('the page, milliseconds          first     p50     p95     p99   of the processor, each');
for (const { path, first, clock, processor } of page)
  console.log(
    `GET ${path.padEnd(23)} ${[first.toFixed(1).padStart(9), ...percentiles(clock)].join(' ')}  ${processor.toFixed(1).padStart(7)}`,
  );
const messages = answered.find(({ query }) => query === '')?.total ?? 0;
console.log(`the bars, which are for 1000000 messages, over ${messages}:`);
for (const line of bars({ built, answered, page })) console.log(line);
if (kept === undefined) rmSync(data, { recursive: true });
