// Reads stored messages in a process of its own, as a service does, and tells what came of them and what memory it took.
// Usage: node extract-child.js MAIL_ROOT < jobs.json
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { ExtractJob } from '../../src/index/document.ts';
import { Extractor } from '../../src/index/extract.ts';

/** What the child prints. */
export interface Told {
  /** In the order of the jobs. */
  readonly documents: readonly { readonly state: string; readonly reason: string | null }[];
  /** Octets of memory at the worst moment. */
  readonly peak: number;
}

const jobs = JSON.parse(await text(process.stdin)) as ExtractJob[];
const extractor = new Extractor({ mailRoot: process.argv[2] ?? '', workers: 2 });
const documents = await extractor.extract(jobs);
await extractor.close();
const told: Told = { documents: documents.map(({ state, reason }) => ({ state, reason })), peak: peak() };
process.stdout.write(JSON.stringify(told));

/** Of this process alone: what getrusage(2) tells begins with what its parent had. */
function peak(): number {
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
