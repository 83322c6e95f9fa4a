// `kill -9` in the middle of an import, at each of its effects on the disk: the next import brings what is missing, nothing is
// there twice, and the archive is that of an import that nobody disturbed.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { CommandLine } from '../support/command-line.ts';
import { atEach, doomed, fate, NAMES, told, type Effects } from '../support/crash-points.ts';
import { noStrace } from '../support/strace.ts';
import { mailkeep } from '../support/run.ts';
import type { Ending } from '../support/temporary.ts';
import { FROM, ImportHome, letter } from './imported.ts';

test(
  'an import killed at each of its effects, and begun again, leaves what an undisturbed one leaves',
  { skip: noStrace },
  async (t) => {
    const whole = filled(t);
    assert.equal((await whole.import(whole.in)).ok, true);
    const expected = await contentsOf(whole);
    const met = await atEach(EFFECTS, async (moment) => {
      const cut = filled(t);
      const line = new CommandLine(join(cut.home, '.config/mailkeep/config.yaml'));
      const ended = fate(
        await doomed({ line, directory: cut.home }, undefined, moment, 'import', cut.in).ended,
      );
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

/** An mbox, with one message twice, and a Maildir, with one that is larger than memory holds. */
function filled(t: Ending): ImportHome {
  const home = new ImportHome(t);
  home.put('box', [1, 2, 3, 4, 4].map((n) => `${FROM}${letter(`m${n}`)}\n`).join(''));
  home.put('md/cur/1.a:2,S', letter('m5'));
  home.put('md/new/2.b', letter('large', 'y'.repeat(400_000)));
  return home;
}

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
