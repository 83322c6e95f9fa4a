// `kill -9` of a reindex, and of a replay of the journals into a new index, at each effect: searches find the same before and after,
// no message is fetched again because of it, and `--resume` goes on where it stopped.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { atEach, copyOf, doomed, fate, NAMES, told, type Effects } from '../support/crash-points.ts';
import { furnishedHouse, wangAt } from '../support/furnished-house.ts';
import type { Installation } from '../support/installation.ts';
import { noStrace } from '../support/strace.ts';

const QUERIES = ['发票', 'invoice', '"会议纪要"', '"keep old mail"', '封'];

describe('killed at each of its effects', { skip: noStrace }, () => {
  test('a reindex, over an index whose log was half folded back, loses nothing, and can be resumed', async (t) => {
    const { provider, house: base, count } = await furnishedHouse(t);
    const accounts = [wangAt(provider)];
    // A sync that is killed in the middle of folding the log back leaves a file that is nothing without its log.
    const fold: Effects = { name: 'fold', calls: 'pwrite64', on: ['data/index.db'] };
    const torn = await doomed(base, provider, { effects: fold, nth: 4 }, 'sync').ended;
    assert.equal(torn.signal, 'SIGKILL', torn.stderr);
    assert.ok(existsSync(join(base.data, 'index.db-wal')));
    const calm = copyOf(t, base, accounts);
    assert.equal((await calm.json('sync')).code, 0);
    const before = await calm.found(QUERIES);

    const met = await atEach(
      [
        ...NAMES,
        { name: 'write to the new index', calls: 'pwrite64', on: ['data/index.db.new'], each: 40 },
        { name: 'write to its log', calls: 'pwrite64', on: ['data/index.db.new-wal'], each: 80 },
        { name: 'write to the old index', calls: 'pwrite64', on: ['data/index.db'], each: 20 },
      ],
      async (moment) => {
        const house = copyOf(t, base, accounts);
        const ended = fate(await doomed(house, provider, moment, 'reindex').ended);
        const resumed = await house.json('reindex', '--resume');
        assert.equal(resumed.code, 0, JSON.stringify(resumed.answer));
        leavesNothing(house);
        assert.deepEqual(await house.found(QUERIES), before);
        await nothingIsFetched(house, count);
        return ended;
      },
    );
    t.diagnostic(`reindex: ${told(met)}`);
    for (const name of ['rename', 'unlink', 'write to its log']) assert.ok((met.get(name) ?? 0) > 0, name);
  });

  test('a replay of the journals into an index that was lost is ended by the next one', async (t) => {
    const { provider, house: base, count } = await furnishedHouse(t);
    const accounts = [wangAt(provider)];
    assert.equal((await base.json('sync')).code, 0);
    const before = await base.found(QUERIES);
    for (const end of ['', '-wal', '-shm']) rmSync(join(base.data, `index.db${end}`), { force: true });
    const met = await atEach(
      [
        { name: 'link', calls: '?link,?linkat' },
        { name: 'sync', calls: 'fsync' },
        { name: 'sync by the main thread', calls: 'fsync', main: true },
        { name: 'sync of octets', calls: 'fdatasync' },
        { name: 'write to the index', calls: 'pwrite64', on: ['data/index.db'], each: 60 },
        { name: 'write to its log', calls: 'pwrite64', on: ['data/index.db-wal'], each: 40 },
      ],
      async (moment) => {
        const house = copyOf(t, base, accounts);
        const ended = fate(await doomed(house, provider, moment, 'sync').ended);
        await nothingIsFetched(house, count);
        assert.deepEqual(await house.found(QUERIES), before);
        return ended;
      },
    );
    t.diagnostic(`replay: ${told(met)}`);
    assert.ok((met.get('write to its log') ?? 0) > 2);
  });
});

async function nothingIsFetched(house: Installation, all: number): Promise<void> {
  const { code, answer } = await house.json('sync');
  const [account] = answer.accounts ?? [];
  assert.deepEqual([code, account?.stored, account?.known], [0, 0, all]);
}

function leavesNothing({ data }: Installation): void {
  const left = readdirSync(data).filter((name) => /\.new|-(?:wal|shm)$|^lock$|damaged/.test(name));
  assert.deepEqual(left, []);
}
