// The disk is full, read-only, broken or gone while mail is imported, the index is rebuilt, or a journal gets its snapshot: it is told
// with its cure, what is stored stays, what was half made goes, and with room again all of it comes to its end.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Journal } from '../../src/archive/journal.ts';
import { importMail } from '../../src/import/run.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { history } from '../archive/history.ts';
import { bulkMessage } from '../messages/bulk.ts';
import { until } from '../support/command-line.ts';
import { wangAt } from '../support/furnished-house.ts';
import { openTestHouse } from '../support/house.ts';
import { install, type Installation } from '../support/installation.ts';
import { isMailError } from '../support/mail-error.ts';
import { startFurnishedProvider } from '../support/provider/furnished.ts';
import { fill, onSmallDisk, resize, run, smallDisk, withoutMount } from '../support/small-disk.ts';
import { failing, noStrace } from '../support/strace.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const COUNT = 200;

describe('on a small disk', { skip: withoutMount() }, () => {
  for (const by of ['the command', 'the service'] as const) {
    test(`an import by ${by} stops before the disk is full, and goes on when there is room`, async (t) => {
      const { house } = await onSmallDisk(t);
      const box = mailbox(house, 100_000);
      assert.equal((await house.json('sync')).code, 0);
      const service = by === 'the service' ? house.line.start('daemon') : undefined;
      if (service !== undefined) await until(() => service.said().includes('is running'), service.said);
      const { code, stdout, stderr } = await house.line.run('import', box);
      assert.equal(code, 1, stderr);
      assert.match(stdout + stderr, /(?:the import stops: only|no space left)[^]*free some space/);
      const part = house.stored().size;
      assert.ok(part > 0 && part < COUNT, `${part} were stored`);
      assert.deepEqual(readdirSync(join(house.data, 'mail/.tmp')), []);
      // Of the batch that did not fit, files may be there: they are taken up by the next.
      const told = (await house.json('search', 'in:box')).answer.total ?? 0;
      assert.ok(told > 0 && told <= part, `${told} of ${part}`);
      resize(house, '100M');
      const again = await house.json('import', box);
      assert.deepEqual([again.code, again.answer.ok], [0, true]);
      assert.equal(house.stored().size, COUNT);
      assert.ok(service?.alive() ?? true);
      await service?.stop();
      assert.equal((await house.json('verify')).answer.ok, true);
    });
  }

  test('an import for which there is no room leaves none of what it had read, in whatever process', async (t) => {
    const data = smallDisk(t, '20M');
    const house = await openTestHouse(t, systemClock, data);
    const directory = temporaryDirectory(t);
    // One stays in memory while it is read, the other lies on the disk.
    for (const octets of [1000, 300_000])
      writeFileSync(join(directory, `${octets}.eml`), `Subject: x\n\n${'x'.repeat(octets)}`);
    fill({ data } as Installation, 350_000);
    const { signal } = new AbortController();
    const told = await importMail({ ...house, account: 'import', signal }, [directory]);
    assert.match(told.error?.message ?? '', /the import stops: only/);
    assert.deepEqual(readdirSync(join(data, 'mail/.tmp')), []);
  });

  test('an import, a reindex and a snapshot are refused by a disk that is read-only, and done when it is not', async (t) => {
    const { house } = await onSmallDisk(t);
    const box = mailbox(house, 400);
    assert.equal((await house.json('import', box)).code, 0);
    const journal = new Journal(house.data);
    await journal.append('old', history(1, 12_000));
    run('mount', '-o', 'remount,ro', house.data);
    for (const args of [['import', box], ['reindex']] as const) {
      const { code, stdout, stderr } = await house.line.run(...args);
      assert.equal(code, 1, stderr);
      assert.match(stdout + stderr, /read-only/i);
    }
    await assert.rejects(journal.compact('old'), isMailError('storage', 'later', /EROFS/));
    run('mount', '-o', 'remount,rw', house.data);
    assert.ok((await journal.compact('old')) !== null);
    assert.equal((await house.json('import', box)).code, 0);
    assert.equal((await house.json('reindex')).code, 0);
    assert.equal((await house.json('search', 'in:box', '--limit', '1')).answer.total, COUNT);
  });

  test('a reindex and a snapshot for which there is no room leave what was there, and nothing in its way', async (t) => {
    const { house } = await onSmallDisk(t);
    const box = mailbox(house, 8000);
    assert.equal((await house.json('import', box)).code, 0);
    const journal = new Journal(house.data);
    await journal.append('old', history(1, 12_000));
    assert.ok((await journal.compact('old')) !== null);
    const before = readFileSync(join(house.data, 'journal/old.snapshot'));
    await journal.append('old', history(2, 12_000));
    const lines = readFileSync(join(house.data, 'journal/old.jsonl'));
    // More than is kept free, and less than either takes.
    for (const left of [0, 450_000]) {
      fill(house, left);
      await assert.rejects(
        journal.compact('old'),
        isMailError('storage', 'later', /ENOSPC|only .* are left/),
      );
      const { code, stdout, stderr } = await house.line.run('reindex');
      assert.equal(code, 1, stderr);
      assert.match(stdout + stderr, /disk is full/i);
      assert.deepEqual(readdirSync(join(house.data, 'journal')).sort(), [
        'import.jsonl',
        'old.jsonl',
        'old.snapshot',
      ]);
      assert.deepEqual(readFileSync(join(house.data, 'journal/old.snapshot')), before);
      assert.deepEqual(readFileSync(join(house.data, 'journal/old.jsonl')), lines);
      assert.deepEqual(
        readdirSync(house.data).filter((name) => name.includes('.new')),
        [],
      );
      const found = await house.json('search', 'in:box', '--limit', '1');
      if (left > 0) assert.equal(found.answer.total, COUNT);
      rmSync(join(house.data, 'ballast'));
    }
    resize(house, '100M');
    assert.ok((await journal.compact('old')) !== null);
    assert.equal((await house.json('reindex')).code, 0);
    assert.equal((await house.json('search', 'in:box', '--limit', '1')).answer.total, COUNT);
  });
});

test('journals that go away while a snapshot is wanted are told, and it is made when they are back', async (t) => {
  const data = temporaryDirectory(t);
  const journal = new Journal(data);
  await journal.append('old', history(1, 12_000));
  renameSync(join(data, 'journal'), join(data, 'away'));
  await assert.rejects(journal.compact('old'), isMailError('storage', 'later', /ENOENT/));
  assert.equal(existsSync(join(data, 'journal')), false);
  renameSync(join(data, 'away'), join(data, 'journal'));
  assert.ok((await journal.compact('old')) !== null);
});

describe('a disk with errors', { skip: noStrace }, () => {
  for (const [what, inject, told] of [
    ['the sync of a message', 'fdatasync:error=EIO:when=1', /EIO/],
    ['the sync of the journal', 'fdatasync:error=EIO:when=65', /EIO/],
    ['the sync of a directory', 'fsync:error=EIO:when=4', /EIO|I\/O/],
    ['the name of a message', 'rename:error=EROFS:when=3', /EROFS|read-only/],
  ] as const) {
    test(`${what}: an import says so, and the next one brings the rest`, async (t) => {
      const { provider } = await startFurnishedProvider();
      t.after(() => provider.stop());
      const house = install(t, [wangAt(provider)]);
      const box = mailbox(house, 400);
      const { code, stderr, stdout } = await house.line.startUnder(failing(inject), 'import', box).ended;
      assert.equal(code, 1, stderr);
      assert.match(stderr + stdout, told);
      const again = await house.json('import', box);
      assert.deepEqual([again.code, again.answer.ok], [0, true]);
      assert.equal(house.stored().size, COUNT);
      assert.equal(house.journal('import').filter(({ op }) => op === 'seen').length, COUNT);
      assert.equal((await house.json('verify')).answer.ok, true);
    });
  }
});

/** An mbox of COUNT messages, beside the data. */
function mailbox({ directory }: Installation, octets: number): string {
  const box = join(directory, 'box');
  for (let n = 1; n <= COUNT; n++) {
    writeFileSync(box, `From a Thu Jan  1 00:00:00 2026\n`, { flag: 'a' });
    writeFileSync(box, bulkMessage(n, octets).toString('latin1').replaceAll('\r\n', '\n'), {
      flag: 'a',
      encoding: 'latin1',
    });
    writeFileSync(box, '\n', { flag: 'a' });
  }
  return box;
}
