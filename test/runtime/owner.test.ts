// What root made in an archive of another user becomes that user's, and nothing else does.
import assert from 'node:assert/strict';
import { chownSync, linkSync, lstatSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { giveToOwner } from '../../src/runtime/owner.ts';
import { run, smallDisk, withoutMount } from '../support/small-disk.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const skip = process.getuid?.() === 0 ? false : 'needs root';
/** Of nobody. */
const OWNER = 64_321;

test('an archive is given to its owner, and not what links lead to, nor the drop folder', { skip }, (t) => {
  const place = temporaryDirectory(t);
  const data = join(place, 'data');
  const path = (name: string): string => join(data, name);
  for (const folder of ['', 'journal', 'mail/2024/05', 'mail/2023/01', 'outbox'])
    mkdirSync(path(folder), { recursive: true });
  const ofRoot = [
    'index.db',
    'journal/qq.jsonl',
    'mail/2024/05/a.eml',
    'mail/2023/01/old.eml',
    'outbox/x.eml',
  ];
  for (const name of ofRoot) writeFileSync(path(name), 'x', { mode: 0o400 });
  const secret = join(place, 'secret');
  writeFileSync(secret, 'x');
  symlinkSync(secret, path('soft'));
  linkSync(secret, path('hard'));
  mkdirSync(join(place, 'elsewhere'));
  writeFileSync(join(place, 'elsewhere/file'), 'x');
  symlinkSync(join(place, 'elsewhere'), path('journal/elsewhere'));
  // Of root still: then the archive is root's, whoever owns the folder around it.
  chownSync(data, OWNER, OWNER);
  giveToOwner(data, path('outbox'), 0);
  assert.equal(lstatSync(path('index.db')).uid, 0);

  chownSync(path('journal'), OWNER, OWNER);
  utimesSync(path('mail/2023/01'), 1e9, 1e9);
  giveToOwner(data, path('outbox'), 2e12);
  assert.equal(lstatSync(path('mail/2024/05/a.eml')).uid, 0, 'not changed since then');
  giveToOwner(data, path('outbox'), 1.1e12);
  const owners = [...ofRoot, 'soft', 'hard', 'mail/2024/05'].map((name) => [name, lstatSync(path(name)).uid]);
  assert.deepEqual(Object.fromEntries(owners), {
    'index.db': OWNER,
    'journal/qq.jsonl': OWNER,
    'mail/2024/05/a.eml': OWNER,
    'mail/2024/05': OWNER,
    'mail/2023/01/old.eml': 0,
    'outbox/x.eml': 0,
    soft: 0,
    hard: 0,
  });
  for (const name of ['secret', 'elsewhere', 'elsewhere/file'])
    assert.equal(lstatSync(join(place, name)).uid, 0, name);
});

test(
  'where nothing can be written nothing is given, and that is no failure',
  { skip: withoutMount() },
  (t) => {
    const data = smallDisk(t, '1M');
    mkdirSync(join(data, 'journal'));
    writeFileSync(join(data, 'index.db'), 'x');
    for (const name of ['', 'journal']) chownSync(join(data, name), OWNER, OWNER);
    run('mount', '-o', 'remount,ro', data);
    giveToOwner(data, join(data, 'outbox'), 0);
    assert.equal(lstatSync(join(data, 'index.db')).uid, 0);
  },
);
