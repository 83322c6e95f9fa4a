// Two archives, one drop folder: the second service says so and sends nothing, whatever user it runs as.
import assert from 'node:assert/strict';
import { chmodSync, chownSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { isMailError } from '../support/mail-error.ts';
import { accountAt, LI, message, PostOffice } from './post-office.ts';

const NOBODY = 65534;

test('a second service on the same drop folder is refused, and goes on when the first has stopped', async (t) => {
  const first = new PostOffice(t, [accountAt(1)]);
  const second = new PostOffice(t, [accountAt(1)], undefined, first.drop);
  await first.pass();
  first.put('x.eml', message(LI));
  await assert.rejects(
    second.pass(),
    isMailError('locked', 'later', /drop folder .* in use by another mailkeep/),
  );
  assert.deepEqual(first.names(), ['x.eml']);
  await first.stop();
  assert.equal((await second.settled()).claimed, 1);
});

test('also where it runs as another user', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('needs root, to become another user');
  t.after(() => process.seteuid?.(0));
  const first = new PostOffice(t, [accountAt(1)]);
  const second = new PostOffice(t, [accountAt(1)], undefined, first.drop);
  await first.pass();
  chmodSync(first.drop, 0o777);
  for (const path of [dirname(second.data), dirname(first.drop)]) chmodSync(path, 0o755);
  chownSync(second.data, NOBODY, NOBODY);
  process.seteuid?.(NOBODY);
  await assert.rejects(second.pass(), isMailError('locked', 'later', /another mailkeep of another user/));
});

test('where the folder cannot be written to, the service runs all the same and says so', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('needs root, to become another user');
  t.after(() => process.seteuid?.(0));
  const post = new PostOffice(t, [accountAt(1)]);
  for (const name of ['sent', 'failed', 'wang']) mkdirSync(join(post.drop, name));
  chmodSync(dirname(post.drop), 0o755);
  chmodSync(post.drop, 0o755);
  chownSync(post.data, NOBODY, NOBODY);
  process.seteuid?.(NOBODY);
  await post.pass();
  assert.match(post.log.join('\n'), /whether another service uses the drop folder .* cannot be told/);
});

test('a drop folder that was removed and made again is taken again, with the folders of its accounts', async (t) => {
  const first = new PostOffice(t, [accountAt(1)]);
  const second = new PostOffice(t, [accountAt(1)], undefined, first.drop);
  await first.pass();
  rmSync(first.drop, { recursive: true });
  await first.pass();
  mkdirSync(first.drop);
  first.put('x.eml', message(LI));
  await first.settled();
  assert.equal(first.only().file, 'x.eml', 'it goes on in the new one');
  assert.ok(existsSync(join(first.drop, 'wang')));
  await assert.rejects(second.pass(), isMailError('locked', 'later', /in use by another mailkeep/));
});

test('a drop folder that another service took when it was made again is left to it', async (t) => {
  const first = new PostOffice(t, [accountAt(1)]);
  const second = new PostOffice(t, [accountAt(1)], undefined, first.drop);
  await first.pass();
  renameSync(first.drop, `${first.drop}-aside`);
  await second.pass();
  first.put('x.eml', message(LI));
  for (const report of [await first.settled(), await first.settled()]) assert.equal(report.claimed, 0);
  assert.equal(
    first.log.filter((line) => /in use by another mailkeep/.test(line)).length,
    1,
    'it is told once',
  );
  assert.deepEqual(first.names(), ['x.eml']);
  assert.equal((await second.settled()).claimed, 1);
  await second.stop();
  first.put('y.eml', message(LI));
  assert.equal((await first.settled()).claimed, 1, 'it goes on when the other one has stopped');
});
