// Usage: soak.js [MINUTES]. The service runs for so long (30 unless told otherwise) in bad weather, with mail that comes and goes
// all the time; afterwards nothing is lost, nothing was sent twice, and it has grown no more than it must.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { until } from '../support/command-line.ts';
import { Endings } from '../support/endings.ts';
import { seeded } from '../support/random.ts';
import type { Ending } from '../support/temporary.ts';
import { grown, median } from './growth.ts';
import type { Sample } from './growth.ts';
import { Town } from './town.ts';
import { storm, type Counts } from './weather.ts';

/** What came of it. */
export interface Figures {
  readonly seconds: number;
  readonly arrived: number;
  /** Of these, not stored at the end. */
  readonly lost: number;
  /** Deleted at the servers by the service. */
  readonly deleted: number;
  readonly dropped: number;
  /** Letters that never arrived. */
  readonly unsent: number;
  /** Letters that arrived more than once, and were not flagged. */
  readonly twice: number;
  /** Letters whose final dot got no answer: they may arrive twice, and say so. */
  readonly doubtful: number;
  readonly faults: Counts;
  /** Megabytes and file descriptors after the first and in the last fifth of the time: medians. */
  readonly memory: readonly [first: number, last: number];
  readonly descriptors: readonly [first: number, last: number];
  /** What of them has grown more than it must; a short run says nothing of it. */
  readonly grown: readonly string[];
  /** What did not come to rest when the weather had cleared, and what the service said of it. */
  readonly restless: readonly string[];
  /** The proof against the servers, and the exit code of the service. */
  readonly proved: boolean;
  readonly exit: number | null;
}

/** Milliseconds, when the weather has cleared, in which something of what is still under way must come to its end. */
const CALM = 240_000;

/** Soaks for `seconds`. */
export async function soak(test: Ending, seconds: number, seed: number = 1): Promise<Figures> {
  const town = await Town.build(test);
  const random = seeded(seed);
  town.start();
  await until(
    () => readFileSync(town.log, 'utf8').includes('mailkeep is running'),
    'the service runs',
    60_000,
  );
  const end = new AbortController();
  const weather = storm(town, seeded(seed + 1), end.signal);
  const samples: Sample[] = [];
  const began = performance.now();
  while (performance.now() - began < seconds * 1000) {
    await town.arrive(random);
    if (random() < 0.3) town.drop(random);
    samples.push(sample(town.pid));
    await sleep(150 + 300 * random());
  }
  end.abort();
  const faults = await weather;
  const restless = await settled(town);
  const waiting = await outbox(town);
  const delivered = town.delivered();
  const doubtful = waiting.filter((letter) => letter.doubtful).length;
  const flagged = new Set(waiting.filter((letter) => letter.doubtful).map(({ file }) => file));
  const stored = town.stored();
  const { code: proof } = await town.mailkeep.run('verify', '--server');
  const { code: whole } = await town.mailkeep.run('verify');
  const part = Math.ceil(samples.length / 5);
  const medians = (of: 'memory' | 'descriptors'): readonly [number, number] => [
    Math.round(median(samples.slice(part, 2 * part).map((one) => one[of]))),
    Math.round(median(samples.slice(-part).map((one) => one[of]))),
  ];
  return {
    seconds,
    arrived: town.arrived.size,
    lost: [...town.arrived.keys()].filter((hash) => !stored.has(hash)).length,
    deleted: town.deleted(),
    dropped: town.dropped.length,
    unsent: town.dropped.filter((id) => !delivered.has(id)).length,
    twice: town.dropped.filter((id, n) => (delivered.get(id) ?? 0) > 1 && !flagged.has(`${n}.eml`)).length,
    doubtful,
    faults,
    memory: medians('memory'),
    descriptors: medians('descriptors'),
    grown: grown(samples, seconds),
    restless,
    proved: proof === 0 && whole === 0,
    exit: await town.stop(),
  };
}

/**
 * All that arrived is stored, and all that was dropped is delivered; a person would try again what waits for its time. What does
 * not come to rest, a line each, and what the service says of it.
 */
async function settled(town: Town): Promise<string[]> {
  let left = await unsettled(town);
  // As long as less and less is left it is on its way, however slow the machine is.
  for (let least = Infinity, end = 0; left.length > 0; left = await unsettled(town)) {
    if (left.length < least) {
      least = left.length;
      end = performance.now() + CALM;
    }
    if (performance.now() < end) continue;
    const { stdout: status } = await town.mailkeep.run('status', '--json');
    return [...left, status, readFileSync(town.log, 'utf8').slice(-6000)];
  }
  return [];
}

/** What is not at rest, a line each. */
async function unsettled(town: Town): Promise<string[]> {
  const waiting = (await outbox(town)).filter(({ state }) => !['sent', 'failed'].includes(state));
  if (waiting.length > 0) await town.mailkeep.run('outbox', 'retry', ...waiting.map(({ id }) => id));
  const synced = await town.mailkeep.run('sync');
  if ((await poisoned(town)) > 0) await town.mailkeep.run('retry');
  town.flush();
  const stored = town.stored();
  const delivered = town.delivered();
  return [
    ...waiting.map(({ file, state }) => `${file} is ${state}`),
    ...readdirSync(town.outbox)
      .filter((name) => name.endsWith('.eml'))
      .map((name) => `${name} is not taken`),
    ...[...town.arrived].flatMap(([hash, place]) =>
      stored.has(hash) ? [] : [`${hash} of ${place} is not stored`],
    ),
    ...town.dropped.filter((id) => !delivered.has(id)).map((id) => `${id} did not arrive`),
    ...(town.deleted() > 0 ? [] : ['nothing is deleted yet']),
    ...(synced.code === 0 ? [] : [`sync ended with ${synced.code}: ${synced.stdout}${synced.stderr}`]),
  ];
}

/** How many messages rest because they failed again and again. */
async function poisoned(town: Town): Promise<number> {
  const { stdout } = await town.mailkeep.run('status', '--json');
  const { accounts } = JSON.parse(stdout) as { readonly accounts: readonly { readonly poisoned: number }[] };
  return accounts.reduce((sum, account) => sum + account.poisoned, 0);
}

interface Listed {
  readonly id: string;
  readonly file: string;
  readonly state: string;
  readonly doubtful: boolean;
}

async function outbox(town: Town): Promise<Listed[]> {
  const { stdout, stderr } = await town.mailkeep.run('outbox', 'list', '--json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Listed[];
}

function sample(pid: number): Sample {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return {
    memory: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}

/** The figures, a line each. */
export function told(figures: Figures): string[] {
  const { faults, memory, descriptors, grown: more, restless, ...rest } = figures;
  return [
    ...Object.entries(rest).map(([name, value]) => `  ${name.padEnd(14)}${String(value)}`),
    `  memory        ${memory.join(' MB, later ')} MB`,
    `  descriptors   ${descriptors.join(', later ')}`,
    ...more.map((line) => `  grown         ${line}`),
    ...Object.entries(faults).map(([name, count]) => `  ${name.padEnd(18)}${count}`),
    ...restless.map((line) => `  restless      ${line}`),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const ends = new Endings();
  try {
    const minutes = Number(process.argv[2] ?? 30);
    const figures = await soak(ends, minutes * 60, Date.now() % 100_000);
    process.stdout.write(`${told(figures).join('\n')}\n`);
    const { lost, unsent, twice, proved, exit } = figures;
    const well = lost + unsent + twice + figures.grown.length === 0 && proved && exit === 0;
    process.exitCode = well ? 0 : 1;
  } finally {
    await ends.end();
  }
}
