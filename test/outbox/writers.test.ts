// Files that look whole and are not yet a letter: somebody has them open, or they are copies that nobody has asked for.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  futimesSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { QUIET, UNSEEN_QUIET } from '../../src/outbox/settle.ts';
import { conflictCopy, numbered } from '../../src/outbox/sync-copies.ts';
import { place, writers } from '../../src/outbox/writers.ts';
import { accountAt, LI, message, PostOffice } from './post-office.ts';

const MINUTE = 60_000;
const NOBODY = 65534;

suite('a file that is open for writing', () => {
  test('is not taken while its writer pauses at a line end, and is then taken whole', async (t) => {
    const post = new PostOffice(t, [accountAt(1)]);
    const file = openSync(join(post.drop, 'slow.eml'), 'w');
    writeSync(file, message(LI, '', 'first\n'));
    assert.equal((await post.settled()).claimed, 0);
    assert.equal((await post.later(MINUTE)).claimed, 0);
    const { left, claimed } = await post.later(15 * MINUTE);
    assert.equal(claimed, 0);
    assert.deepEqual(left, [
      { file: 'slow.eml', reason: `process ${process.pid} still has it open for writing` },
    ]);
    writeSync(file, 'last\n');
    closeSync(file);
    assert.equal((await post.settled()).claimed, 1);
    const [raw = ''] = post.spool().filter((name) => name.endsWith('.raw'));
    assert.match(readFileSync(join(post.data, 'spool', raw), 'utf8'), /first\nlast\n$/);
  });

  const DEEDS: readonly [string, string, (from: string, to: string) => void][] = [
    ['gets another mode', 'slow.eml', (_, to) => chmodSync(to, 0o640)],
    ['gets its name', 'slow.part', renameSync],
  ];
  for (const [deed, first, act] of DEEDS)
    test(`is not taken when it ${deed} meanwhile, which looks as if it had been whole before`, async (t) => {
      const post = new PostOffice(t, [accountAt(1)]);
      const [from, to] = [first, 'slow.eml'].map((name) => join(post.drop, name));
      assert.ok(from !== undefined && to !== undefined);
      const file = openSync(from, 'w');
      writeSync(file, message(LI, '', 'first\n'));
      const before = Date.now() / 1000 - 1;
      futimesSync(file, before, before);
      act(from, to);
      assert.equal((await post.settled()).claimed, 0);
      writeSync(file, 'last\n');
      closeSync(file);
      assert.equal((await post.settled()).claimed, 1);
      const [raw = ''] = post.spool().filter((name) => name.endsWith('.raw'));
      assert.match(readFileSync(join(post.data, 'spool', raw), 'utf8'), /first\nlast\n$/);
    });

  test('is found in another process; one that only reads it is none', async (t) => {
    const post = new PostOffice(t, [accountAt(1)]);
    const [written, read] = ['written.eml', 'read.eml'].map((name) => join(post.drop, name));
    assert.ok(written !== undefined && read !== undefined);
    writeFileSync(read, 'x');
    const shell = spawn('sh', ['-c', 'exec >"$0" 3<"$1"; echo x; echo ready >&2; read wait', written, read]);
    t.after(() => shell.kill());
    await once(shell.stderr, 'data');
    const found = writers();
    assert.equal(found.get(place(statSync(written, { bigint: true }))), shell.pid);
    assert.equal(found.get(place(statSync(read, { bigint: true }))), undefined);
    shell.stdin.end('\n');
    await once(shell, 'close');
    assert.equal(writers().get(place(statSync(written, { bigint: true }))), undefined);
  });

  test('and is of another user, who cannot be seen: half a minute of quiet, unless it says where it ends', async (t) => {
    if (process.getuid?.() !== 0) return t.skip('needs root, to become another user');
    const post = new PostOffice(t, [accountAt(1)]);
    t.after(() => process.seteuid?.(0));
    const ended = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n';
    writeFileSync(join(post.drop, 'open.eml'), message(LI), { mode: 0o644 });
    writeFileSync(join(post.drop, 'ended.eml'), message(LI, ended, '--b\n\nx\n--b--\n'), { mode: 0o644 });
    for (const path of [dirname(post.drop), post.drop, post.data]) chownSync(path, NOBODY, NOBODY);
    process.seteuid?.(NOBODY);
    const files = (): string[] => post.list().map(({ file }) => file);
    assert.equal((await post.settled()).claimed, 1);
    assert.deepEqual(files(), ['ended.eml']);
    assert.equal((await post.later(UNSEEN_QUIET - QUIET - 1)).claimed, 0);
    assert.equal((await post.later(1)).claimed, 1);
    assert.deepEqual(files(), ['ended.eml', 'open.eml']);
  });
});

suite('a copy that nobody has asked for', () => {
  const CONFLICTS = [
    'x.sync-conflict-20261126-101500-ABCDEFG.eml',
    "x (Wang's conflicted copy 2026-11-26).eml",
    'x (conflicted copy 2026-11-26 101500).eml',
    'x (王的冲突副本 2026-11-26).eml',
    'x（冲突副本）.eml',
    'x (Case Conflict 1).eml',
    'x_conflict-20261126-101500.eml',
    'x (SFConflict wang@mail.test 2026-11-26-10-15-00).eml',
    'x [Conflict].eml',
    'x [conflicted].eml',
    'x_nas_Nov-26-101500-2026_Conflict.eml',
    'x.Conflict.eml',
    'x.conflict1.eml',
  ];
  for (const name of CONFLICTS)
    test(`${name} is held back by its name`, () =>
      assert.match(conflictCopy(name) ?? '', /rename it to send it/));
  for (const name of [
    'x.eml',
    'conflict.eml',
    'Re conflicted copy.eml',
    '冲突.eml',
    'sync-conflict.eml',
    'x (1).eml',
  ])
    test(`${name} is a letter`, () => assert.equal(conflictCopy(name), null));

  test('is left alone and told about, and sent when it has another name', async (t) => {
    const post = new PostOffice(t, [accountAt(1)]);
    const [name = ''] = CONFLICTS;
    post.put(name, message(LI));
    const { claimed, left } = await post.settled();
    assert.equal(claimed, 0);
    assert.deepEqual(
      left.map(({ file }) => file),
      [name],
    );
    assert.match(post.log.join('\n'), /left alone: its name says that it is a second copy/);
    renameSync(join(post.drop, name), join(post.drop, 'wanted.eml'));
    assert.equal((await post.settled()).claimed, 1);
  });

  test('x (1).eml is one where it is octet for octet x.eml, and else a letter', async (t) => {
    for (const [name, first] of [
      ['x (1).eml', 'x.eml'],
      ['发票(12).eml', '发票.eml'],
      ['x (1) y.eml', null],
      ['(1).eml', null],
    ] as const)
      assert.equal(numbered(name), first, name);
    const post = new PostOffice(t, [accountAt(1)]);
    post.put('x.eml', message(LI));
    await post.settled();
    post.put('x (1).eml', message(LI));
    post.put('x (2).eml', message(LI, 'X: another\n'));
    const { left } = await post.settled();
    await post.settled();
    assert.deepEqual(left, [
      {
        file: 'x (1).eml',
        reason: 'it is octet for octet x.eml, which was taken before: rename it to send it once more',
      },
    ]);
    assert.deepEqual(
      post
        .list()
        .map(({ file }) => file)
        .sort(),
      ['x (2).eml', 'x.eml'],
    );
    assert.deepEqual(post.spool().filter((file) => file.endsWith('.raw')).length, 2);
  });
});

test('a file that cannot be removed is not read again at each look', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('needs root, to become another user');
  const post = new PostOffice(t, [accountAt(1)]);
  t.after(() => process.seteuid?.(0));
  const size = 4_000_000;
  writeFileSync(join(post.drop, 'mine.eml'), message(LI, '', `${'x'.repeat(79)}\n`.repeat(size / 80)), {
    mode: 0o644,
  });
  for (const path of [dirname(post.drop), post.data]) chownSync(path, NOBODY, NOBODY);
  // As /tmp is: all may write, and nobody removes what is another's.
  chmodSync(post.drop, 0o1777);
  process.seteuid?.(NOBODY);
  await post.settled();
  await post.later(UNSEEN_QUIET);
  assert.equal(post.only().file, 'mine.eml');
  await post.later(MINUTE);
  process.seteuid?.(0);
  const before = octetsRead();
  process.seteuid?.(NOBODY);
  const { left } = await post.later(MINUTE);
  process.seteuid?.(0);
  assert.match(left[0]?.reason ?? '', /cannot be removed/);
  assert.ok(octetsRead() - before < size / 2, `${octetsRead() - before} octets`);
  chownSync(post.drop, NOBODY, NOBODY);
  process.seteuid?.(NOBODY);
  await post.later(MINUTE);
  assert.deepEqual(post.names(), [], 'and goes when it can be');
});

/** proc_pid_io(5). */
function octetsRead(): number {
  return Number(/^rchar: (\d+)/m.exec(readFileSync('/proc/self/io', 'latin1'))?.[1]);
}
