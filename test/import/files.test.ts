// Messages that are files: `.eml`, Maildirs, zips; what is no mail; and what cannot be read.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { mailkeep } from '../support/run.ts';
import { run, withoutMount } from '../support/small-disk.ts';
import { crlf, FROM, ImportHome, letter } from './imported.ts';
import { zipOf } from './zip.ts';

test('an .eml is stored octet for octet, in the folder that its directory names', async (t) => {
  const home = new ImportHome(t);
  home.put('a.eml', letter('lf'));
  home.put('Work/2024/b.EML', crlf(letter('crlf')));
  home.put('Work/c.eml', `${FROM}${letter('with a From line')}`);
  home.put('Work/no-name', letter('by its header'));
  home.put('junk.eml', '\0\x01 no header at all');
  assert.deepEqual((await home.import(home.in)).failures, []);
  assert.deepEqual(
    (await home.stored()).map(({ folder, text, received }) => [folder, text, received]),
    [
      ['in/Work/2024', crlf(letter('crlf')), null],
      ['in/Work', `${FROM}${letter('with a From line')}`, null],
      ['in/Work', letter('by its header'), null],
      ['in', letter('lf'), null],
      ['in', '\0\x01 no header at all', null],
    ],
  );
});

test('Maildir++: folders, flags, keywords and dates', async (t) => {
  const home = new ImportHome(t);
  for (const part of ['cur', 'new', 'tmp']) mkdirSync(join(home.in, part));
  const seen = home.put('cur/1.a.host,S=99:2,FRSa', letter('a'));
  home.put('dovecot-keywords', '0 Work\n1 $Junk\n');
  home.put('new/2.b.host', crlf(letter('b')));
  home.put('tmp/3.c.host', letter('half'));
  home.put('.Archive.&W6JiN1+AZ2U-/cur/4.d.host:2,DPT', letter('d'));
  mkdirSync(join(home.in, '.Archive.&W6JiN1+AZ2U-/new'));
  utimesSync(seen, 1_700_000_000, 1_700_000_000);
  const told = await home.import(home.in);
  assert.deepEqual([told.ok, told.stored, told.skipped], [true, 3, 2]);
  assert.deepEqual(
    (await home.stored()).map(({ folder, flags, text }) => [folder, flags, text]),
    [
      ['INBOX', ['\\Flagged', '\\Answered', '\\Seen', 'Work'], crlf(letter('a'))],
      ['INBOX', [], crlf(letter('b'))],
      ['Archive/客户往来', ['\\Draft', '$Forwarded', '\\Deleted'], crlf(letter('d'))],
    ],
  );
  assert.equal((await home.stored())[0]?.received, '2023-11-14T22:13:20.000Z');
});

test('a Maildir that lost its empty new and tmp on the way is one still, and a folder named cur is none', async (t) => {
  const home = new ImportHome(t);
  home.put('mail/cur/1.a.host:2,FS', letter('a'));
  home.put('mail/.Archive/cur/2.b.host:2,', letter('b'));
  home.put('other/cur/c.eml', letter('c'));
  assert.equal((await home.import(join(home.in, 'mail'), join(home.in, 'other'))).stored, 3);
  assert.deepEqual(
    (await home.stored()).map(({ folder, flags }) => [folder, flags]),
    [
      ['INBOX', ['\\Flagged', '\\Seen']],
      ['Archive', []],
      ['other/cur', []],
    ],
  );
});

test('files out of a Maildir, given alone, are the messages that they are there', async (t) => {
  const home = new ImportHome(t);
  await home.import(home.put('from-server.eml', crlf(letter('same'))));
  const file = home.put('cur/1.a.host:2,FS', letter('same'));
  const told = await home.import(join(home.in, 'cur'));
  assert.deepEqual([told.stored, told.known], [0, 1]);
  assert.equal((await home.import(file)).stored, 0);
  assert.deepEqual((await home.stored()).at(-1)?.flags, ['\\Flagged', '\\Seen']);
});

test('what a Mac or a network file system lays beside messages is none', async (t) => {
  const home = new ImportHome(t);
  const double = '\0\x05\x16\x07\0\x02\0\0Mac OS X        ';
  home.put('a.eml', letter('a'));
  home.put('._a.eml', double);
  home.put(
    'mac.zip',
    zipOf([
      { name: 'b.eml', content: letter('b') },
      { name: '__MACOSX/._b.eml', content: double },
    ]),
  );
  home.put('m/cur/1.c:2,S', letter('c'));
  home.put('m/cur/._1.c:2,S', double);
  home.put('m/new/.nfs0001', letter('d'));
  const told = await home.import(home.in);
  assert.deepEqual([told.ok, told.stored, told.skipped], [true, 3, 4]);
  assert.deepEqual(
    (await home.stored()).map(({ text }) => /Subject: (.)/.exec(text)?.[1]),
    ['a', 'c', 'b'],
  );
});

test(
  'a disk that does not tell what its entries are is read like any other',
  { skip: withoutOldDisk() },
  async (t) => {
    const home = new ImportHome(t);
    const image = join(home.home, 'image');
    // As a CD and old disks do.
    run('mke2fs', '-q', '-t', 'ext2', '-O', '^filetype', '-F', image, '2M');
    run('mount', '-o', 'loop', image, home.in);
    try {
      home.put('发票/a.eml', letter('a'));
      home.put('m/cur/1.b:2,S', letter('b'));
      mkdirSync(join(home.in, 'm/new'));
      symlinkSync('发票/a.eml', join(home.in, 'again.eml'));
      const told = await home.import(home.in);
      assert.deepEqual([told.failures, told.stored, told.known], [[], 2, 1]);
    } finally {
      run('umount', '-l', home.in);
    }
  },
);

/** Why none can be had here. */
function withoutOldDisk(): string | false {
  if (withoutMount() !== false) return withoutMount();
  const { status } = spawnSync('losetup', ['--find']);
  return status === 0 && spawnSync('mke2fs', ['-V']).status === 0 ? false : 'needs a loop device and mke2fs';
}

test('a message that a server gave is not stored again when its file comes with LF', async (t) => {
  const home = new ImportHome(t);
  home.put('from-server.eml', crlf(letter('same')));
  home.put('box', `${FROM}${letter('same')}`);
  home.put('dir/cur/1.a:2,S', letter('same'));
  home.put('dir/new/1.b', letter('same'));
  const told = await home.import(home.in);
  assert.deepEqual([told.messages, told.stored, told.known], [4, 1, 3]);
  assert.deepEqual(new Set((await home.stored()).map(({ id }) => id)).size, 1);
});

test('a dry run counts what an import then does, for messages that lie twice and in several folders too', async (t) => {
  const home = new ImportHome(t);
  home.put('a/1.eml', letter('stored'));
  await home.import(home.in);
  home.put('b/1.eml', letter('stored'));
  home.put('a/2.eml', letter('twice'));
  home.put('a/3.eml', letter('twice'));
  home.put('b/2.eml', letter('twice'));
  const dry = await home.import(home.in, '--dry-run');
  assert.deepEqual([dry.messages, dry.stored, dry.known], [5, 1, 4]);
  const real = await home.import(home.in);
  assert.deepEqual([real.messages, real.stored, real.known], [5, 1, 4]);
});

test('importing again adds nothing, and a rebuilt index knows it too', async (t) => {
  const home = new ImportHome(t);
  home.put('box', [1, 2, 2, 3].map((n) => `${FROM}${letter(`m${n}`)}\n`).join(''));
  assert.equal((await home.import(home.in)).stored, 3);
  const before = await home.stored();
  assert.equal((await mailkeep(['reindex'], { home: home.home })).code, 0);
  const { stored, known } = await home.import(home.in);
  assert.deepEqual([stored, known], [0, 4]);
  assert.deepEqual(await home.stored(), before);
});

test('a file of the archive that was lost or damaged since is good again once its message is imported again', async (t) => {
  const home = new ImportHome(t);
  const paths = ['gone', 'cut', 'changed', 'elsewhere'].map((name) => home.put(`${name}.eml`, letter(name)));
  await home.import(home.in);
  const [, , , elsewhere = ''] = paths;
  const before = await home.stored();
  const directory = join(home.data, 'mail/2024/05');
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const octets = readFileSync(path, 'latin1');
    chmodSync(path, 0o640);
    if (octets.includes('Subject: gone\n')) unlinkSync(path);
    else if (octets.includes('Subject: cut\n')) writeFileSync(path, octets.slice(0, 9));
    else writeFileSync(path, octets.replace('Hello', 'Hallo'));
  }
  assert.equal((await home.import(home.in, '--dry-run')).mended, 0);
  // Also where the good octets come by another way, into another folder.
  assert.equal((await home.import(elsewhere, '--folder', 'Another')).known, 1);
  const { known, mended, ok } = await home.import(home.in);
  assert.deepEqual([known, mended, ok], [4, 3, true]);
  assert.deepEqual((await home.stored()).slice(0, 4), before);
  assert.equal((await mailkeep(['verify'], { home: home.home })).code, 0);
  assert.equal(readdirSync(join(home.data, 'quarantine')).length, 2);
});

test('a file whose date no clock can have had costs no other, and has no date', async (t) => {
  const home = new ImportHome(t);
  const [far] = ['cur/1.a:2,S', 'cur/2.b:2,S'].map((name) => home.put(name, letter(name)));
  mkdirSync(join(home.in, 'new'));
  utimesSync(far ?? '', 9e9, 9e9); // where the file system takes it, 9e12 is a date that no program can write down
  assert.equal((await home.import(home.in)).stored, 2);
  assert.deepEqual(
    (await home.stored()).map(({ received }) => received === null),
    [true, false],
  );
});

test('--account and --folder say where it belongs; --dry-run stores nothing', async (t) => {
  const home = new ImportHome(t);
  const path = home.put('x.eml', letter('x'));
  assert.equal((await home.import(path, '--dry-run')).stored, 1);
  assert.deepEqual(await home.stored(), []);
  await home.import(path, '--account', 'qq', '--folder', '旧 邮件');
  assert.deepEqual(
    (await home.stored('qq')).map(({ folder }) => folder),
    ['旧 邮件'],
  );
  const { code, err } = await mailkeep(['import', path, '--account', 'nobody'], { home: home.home });
  assert.deepEqual([code, /no account is named "nobody"/.test(err)], [2, true]);
});

test('what is no mail and what cannot be read is told with its place and reason', async (t) => {
  const home = new ImportHome(t);
  home.put('notes.txt', 'Note: buy milk\n\nand bread\n');
  home.put('empty.eml', '');
  home.put('sub/picture.png', '\x89PNG\r\n\x1a\n');
  home.put('good.eml', letter('good'));
  symlinkSync(home.in, join(home.in, 'sub/loop'));
  const told = await home.import(home.in, join(home.home, 'not-there'));
  assert.deepEqual([told.ok, told.stored, told.failed, told.skipped], [false, 1, 2, 3]);
  assert.match(told.failures.map(({ reason }) => reason).join(), /it is empty.*ENOENT/);
  const { code, err, out } = await mailkeep(['import', home.in], { home: home.home });
  assert.equal(code, 1);
  assert.match(err, /not imported: .*empty\.eml: it is empty/);
  assert.match(out, /3 files held no mail/);
});

test('a file whose name is no UTF-8 is found, and its folder is read as GB18030', async (t) => {
  const home = new ImportHome(t);
  const directory = Buffer.concat([Buffer.from(`${home.in}/`), Buffer.from([0xb7, 0xa2, 0xc6, 0xb1])]);
  mkdirSync(directory);
  writeFileSync(Buffer.concat([directory, Buffer.from('/\xff.eml', 'latin1')]), letter('x'));
  await home.import(home.in);
  assert.deepEqual(
    (await home.stored()).map(({ folder }) => folder),
    ['in/发票'],
  );
});

test('a file that cannot be read costs only itself', async (t) => {
  const home = new ImportHome(t);
  // Root may read all but what the kernel only takes.
  if (process.getuid?.() === 0) symlinkSync('/sys/bus/platform/uevent', join(home.in, 'a.eml'));
  else chmodSync(home.put('a.eml', letter('a')), 0o000);
  home.put('b.eml', letter('b'));
  const told = await home.import(home.in);
  assert.deepEqual([told.stored, told.failed], [1, 1]);
  assert.match(JSON.stringify(told.failures), /a\.eml.*(?:EACCES|permission|may not be read)/i);
});

test('a zip of .eml: directories are folders, and no name leads out of the archive', async (t) => {
  const home = new ImportHome(t);
  home.put(
    'mail.zip',
    zipOf([
      { name: 'a.eml', content: letter('a') },
      { name: 'Work/2024/', content: '' },
      { name: 'Work/2024/b.eml', content: crlf(letter('b')) },
      { name: '../../../../etc/c.eml', content: letter('c') },
      { name: '/tmp/d.eml', content: letter('d') },
      { name: '\xb7\xa2\xc6\xb1/e.eml', content: letter('e') },
      { name: 'box', content: `${FROM}${letter('f')}` },
      { name: 'read me.txt', content: 'hello' },
    ]),
  );
  const told = await home.import(home.in);
  assert.deepEqual([told.stored, told.failed, told.skipped], [5, 1, 1]);
  assert.match(told.failures[0]?.reason ?? '', /an mbox in a zip/);
  assert.deepEqual(
    (await home.stored()).map(({ folder, text }) => [folder, text]),
    [
      ['mail', letter('a')],
      ['mail/Work/2024', crlf(letter('b'))],
      ['mail/etc', letter('c')],
      ['mail/tmp', letter('d')],
      ['mail/发票', letter('e')],
    ],
  );
});

test('a zip that is a bomb, damaged or encrypted harms nothing, and is told', async (t) => {
  const home = new ImportHome(t);
  const zeros = Buffer.alloc(200 << 20);
  home.put(
    'bomb.zip',
    zipOf([
      { name: 'zeros.eml', content: zeros, deflate: true },
      { name: 'small.eml', content: letter('behind it') },
    ]),
  );
  home.put(
    'lies.zip',
    zipOf([
      { name: 'a.eml', content: letter('a'), claims: 3 },
      { name: 'b.eml', content: letter('b') },
    ]),
  );
  home.put('secret.zip', zipOf([{ name: 'a.eml', content: letter('a'), flags: 1 }]));
  home.put('cut.zip', zipOf([{ name: 'a.eml', content: letter('a') }]).subarray(0, 60));
  const told = await home.import(home.in);
  // Of a bomb and of a lie the next entry knows nothing.
  assert.deepEqual([told.stored, told.failed], [2, 4]);
  assert.match(
    told.failures.map(({ reason }) => reason).join('|'),
    /bomb.*\|.*cannot be read.*\|.*damaged.*\|.*encrypted/,
  );
});

test('the archive is not imported into itself', async (t) => {
  const home = new ImportHome(t);
  for (const path of [home.data, join(home.data, 'mail'), home.home]) {
    mkdirSync(join(home.data, 'mail'), { recursive: true });
    assert.equal((await mailkeep(['import', path], { home: home.home })).code, 2);
  }
});

test('status tells nothing of the account that imports go to, and verify reads its journal', async (t) => {
  const home = new ImportHome(t);
  home.put('x.eml', letter('x'));
  await home.import(home.in);
  const { out } = await mailkeep(['status', '--json'], { home: home.home });
  const { accounts } = JSON.parse(out) as { accounts: { name: string }[] };
  assert.deepEqual(
    accounts.map(({ name }) => name),
    ['qq', 'gmail'],
  );
  assert.equal((await mailkeep(['verify'], { home: home.home })).code, 0);
  renameSync(join(home.data, 'journal/import.jsonl'), join(home.home, 'aside'));
  assert.equal((await mailkeep(['verify'], { home: home.home })).code, 1);
});

test('beside another mailkeep it tries later', async (t) => {
  const home = new ImportHome(t);
  const path = home.put('x.eml', letter('x'));
  const { acquireLock } = await import('../../src/runtime/lock.ts');
  const lock = await acquireLock(join(home.data, 'lock'), { unseen: true });
  const { code, err } = await mailkeep(['import', path], { home: home.home });
  await lock.release();
  assert.equal(code, 75);
  assert.match(err, /in use by another mailkeep/);
});
