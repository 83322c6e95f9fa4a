// Commands beside a running service: one writer, many readers. The service does what only it may, and nobody waits for it.
import assert from 'node:assert/strict';
import { existsSync, lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bulkMessage } from '../messages/bulk.ts';
import { until } from '../support/command-line.ts';
import { furnishedHouse, wangAt } from '../support/furnished-house.ts';
import { OWNER } from '../support/provider/furnished.ts';

test('sync is done by the service, with the same answer and the same exit code', async (t) => {
  const { house, provider, count } = await furnishedHouse(t);
  house.configure([wangAt(provider, { push: false })]);
  const service = house.line.start('daemon');
  await until(() => service.said().includes('received'), service.said);
  provider.deliver(OWNER.address, 'INBOX', bulkMessage(9001));
  const { code, stdout, stderr } = await house.line.run('sync');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /: 1 new message \(/);
  assert.equal(house.stored().size, count + 1);
  const again = await house.json('sync');
  assert.equal(again.code, 0);
  assert.equal(again.answer.accounts?.[0]?.stored, 0);
  const status = await house.line.run('status', '--json');
  assert.match(status.stdout, new RegExp(`"service": \\{\\s*"pid": ${service.pid}`));
  const unknown = await house.line.run('sync', 'nobody');
  assert.equal(unknown.code, 2);
  provider.setPassword(OWNER.address, 'another');
  const refused = await house.line.run('sync');
  assert.equal(refused.code, 77, refused.stderr);
  await service.stop();
  assert.equal(existsSync(join(house.data, 'control.sock')), false);
});

test('a service killed at once leaves a dead socket; a sync does without, and the next service replaces it', async (t) => {
  const { house, count } = await furnishedHouse(t);
  const first = house.line.start('daemon');
  await until(() => first.said().includes('received'), first.said);
  await first.kill('SIGKILL');
  const socket = join(house.data, 'control.sock');
  const dead = lstatSync(socket).ino;
  const alone = await house.line.run('sync');
  assert.equal(alone.code, 0, alone.stderr);
  const second = house.line.start('daemon');
  await until(() => existsSync(socket) && lstatSync(socket).ino !== dead, second.said);
  const beside = await house.line.run('sync');
  assert.equal(beside.code, 0, beside.stderr);
  assert.equal(house.stored().size, count);
  await second.stop();
});

test('two wishes at once are done one after the other, and readers wait for neither', async (t) => {
  const { house, provider, count } = await furnishedHouse(t);
  house.configure([wangAt(provider, { push: false })]);
  const service = house.line.start('daemon');
  await until(() => service.said().includes('received'), service.said);
  for (let n = 0; n < 300; n++) provider.deliver(OWNER.address, 'INBOX', bulkMessage(5000 + n));
  const both = [house.line.run('sync', '--json'), house.line.run('sync', '--json')];
  const found = await house.json('search', 'invoice');
  assert.equal(found.code, 0);
  const [one, two] = await Promise.all(both);
  assert.deepEqual([one?.code, two?.code], [0, 0], `${one?.stderr}${two?.stderr}`);
  const stored = [one, two].map((ran) => storedIn(ran?.stdout ?? ''));
  assert.deepEqual(
    stored.toSorted((a, b) => a - b),
    [0, 300],
  );
  assert.equal(house.stored().size, count + 300);
  await service.stop();
});

test('what is poisoned is listed, and retry fetches it at once: alone, and beside the service', async (t) => {
  for (const beside of [false, true]) {
    const { house, provider, count } = await furnishedHouse(t);
    provider.faults.refuse = ({ uid }) => uid === 1;
    for (let n = 0; n < 4; n++) await house.line.run('sync');
    const status = await house.line.run('status', '--pending');
    assert.match(status.stdout, /poisoned: INBOX 1: .*\(tried 3 times, again in \d+ minutes\)/);
    provider.faults.refuse = () => false;
    assert.equal((await house.line.run('sync')).code, 0);
    assert.ok(house.stored().size < count, 'it waits for its time');
    const service = beside ? house.line.start('daemon') : undefined;
    if (service !== undefined) await until(() => existsSync(join(house.data, 'control.sock')), service.said);
    const retried = await house.line.run('retry');
    assert.equal(retried.code, 0, retried.stderr);
    assert.match(retried.stdout, /[1-9]\d* new message/);
    assert.equal(house.stored().size, count);
    await service?.stop();
  }
});

test('import is done by the service, with the same answer; what it may not read is told with its cure', async (t) => {
  const { house, provider, count } = await furnishedHouse(t);
  house.configure([wangAt(provider, { push: false })]);
  const service = house.line.start('daemon');
  await until(() => service.said().includes('received'), service.said);
  const box = join(house.directory, '旧邮件.mbox');
  writeFileSync(
    box,
    Array.from({ length: 150 }, (_, n) => `From a Thu Jan  1 00:00:00 2026\n${letter(n)}\n`).join(''),
  );
  // More paths than a short line holds.
  const paths = Array.from({ length: 1500 }, (_, n) => {
    const path = join(house.directory, `letter number ${n}.eml`);
    writeFileSync(path, letter(n));
    return path;
  });
  const wide = await house.line.run('import', ...paths, '--dry-run');
  assert.match(wide.stdout, /1,?500 messages to store/, wide.stderr);
  const dry = await house.line.run('import', box, '--dry-run');
  assert.match(dry.stdout, /150 messages to store/);
  const { code, stdout, stderr } = await house.line.run('import', box, '--account', 'wang');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /150 messages stored .*, 0 known/);
  assert.match(stdout, /旧邮件: 150 new/);
  assert.equal(house.stored().size, count + 150);
  const again = await house.json('import', box, '--account', 'wang');
  assert.deepEqual([again.code, again.answer.ok], [0, true]);
  assert.equal((await house.json('search', 'in:旧邮件')).answer.total, 150);
  const none = await house.line.run('import', join(house.directory, 'nothing'));
  assert.equal(none.code, 1);
  assert.match(
    none.stderr,
    /not imported: .*nothing: no such file or directory \(ENOENT\)[^]*as its own user[^]*正在运行的服务/,
  );
  const own = await house.line.run('import', house.data);
  assert.equal(own.code, 2, own.stderr);
  assert.match(own.stderr, /holds this archive itself/);
  const { code: reindex, stderr: why } = await house.line.run('reindex');
  assert.equal(reindex, 75);
  assert.match(why, /stop it first/);
  assert.match(service.said(), /imported/);
  assert.equal((await house.json('verify')).answer.ok, true);
  await service.stop();
});

test('an import by the service ends with its command, or with the service; what it stored stays, and the next goes on', async (t) => {
  const { house, provider, count } = await furnishedHouse(t);
  house.configure([wangAt(provider, { push: false })]);
  const box = join(house.directory, 'box');
  const messages = 4000;
  writeFileSync(
    box,
    Array.from({ length: messages }, (_, n) => `From a Thu Jan  1 00:00:00 2026\n${letter(n)}\n`).join(''),
  );
  for (const end of ['command', 'service'] as const) {
    const service = house.line.start('daemon');
    await until(() => service.said().includes('is running'), service.said);
    await house.line.run('sync'); // what the service fetches by itself is no part of the import
    const before = house.stored().size;
    const importing = house.line.start('import', box);
    await until(() => house.stored().size > before + 60, importing.said);
    if (end === 'command') {
      const ran = await importing.stop();
      assert.equal(ran.code, 1, ran.stderr);
      assert.match(ran.stderr, /the import was stopped; what it has stored stays/);
      await until(() => service.said().includes('imported'), service.said);
    }
    const { code, stderr } = await service.stop();
    assert.equal(code, 0, stderr);
    assert.notEqual((await importing.ended).code, 0);
    assert.ok(house.stored().size < count + messages, 'it was cut');
  }
  const { code, answer } = await house.json('import', box);
  assert.deepEqual([code, answer.ok], [0, true]);
  assert.equal(house.stored().size, count + messages);
  assert.equal((await house.json('verify')).answer.ok, true);
  assert.equal((await house.json('search', 'in:box')).answer.total, messages);
});

function letter(n: number): string {
  return `From: <a@mail.test>\nDate: Thu, 1 Jan 2026 00:00:00 +0000\nMessage-ID: <${n}@import.test>\nSubject: number ${n}\n\nbody ${n}\n`;
}

function storedIn(json: string): number {
  const answer: { accounts: { stored: number }[] } = JSON.parse(json);
  return answer.accounts.reduce((sum, { stored }) => sum + stored, 0);
}

test('a message in the outbox is held, released and sent by the service that runs', async (t) => {
  const { house, provider } = await furnishedHouse(t);
  house.configure([wangAt(provider, { push: false })]);
  provider.faults.answers.set('SMTP MAIL', '451 4.3.0 try later');
  const service = house.line.start('daemon');
  await until(() => service.said().includes('is running'), service.said);
  house.drop('letter.eml', `From: ${OWNER.address}\nTo: li@elsewhere.example\nSubject: x\n\nHello.\n`);
  await until(() => service.said().includes('is deferred'), service.said);
  const list = await house.line.run('outbox', '--json');
  const [{ id } = { id: '' }] = JSON.parse(list.stdout) as { id: string }[];
  const held = await house.line.run('outbox', 'hold', id);
  assert.match(held.stdout, /held until it is released/, held.stderr);
  provider.faults.answers.clear();
  assert.equal((await house.line.run('outbox', 'retry', id)).code, 0);
  await until(() => service.said().includes('was sent'), service.said);
  assert.equal(provider.submissions.length, 1);
  await service.stop();
});
