// index.db may be deleted or damaged at any time: searches then say what to do, the two truths make it anew, and no message is
// fetched again because of it.
import assert from 'node:assert/strict';
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import Database from 'better-sqlite3';
import { SCHEMA_VERSION } from '../../src/index/schema.ts';
import { bulkMessage } from '../messages/bulk.ts';
import { until } from '../support/command-line.ts';
import { furnishedHouse } from '../support/furnished-house.ts';
import type { Answer, Installation } from '../support/installation.ts';
import { OWNER } from '../support/provider/furnished.ts';
import type { Provider } from '../support/provider/provider.ts';
import type { Ending } from '../support/temporary.ts';

const DAMAGED = /index\.db is damaged: it is made anew .* nothing is lost/;
const QUERIES = ['发票', 'invoice', '"会议纪要"', '"keep old mail"', 'from:wang'];

describe('an index that was deleted', () => {
  test('is rebuilt by reindex: searches find the same, and the next sync downloads nothing', async (t) => {
    const { provider, house } = await synced(t);
    const before = await search(house);
    for (const [at, { total = 0 }] of before.entries())
      assert.ok(total > 0, `${QUERIES[at]} finds something`);
    removeIndex(house);
    assert.equal((await house.line.run('reindex')).code, 0);
    assert.deepEqual(await search(house), before);
    await nothingIsFetched(provider, house);
  });

  test('is missed by searches, which say so, and healed by the next sync, without a download', async (t) => {
    const { provider, house } = await synced(t);
    const before = await search(house);
    removeIndex(house);
    const without = await house.json('search', 'invoice');
    assert.equal(without.code, 1);
    assert.match(without.answer.error?.message ?? '', /^mail is stored, and its index .* is missing$/);
    assert.match(without.answer.error?.hint ?? '', /mailkeep reindex.*mailkeep sync/);
    const status = await house.json('status');
    assert.deepEqual([status.code, status.answer.error?.message], [1, without.answer.error?.message]);
    await nothingIsFetched(provider, house);
    assert.deepEqual(await search(house), before);
  });
});

describe('a damaged index', () => {
  for (const [what, damage] of [
    ['is garbage', (path: string) => writeFileSync(path, Buffer.alloc(100_000, 'garbage'))],
    ['is empty', (path: string) => writeFileSync(path, '')],
    ['was cut in half', (path: string) => cut(path)],
    ['has garbage in it', (path: string) => scratch(path)],
  ] as const) {
    test(`that ${what}: each command answers or names the cure, and the cure works`, async (t) => {
      const { provider, house } = await synced(t);
      const before = await search(house);
      damage(join(house.data, 'index.db'));
      provider.deliver(OWNER.address, 'INBOX', bulkMessage(1001));
      for (const args of [
        ['search', 'invoice'],
        ['search', '发票'],
        ['status'],
        ['sync'],
        ['search', '会议纪要'],
      ]) {
        const { code, answer } = await house.json(...args);
        const told = failuresIn(answer);
        assert.equal(code === 0, told.length === 0, `${args.join(' ')} ends with ${code}`);
        for (const { message, hint } of told) {
          assert.match(hint ?? 'no hint', /mailkeep reindex/, `${args.join(' ')}: ${message}`);
        }
      }
      const cured = await house.line.run('reindex');
      assert.equal(cured.code, 0, cured.stderr);
      const { code, answer } = await house.json('sync');
      assert.deepEqual([code, failuresIn(answer)], [0, []]);
      assert.deepEqual((await house.json('verify')).answer.orphans, []);
      const after = await search(house);
      assert.deepEqual(
        after.map(({ total = 0 }) => total),
        before.map(({ total = 0 }, at) => total + (at === 2 ? 1 : 0)),
        'what came in the meantime is found too',
      );
    });
  }
});

describe('a command that writes', () => {
  for (const [command, what, damage, says] of [
    ['sync', 'is missing', removeIndex, /index\.db is missing: it is made anew .* nothing is lost/],
    ['sync', 'was cut', ({ data }: Installation) => cut(join(data, 'index.db')), DAMAGED],
    ['import', 'was cut', ({ data }: Installation) => cut(join(data, 'index.db')), DAMAGED],
    [
      'import',
      'is garbage',
      ({ data }: Installation) => writeFileSync(join(data, 'index.db'), 'x'.repeat(9999)),
      DAMAGED,
    ],
  ] as const) {
    test(`${command} notices an index that ${what}, says so, and makes it anew`, async (t) => {
      const { provider, house } = await synced(t);
      const before = await search(house);
      const letter = join(house.directory, 'letter.eml');
      writeFileSync(letter, 'From: a@b.test\nSubject: zanzibar\n\nHello.\n');
      damage(house);
      const { code, stderr } = await house.line.run(command, ...(command === 'sync' ? [] : [letter]));
      assert.equal(code, 0, stderr);
      assert.match(stderr, says);
      assert.deepEqual(
        readdirSync(house.data).filter((name) => name.includes('damaged')),
        [],
      );
      assert.deepEqual(await search(house), before);
      const [found] = await search(house, ['zanzibar']);
      assert.equal(found?.total, command === 'import' ? 1 : 0);
      await nothingIsFetched(provider, house);
    });
  }

  test('leaves the database of another program alone, and says where it lies', async (t) => {
    const { house } = await synced(t);
    removeIndex(house);
    const path = join(house.data, 'index.db');
    const other = new Database(path);
    other.exec("CREATE TABLE recipe (name TEXT); INSERT INTO recipe VALUES ('bread');");
    for (const version of [0, SCHEMA_VERSION]) {
      other.pragma(`user_version = ${version}`);
      const octets = readFileSync(path);
      for (const args of [['sync'], ['daemon'], ['reindex'], ['search', 'invoice'], ['status']]) {
        const { code, stderr } = await house.line.run(...args);
        assert.equal(code, 78, `${args.join(' ')}: ${stderr}`);
        assert.match(stderr, /index\.db is a database, and not one of mailkeep/);
        assert.ok(readFileSync(path).equals(octets), args.join(' '));
      }
    }
    other.close();
  });
});

describe('a service', () => {
  for (const [what, damage] of [
    ['is missing', removeIndex],
    [
      'is garbage',
      ({ data }: Installation) => writeFileSync(join(data, 'index.db'), Buffer.alloc(99_000, 'x')),
    ],
  ] as const) {
    test(`whose index ${what} says so and makes it anew, while mail comes in and goes out`, async (t) => {
      const { provider, house } = await synced(t);
      const before = await search(house);
      damage(house);
      provider.deliver(OWNER.address, 'INBOX', bulkMessage(1001));
      const heard = provider.heard('IMAP').length;
      const stored = house.stored().size;
      const service = house.line.start('daemon');
      house.drop('x.eml', `From: ${OWNER.address}\nTo: li@mail.test\nMessage-ID: <x@mail.test>\n\nHi.\n`);
      await until(() => provider.accepted('<x@mail.test>') === 1, service.said);
      await until(() => /the index is whole/.test(service.said()), service.said);
      await until(() => house.stored().size === stored + 2, service.said);
      const ended = await service.stop();
      assert.equal(ended.code, 0, ended.stderr);
      assert.match(ended.stderr, /is (missing|damaged): it is made anew .* nothing is lost/);
      assert.match(ended.stderr, /searches find only a part until/);
      const bodies = provider
        .heard('IMAP')
        .slice(heard)
        .filter(({ line }) => /BODY\.PEEK\[\]/.test(line));
      assert.equal(bodies.length, 1, 'only the new message was fetched');
      const after = await search(house);
      assert.deepEqual(
        after.map(({ total = 0 }) => total),
        before.map(({ total = 0 }, at) => total + (at === 2 || at === 4 ? 1 : 0)),
        'what came in, and what went out, is found too',
      );
    });
  }

  test('that runs while it is deleted: commands say that a restart is wanted, and it heals', async (t) => {
    const { house } = await synced(t);
    const before = await search(house);
    const running = house.line.start('daemon');
    await until(() => running.said().includes('mailkeep is running'), running.said);
    removeIndex(house);
    const { code, answer } = await house.json('search', 'invoice');
    assert.equal(code, 1);
    assert.match(answer.error?.hint ?? '', /^Restart the service where it runs; /);
    await running.stop();
    const again = house.line.start('daemon');
    await until(() => /the index is whole/.test(again.said()), again.said);
    assert.equal((await again.stop()).code, 0);
    assert.deepEqual(await search(house), before);
  });
});

function failuresIn(answer: Answer): NonNullable<Answer['error']>[] {
  const errors = [answer.error, ...(answer.accounts ?? []).map(({ error }) => error)];
  return errors.filter((error) => error !== undefined && error !== null);
}

function cut(path: string): void {
  truncateSync(path, (statSync(path).size >> 13) * 4096);
}

/** Leaves the first page alone, so that it opens, and spoils a third of the others. */
function scratch(path: string): void {
  const { size } = statSync(path);
  const file = openSync(path, 'r+');
  for (let at = 3 * 4096; at < size; at += 3 * 4096)
    writeSync(file, Buffer.alloc(4096, 'garbage'), 0, 4096, at);
  closeSync(file);
}

function removeIndex({ data }: Installation): void {
  for (const end of ['', '-wal', '-shm']) rmSync(join(data, `index.db${end}`), { force: true });
}

async function synced(t: Ending): Promise<{ provider: Provider; house: Installation }> {
  const { provider, house, count } = await furnishedHouse(t);
  const { code, answer } = await house.json('sync');
  assert.deepEqual([code, answer.accounts?.[0]?.stored], [0, count]);
  return { provider, house };
}

async function search(house: Installation, queries: readonly string[] = QUERIES): Promise<Answer[]> {
  const found = [];
  for (const query of queries) found.push((await house.json('search', '--limit', '1000', query)).answer);
  return found;
}

async function nothingIsFetched(provider: Provider, house: Installation): Promise<void> {
  const heard = provider.heard('IMAP').length;
  const { code, answer } = await house.json('sync');
  assert.deepEqual([code, answer.accounts?.[0]?.stored], [0, 0]);
  const asked = provider.heard('IMAP').slice(heard);
  assert.ok(asked.length > 0);
  assert.deepEqual(
    asked.filter(({ line }) => /BODY/i.test(line)),
    [],
  );
}
