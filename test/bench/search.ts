// An index of many messages, built and asked: how fast it grows, how large it is, and how long people wait.
// Usage: npm run bench:search [-- COUNT [DIRECTORY]]; 100,000 messages in the temporary directory where they are left out. It makes no
// .eml files: what is measured is the index alone, from texts that are read to answers. A DIRECTORY stays, and is not built twice.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measured } from './measured.ts';
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

function percentile(times: readonly number[], share: number): string {
  const sorted = times.toSorted((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1).padStart(7);
}

if (!existsSync(join(data, 'index.db'))) {
  mkdirSync(data, { recursive: true });
  const built = JSON.parse(await run('build', data, String(total))) as Built;
  const rate = (seconds: number): string => `${Math.round(total / seconds)} messages a second`;
  console.log(`${total} messages, ${megabytes(built.text)} of text`);
  console.log(`writing, one thread: ${rate(built.writing)}; normalising, a thread: ${rate(built.tokens)}`);
  console.log(
    `full-text index ${megabytes(built.fullText)}, ${(built.fullText / built.text).toFixed(2)} of the text; whole index ${megabytes(built.index)}, with the texts themselves; memory ${megabytes(built.peak)} at the most`,
  );
}
const answered = JSON.parse(await run('ask', data)) as Answered[];
const QUESTIONS = ['newest', 'count', 'relevance', 'facets'] as const;
console.log('milliseconds                               by the clock            of the processor');
console.log('                                           p50     p95     p99     p50     p95     p99');
for (const group of new Set(answered.map((one) => one.group))) {
  const ones = answered.filter((one) => one.group === group);
  for (const what of QUESTIONS) {
    const figures = ([0, 1] as const).flatMap((which) =>
      [0.5, 0.95, 0.99].map((share) =>
        percentile(
          ones.map((one) => one[what][which]),
          share,
        ),
      ),
    );
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
if (kept === undefined) rmSync(data, { recursive: true });
