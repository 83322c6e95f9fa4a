// The power goes: a sync is recorded, and after each of its writes, names and syncs the disk is left as a file system may leave it,
// what was not synced in any selection. Whatever a journal line or the index speaks of is there, and whole.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Entry } from '../../src/archive/entry.ts';
import { bulkMessage } from '../messages/bulk.ts';
import type { Step } from '../support/disk-steps.ts';
import { wangAt } from '../support/furnished-house.ts';
import { install } from '../support/installation.ts';
import { Endings } from '../support/endings.ts';
import { examine, isFound, recordingOf, type Look, type Recording } from '../support/left-archive.ts';
import { putDown, SEED } from '../support/power-cut.ts';
import { OWNER } from '../support/provider/furnished.ts';
import { addGmailUser } from '../support/provider/gmail.ts';
import { startProvider, type Provider } from '../support/provider/provider.ts';
import { noStrace } from '../support/strace.ts';
import type { Ending } from '../support/temporary.ts';

describe('a power cut during a sync', { skip: noStrace }, () => {
  let once: Recording | undefined;
  const ends = new Endings();
  after(() => ends.end());

  test('leaves all that was promised, at whatever moment, whatever of the rest the disk keeps', async (t) => {
    for (const [what, recording, told, least] of [
      ['the first sync', await firstSync(t), ['seen'], 150],
      ['a later sync', await laterSync(t), ['flags', 'gone', 'back'], 150],
      ['other labels at Gmail', await relabelled(t), ['flags'], 50],
    ] as const) {
      const { images, faults, lines, places, damaged } = examine(t, recording, { look: tells(told) });
      t.diagnostic(
        `${what}: ${recording.steps.length} steps, ${images} images (seed ${SEED}); up to ${lines} lines and ${places} places held good, ${damaged} lines were torn`,
      );
      assert.deepEqual(faults.slice(0, 9), []);
      assert.ok(images > least && lines >= 7 && places >= 6, `${images} ${lines} ${places}`);
    }
  });

  test('a change of labels whose line is not synced would be found', async (t) => {
    const recording = await relabelled(t);
    const steps = recording.steps.filter(({ is, path }) => !(is === 'sync' && path.endsWith('.jsonl')));
    const { faults } = examine(t, { ...recording, steps }, { look: tells(['flags']) });
    isFound(faults, /no line tells flags/);
  });

  test('that tears holes into the lines of one write costs those lines: the next sync brings all, verify is content, and nobody mends a file', async (t) => {
    const provider = await provide(t);
    const before = install(t, [wangAt(provider)]);
    mkdirSync(before.data);
    const { disk, data, steps } = await recordingOf(t, before, [wangAt(provider)], 'sync');
    const last = steps.findLastIndex(({ is, path }) => is === 'write' && path.endsWith('wang.jsonl'));
    const step = steps[last];
    const size = step?.is === 'write' ? step.octets.length : 0;
    const path = join(data, 'journal/wang.jsonl');
    const whole = disk()
      .having(steps.slice(0, last + 1))
      .image(() => true);
    const written = whole.get(path) ?? assert.fail();
    const hole = Math.floor(size / 5);
    // At the beginning of the write, in its middle, and both; behind each, a whole line follows.
    for (const holes of [[0], [2], [0, 2]]) {
      const octets = Buffer.from(written);
      for (const nth of holes)
        octets.fill(0, written.length - size + nth * hole, written.length - size + (nth + 1) * hole);
      putDown(new Map(whole).set(path, octets), data, before.data);
      const { code, answer } = await before.json('sync');
      assert.deepEqual([code, answer.accounts?.[0]?.pending], [0, 0]);
      const known = octets.subarray(0, octets.lastIndexOf(0x0a) + 1);
      const after = readFileSync(join(before.data, 'journal/wang.jsonl'));
      assert.deepEqual(after.subarray(0, known.length), known, 'whole lines stay, wherever they are');
      assert.ok(after.length > known.length, 'what the holes took is written again');
      assert.equal(before.stored().size, 6);
      const found = await before.found(['in:INBOX', 'in:客户往来']);
      assert.deepEqual(
        found.map(({ total }) => total),
        [5, 1],
      );
      const again = await before.json('sync');
      assert.deepEqual([again.code, again.answer.accounts?.[0]?.stored], [0, 0]);
      const verified = await before.json('verify');
      assert.deepEqual(
        [verified.code, verified.answer.ok],
        [0, true],
        'all is there: nothing is said to be damaged',
      );
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
      const { faults } = examine(t, { ...once, steps: fault(once.steps) }, { enough: found });
      isFound(faults, found);
    });
  }
});

/** All holds good, and at the end what happened at the server is written down. */
function tells(told: readonly Entry['op'][]): Look {
  return (left, { isEnd }) => {
    const ops = new Set(left.entries.map(({ op }) => op));
    const untold = isEnd ? told.filter((op) => !ops.has(op)) : [];
    return [...left.faults(), ...untold.map((op) => `no line tells ${op}`)];
  };
}

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

/** Six messages, one of them large, into an empty directory. */
async function firstSync(t: Ending): Promise<Recording> {
  const provider = await provide(t);
  const before = install(t, [wangAt(provider)]);
  mkdirSync(before.data);
  return recordingOf(t, before, [wangAt(provider)], 'sync');
}

/** Three more, changed flags, one that is gone, and one that was and is there again. */
async function laterSync(t: Ending): Promise<Recording> {
  const provider = await provide(t);
  const before = install(t, [wangAt(provider)]);
  assert.equal((await before.json('sync')).code, 0);
  const [first, second, third] = provider.messages(OWNER.address, 'INBOX');
  assert.ok(first !== undefined && second !== undefined);
  provider.faults.hidden = (message) => message === third;
  assert.equal((await before.json('sync')).code, 0);
  provider.remove(OWNER.address, 'INBOX', [first]);
  assert.equal((await before.json('sync')).code, 0);
  assert.ok(before.journal('wang').some(({ op }) => op === 'gone'));
  provider.faults.hidden = () => false;
  second.flags.add('\\Seen');
  for (const n of [900, 901, 1800]) provider.deliver(OWNER.address, 'INBOX', bulkMessage(n));
  return recordingOf(t, before, [wangAt(provider)], 'sync');
}

/** Seven messages at Gmail: one gets a label, and one loses its own. */
async function relabelled(t: Ending): Promise<Recording> {
  const provider = await startProvider({ gmail: true });
  t.after(() => provider.stop());
  const box = addGmailUser(provider, OWNER.address, OWNER.password);
  const [first, second] = [1, 2, 3, 4, 5, 6, 7].map((n) => box.deliver(bulkMessage(n), ['\\Inbox', 'Work']));
  assert.ok(first !== undefined && second !== undefined);
  const before = install(t, [wangAt(provider)]);
  assert.equal((await before.json('sync')).code, 0);
  box.relabel(first, ['\\Inbox', 'Work', '客户']);
  box.relabel(second, []);
  return recordingOf(t, before, [wangAt(provider)], 'sync');
}

async function provide(t: Ending): Promise<Provider> {
  const provider = await startProvider({ users: { [OWNER.address]: OWNER.password } });
  t.after(() => provider.stop());
  for (const n of [1, 800, 801, 1600, 9000]) provider.deliver(OWNER.address, 'INBOX', bulkMessage(n));
  provider.deliver(OWNER.address, '客户往来', bulkMessage(2, 300_000));
  return provider;
}
