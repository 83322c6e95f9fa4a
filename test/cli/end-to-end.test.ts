// The program as its people and their systemd meet it: child processes, exit codes, signals at awkward moments. Whatever
// happens, it is told in words, the exit code is the documented one, and nothing that was stored is lost.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { bulkMessage } from '../messages/bulk.ts';
import { until, type Started } from '../support/command-line.ts';
import { furnishedHouse, wangAt } from '../support/furnished-house.ts';
import type { Installation } from '../support/installation.ts';
import { OWNER } from '../support/provider/furnished.ts';
import type { Provider } from '../support/provider/provider.ts';

describe('the exit code tells what is wrong, and the text what to do', () => {
  test('77: a wrong password, with a hint', async (t) => {
    const { provider, house } = await furnishedHouse(t);
    house.configure([{ ...wangAt(provider), password: 'wrong' }]);
    for (const command of [['sync'], ['sync', '--quiet'], ['folders', 'wang'], ['check']]) {
      const { code, stdout, stderr } = await house.line.run(...command);
      assert.equal(code, 77, `${command.join(' ')}: ${stdout}${stderr}`);
      assert.match(stdout + stderr, /refused by 127\.0\.0\.1/);
      assert.match(stdout + stderr, /hint: \S/);
    }
  });

  test('69: a port where nobody listens', async (t) => {
    const { provider, house } = await furnishedHouse(t);
    house.configure([wangAt(provider, { port: await closedPort() })]);
    const { code, stderr } = await house.line.run('sync');
    assert.equal(code, 69, stderr);
    assert.match(stderr, /no connection to 127\.0\.0\.1:\d+: connect ECONNREFUSED/);
    assert.match(stderr, /hint: \S/);
    const status = await house.json('status');
    assert.equal(status.code, 1, 'and status tells of it');
  });

  test('69: a server with another certificate is not talked to', async (t) => {
    const { provider, house } = await furnishedHouse(t);
    house.configure([wangAt(provider, { ca: join(house.directory, 'other.pem') })]);
    writeFileSync(
      join(house.directory, 'other.pem'),
      readFileSync(provider.ca.replace('ca.pem', 'self-signed.pem')),
    );
    const { code, stderr } = await house.line.run('sync');
    assert.equal(code, 69, stderr);
    assert.match(stderr, /certificate/i);
    assert.deepEqual(provider.heard('IMAP'), [], 'no password went out');
  });

  test('78: a mistake in the configuration, with its line and the right key', async (t) => {
    const { house } = await furnishedHouse(t);
    const text = readFileSync(house.config, 'utf8').replace('schedule:', 'shedule:');
    writeFileSync(house.config, text);
    const line = text.split('\n').findIndex((one) => one.includes('shedule:')) + 1;
    for (const command of ['sync', 'daemon', 'search']) {
      const { code, stderr } = await house.line.run(command, ...(command === 'search' ? ['x'] : []));
      assert.equal(code, 78, stderr);
      assert.match(stderr, new RegExp(`config\\.yaml:${line}\\b.*shedule`));
      assert.match(stderr, /schedule/);
    }
    assert.equal(existsSync(house.data), false);
  });

  test('75: a second writer beside the service, which is named by its process', async (t) => {
    const { house, count } = await furnishedHouse(t);
    const service = house.line.start('daemon');
    await until(() => service.said().includes('received'), service.said);
    for (const command of ['reindex', 'daemon']) {
      const { code, stderr } = await house.line.run(command);
      assert.equal(code, 75, `${command}: ${stderr}`);
      assert.match(stderr, new RegExp(`process ${service.pid}\\b`));
    }
    assert.ok(((await house.json('search', 'invoice')).answer.total ?? 0) > 0, 'a search goes on beside it');
    await stopsWell(house, service);
    assert.equal(house.stored().size, count);
  });
});

describe('a stop', () => {
  test('that comes while the service fetches ends it in time, and the next start goes on', async (t) => {
    const { provider, house, count } = await furnishedHouse(t);
    const all = count + fill(provider, 600);
    const service = house.line.start('daemon');
    await asked(provider, 350);
    await stopsWell(house, service);
    assert.ok(house.stored().size < all, 'it was in the middle');
    await completes(house, all);
  });

  test('that comes while a server is silent ends it in time', async (t) => {
    const { provider, house, count } = await furnishedHouse(t);
    // Whoever waits for the server waits for longer than this test does.
    house.configure([{ ...wangAt(provider), timeouts: { connect: '1h', idle: '1h' } }]);
    provider.faults.silent.add('IMAP UID FETCH');
    const service = house.line.start('daemon');
    await until(() => provider.heard('IMAP').some(({ line }) => line.includes('UID FETCH')), service.said);
    await stopsWell(house, service);
    provider.faults.silent.clear();
    await completes(house, count);
  });

  test('that comes while a lost index is made anew ends it in time, and leaves the rest to the next start', async (t) => {
    const { provider, house, count } = await furnishedHouse(t);
    const all = count + fill(provider, 1200);
    assert.equal((await house.line.run('sync')).code, 0);
    for (const name of readdirSync(house.data))
      if (name.startsWith('index.db')) writeFileSync(join(house.data, name), '');
    const service = house.line.start('daemon');
    await until(() => existsSync(join(house.data, 'lock')), service.said);
    await stopsWell(house, service);
    assert.doesNotMatch(service.said(), /is running/, 'it was in the middle');
    await completes(house, all);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`by ${signal} in the middle of a sync is a failure that loses nothing and leaves no lock`, async (t) => {
      const { provider, house, count } = await furnishedHouse(t);
      const all = count + fill(provider, 600);
      const sync = house.line.start('sync');
      await asked(provider, 350);
      const { code, stderr } = await sync.kill(signal);
      assert.equal(code, 1, stderr);
      assert.match(stderr, new RegExp(`stopped by ${signal}`));
      leavesNothing(house);
      const kept = house.stored().size;
      assert.ok(kept < all, 'it was in the middle');
      await completes(house, all);
    });
  }
});

/** The service ends by itself, and well. */
async function stopsWell(house: Installation, service: Started): Promise<void> {
  const stopped = service.stop();
  await until(() => !service.alive(), service.said);
  const { code, signal, stderr } = await stopped;
  assert.deepEqual([code, signal], [0, null], stderr);
  leavesNothing(house);
}

function leavesNothing({ data }: Installation): void {
  const locks = readdirSync(data).filter(
    (name) => (name.includes('lock') && !name.endsWith('.guard')) || /-(?:wal|shm)$/.test(name),
  );
  assert.deepEqual(locks, [], 'no lock, no log that is not folded back');
  assert.deepEqual(readdirSync(join(data, 'mail', '.tmp')), []);
}

/** The next sync brings the rest, each message once. */
async function completes(house: Installation, all: number): Promise<void> {
  const before = house.stored().size;
  const { code, answer } = await house.json('sync');
  assert.equal(code, 0);
  assert.equal(house.stored().size, all);
  assert.ok((answer.accounts?.[0]?.stored ?? 0) >= all - before);
  const verified = await house.json('verify');
  assert.deepEqual([verified.code, verified.answer.files], [0, all]);
  const places = house
    .journal('wang')
    .map(({ folder, validity, uid }) => `${String(folder)} ${String(validity)} ${String(uid)}`);
  assert.equal(new Set(places).size, places.length, 'no place is told twice');
}

/** Resolves when the server was asked for its `n`th body. */
async function asked(provider: Provider, n: number): Promise<void> {
  let bodies = 0;
  provider.faults.omit = () => {
    bodies++;
    return false;
  };
  await until(() => bodies >= n, `${n} bodies are asked for`);
}

function fill(provider: Provider, count: number): number {
  for (let n = 1; n <= count; n++) provider.deliver(OWNER.address, 'INBOX', bulkMessage(n, 2000));
  return count;
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
