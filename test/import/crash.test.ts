// `kill -9` in the middle of an import, at each of its effects on the disk: the next import brings what is missing, nothing is
// there twice, and the archive is that of an import that nobody disturbed.
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { CommandLine } from '../support/command-line.ts';
import { noStrace } from '../support/strace.ts';
import { mailkeep } from '../support/run.ts';
import { FROM, ImportHome, letter } from './imported.ts';

const EFFECTS: readonly (readonly [calls: string, on: string | null, each: number])[] = [
  ['?rename,?renameat,?renameat2', null, 2],
  ['fdatasync', null, 2],
  ['fsync', null, 3],
  ['?write,?pwrite64,?writev', 'journal/import.jsonl', 1],
  ['?write,?pwrite64', 'index.db-wal', 6],
];

for (const [calls, on, each] of EFFECTS) {
  test(
    `an import killed at ${calls} ${on ?? ''}, and begun again`,
    { skip: noStrace, timeout: 300_000 },
    async (t) => {
      const home = new ImportHome(t);
      home.put('box', [1, 2, 3, 4, 4].map((n) => `${FROM}${letter(`m${n}`)}\n`).join(''));
      home.put('md/cur/1.a:2,S', letter('m5'));
      home.put('md/new/2.b', letter('large', 'y'.repeat(400_000)));
      const whole = new ImportHome(t);
      cpSync(home.in, whole.in, { recursive: true });
      assert.equal((await whole.import(whole.in)).ok, true);
      const expected = await contentsOf(whole);
      let killed = 0;
      for (let nth = 1; ; nth += each) {
        const cut = new ImportHome(t);
        cpSync(home.in, cut.in, { recursive: true });
        const line = new CommandLine(join(cut.home, '.config/mailkeep/config.yaml'));
        const only = on === null ? [] : ['-P', join(cut.data, on)];
        const inject = ['-e', `trace=${calls}`, '-e', `inject=${calls}:signal=SIGKILL:when=${nth}`];
        const above = ['strace', '-f', '-qq', '-o', '/dev/null', ...only, ...inject];
        const ran = await line.startUnder(above, 'import', cut.in).ended;
        if (ran.code === 0) break;
        killed++;
        assert.equal((await cut.import(cut.in)).ok, true);
        assert.deepEqual(await contentsOf(cut), expected, `killed at ${nth}`);
        assert.equal((await mailkeep(['verify'], { home: cut.home })).code, 0);
        assert.equal((await cut.import(cut.in)).stored, 0);
      }
      assert.ok(killed > 0, 'at least one was met');
    },
  );
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
