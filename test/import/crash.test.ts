// `kill -9` in the middle of an import, at each of its effects on the disk: the next import brings what is missing, nothing is
// there twice, and the archive is that of an import that nobody disturbed.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { atEach, doomed, fate, NAMES, told, type Effects } from '../support/crash-points.ts';
import { noStrace } from '../support/strace.ts';
import { mailkeep } from '../support/run.ts';
import { filled, type ImportHome } from './imported.ts';

test(
  'an import killed at each of its effects, and begun again, leaves what an undisturbed one leaves',
  { skip: noStrace },
  async (t) => {
    const whole = filled(t);
    assert.equal((await whole.import(whole.in)).ok, true);
    const expected = await contentsOf(whole);
    const met = await atEach(EFFECTS, async (moment) => {
      const cut = filled(t);
      const { line, home: directory } = cut;
      const ended = fate(await doomed({ line, directory }, undefined, moment, 'import', cut.in).ended);
      assert.equal((await cut.import(cut.in)).ok, true);
      assert.deepEqual(await contentsOf(cut), expected);
      assert.equal((await mailkeep(['verify'], { home: cut.home })).code, 0);
      assert.equal((await cut.import(cut.in)).stored, 0);
      return ended;
    });
    t.diagnostic(`import: ${told(met)}`);
    for (const name of ['rename', 'sync of octets', 'write to the journal', 'write to the log of the index'])
      assert.ok((met.get(name) ?? 0) > 0, `${name} was met`);
  },
);

const EFFECTS: readonly Effects[] = [
  ...NAMES,
  { name: 'write to the journal', calls: '?write,?pwrite64,?writev', on: ['data/journal/import.jsonl'] },
  { name: 'write to the log of the index', calls: '?write,?pwrite64', on: ['data/index.db-wal'], each: 24 },
  { name: 'write to the index', calls: '?write,?pwrite64', on: ['data/index.db'], each: 12 },
];

/** What is stored and written down, whatever the order in which it was. */
async function contentsOf(home: ImportHome): Promise<unknown> {
  const journal = readFileSync(join(home.data, 'journal/import.jsonl'), 'utf8').trim().split('\n');
  return {
    lines: journal.length,
    seen: (await home.stored()).map(({ folder, flags, id }) => `${folder} ${flags.join()} ${id}`).sort(),
    files: readdirSync(join(home.data, 'mail'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.eml'))
      .sort(),
    temporary: readdirSync(join(home.data, 'mail/.tmp')),
  };
}
