// The power goes: a sync is recorded, and after each of its writes, names and syncs the disk is left as a file system may leave it,
// what was not synced in any selection. Whatever a journal line or the index speaks of is there, and whole.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { readHeader, readLine } from '../../src/archive/journal-line.ts';
import { isSound, openIndexFile } from '../../src/index/database.ts';
import { bulkMessage } from '../messages/bulk.ts';
import { copyOf, fate } from '../support/crash-points.ts';
import { wangAt } from '../support/furnished-house.ts';
import { install, type Installation } from '../support/installation.ts';
import { RECORDING, stepsOf, type Step } from '../support/disk-steps.ts';
import { Endings } from '../support/endings.ts';
import { cuts, Disk, type Image } from '../support/power-cut.ts';
import { OWNER } from '../support/provider/furnished.ts';
import { startProvider, type Provider } from '../support/provider/provider.ts';
import { chance } from '../support/random.ts';
import { noStrace, parse } from '../support/strace.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';

const SEED = Number(process.env['MAILKEEP_SEED'] ?? 20_261_126);
const SAMPLES = 3;

/** What a sync did to the disk, and what lay there before. */
interface Recorded {
  readonly before: Installation;
  readonly data: string;
  readonly steps: readonly Step[];
}

describe('a power cut during a sync', { skip: noStrace }, () => {
  let once: Recorded | undefined;
  const ends = new Endings();
  after(async () => {
    await ends.end();
  });

  test('leaves all that was promised, at whatever moment, whatever of the rest the disk keeps', async (t) => {
    for (const [what, recorded] of [
      ['the first sync', await firstSync(t)],
      ['a later sync', await laterSync(t)],
    ] as const) {
      const { images, faults, lines, rows } = examine(t, recorded, recorded.steps);
      t.diagnostic(
        `${what}: ${recorded.steps.length} steps, ${images} images (seed ${SEED}); up to ${lines} lines and ${rows} places held good`,
      );
      assert.deepEqual(faults, []);
      assert.ok(images > 150 && lines >= 7 && rows >= 6, `${images} ${lines} ${rows}`);
    }
  });

  const { sync, journal, message } = {
    sync: (step: Step) => step.is === 'sync',
    journal: (step: Step) => step.path.endsWith('.jsonl'),
    message: (step: Step) => /\/mail\/\.tmp\//.test(step.path),
  };
  const isDirectory = (step: Step): boolean => /\/mail\/(?:\d{4}\/\d\d|undated)$/.test(step.path);
  for (const [what, fault, found] of [
    [
      'a directory that is not synced',
      (steps: readonly Step[]) => steps.filter((step) => !(sync(step) && isDirectory(step))),
      /names .* is not there/,
    ],
    [
      'a year that is not synced in its parent',
      (steps: readonly Step[]) =>
        steps.filter((step) => !(sync(step) && /\/mail(?:\/\d{4})?$/.test(step.path))),
      /names .* is not there/,
    ],
    [
      'a message that is not synced before its name',
      (steps: readonly Step[]) => steps.filter((step) => !(sync(step) && message(step))),
      /names .* is damaged/,
    ],
    [
      'a journal that is not synced before the index',
      (steps: readonly Step[]) => steps.filter((step) => !(sync(step) && journal(step))),
      /the index knows the journal up to/,
    ],
    ['a journal that is synced before the files', journalFirst, /the journal names .* is not there/],
    ['a position that moves before the journal', positionFirst, /the index knows the journal up to/],
  ] as const) {
    test(`${what} would be found`, async (t) => {
      once ??= await firstSync(ends);
      const { faults } = examine(t, once, fault(once.steps), found);
      assert.ok(
        faults.some((text) => found.test(text)),
        `found: ${faults.slice(0, 5).join('; ')}`,
      );
    });
  }
});

/** All that is done to journals comes before the first name of a message. */
function journalFirst(steps: readonly Step[]): Step[] {
  const journal = steps.filter(({ path }) => /\/journal(?:\/|$)/.test(path));
  const rest = steps.filter((step) => !journal.includes(step));
  const first = rest.findIndex(({ is, path }) => is === 'rename' && path.includes('/mail/.tmp/'));
  return [...rest.slice(0, first), ...journal, ...rest.slice(first)];
}

/** What is written to the index comes before what is written to the journal, and is synced at once. */
function positionFirst(steps: readonly Step[]): Step[] {
  const first = steps.findIndex(({ is, path }) => is === 'write' && path.endsWith('.jsonl'));
  const last = steps.findLastIndex(({ is, path }) => is === 'sync' && path.endsWith('.jsonl'));
  const index = steps.slice(first).filter(({ is, path }) => is !== 'make' && path.includes('/index.db'));
  const rest = steps.slice(first, last + 1).filter((step) => !index.includes(step));
  return [...steps.slice(0, first), ...index, ...rest];
}

/** All images of a recording, each looked at, equal ones once; no more where a fault is as `enough` says. */
function examine(
  t: Ending,
  { before, data }: Recorded,
  steps: readonly Step[],
  enough?: RegExp,
): { images: number; faults: string[]; lines: number; rows: number } {
  const disk = new Disk(data, before.data);
  const seen = new Set<string>();
  const faults = new Set<string>();
  const known = new Map<string, Positions>();
  const aside = join(temporaryDirectory(t), 'index.db');
  let [lines, rows] = [0, 0];
  for (const { after, what, image } of cuts(disk, steps, chance(SEED), SAMPLES)) {
    const key = digest([...image].map(([path, octets]) => `${path} ${hashOf(octets)}`).join('\n'));
    if (seen.has(key)) continue;
    seen.add(key);
    const look = lookAt(image, data, (files) => {
      const id = files.map(hashOf).join(' ');
      const there = known.get(id) ?? positionsIn(files, aside);
      known.set(id, there);
      return there;
    });
    lines = Math.max(lines, look.lines);
    rows = Math.max(rows, look.rows);
    for (const fault of look.faults) faults.add(`after step ${after} (${what}): ${fault}`);
    if (enough !== undefined && look.faults.some((fault) => enough.test(fault))) break;
  }
  return { images: seen.size, faults: [...faults], lines, rows };
}

/** What of an image does not hold good. */
function lookAt(
  image: Image,
  data: string,
  positions: (files: readonly Buffer[]) => Positions,
): { faults: string[]; lines: number; rows: number } {
  const faults: string[] = [];
  const holds = (who: string, id: string, path: string): void => {
    const octets = image.get(join(data, 'mail', path));
    if (octets === undefined) faults.push(`${who} names ${path}, which is not there`);
    else if (hashOf(octets) !== id) faults.push(`${who} names ${path}, which is damaged`);
  };
  const journal = image.get(join(data, 'journal', 'wang.jsonl')) ?? Buffer.alloc(0);
  const whole = journal.subarray(0, journal.lastIndexOf(0x0a) + 1);
  let lines = 0;
  for (const line of whole.toString().split('\n').slice(0, -1)) {
    const read = readLine(Buffer.from(line));
    if (read.is === 'entry' && read.entry.op === 'seen') holds('the journal', read.entry.id, read.entry.path);
    else if (read.is === 'damaged') faults.push('a line of the journal is damaged');
    else if (read.is === 'unknown' && readHeader(Buffer.from(line)) === undefined)
      faults.push('a line of the journal is not known');
    lines++;
  }
  const index = ['', '-wal'].map((end) => image.get(join(data, `index.db${end}`)) ?? Buffer.alloc(0));
  if (index[0]?.length === 0) return { faults, lines, rows: 0 };
  const { fault, offset, places } = positions(index);
  if (fault !== undefined) faults.push(fault);
  if (offset > whole.length)
    faults.push(`the index knows the journal up to ${offset}, which ends at ${whole.length}`);
  for (const { id, path } of places) holds('the index', id, path);
  return { faults, lines, rows: places.length };
}

interface Positions {
  readonly fault?: string;
  readonly offset: number;
  readonly places: readonly { readonly id: string; readonly path: string }[];
}

/** What the index holds after SQLite has recovered it. */
function positionsIn(
  [main = Buffer.alloc(0), log = Buffer.alloc(0)]: readonly Buffer[],
  aside: string,
): Positions {
  for (const end of ['', '-wal', '-shm']) rmSync(`${aside}${end}`, { force: true });
  writeFileSync(aside, main);
  if (log.length > 0) writeFileSync(`${aside}-wal`, log);
  try {
    const db = openIndexFile(aside, 'write');
    try {
      if (!isSound(db)) return { fault: 'the index is damaged', offset: 0, places: [] };
      const offset = db.prepare('SELECT max(offset) FROM journal').pluck().get();
      const places = db
        .prepare<[], { id: string; path: string }>(
          'SELECT lower(hex(id)) AS id, path FROM location JOIN message USING (row)',
        )
        .all();
      return { offset: typeof offset === 'number' ? offset : 0, places };
    } finally {
      db.close();
    }
  } catch (thrown) {
    return { fault: `the index does not open: ${String(thrown)}`, offset: 0, places: [] };
  }
}

/** Six messages, one of them large, into an empty directory. */
async function firstSync(t: Ending): Promise<Recorded> {
  const provider = await provide(t);
  const before = install(t, [wangAt(provider)]);
  mkdirSync(before.data);
  return record(t, before, provider);
}

/** Three more, changed flags, and one that is gone. */
async function laterSync(t: Ending): Promise<Recorded> {
  const provider = await provide(t);
  const before = install(t, [wangAt(provider)]);
  assert.equal((await before.json('sync')).code, 0);
  const [first, second] = provider.messages(OWNER.address, 'INBOX');
  assert.ok(first !== undefined && second !== undefined);
  provider.remove(OWNER.address, 'INBOX', [first]);
  assert.equal((await before.json('sync')).code, 0);
  second.flags.add('\\Seen');
  for (const n of [900, 901, 1800]) provider.deliver(OWNER.address, 'INBOX', bulkMessage(n));
  return record(t, before, provider);
}

async function record(t: Ending, before: Installation, provider: Provider): Promise<Recorded> {
  const house = copyOf(t, before, [wangAt(provider)]);
  const file = join(house.directory, 'strace');
  const ran = await house.line.startUnder(['strace', ...RECORDING, '-o', file], 'sync').ended;
  assert.equal(fate(ran), 'lived');
  const steps = stepsOf(parse(readFileSync(file, 'utf8')), house.data);
  return { before, data: house.data, steps };
}

async function provide(t: Ending): Promise<Provider> {
  const provider = await startProvider({ users: { [OWNER.address]: OWNER.password } });
  t.after(() => provider.stop());
  for (const n of [1, 800, 801, 1600, 9000]) provider.deliver(OWNER.address, 'INBOX', bulkMessage(n));
  provider.deliver(OWNER.address, '客户往来', bulkMessage(2, 300_000));
  return provider;
}

function hashOf(octets: Buffer): string {
  return createHash('sha256').update(octets).digest('hex');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
