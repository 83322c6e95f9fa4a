// `kill -9` at each effect of a compaction, and a power cut after each: the journal is untouched, and a replay comes to the state that
// it came to before, with the snapshot before, the new one, or none.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { Journal } from '../../src/archive/journal.ts';
import type { Notice } from '../../src/archive/notice.ts';
import { PresentState } from '../../src/archive/present-state.ts';
import { history } from '../archive/history.ts';
import { atEach, dyingAt, NAMES, told } from '../support/crash-points.ts';
import { RECORDING, stepsOf } from '../support/disk-steps.ts';
import { cuts, Disk, putDown } from '../support/power-cut.ts';
import { chance } from '../support/random.ts';
import { noStrace, parse } from '../support/strace.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';

const CHILD = join(import.meta.dirname, 'compacting-child.js');
const STRACE = 'strace';
const WHOLE = { nth: 0, of: 1 };

describe('a compaction', { skip: noStrace }, () => {
  test('killed at each of its effects leaves the journal, and a replay of the same state; the next one is made', async (t) => {
    const base = await grown(t);
    const journal = readFileSync(join(base, 'journal/qq.jsonl'));
    const before = readFileSync(join(base, 'journal/qq.snapshot'));
    const expected = await comesTo(base);
    const write = { name: 'write', calls: '?write,?pwrite64', on: ['data/journal/.qq.snapshot.tmp'] };
    const met = await atEach([...NAMES, write], async (moment) => {
      const home = temporaryDirectory(t);
      const data = join(home, 'data');
      cpSync(base, data, { recursive: true });
      const [strace = '', ...above] = dyingAt(moment, home);
      const { status, signal, stderr } = spawnSync(strace, [...above, process.execPath, CHILD, data]);
      assert.ok(status === 0 || signal === 'SIGKILL', `${status} ${signal} ${stderr.toString()}`);
      assert.deepEqual(readFileSync(join(data, 'journal/qq.jsonl')), journal);
      assert.deepEqual(await comesTo(data), expected);
      const isNew = !readFileSync(join(data, 'journal/qq.snapshot')).equals(before);
      const made = await new Journal(data).compact('qq');
      assert.equal(made !== null, !isNew);
      assert.deepEqual(readdirSync(join(data, 'journal')).sort(), ['qq.jsonl', 'qq.snapshot']);
      assert.deepEqual(await comesTo(data), expected);
      return signal === 'SIGKILL' ? 'killed' : 'lived';
    });
    t.diagnostic(told(met));
    for (const name of ['rename', 'sync of octets', 'sync of names', 'write'])
      assert.ok((met.get(name) ?? 0) > 0, name);
  });

  test('cut off by a power cut, whatever the disk keeps, leaves a replay of the same state', async (t) => {
    const { base, data, steps } = await recorded(t);
    const expected = await comesTo(base);
    const seen = await examine(base, data, steps, expected);
    t.diagnostic(`${steps.length} steps, ${seen.images} images, ${seen.fresh} of them with the new snapshot`);
    assert.deepEqual(seen.faults, []);
    assert.ok(seen.images > 20 && seen.fresh > 0);
  });

  test('whose snapshot is not synced before its name would be found', async (t) => {
    const { base, data, steps } = await recorded(t);
    const lazy = steps.filter((step) => !(step.is === 'sync' && step.path.endsWith('.tmp')));
    assert.ok(lazy.length < steps.length);
    const { faults } = await examine(base, data, lazy, await comesTo(base));
    assert.ok(faults.length > 0);
  });
});

/** An archive whose journal has a snapshot, and has outgrown it. */
async function grown(test: Ending): Promise<string> {
  const data = join(temporaryDirectory(test), 'data');
  const journal = new Journal(data);
  await journal.append('qq', history(1, 12_000));
  assert.ok((await journal.compact('qq')) !== null);
  await journal.append('qq', history(2, 12_000));
  return data;
}

/** The state that a replay comes to, with what there is, and what it had to tell. */
async function comesTo(
  data: string,
): Promise<{ readonly state: bigint; readonly notices: readonly Notice[] }> {
  const notices: Notice[] = [];
  const state = new PresentState(WHOLE);
  for await (const { entry } of new Journal(data, (notice) => void notices.push(notice)).present('qq'))
    state.take(entry);
  return { state: state.sum(), notices };
}

async function recorded(
  test: Ending,
): Promise<{ readonly base: string; readonly data: string; readonly steps: ReturnType<typeof stepsOf> }> {
  const base = await grown(test);
  const home = temporaryDirectory(test);
  const data = join(home, 'data');
  cpSync(base, data, { recursive: true });
  const file = join(home, 'strace');
  const ran = spawnSync(STRACE, [...RECORDING, '-o', file, process.execPath, CHILD, data]);
  assert.equal(ran.status, 0, ran.stderr.toString());
  return { base, data, steps: stepsOf(parse(readFileSync(file, 'utf8')), data) };
}

async function examine(
  base: string,
  data: string,
  steps: ReturnType<typeof stepsOf>,
  expected: unknown,
): Promise<{ images: number; fresh: number; faults: string[] }> {
  const before = readFileSync(join(base, 'journal/qq.snapshot'));
  const seen = { images: 0, fresh: 0, faults: new Array<string>() };
  for (const { after, what, image } of cuts(new Disk(data, base), steps, chance(1), 1)) {
    const left = join(dirname(data), 'left');
    putDown(image, data, left);
    seen.images++;
    const snapshot = readFileSync(join(left, 'journal/qq.snapshot'));
    if (!snapshot.equals(before)) seen.fresh++;
    try {
      assert.deepEqual(await comesTo(left), expected);
    } catch (thrown) {
      seen.faults.push(`after ${after}, ${what}: ${String(thrown).slice(0, 200)}`);
    }
  }
  return seen;
}
