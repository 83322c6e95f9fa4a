// Files in a real drop folder: who is taken, who is left alone, and that a crash between two steps never takes one twice.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { claim } from '../../src/outbox/claim.ts';
import { DropFolder } from '../../src/outbox/drop-folder.ts';
import { dropped } from '../../src/outbox/dropped.ts';
import { openJournal } from '../../src/outbox/open-journal.ts';
import type { Letter } from '../../src/outbox/letter.ts';
import { Spool } from '../../src/outbox/spool.ts';
import { run, smallDisk, withoutMount } from '../support/small-disk.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';
import type { Clock } from '../../src/model/clock.ts';
import { accountAt, LI, message, PostOffice } from './post-office.ts';

const MINUTE = 60_000;

/** An account that can be reached by nobody: claims are all that happens. */
function office(t: Ending): PostOffice {
  return new PostOffice(t, [accountAt(1)]);
}

suite('claim', () => {
  test('links, pipes, directories and hard links are told about and never touched', async (t) => {
    const post = office(t);
    const secret = join(post.data, 'secret');
    writeFileSync(secret, message(LI));
    symlinkSync(secret, join(post.drop, 'link.eml'));
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(post.drop, 'pipe.eml')]);
    mkdirSync(join(post.drop, 'folder.eml'));
    linkSync(secret, join(post.drop, 'hard.eml'));
    const report = await post.settled();
    assert.equal(report.claimed, 0);
    assert.deepEqual(report.left.map(({ file }) => file).toSorted(), [
      'folder.eml',
      'hard.eml',
      'link.eml',
      'pipe.eml',
    ]);
    assert.match(report.left.find(({ file }) => file === 'hard.eml')?.reason ?? '', /second name/);
    assert.equal(readFileSync(secret, 'utf8'), message(LI));
    await post.later(20 * MINUTE);
    assert.deepEqual(post.names(), ['hard.eml', 'link.eml', 'pipe.eml']);
    assert.equal(post.log.filter((line) => line.includes('left alone')).length, 4, 'each is told once');
    unlinkSync(secret);
    assert.equal((await post.settled()).claimed, 1, 'once it has one name it is a letter like any other');
  });

  test('the drop folder may be a link, and that of an account may not: who drops letters could have put it there', async (t) => {
    const post = office(t);
    const [real, other] = [`${post.drop}-real`, `${post.drop}-other`];
    renameSync(post.drop, real);
    symlinkSync(real, post.drop);
    mkdirSync(other);
    symlinkSync(other, join(real, 'wang'));
    post.put('x.eml', message(LI));
    writeFileSync(join(other, 'secret.eml'), message(LI));
    await post.settled();
    assert.equal(post.only().file, 'x.eml');
    assert.deepEqual(readdirSync(other), ['secret.eml']);
    assert.match(post.log.join('\n'), /the drop folder .*\/wang cannot be read/);
  });

  test('a file that cannot be read, or not be removed, is left and told about', async (t) => {
    const become = asNobody(t);
    const post = office(t);
    writeFileSync(join(post.drop, 'closed.eml'), message(LI), { mode: 0 });
    become(dirname(post.drop));
    const report = await post.settled();
    assert.deepEqual(report.left, [{ file: 'closed.eml', reason: 'the service may not read it' }]);
    for (let times = 0; times < 4; times++) await post.later(MINUTE);
    assert.equal(post.log.filter((line) => line.includes('closed.eml')).length, 1, 'it is told once');
  });

  const toWhoever =
    'of a folder on a read-only file system nothing is taken; that is told once, and to whoever looks';
  test(toWhoever, { skip: withoutMount() }, async (t) => {
    const disk = smallDisk(t, '1M');
    const post = new PostOffice(t, [accountAt(1)], undefined, join(disk, 'outbox'));
    writeFileSync(join(post.drop, 'x.eml'), message(LI));
    for (const name of ['sent', 'failed', 'wang']) mkdirSync(join(post.drop, name));
    run('mount', '-o', 'remount,ro', disk);
    const reason = 'its folder is on a read-only file system: mount that for writing';
    await post.settled();
    for (let times = 0; times < 4; times++) {
      const report = await post.later(MINUTE);
      assert.deepEqual([report.left, report.claimed], [[{ file: 'x.eml', reason }], 0]);
    }
    assert.equal(post.log.filter((line) => line.includes('x.eml')).length, 1, 'it is told once');
    assert.deepEqual(await dropped(post.data, post.drop, ['wang']), {
      waiting: 0,
      left: [{ file: 'x.eml', reason }],
    });
    run('mount', '-o', 'remount,rw', disk);
    assert.equal((await post.later(MINUTE)).claimed, 1);
    assert.deepEqual(post.names(), []);
    await post.stop();
  });

  test('a growing file is not taken before it was quiet for three seconds, and then whole', async (t) => {
    const post = office(t);
    const path = join(post.drop, 'slow.eml');
    const text = message(LI, '', 'line\n'.repeat(50));
    writeFileSync(path, text.slice(0, 250));
    for (let at = 250; at < text.length; at += 40) {
      assert.equal((await post.pass()).claimed, 0);
      appendFileSync(path, text.slice(at, at + 40));
      await post.clock.wind(2900);
    }
    await post.pass();
    await post.clock.wind(2999);
    assert.equal((await post.pass()).claimed, 0);
    await post.clock.wind(1);
    assert.equal((await post.pass()).claimed, 1);
    assert.equal(post.only().state, 'due');
    const [raw = ''] = post.spool().filter((name) => name.endsWith('.raw'));
    assert.equal(readFileSync(join(post.data, 'spool', raw), 'utf8'), text);
  });

  test('a file that is truncated and written again is taken as it is in the end', async (t) => {
    const post = office(t);
    const path = join(post.drop, 'again.eml');
    writeFileSync(path, message(LI, 'Subject: old\n'));
    await post.pass();
    truncateSync(path);
    await post.clock.wind(3000);
    assert.equal((await post.pass()).claimed, 0);
    writeFileSync(path, message(LI, 'X: new\n'));
    await post.settled();
    await post.clock.wind(3000);
    await post.pass();
    const [raw = ''] = post.spool().filter((name) => name.endsWith('.raw'));
    assert.match(readFileSync(join(post.data, 'spool', raw), 'utf8'), /^X: new/);
  });

  test('a multipart without its last boundary waits fifteen minutes, and lands in failed/ with the reason', async (t) => {
    const post = office(t);
    const half = message(LI, 'Content-Type: multipart/mixed; boundary=b\n', '--b\n\nx\n');
    post.put('half.eml', half);
    assert.equal((await post.settled()).waiting, 1);
    assert.equal((await post.later(14 * MINUTE)).waiting, 1);
    assert.equal((await post.later(MINUTE)).claimed, 1);
    await post.pass();
    assert.deepEqual(post.names('failed'), ['half.eml', 'half.reason.txt']);
    assert.equal(post.read('failed/half.eml'), half);
    assert.match(
      post.read('failed/half.reason.txt'),
      /incomplete, and nothing was added in 15 minutes:\s+the last\s+boundary, --b--, is missing/,
    );
    assert.deepEqual(post.names(), []);
  });

  test('and is sent when the rest comes in time', async (t) => {
    const post = office(t);
    post.put('half.eml', message(LI, 'Content-Type: multipart/mixed; boundary=b\n', '--b\n\nx\n'));
    await post.settled();
    await post.later(10 * MINUTE);
    appendFileSync(join(post.drop, 'half.eml'), '--b--\n');
    assert.equal((await post.settled()).claimed, 1);
    assert.equal(post.only().state, 'due');
  });

  test('what is not mail at all fails with its first line named', async (t) => {
    const post = office(t);
    post.put('note.eml', 'Dear Li,\n\nhello\n');
    await post.settled();
    await post.pass();
    assert.match(post.read('failed/note.reason.txt'), /Line 1 is no header field: "Dear Li,"/);
  });

  test('a name in GBK is taken, told readably, and nothing of a path is believed', async (t) => {
    const post = office(t);
    const name = Buffer.concat([
      Buffer.from(`${post.drop}/`),
      Buffer.from('b7a2c6b1', 'hex'),
      Buffer.from('.eml'),
    ]);
    writeFileSync(name, message(LI));
    await post.settled();
    assert.equal(post.only().file, '发票.eml');
    assert.equal(existsSync(name), false);
  });

  test('a folder that was replaced by a link is not entered', async (t) => {
    const post = office(t);
    await post.pass();
    const other = join(post.data, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'private.eml'), message(LI));
    renameSync(join(post.drop, 'wang'), join(post.data, 'wang-was'));
    symlinkSync(other, join(post.drop, 'wang'));
    assert.equal((await post.settled()).claimed, 0);
    await post.later(3000);
    assert.deepEqual(readdirSync(other), ['private.eml']);
    assert.ok(post.log.some((line) => /drop folder .*wang cannot be read/.test(line)));
  });
});

/** Puts a letter there whose times tell the rename: the kernel's clock for files is coarse. */
function renamed(post: PostOffice, name: string, text: string): void {
  writeFileSync(join(post.drop, `${name}.tmp`), text);
  utimesSync(join(post.drop, `${name}.tmp`), 1, 1);
  renameSync(join(post.drop, `${name}.tmp`), join(post.drop, name));
}

/** A clock of which each look at the time takes a while. */
function slowClock({ clock }: PostOffice): Clock {
  let passed = 0;
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic() + (passed += 100),
    sleep: (ms, signal) => clock.sleep(ms, signal),
  };
}

test('a folder full of files that cannot be taken lets those behind them go', async (t) => {
  const post = office(t);
  for (let n = 10; n < 40; n++) renamed(post, `half-${n}.eml`, `From: ${LI}\nSubject: no blank line`);
  renamed(post, 'whole.eml', message(LI));
  const { claimed, waiting } = await post.outbox({ clock: slowClock(post) }).pass();
  assert.deepEqual([claimed, waiting], [1, 30]);
});

test('a look that took letters for long enough comes to the others at the next one, and tells of each once', async (t) => {
  const post = office(t);
  // By age, and those of one instant by name.
  mkdirSync(join(post.drop, '00.eml'));
  for (let n = 10; n < 50; n++) renamed(post, `${n}.eml`, message(LI));
  mkdirSync(join(post.drop, 'zz.eml'));
  const outbox = post.outbox({ clock: slowClock(post) });
  const first = await outbox.pass();
  assert.ok(first.claimed > 0 && first.waiting > 0);
  assert.deepEqual(
    first.left.map(({ file }) => file),
    ['00.eml'],
    'the last one was not looked at',
  );
  for (let report = first; report.waiting > 0;) report = await outbox.pass();
  for (let n = 50; n < 90; n++) renamed(post, `${n}.eml`, message(LI));
  assert.ok((await outbox.pass()).waiting > 0);
  while ((await outbox.pass()).waiting > 0);
  assert.equal(post.list().length, 80);
  assert.equal(post.log.filter((line) => line.includes('left alone')).length, 2);
});

test('of thousands the first are on their way before the last are taken, and in order', async (t) => {
  const post = office(t);
  const { clock } = post;
  const names = Array.from({ length: 40 }, (_, n) => `${10 + n}.eml`);
  for (const name of names) renamed(post, name, message(LI));
  const outbox = post.outbox({ clock: slowClock(post) });
  const { claimed, waiting, next } = await outbox.pass();
  assert.ok(claimed > 0 && waiting === names.length - claimed, `${claimed} and ${waiting}`);
  assert.ok(next !== null && next <= clock.now(), 'the others follow at once');
  const files = (): string[] =>
    post
      .list()
      .map(({ file }) => file)
      .toSorted();
  assert.deepEqual(files(), names.slice(0, claimed), 'by name');
  assert.ok(
    post.list().every(({ state }) => state !== 'claimed'),
    'and made ready',
  );
  while ((await outbox.pass()).waiting > 0);
  assert.deepEqual(files(), names);
});

test('only a file system of this kernel is believed to tell a rename by its times', async (t) => {
  for (const [path, local] of [
    [temporaryDirectory(t), true],
    ['/proc', false],
  ] as const) {
    const folder = await DropFolder.open(path, null);
    assert.equal(folder.local, local, path);
    await folder.close();
  }
});

suite('a crash in the middle of a claim', () => {
  /** The state right after the row was committed and before the original was unlinked. */
  async function crashed(
    post: PostOffice,
    put: (path: string) => void,
    { folder = null, restarts = 1n }: { folder?: string | null; restarts?: bigint } = {},
  ): Promise<string> {
    const path = join(post.drop, folder ?? '', 'x.eml');
    mkdirSync(dirname(path), { recursive: true });
    post.put(join(folder ?? '', 'x.eml'), message(LI));
    const { ino, size, mtimeNs, dev } = lstatSync(path, { bigint: true });
    const aside = join(post.data, 'aside');
    linkSync(path, aside);
    await post.settled(); // two names: left alone
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    await post.stop();
    unlinkSync(aside);
    mkdirSync(join(post.data, 'spool'), { recursive: true });
    copyFileSync(path, join(post.data, 'spool', 'abc123.raw'));
    const journal = openJournal(post.data, 'write');
    const origin = { ino, dev: dev + restarts, mtimeNs, size: Number(size), sha256 };
    journal.claim({ id: 'abc123', file: 'x.eml', folder, verdict: null, origin }, post.clock.now());
    journal.close();
    put(path);
    return path;
  }

  test('between the row and the unlink: the file goes, and is not queued again', async (t) => {
    const post = office(t);
    const path = await crashed(post, () => undefined);
    assert.equal((await post.settled()).claimed, 0);
    assert.equal(existsSync(path), false);
    assert.deepEqual(
      post.list().map(({ id, state }) => [id, state]),
      [['abc123', 'due']],
    );
    assert.equal((await post.settled()).claimed, 0);
  });

  test('and the file was renamed meanwhile: the same', async (t) => {
    const post = office(t);
    await crashed(post, (path) => renameSync(path, join(post.drop, 'y.eml')));
    await post.settled();
    assert.deepEqual(post.names(), []);
    assert.equal(post.list().length, 1);
  });

  test('and another message has its name now: that one is a letter of its own', async (t) => {
    const post = office(t);
    await crashed(post, (path) => {
      unlinkSync(path);
      post.put('x.eml', message(LI, 'X: other\n'));
    });
    await post.settled();
    assert.equal(post.list().length, 2);
    assert.deepEqual(post.names(), []);
  });

  test('and the file has other octets of the same size and time: it is not taken for the same', async (t) => {
    const post = office(t);
    await crashed(post, (path) => {
      const { atime, mtime } = lstatSync(path);
      writeFileSync(path, message(LI).replace('Hello', 'Hullo'));
      utimesSync(path, atime, mtime);
    });
    await post.settled();
    assert.equal(post.list().length, 2);
  });

  test('between the two steps of the removal: what was hidden goes where the row knows it, and comes back where not', async (t) => {
    const post = office(t);
    await crashed(post, (path) => renameSync(path, join(post.drop, '.taken-abc123.tmp')));
    writeFileSync(join(post.drop, '.taken-fffff1.tmp'), message(LI, 'X: saved\n'));
    await post.settled();
    assert.deepEqual(post.names(), []);
    assert.deepEqual(
      post
        .list()
        .map(({ file }) => file)
        .sort(),
      ['recovered-fffff1.eml', 'x.eml'],
    );
  });

  test('between the copy and the row: the copy is cleared away, and the file is taken as if nothing had been', async (t) => {
    const post = office(t);
    mkdirSync(join(post.data, 'spool'));
    writeFileSync(join(post.data, 'spool', 'abc123.raw'), message(LI));
    writeFileSync(join(post.data, 'spool', 'abc124.raw.tmp'), 'half');
    post.put('x.eml', message(LI));
    await post.settled();
    assert.deepEqual(
      post
        .spool()
        .map((name) => name.replace(/^[0-9a-f]+/, 'id'))
        .sort(),
      ['id.eml', 'id.raw'],
    );
    assert.equal(post.list().length, 1);
  });

  test('and the file got a second name, or went to the folder of an account: it is not queued again', async (t) => {
    for (const elsewhere of ['backup', 'outbox/wang/x.eml']) {
      const post = office(t);
      await crashed(post, (path) => {
        if (elsewhere === 'backup') linkSync(path, join(post.data, elsewhere));
        else renameSync(path, join(post.drop, 'wang', 'x.eml'));
      });
      await post.settled();
      if (elsewhere === 'backup') unlinkSync(join(post.data, elsewhere));
      await post.settled();
      assert.equal(post.list().length, 1, elsewhere);
      assert.deepEqual([post.names(), readdirSync(join(post.drop, 'wang'))], [[], []], elsewhere);
    }
  });

  test('and its folder could not be read for a while: the file is still known', async (t) => {
    const post = office(t);
    const folder = join(post.drop, 'wang');
    await crashed(post, (path) => renameSync(path, join(folder, 'x.eml')));
    renameSync(folder, join(post.data, 'unmounted'));
    writeFileSync(folder, 'no directory');
    await post.settled();
    unlinkSync(folder);
    renameSync(join(post.data, 'unmounted'), folder);
    await post.settled();
    assert.equal(post.list().length, 1);
  });

  test(
    'and its disk was not there for a while: the file is still known',
    { skip: withoutMount() },
    async (t) => {
      const post = office(t);
      await crashed(post, () => undefined, { restarts: 0n });
      run('mount', '-t', 'tmpfs', '-o', 'size=1M,mode=0700', 'mailkeep-test', post.drop);
      try {
        assert.deepEqual(post.names(), []);
        await post.settled();
        await post.stop();
      } finally {
        run('umount', '-l', post.drop);
      }
      assert.deepEqual(post.names(), ['x.eml']);
      await post.settled();
      assert.deepEqual([post.names(), post.list().length], [[], 1]);
    },
  );

  test('and its account was out of the configuration for a while: the same', async (t) => {
    const post = office(t);
    await crashed(post, () => undefined, { folder: 'wang', restarts: 0n });
    const { accounts } = post;
    post.accounts = [];
    await post.settled();
    await post.stop();
    post.accounts = accounts;
    await post.settled();
    assert.deepEqual([readdirSync(join(post.drop, 'wang')), post.list().length], [[], 1]);
  });

  test('and the file is gone: nothing is looked for any more', async (t) => {
    const post = office(t);
    await crashed(post, unlinkSync, { restarts: 0n });
    await post.settled();
    await post.stop();
    const journal = openJournal(post.data, 'write');
    assert.deepEqual([journal.notUnlinked(), journal.letters().length], [[], 1]);
    journal.close();
  });

  test('between any two steps of giving a file back: it is taken once, and holds up nothing', async (t) => {
    for (const name of ['x.eml', 'recovered-fffff1.eml']) {
      const post = office(t);
      const hidden = join(post.drop, '.taken-fffff1.tmp');
      writeFileSync(hidden, message(LI, 'X: saved\n'));
      linkSync(hidden, join(post.drop, name));
      post.put('other.eml', message(LI));
      await post.settled();
      await post.later(3000);
      assert.deepEqual(
        post
          .list()
          .map(({ file }) => file)
          .sort(),
        ['other.eml', name].sort(),
      );
      assert.deepEqual(post.names(), []);
    }
  });

  test('the same file copied in again afterwards is a new letter, even with its old times', async (t) => {
    const post = office(t);
    post.put('x.eml', message(LI));
    const path = join(post.drop, 'x.eml');
    const { atime, mtime } = lstatSync(path);
    await post.settled();
    post.put('x.eml', message(LI));
    utimesSync(path, atime, mtime);
    await post.settled();
    assert.equal(post.list().length, 2);
  });
});

test('a queue that was lost loses no letter: what only the spool has comes back in failed/, and is not sent by itself', async (t) => {
  const post = office(t);
  for (const name of ['one.eml', 'two.eml']) post.put(name, message(LI, `X-Name: ${name}\n`));
  await post.settled();
  assert.equal(post.list().length, 2);
  await post.stop();
  for (const name of readdirSync(post.data))
    if (name.startsWith('outbox.db')) unlinkSync(join(post.data, name));
  await post.settled();
  const back = post.names('failed').filter((name) => name.endsWith('.eml'));
  assert.deepEqual(
    back.map((name) => post.read(`failed/${name}`)).sort(),
    ['one.eml', 'two.eml'].map((name) => message(LI, `X-Name: ${name}\n`)),
  );
  assert.match(
    post.read(`failed/${back[0]?.replace('.eml', '.reason.txt') ?? ''}`),
    /nor\s+whether it was sent/,
  );
  assert.deepEqual(
    post.list().map(({ state, attempts }) => [state, attempts]),
    [
      ['failed', 0],
      ['failed', 0],
    ],
  );
  await post.stop();
  await post.settled();
  assert.equal(post.list().length, 2, 'and once');
});

test('a file that somebody renames into the place of a claimed one is given back', async (t) => {
  const post = office(t);
  post.put('x.eml', message(LI));
  const folder = await DropFolder.open(post.drop, null);
  try {
    const [name] = await folder.letters();
    assert.ok(name !== undefined);
    let looks = 0;
    // The first look sees the claimed file; before the second another one has its name.
    const removal = await folder.remove(name, 'abc', () => looks++ === 0);
    assert.equal(removal, 'changed');
    assert.deepEqual(post.names(), ['x.eml']);
  } finally {
    await folder.close();
  }
});

test('what only looks like a file that was being removed is left alone, and holds up nothing', async (t) => {
  const post = office(t);
  mkdirSync(join(post.drop, '.taken-abc1.tmp'));
  symlinkSync('/etc/passwd', join(post.drop, '.taken-abc2.tmp'));
  writeFileSync(join(post.drop, '.taken-abc3.tmp'), message(LI));
  writeFileSync(join(post.drop, 'recovered-abc3.eml'), message(LI, 'X: 1\n'));
  post.put('x.eml', message(LI));
  await post.settled();
  assert.deepEqual(
    post
      .list()
      .map(({ file }) => file)
      .sort(),
    ['recovered-abc3.eml', 'x.eml'],
  );
  assert.deepEqual(
    readdirSync(post.drop).filter((name) => name.startsWith('.taken')),
    ['.taken-abc1.tmp', '.taken-abc2.tmp', '.taken-abc3.tmp'],
  );
  assert.ok(post.log.some((line) => line.includes('tidying up .taken-abc3.tmp')));
});

const MEANWHILE: readonly [string, (path: string) => void][] = [
  ['taken away', (path) => unlinkSync(path)],
  ['renamed', (path) => renameSync(path, `${path.slice(0, -4)}-2.eml`)],
  ['written on', (path) => appendFileSync(path, 'one line more\n')],
];

for (const [what, change] of MEANWHILE)
  test(`a file that is ${what} before its claim is complete is not claimed`, async (t) => {
    const post = office(t);
    post.put('x.eml', message(LI));
    const folder = await DropFolder.open(post.drop, null);
    const spool = new Spool(post.data);
    await spool.open(new Set(), () => false);
    const journal = openJournal(post.data, 'write');
    try {
      const [name] = await folder.letters();
      const file = name === undefined ? undefined : await folder.stat(name);
      assert.ok(name !== undefined && file !== undefined);
      const begin = spool.draft.bind(spool);
      spool.draft = async (...how) => {
        const draft = await begin(...how);
        const commit = async (): Promise<void> => {
          await draft.commit();
          change(join(post.drop, 'x.eml'));
        };
        return { write: (chunk) => draft.write(chunk), commit, discard: () => draft.discard() };
      };
      const tools = { spool, journal, now: post.clock.now() };
      assert.deepEqual(
        await claim(folder, name, file, { verdict: null, renamed: true, mayGrow: false }, tools),
        {
          unsettled: true,
        },
      );
      assert.deepEqual([journal.letters(), post.spool()], [[], []]);
    } finally {
      await folder.close();
      journal.close();
    }
  });

test('that a file is gone is noted without a word about how far its letter is', async (t) => {
  const post = office(t);
  post.put('x.eml', message(LI));
  await post.settled();
  await post.stop();
  const journal = openJournal(post.data, 'write');
  try {
    const [letter] = journal.letters();
    assert.ok(letter !== undefined);
    const before: Letter = { ...letter, id: 'abc', unlinked: false };
    journal.save(before, 0);
    journal.save({ ...before, state: 'sent' }, 1);
    journal.unlinked('abc');
    assert.deepEqual(journal.letter('abc'), { ...before, state: 'sent', unlinked: true });
    journal.save({ ...before, state: 'failed' }, 2);
    assert.deepEqual(journal.letter('abc'), { ...before, state: 'failed', unlinked: true });
  } finally {
    journal.close();
  }
});

/**
 * To root no file is closed: the rest of the test is then run as another user, to whom the folders are given. Ask for it before
 * anything else, so that whoever tidies up at the end is root again: nobody else may remove it from a TMPDIR of root's own.
 */
function asNobody(t: Ending): (home: string) => void {
  if (process.getuid?.() !== 0) return () => undefined;
  t.after(() => process.seteuid?.(0));
  return (home) => {
    execFileSync('chown', ['-R', 'nobody', home]);
    process.seteuid?.('nobody');
  };
}
