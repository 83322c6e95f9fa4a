// The power goes while a letter is on its way out: a sender is recorded, and after each of its writes, names, syncs and its final dot
// the disk is left as a file system may leave it. Started again on it, the outbox has the letter, and sends it once; where the dot was
// out and its answer is forgotten, it says so before it sends again.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import Database from 'better-sqlite3';
import { accountAt, PostOffice } from '../outbox/post-office.ts';
import {
  firstLetter,
  forgottenLetter,
  isDot,
  laterLetter,
  sentIn,
  type Letter,
  type Recorded,
} from '../outbox/recorded-sender.ts';
import type { Step } from '../support/disk-steps.ts';
import { Endings } from '../support/endings.ts';
import { isFound } from '../support/left-archive.ts';
import { cuts, Disk, putDown, SAMPLES, SEED, type Image } from '../support/power-cut.ts';
import { chance } from '../support/random.ts';
import { noStrace } from '../support/strace.ts';
import type { Ending } from '../support/temporary.ts';

const MINUTE = 60_000;

describe('a power cut while a letter is sent', { skip: noStrace }, () => {
  // What runs below a directory goes before it.
  const ends: (() => void | Promise<void>)[] = [];
  const whole: Ending = { after: (end) => void ends.unshift(end) };
  let first: Promise<Recorded> | undefined;
  const recorded = (): Promise<Recorded> => (first ??= firstLetter(whole));
  after(async () => {
    for (const end of ends) await end();
  });

  const syncOf =
    (path: RegExp) =>
    (step: Step): boolean =>
      step.is === 'sync' && path.test(step.path);
  for (const [what, record] of [
    ['the first letter of all', recorded],
    ['a later one, whose sent/ was tidied away', async () => laterLetter(whole, await recorded())],
  ] as const) {
    test(`${what} is sent once or flagged, at whatever moment, whatever of the rest the disk keeps`, async (t) => {
      const one = await record();
      const { images, states, faults } = await examine(one, one.steps);
      t.diagnostic(
        `${one.steps.length} steps, ${images} images, ${states} starts on what differs (seed ${SEED})`,
      );
      assert.deepEqual(faults, []);
      assert.ok(images > 100 && states > 15, `${images} ${states}`);
    });
  }

  test('a letter that is forgotten does not come back', async () => {
    const one = await forgottenLetter(whole);
    const comesBack = (steps: readonly Step[]): Set<string> => {
      const disk = new Disk(one.root, one.before);
      const lost = [...cuts(disk, steps, chance(SEED), SAMPLES)].filter(
        ({ image }) =>
          !rowsOf(image, one).includes(one.letter.file) &&
          [...image.keys()].some((path) => path.endsWith('.raw')),
      );
      return new Set(lost.map(({ after: n, what }) => `after step ${n} (${what}) a file has no row`));
    };
    assert.deepEqual([...comesBack(one.steps)], []);
    assert.ok(comesBack(without(syncOf(/\/spool$/))(one.steps)).size > 0, 'it would be seen');
  });

  for (const [what, fault, found] of [
    ['a letter in the spool that is not synced', without(syncOf(/\/spool\/[^/]*\.tmp$/)), /it is failed/],
    ['a spool that is not synced', without(syncOf(/\/spool$/)), /it is claimed/],
    ['a spool whose own name is not synced', without(syncOf(/\/data$/), /\/spool$/), /it is claimed/],
    ['a drop folder that is not synced', without(syncOf(/\/outbox$/)), /the queue knows/],
    ['a queue that is not synced', without(syncOf(/\/outbox\.db-wal$/), /\/spool$/), /the queue knows/],
    ['a sent/ that is not synced', without(syncOf(/\/outbox\/sent$/)), /sent\/ holds/],
    ['an original that is removed before its row is stored', removedFirst, /the queue knows/],
    ['a dot that goes out before it is stored', dotFirst, /sent again at once/],
  ] as const) {
    test(`${what} would be found`, async () => {
      const one = await recorded();
      const { faults } = await examine(one, fault(one.steps), found);
      isFound(faults, found);
    });
  }
});

/** Leaves out those steps; `since`: only from the first step on this path on. */
function without(gone: (step: Step) => boolean, since?: RegExp): (steps: readonly Step[]) => readonly Step[] {
  return (steps) => {
    const from = since === undefined ? 0 : steps.findIndex(({ path }) => since.test(path));
    return steps.filter((step, at) => at < from || !gone(step));
  };
}

/** The original goes, and its folder is synced, before anything is written of its row. */
function removedFirst(steps: readonly Step[]): readonly Step[] {
  const from = steps.findIndex(({ is, path }) => is === 'rename' && path.endsWith('/outbox/one.eml'));
  const to = steps.findIndex(({ is, path }, at) => at > from && is === 'sync' && path.endsWith('/outbox'));
  const spooled = steps.findLastIndex(({ path }, at) => at < from && path.endsWith('/spool'));
  return [
    ...steps.slice(0, spooled + 1),
    ...steps.slice(from, to + 1),
    ...steps.slice(spooled + 1, from),
    ...steps.slice(to + 1),
  ];
}

/** The dot is out before anything is written of the last change of the row. */
function dotFirst(steps: readonly Step[]): readonly Step[] {
  const dot = steps.findIndex(isDot);
  const stored = steps.findLastIndex(({ is }, at) => at < dot && is === 'sync');
  const changed = steps.findLastIndex(({ is }, at) => at < stored && is === 'sync');
  return [
    ...steps.slice(0, changed + 1),
    ...steps.slice(dot, dot + 1),
    ...steps.slice(changed + 1, dot),
    ...steps.slice(dot + 1),
  ];
}

/**
 * All images of a recording. The outbox is started on each that differs in its files or in what its queue says once SQLite has recovered
 * it; no more where a fault is as `enough` says.
 */
async function examine(
  recorded: Recorded,
  steps: readonly Step[],
  enough?: RegExp,
): Promise<{ images: number; states: number; faults: string[] }> {
  const disk = new Disk(recorded.root, recorded.before);
  const dot = steps.findIndex(isDot);
  const images = new Set<string>();
  const states = new Set<string>();
  const queues = new Map<string, string>();
  const faults: string[] = [];
  for (const { after, what, image } of cuts(disk, steps, chance(SEED), SAMPLES)) {
    const isOut = after > dot;
    const [queue, files] = partsOf(image);
    images.add(`${isOut} ${queue} ${files}`);
    const rows = queues.get(queue) ?? rowsOf(image, recorded);
    queues.set(queue, rows);
    const state = `${isOut} ${rows} ${files}`;
    if (states.has(state)) continue;
    states.add(state);
    const found = await startedOn(image, isOut, recorded);
    faults.push(...found.map((fault) => `after step ${after} (${what}): ${fault}`));
    if (enough !== undefined && found.some((fault) => enough.test(fault))) break;
  }
  return { images: images.size, states: states.size, faults };
}

/** The files of the queue, and all others but locks, whose holder is gone in any case. */
function partsOf(image: Image): [queue: string, files: string] {
  const all = [...image].map(([path, octets]) => `${path} ${hashOf(octets)}`);
  const isQueue = (path: string): boolean => path.includes('/data/outbox.db');
  const isLock = (path: string): boolean => /\/data\/outbox\.lock|\/outbox\/\.mailkeep\//.test(path);
  return [all.filter(isQueue).join('\n'), all.filter((path) => !isQueue(path) && !isLock(path)).join('\n')];
}

/** What the queue says after SQLite has recovered it. */
function rowsOf(image: Image, { root, before }: Recorded): string {
  const aside = join(dirname(before), 'aside');
  putDown(
    new Map([...image].filter(([path]) => path.startsWith(`${root}/data/outbox.db`))),
    join(root, 'data'),
    aside,
  );
  if (!existsSync(join(aside, 'outbox.db'))) return 'no queue';
  const db = new Database(join(aside, 'outbox.db'));
  try {
    const tables = db
      .prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table'")
      .pluck()
      .all();
    return JSON.stringify(tables.map((table) => [table, db.prepare(`SELECT * FROM "${table}"`).all()]));
  } catch (thrown) {
    // What the outbox says of it will be seen.
    return String(thrown);
  } finally {
    db.close();
  }
}

/** What does not hold good when the outbox is started on that disk, for the first time and eleven minutes later. */
async function startedOn(
  image: Image,
  isOut: boolean,
  { root, letter, sent, known, server }: Recorded,
): Promise<string[]> {
  const [data, drop] = [join(root, 'data'), join(root, 'outbox')];
  restore(image, root, letter);
  const ends = new Endings();
  const office = new PostOffice(ends, [accountAt(server.ports.smtp)], data, drop);
  try {
    await office.clock.wind(Date.now() - office.clock.now());
    const before = server.accepted(letter.id);
    await office.settled();
    const atOnce = server.accepted(letter.id) - before;
    await office.later(11 * MINUTE);
    const times = server.accepted(letter.id) - before + (isOut ? 1 : 0);
    const letters = office.list();
    const one = letters.find(({ file }) => file === letter.file);
    const faults: string[] = [];
    const files = letters.map(({ file }) => file);
    if (files.join() !== known.join()) faults.push(`the queue knows ${files.join(', ')}`);
    if (one?.state !== 'sent') faults.push(`it is ${one?.state ?? 'unknown'}: ${one?.reason ?? ''}`);
    if (isOut && atOnce > 0) faults.push('sent again at once');
    if (times !== 1 && !(times === 2 && isOut && one?.doubtful === true))
      faults.push(`sent ${times} times, and ${one?.doubtful === true ? '' : 'not '}flagged`);
    if (!isSame(sentIn(root), sent))
      faults.push(`sent/ holds ${[...sentIn(root).keys()].join(', ')}, or other octets`);
    const left = [
      ...office.names().filter((name) => /eml|taken/.test(name)),
      ...office.names('failed'),
      ...office.spool(),
    ];
    if (left.length > 0) faults.push(`left behind: ${left.join(', ')}`);
    return faults;
  } catch (thrown) {
    return [`it does not start: ${String(thrown)}`];
  } finally {
    await ends.end();
  }
}

/** Makes `root` hold what the image holds. A power cut leaves a file its inode and its time: the row of the letter has those of here. */
function restore(image: Image, root: string, { octets: dropped }: Letter): void {
  for (const name of ['data', 'outbox']) putDown(image, join(root, name), join(root, name));
  // They were renamed into their places, and not written there.
  for (const path of image.keys()) utimesSync(path, 1e9, 1e9);
  const original = [...image].find(
    ([path, octets]) => dirname(path) === join(root, 'outbox') && octets.toString() === dropped,
  );
  const path = join(root, 'data/outbox.db');
  if (original === undefined || !existsSync(path)) return;
  const { ino, mtimeNs } = statSync(original[0], { bigint: true });
  const db = new Database(path);
  try {
    if (db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'entry'").get() === undefined) return;
    db.prepare('UPDATE entry SET ino = ?, mtime = ? WHERE sha256 = ?').run(
      String(ino),
      String(mtimeNs),
      hashOf(Buffer.from(dropped)),
    );
  } finally {
    db.close();
  }
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return JSON.stringify([...a]) === JSON.stringify([...b]);
}

function hashOf(octets: Buffer): string {
  return createHash('sha256').update(octets).digest('hex');
}
