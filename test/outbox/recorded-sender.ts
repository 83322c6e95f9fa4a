// A sender whose calls are recorded, from the drop of a letter until its files have left the spool: what it did to the disk, step by
// step, and when its dot went out.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { list } from '../../src/outbox/list.ts';
import { until } from '../support/command-line.ts';
import { RECORDING, stepsOf, type Step } from '../support/disk-steps.ts';
import type { Provider } from '../support/provider/provider.ts';
import { parse } from '../support/strace.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';
import { accountAt, LI, message, PostOffice, provider } from './post-office.ts';

const CHILD = fileURLToPath(new URL('sender-child.js', import.meta.url));

/** What a sender did to the disk, and what lay there before. Both places have data/ and outbox/ in them. */
export interface Recorded {
  readonly before: string;
  /** As `root` was when it had ended. */
  readonly end: string;
  readonly root: string;
  readonly steps: readonly Step[];
  /** The letter, as it was dropped. */
  readonly letter: Letter;
  /** What sent/ holds in the end, and which letters the queue knows. */
  readonly sent: ReadonlyMap<string, string>;
  readonly known: readonly string[];
  readonly server: Provider;
}

/** A letter that is sent. */
export interface Letter {
  readonly file: string;
  readonly id: string;
  readonly octets: string;
}

/** A letter lies in the drop folder, and nothing else is there yet. */
export async function firstLetter(t: Ending): Promise<Recorded> {
  const server = await provider(t);
  const [before, root] = places(t);
  const letter = letterOf('one');
  drop(letter, before);
  cpSync(before, root, { recursive: true, preserveTimestamps: true });
  const sender = start(t, root, server);
  await sender.hasSent(letter);
  return { before, root, letter, server, ...(await sender.end()), known: [letter.file] };
}

/** The next one comes to a sender that runs, after somebody has tidied up. */
export async function laterLetter(t: Ending, { end: earlier, server, known }: Recorded): Promise<Recorded> {
  const [before, root] = places(t);
  // By its lock it is known that the sender has begun.
  rmSync(join(earlier, 'outbox/.mailkeep'), { recursive: true });
  for (const place of [before, root]) cpSync(earlier, place, { recursive: true, preserveTimestamps: true });
  rmSync(join(before, 'outbox/sent'), { recursive: true });
  const sender = start(t, root, server);
  await sender.hasBegun();
  rmSync(join(root, 'outbox/sent'), { recursive: true });
  const letter = letterOf('two');
  drop(letter, before);
  drop(letter, root);
  await sender.hasSent(letter);
  return { before, root, letter, server, ...(await sender.end()), known: [...known, letter.file] };
}

/** One that failed a month ago is forgotten. */
export async function forgottenLetter(t: Ending): Promise<Recorded> {
  const server = await provider(t);
  const [before, root] = places(t);
  const letter = { ...letterOf('one'), octets: 'no header\n\n' };
  drop(letter, before);
  const data = join(before, 'data');
  const office = new PostOffice(t, [accountAt(server.ports.smtp)], data, join(before, 'outbox'));
  assert.equal((await office.settled()).failed, 1);
  await office.stop();
  const db = new Database(join(data, 'outbox.db'));
  db.exec('UPDATE entry SET changed = 0');
  db.close();
  cpSync(before, root, { recursive: true, preserveTimestamps: true });
  const sender = start(t, root, server);
  await sender.hasForgotten();
  return { before, root, letter, server, ...(await sender.end(0)), known: [] };
}

function places(t: Ending): [before: string, root: string] {
  const home = temporaryDirectory(t);
  for (const name of ['before', 'root'])
    for (const part of ['data', 'outbox']) mkdirSync(join(home, name, part), { recursive: true });
  return [join(home, 'before'), join(home, 'root')];
}

/** A sender below strace. */
function start(
  t: Ending,
  root: string,
  server: Provider,
): {
  readonly hasBegun: () => Promise<void>;
  readonly hasSent: (letter: Letter) => Promise<void>;
  readonly hasForgotten: () => Promise<void>;
  /** Ends it, when so many dots have gone out. */
  readonly end: (dots?: number) => Promise<Pick<Recorded, 'end' | 'steps' | 'sent'>>;
} {
  const [data, outbox, file] = [join(root, 'data'), join(root, 'outbox'), join(dirname(root), 'strace')];
  const command = [
    ...RECORDING,
    '-o',
    file,
    process.execPath,
    CHILD,
    data,
    outbox,
    String(server.ports.smtp),
  ];
  const child = spawn('strace', command, {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
    // One thread works on files, so that runs are alike; io_uring would pass strace by.
    env: { ...process.env, UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const isThere = (): boolean => child.exitCode === null && child.signalCode === null;
  t.after(async () => {
    if (isThere() && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await ended;
  });
  const comes = (condition: () => boolean): Promise<void> =>
    until(
      () => {
        assert.ok(isThere(), said);
        return condition();
      },
      () => said,
    );
  const spool = join(data, 'spool');
  const isEmpty = (): boolean => existsSync(spool) && readdirSync(spool).length === 0;
  return {
    hasBegun: () => comes(() => existsSync(join(outbox, '.mailkeep/lock'))),
    // Its files leave the spool when all else is done.
    hasSent: (letter) => comes(() => existsSync(join(outbox, 'sent', letter.file)) && isEmpty()),
    hasForgotten: () => comes(() => list(data).length === 0),
    end: async (dots = 1) => {
      const { pid }: { readonly pid: number } = JSON.parse(readFileSync(join(data, 'outbox.lock'), 'utf8'));
      process.kill(pid, 'SIGKILL');
      await ended;
      const steps = stepsOf(
        parse(readFileSync(file, 'utf8')),
        root,
        (octets) => octets.toString() === '.\r\n',
      );
      assert.equal(steps.filter(isDot).length, dots, 'the dot is seen, and alone');
      const kept = join(dirname(root), 'end');
      cpSync(root, kept, { recursive: true, preserveTimestamps: true });
      return { end: kept, steps, sent: sentIn(root) };
    },
  };
}

function letterOf(name: string): Letter {
  const octets = message(LI).replace('one@', `${name}@`);
  return { file: `${name}.eml`, id: `<${name}@mail.test>`, octets };
}

function drop({ file, octets }: Letter, place: string): void {
  const path = join(place, 'outbox', file);
  // Before it can be seen as a letter its time is long over.
  writeFileSync(`${path}.tmp`, octets);
  utimesSync(`${path}.tmp`, 1e9, 1e9);
  renameSync(`${path}.tmp`, path);
}

/** What sent/ holds, by name. */
export function sentIn(root: string): Map<string, string> {
  const folder = join(root, 'outbox/sent');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return new Map(names.toSorted().map((name) => [name, readFileSync(join(folder, name), 'latin1')]));
}

/** True for the final dot. */
export function isDot({ is }: Step): boolean {
  return is === 'say';
}
