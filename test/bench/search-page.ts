// The page over the index that the search benchmark made: `mailkeep web` as a person starts it, asked over HTTP, one request at a
// time. What its reader waits for, and what the server worked for it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { CommandLine, until } from '../support/command-line.ts';

/** What one address took; milliseconds. */
export interface PageTimes {
  readonly path: string;
  /** The very first request, before anything was warm. */
  readonly first: number;
  readonly clock: readonly number[];
  /** Of the processor, all threads of the server, a request. */
  readonly processor: number;
}

const PATHS = ['/', '/?q=的', '/?filters=only', '/?q=的&filters=only', '/?page=2'];
const WARM = 5;
const REQUESTS = 40;
/** Of `utime` and `stime`; Linux counts them in hundredths of a second on every machine. */
const TICK = 10;

/** Starts the page over `data`, asks it, and stops it. */
export async function askPage(data: string): Promise<PageTimes[]> {
  const home = mkdtempSync(join(tmpdir(), 'bench-page-'));
  const config = join(home, 'config.yaml');
  const account = { name: 'qq', address: 'me@qq.com', password: 'nothing', receive: { protocol: 'imap' } };
  writeFileSync(
    config,
    stringify({ data: resolve(data), outbox: join(home, 'outbox'), accounts: [account] }),
    {
      mode: 0o600,
    },
  );
  const line = new CommandLine(config);
  try {
    const page = line.start('web', '--listen', '127.0.0.1:0');
    await until(() => page.printed().includes('\n'), page.said);
    const times: PageTimes[] = [];
    for (const path of PATHS) times.push(await ask(new URL(path, page.printed().trim()), path, page.pid));
    await page.stop();
    return times;
  } finally {
    line.kill();
    rmSync(home, { recursive: true });
  }
}

async function ask(url: URL, path: string, pid: number): Promise<PageTimes> {
  const first = await timed(url);
  for (let n = 0; n < WARM; n += 1) await timed(url);
  const before = processorOf(pid);
  const clock: number[] = [];
  for (let n = 0; n < REQUESTS; n += 1) clock.push(await timed(url));
  return { path, first, clock, processor: (processorOf(pid) - before) / REQUESTS };
}

/** Milliseconds until the last octet of the answer. */
async function timed(url: URL): Promise<number> {
  const started = performance.now();
  const answer = await fetch(url, { redirect: 'manual' });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${url.href} answers ${answer.status}:\n${text}`);
  return performance.now() - started;
}

/** Milliseconds of the processor that a process has used so far. */
function processorOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK;
}
