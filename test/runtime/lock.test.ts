// One writer: the lock is had by one live process, and by no dead one.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { acquireLock } from '../../src/runtime/lock.ts';
import { isMailError } from '../support/mail-error.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const place = (test: TestContext): string => join(temporaryDirectory(test), 'lock');
const held = (pid: number): ((thrown: unknown) => true) =>
  isMailError('locked', 'later', new RegExp(`process ${pid}\\)`));

/** The number of a process that has ended. */
function deadProcess(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

it('a second holder is refused, and told which process has it', async (test) => {
  const path = place(test);
  const lock = await acquireLock(path);
  await assert.rejects(acquireLock(path), held(process.pid));
  await lock.release();
  await (await acquireLock(path)).release();
  assert.deepEqual(readdirSync(dirname(path)), []);
});

it('a lock of our own that was away with its folder when it was given up does not keep us out', async (test) => {
  const path = place(test);
  const lock = await acquireLock(path);
  renameSync(path, `${path}.away`);
  await lock.release();
  renameSync(`${path}.away`, path);
  await assert.rejects(acquireLock(path), held(process.pid));
  const again = await acquireLock(path, { given: new Set([lock.mark]) });
  await assert.rejects(acquireLock(path), held(process.pid));
  await again.release();
});

it('a holder that cannot be seen, as in another container, keeps the lock until it gives it up', async (test) => {
  const path = place(test);
  const lock = await acquireLock(path, { unseen: true });
  // What the file says is true there: process 1 of a container, whose number here is another's.
  const elsewhere = JSON.stringify({ pid: 1, start: 'this boot/another container' });
  writeFileSync(path, elsewhere);
  await assert.rejects(acquireLock(path, { unseen: true }), held(1));
  assert.equal(readFileSync(path, 'utf8'), elsewhere);
  await lock.release();
  await (await acquireLock(path, { unseen: true })).release();
});

it('of many that ask at once, one has it', async (test) => {
  const path = place(test);
  writeFileSync(path, JSON.stringify({ pid: deadProcess(), start: '' }));
  const asked = await Promise.allSettled(Array.from({ length: 20 }, () => acquireLock(path)));
  assert.equal(asked.filter(({ status }) => status === 'fulfilled').length, 1);
});

it('a pipe, a socket or a device in place of the lock holds up nobody', async (test) => {
  const path = place(test);
  for (const make of [
    () => spawnSync('mkfifo', [path]),
    () => symlinkSync('/dev/zero', path),
    () => spawnSync('python3', ['-c', `import socket; socket.socket(socket.AF_UNIX).bind('${path}')`]),
  ]) {
    make();
    assert.ok(!lstatSync(path).isFile());
    const child = join(import.meta.dirname, '../../src/runtime/lock.js');
    // In a process of its own: what hangs there can be ended.
    const script = `import { acquireLock } from ${JSON.stringify(child)}; await (await acquireLock(${JSON.stringify(path)}, { unseen: true })).release();`;
    const ran = spawnSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 60_000 });
    assert.deepEqual([ran.status, ran.stderr.toString()], [0, '']);
    assert.deepEqual(readdirSync(dirname(path)), ['lock.guard']);
  }
});

it('the lock of a dead process is taken over', async (test) => {
  const path = place(test);
  const child = join(import.meta.dirname, '../../src/runtime/lock.js');
  const script = `import { acquireLock } from ${JSON.stringify(child)}; await acquireLock(${JSON.stringify(path)}); process.kill(process.pid, 'SIGKILL');`;
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
  assert.equal(signal, 'SIGKILL');
  assert.ok(existsSync(path));
  const lock = await acquireLock(path);
  assert.match(readFileSync(path, 'utf8'), new RegExp(`"pid":${process.pid},`));
  await lock.release();
});

it(
  'a process that has the number of the dead one is not taken for it',
  { skip: process.platform !== 'linux' && 'needs /proc' },
  async (test) => {
    const path = place(test);
    writeFileSync(path, JSON.stringify({ pid: process.pid, start: 'another boot/17' }));
    await (await acquireLock(path)).release();
  },
);

it('where the kernel knows that nobody holds it, a living process of the same number keeps nobody out', async (t) => {
  const path = join(temporaryDirectory(t), 'lock');
  // A sandbox that hides /proc/sys tells no start time: after a power cut the number is soon another process's.
  writeFileSync(path, JSON.stringify({ pid: 1, start: '' }));
  await assert.rejects(acquireLock(path), { kind: 'locked' });
  const lock = await acquireLock(path, { unseen: true });
  await assert.rejects(acquireLock(path, { unseen: true }), { kind: 'locked' });
  await lock.release();
});

it('a lock file that a power cut left empty or torn holds nobody up', async (test) => {
  const path = place(test);
  for (const text of ['', '{"pid":', '\0\0\0', '{}', '{"pid":-1,"start":""}', 'null']) {
    writeFileSync(path, text);
    await (await acquireLock(path)).release();
  }
});

it('what a process left that was killed while it asked is removed, and what is not ours stays', async (test) => {
  const path = place(test);
  const dead = JSON.stringify({ pid: deadProcess(), start: 'x' });
  const living = JSON.stringify({ pid: process.pid, start: '' });
  for (const [name, text] of [
    ['.0123456789ab', dead],
    ['.0123456789ac.stale', dead],
    ['.0123456789ad', living],
    ['.0123456789ae', ''],
    ['.db', dead],
  ] as const)
    writeFileSync(`${path}${name}`, text);
  await (await acquireLock(path)).release();
  assert.deepEqual(readdirSync(dirname(path)), ['lock.0123456789ad', 'lock.0123456789ae', 'lock.db']);
});

it("release gives up only one's own", async (test) => {
  const path = place(test);
  const lock = await acquireLock(path);
  writeFileSync(path, 'of somebody else');
  await lock.release();
  await lock.release();
  assert.equal(readFileSync(path, 'utf8'), 'of somebody else');
});

it('a place that cannot be written is a storage error', async (test) => {
  await assert.rejects(
    acquireLock(join(place(test), 'lock')),
    isMailError('storage', 'later', /locking .* failed: ENOENT/),
  );
});
