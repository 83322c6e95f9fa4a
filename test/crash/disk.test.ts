// The disk is nearly full, full, read-only, broken, or gone: it is told with its cure, receiving pauses and resumes by itself,
// the rest of the service goes on, nothing half-written can be seen, and nothing is lost.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { bulkMessage } from '../messages/bulk.ts';
import { until } from '../support/command-line.ts';
import { Endings } from '../support/endings.ts';
import { wangAt } from '../support/furnished-house.ts';
import { install, type Answer } from '../support/installation.ts';
import { FRIEND, OWNER } from '../support/provider/furnished.ts';
import { startProvider } from '../support/provider/provider.ts';
import { mailkeep } from '../support/run.ts';
import { failing, noStrace } from '../support/strace.ts';
import { fill, onSmallDisk, resize, run, withoutMount } from '../support/small-disk.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';

const COUNT = 200;

describe('a full disk', { skip: withoutMount() }, () => {
  test('pauses a sync before it is full, with the cure and nothing half-written; with room again, the next one completes', async (t) => {
    const { provider, house } = await onSmallDisk(t);
    for (let n = 1; n <= COUNT; n++) provider.deliver(OWNER.address, 'INBOX', bulkMessage(n, 100_000));
    for (let round = 1; round <= 2; round++) {
      const heard = provider.heard('IMAP').length;
      const { code, stdout, stderr } = await house.line.run('sync', ...(round === 1 ? [] : ['--json']));
      assert.equal(code, 1, stderr);
      assert.match(stdout + stderr, /no space left|disk is full|receiving pauses/i);
      assert.match(stdout + stderr, /free some space/);
      assert.doesNotMatch(stdout + stderr, /internal error/);
      if (round === 2) {
        const answer: Answer = JSON.parse(stdout);
        assert.equal(answer.ok, false);
        assert.equal(provider.heard('IMAP').length, heard, 'the server is not even asked');
      }
      assert.ok(house.stored().size < COUNT, 'not all fit, and each that is there is whole');
      assert.deepEqual(readdirSync(join(house.data, 'mail', '.tmp')), []);
      assert.equal(readdirSync(house.data).includes('lock'), false);
      assert.equal((await house.json('verify')).answer.error, undefined);
      const { code: exit, out } = await mailkeep(['--config', house.config, 'status'], {
        home: house.directory,
      });
      assert.equal(exit, 1);
      assert.match(out, /it is full, and receiving pauses/);
    }
    assert.equal((await house.json('search', '封', '--limit', '1')).code, 0);
    resize(house, '100M');
    assert.equal((await house.json('sync')).code, 0);
    assert.equal(house.stored().size, COUNT);
    assert.deepEqual((await house.json('verify')).answer.ok, true);
    assert.equal((await house.json('search', '封', '--limit', '1')).answer.total, COUNT);
    const again = await house.json('sync');
    assert.deepEqual([again.code, again.answer.accounts?.[0]?.stored], [0, 0]);
  });

  test('does not stop the service: receiving pauses with a log line, searches and the outbox go on, and it resumes by itself', async (t) => {
    const { provider, house } = await onSmallDisk(t, { schedule: '* * * * * *' });
    assert.equal((await house.json('sync')).code, 0);
    fill(house, 400_000); // less than is kept free, enough for a letter and what is told of it
    provider.deliver(OWNER.address, 'INBOX', bulkMessage(1));
    const service = house.line.start('daemon');
    await until(() => service.said().includes('is running'), service.said);
    await until(() => /receiving pauses/.test(service.said()), service.said);
    assert.equal(house.stored().size, 0);
    assert.equal((await house.json('search', 'x')).code, 0);
    house.drop('letter.eml', letter(1));
    await until(() => provider.accepted('<1@mail.test>') === 1, service.said);
    rmSync(join(house.data, 'ballast'));
    await until(() => house.stored().size >= 2, service.said, 150_000);
    await until(() => house.names('sent').length === 1, service.said);
    const { code, stderr } = await service.stop();
    assert.equal(code, 0, stderr);
    assert.equal(provider.accepted('<1@mail.test>'), 1);
    assert.equal((await house.json('verify')).answer.ok, true);
  });

  test('that is full to the last octet holds a letter back until there is room, and sends it once', async (t) => {
    const { provider, house } = await onSmallDisk(t);
    assert.equal((await house.json('sync')).code, 0);
    const service = house.line.start('daemon');
    await until(() => service.said().includes('is running'), service.said);
    fill(house);
    house.drop('letter.eml', letter(1));
    await until(() => /space|full/i.test(service.said()), service.said);
    assert.equal((await house.json('search', 'x')).code, 0);
    assert.ok(service.alive());
    assert.equal(provider.accepted('<1@mail.test>'), 0);
    rmSync(join(house.data, 'ballast'));
    house.drop('second.eml', letter(2));
    await until(() => house.names('sent').length === 2, service.said);
    const { code, stderr } = await service.stop();
    assert.equal(code, 0, stderr);
    assert.deepEqual([provider.accepted('<1@mail.test>'), provider.accepted('<2@mail.test>')], [1, 1]);
  });

  test('that becomes read-only, then writable again, loses nothing', async (t) => {
    const { provider, house } = await onSmallDisk(t);
    provider.deliver(OWNER.address, 'INBOX', bulkMessage(1));
    assert.equal((await house.json('sync')).code, 0);
    run('mount', '-o', 'remount,ro', house.data);
    provider.deliver(OWNER.address, 'INBOX', bulkMessage(2));
    const { code, answer } = await house.json('sync');
    assert.equal(code, 1);
    const failure = answer.error ?? answer.accounts?.[0]?.error;
    assert.match(`${failure?.message} ${failure?.hint}`, /read-only/);
    // Nobody has the index open: SQLite would have to make a file beside it.
    const { answer: unread } = await house.json('search', 'x');
    assert.match(unread.error?.hint ?? '', /write beside it .*make a copy/);
    run('mount', '-o', 'remount,rw', house.data);
    assert.equal((await house.json('sync')).code, 0);
    assert.equal(house.stored().size, 2);
    assert.equal((await house.json('verify')).answer.ok, true);
  });
});

describe('a data directory that goes away', () => {
  test('under a running service is told, and when it is back, nothing is lost', async (t) => {
    const provider = await startProvider({ users: { [OWNER.address]: OWNER.password } });
    t.after(() => provider.stop());
    const house = install(t, [wangAt(provider, { schedule: '* * * * * *' })]);
    provider.deliver(OWNER.address, 'INBOX', bulkMessage(1));
    const service = house.line.start('daemon');
    await until(() => house.stored().size === 1, service.said);
    const mail = join(house.data, 'mail');
    renameSync(mail, `${mail}.away`);
    provider.deliver(OWNER.address, 'INBOX', bulkMessage(2));
    await until(() => /its disk is not mounted|ENOENT/.test(service.said()), service.said);
    assert.ok(service.alive());
    rmSync(mail, { recursive: true, force: true });
    renameSync(`${mail}.away`, mail);
    await until(() => house.stored().size === 2, service.said, 150_000);
    assert.equal((await service.stop()).code, 0);
    assert.equal((await house.json('verify')).answer.ok, true);
  });
});

describe('a disk of its own for the messages, which is not mounted', { skip: withoutMount() }, () => {
  test('is noticed by whatever would write there, and nothing is put into its mount point', async (t) => {
    const { provider, house, mail, mount } = await onOwnDisk(t);
    provider.deliver(OWNER.address, 'INBOX', bulkMessage(1));
    assert.equal((await house.json('sync')).code, 0);
    run('umount', mail);
    provider.deliver(OWNER.address, 'INBOX', bulkMessage(2));
    const letters = join(house.directory, 'letters');
    mkdirSync(letters);
    writeFileSync(join(letters, 'letter.eml'), letter(1));
    for (const args of [['sync'], ['import', letters], ['reindex'], ['daemon']] as const) {
      const { code, stdout, stderr } = await house.line.run(...args);
      assert.equal(code, 1, stderr);
      assert.match(stdout + stderr, /no message is in \S+\/mail,/);
      assert.match(stdout + stderr, /Mount the disk/);
      assert.deepEqual(readdirSync(mail), []);
    }
    mount();
    assert.equal((await house.json('sync')).code, 0);
    assert.equal(house.stored().size, 2);
    assert.equal((await house.json('verify')).answer.ok, true);
  });

  test('under a running service pauses receiving, and when it is back, nothing is lost or hidden', async (t) => {
    const { provider, house, mail, mount } = await onOwnDisk(t, { schedule: '* * * * * *' });
    provider.deliver(OWNER.address, 'INBOX', bulkMessage(1));
    const service = house.line.start('daemon');
    await until(() => house.journal('wang').some(({ op }) => op === 'seen'), service.said);
    run('umount', '-l', mail);
    provider.deliver(OWNER.address, 'INBOX', bulkMessage(2));
    await until(() => /its disk is not mounted/.test(service.said()), service.said);
    assert.ok(service.alive());
    assert.deepEqual(readdirSync(mail), []);
    // A second account of it, or a later poll, makes nothing there either.
    assert.notEqual((await house.json('sync')).code, 0);
    assert.deepEqual(readdirSync(mail), []);
    mount();
    // By itself it looks again within a minute, as when a full disk has room again; a person who asks does not wait.
    assert.equal((await house.line.run('sync')).code, 0);
    assert.equal(house.stored().size, 2);
    assert.equal((await service.stop()).code, 0);
    assert.equal((await house.json('verify')).answer.ok, true);
  });

  test('is not missed where a person says that the messages are lost for good: what a server has is fetched again', async (t) => {
    const { provider, house, mail } = await onOwnDisk(t);
    provider.deliver(OWNER.address, 'INBOX', bulkMessage(1));
    assert.equal((await house.json('sync')).code, 0);
    run('umount', mail);
    assert.equal((await house.json('sync')).code, 1);
    mkdirSync(join(mail, 'undated'));
    assert.equal((await house.json('sync')).code, 0);
    await house.json('verify', '--server');
    assert.equal(house.stored().size, 1);
  });
});

/** Its `mail` is a mount point, with a disk mounted there that keeps what it has while it is not. */
async function onOwnDisk(t: Ending, receive: object = {}) {
  const provider = await startProvider({ users: { [OWNER.address]: OWNER.password } });
  const ends = new Endings();
  const directory = temporaryDirectory(ends);
  const disk = join(directory, 'disk');
  const mail = join(directory, 'data', 'mail');
  t.after(async () => {
    spawnSync('umount', ['-l', mail]);
    await ends.end();
  });
  const house = install(
    t,
    [wangAt(provider, { folders: { include: ['INBOX'] }, push: false, ...receive })],
    directory,
  );
  t.after(() => provider.stop());
  assert.equal(join(house.data, 'mail'), mail);
  mkdirSync(mail, { recursive: true });
  mkdirSync(disk);
  const mount = (): void => run('mount', '--bind', disk, mail);
  mount();
  return { provider, house, mail, mount };
}

describe('a disk with errors', { skip: noStrace }, () => {
  for (const [what, inject, told] of [
    ['the sync of a message', 'fdatasync:error=EIO:when=1', /EIO/],
    ['the name of a message', 'rename:error=EROFS:when=2', /EROFS|read-only/],
    ['the sync of a directory', 'fsync:error=EIO:when=4', /EIO|I\/O/],
    ['the mode of a message', 'fchmod:error=EIO:when=2', /EIO/],
    ['the write of the index', 'pwrite64:error=EIO:when=9', /I\/O|EIO/i],
  ] as const) {
    test(`${what}: the sync says so, and the next one brings the rest`, async (t) => {
      const provider = await startProvider({ users: { [OWNER.address]: OWNER.password } });
      t.after(() => provider.stop());
      for (let n = 1; n <= 5; n++) provider.deliver(OWNER.address, 'INBOX', bulkMessage(n));
      const house = install(t, [wangAt(provider)]);
      const { code, stderr, stdout } = await house.line.startUnder(failing(inject), 'sync').ended;
      assert.equal(code, 1, stderr);
      assert.match(stderr + stdout, told);
      assert.equal((await house.json('sync')).code, 0);
      assert.equal(house.stored().size, 5);
      const places = house.journal('wang').filter(({ op }) => op === 'seen');
      assert.equal(new Set(places.map(({ uid }) => uid)).size, 5);
      assert.equal(places.length, 5, 'nothing is told twice');
      assert.equal((await house.json('verify')).answer.ok, true);
    });
  }
});

function letter(n: number): string {
  return `From: ${OWNER.address}\nTo: ${FRIEND.address}\nMessage-ID: <${n}@mail.test>\n\nHello.\n`;
}
