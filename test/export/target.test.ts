// A place to export to that refuses: it is told as what it is, with the cure for it, and the next export brings the rest.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { ImportHome, letter } from '../import/imported.ts';
import { mailkeep } from '../support/run.ts';
import { run, smallDisk, withoutMount } from '../support/small-disk.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';

const COUNT = 40;

for (const format of ['eml', 'mbox', 'maildir'] as const) {
  test(
    `a disk that is full: the export as ${format} says which, and the next one ends it`,
    { skip: withoutMount() },
    async (t) => {
      const home = await filled(t);
      const disk = smallDisk(t, '1M');
      const to = join(disk, 'out');
      const argv = ['export', '', '--format', format, '--to', to];
      const { code, err } = await mailkeep(argv, { home: home.home });
      assert.equal(code, 1, err);
      assert.match(err, /no space left/);
      assert.match(
        err,
        /hint: The disk that is exported to is full: free some space there, and export again/,
      );
      assert.deepEqual(left(disk), [], 'nothing is half written');
      run('mount', '-o', 'remount,size=20M', disk);
      const again = await mailkeep(['--json', ...argv], { home: home.home });
      assert.equal(again.code, 0, again.err);
      const { written, known } = JSON.parse(again.out) as { written: number; known: number };
      assert.equal(written + known, COUNT);
      const back = new ImportHome(t);
      assert.equal((await back.import(to)).stored, COUNT);
    },
  );
}

test('nothing is written through a link that somebody put where the unfinished file lies', async (t) => {
  const home = await filled(t);
  const folder = temporaryDirectory(t);
  const precious = join(folder, 'precious');
  writeFileSync(precious, 'mine');
  symlinkSync(precious, join(folder, '.all.mbox.mailkeep-part'));
  const to = join(folder, 'all.mbox');
  const { code, err } = await mailkeep(['export', '', '--format', 'mbox', '--to', to], { home: home.home });
  assert.equal(code, 0, err);
  assert.equal(readFileSync(precious, 'utf8'), 'mine');
  assert.match(readFileSync(to, 'utf8'), /^From /);
});

/** Messages of 20 KB, more than a megabyte holds with what surrounds them. */
async function filled(t: Ending): Promise<ImportHome> {
  const home = new ImportHome(t);
  for (let n = 1; n <= COUNT; n++) home.put(`${n}.eml`, letter(`m${n}`, `${'z'.repeat(75)}\n`.repeat(400)));
  assert.equal((await home.import(home.in)).stored, COUNT);
  return home;
}

function left(disk: string): string[] {
  const all = readdirSync(disk, { recursive: true, encoding: 'utf8' });
  return all.filter((name) => name.includes('mailkeep-part') || /\btmp\/./.test(name));
}
