// Room taken before the content is known: the content is whole or absent, and a full disk is found out in time.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { recover, reserve } from '../../src/runtime/reserved-file.ts';
import { isMailError } from '../support/mail-error.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const isWhole = (text: string): boolean => text.trimEnd().endsWith('}');

it('the room becomes the file, with exactly its mode, and nothing else is left', async (test) => {
  const directory = temporaryDirectory(test);
  const path = join(directory, 'a');
  writeFileSync(path, '{old}', { mode: 0o644 });
  const before = process.umask(0o077);
  test.after(() => process.umask(before));
  const room = await reserve(path, 100_000, 0o640);
  assert.equal(readFileSync(path, 'utf8'), '{old}');
  assert.ok(statSync(`${path}.next`).size >= 100_000, 'the room is really taken');
  await room.fill('{new}');
  assert.equal(readFileSync(path, 'utf8'), '{new}');
  assert.equal(statSync(path).mode & 0o7777, 0o640);
  await (await reserve(path, 2, 0o600)).fill('{more than the room}');
  assert.equal(readFileSync(path, 'utf8'), '{more than the room}');
  await (await reserve(path, 10, 0o600)).leave();
  assert.deepEqual(readdirSync(directory), ['a']);
});

it('what a crash left is the file where it is whole, and goes where it is not', async (test) => {
  const directory = temporaryDirectory(test);
  const path = join(directory, 'a');
  const table: [string | undefined, 'nothing' | 'whole' | 'part', string][] = [
    [undefined, 'nothing', '{old}'],
    [' '.repeat(50), 'part', '{old}'],
    ['{ne       ', 'part', '{old}'],
    ['{new}     ', 'whole', '{new}     '],
    ['{newer}', 'whole', '{newer}'],
  ];
  for (const [left, found, content] of table) {
    writeFileSync(path, '{old}');
    if (left !== undefined) writeFileSync(`${path}.next`, left);
    assert.equal(await recover(path, isWhole), found);
    assert.equal(readFileSync(path, 'utf8'), content);
    assert.equal(existsSync(`${path}.next`), false);
  }
});

it('a place that cannot be written is told before anything else is done', async (test) => {
  const directory = temporaryDirectory(test);
  await assert.rejects(
    reserve(join(directory, 'none', 'a'), 10, 0o600),
    isMailError('storage', 'later', /making room for .*ENOENT/),
  );
  mkdirSync(join(directory, 'a.next', 'b'), { recursive: true });
  await assert.rejects(
    reserve(join(directory, 'a'), 10, 0o600),
    isMailError('storage', 'later', /making room/),
  );
});
