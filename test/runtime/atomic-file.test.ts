// A file is replaced whole or not at all.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { syncDirectory, writeAtomic } from '../../src/runtime/atomic-file.ts';
import { isMailError } from '../support/mail-error.ts';
import { temporaryDirectory } from '../support/temporary.ts';

it('the file has the new content and exactly the mode, and nothing else is left', async (test) => {
  const directory = temporaryDirectory(test);
  const path = join(directory, 'a');
  writeFileSync(path, 'old');
  const before = process.umask(0o077);
  test.after(() => process.umask(before));
  await writeAtomic(path, 'new', 0o664);
  assert.equal(readFileSync(path, 'utf8'), 'new');
  assert.equal(statSync(path).mode & 0o7777, 0o664);
  await writeAtomic(path, Buffer.from([0, 255]), 0o600);
  assert.deepEqual([...readFileSync(path)], [0, 255]);
  assert.deepEqual(readdirSync(directory), ['a']);
});

it('a failure leaves what was there, and nothing beside it', async (test) => {
  const directory = temporaryDirectory(test);
  mkdirSync(join(directory, 'a', 'b'), { recursive: true });
  await assert.rejects(
    writeAtomic(join(directory, 'a'), 'x', 0o600),
    isMailError('storage', 'later', /writing .*a failed/),
  );
  assert.deepEqual(readdirSync(directory), ['a']);
});

it('a directory that is not there cannot be synced', async (test) => {
  const directory = join(temporaryDirectory(test), 'none');
  await assert.rejects(syncDirectory(directory), isMailError('storage', 'later', /syncing .*ENOENT/));
});
