// A letter that is written in the drop folder itself, by an editor that says so, is not taken before it is closed there.
import assert from 'node:assert/strict';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openFiles } from '../../src/outbox/editors.ts';
import { accountAt, LI, message, PostOffice } from './post-office.ts';

const MINUTE = 60_000;

test('by the names that editors give, it is told which files are open', () => {
  const markers = [
    '.a.eml.swp',
    '.b.eml.swo',
    '.#c.eml',
    '.~lock.d.eml#',
    '.e.eml.kate-swp',
    '.信\n.eml.swp',
  ];
  const others = ['.f.eml', 'g.eml~', '.g.eml.tmp', '#h.eml#', 'i.eml.swp', '.swp', '.syncthing.j.eml.tmp'];
  assert.deepEqual(
    [...openFiles([...others, ...markers])],
    ['a.eml', 'b.eml', 'c.eml', 'd.eml', 'e.eml', '信\n.eml'].map((file, n) => [file, markers[n]]),
  );
});

test('what is saved now and then goes when it is closed, and a marker that stays is told of', async (t) => {
  const post = new PostOffice(t, [accountAt(1)]);
  const swap = join(post.drop, '.x.eml.swp');
  const lock = join(post.drop, '.#y.eml');
  writeFileSync(swap, 'b0VIM 9.0');
  symlinkSync('wang@desk.4711:1795000000', lock);
  post.put('x.eml', message(LI, '', 'the first paragraph\n'));
  post.put('y.eml', message(LI));
  assert.equal((await post.later(MINUTE)).waiting, 2);
  post.put('x.eml', message(LI, '', 'the first paragraph\nand the second\n'));
  assert.equal((await post.later(MINUTE)).claimed, 0, 'it was saved once more, and is open still');
  const report = await post.later(16 * MINUTE);
  assert.deepEqual(
    new Map(report.left.map(({ file, reason }) => [file, /open in an editor, as "(.*)"/.exec(reason)?.[1]])),
    new Map([
      ['x.eml', '.x.eml.swp'],
      ['y.eml', '.#y.eml'],
    ]),
  );
  for (const marker of [swap, lock]) rmSync(marker);
  assert.equal((await post.settled()).claimed, 2);
});
