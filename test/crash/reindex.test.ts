// `kill -9` of a reindex: searches find the same before and after, and no message is fetched again because of it.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { bulkMessage } from '../messages/bulk.ts';
import { atEach, copyOf, doomed, moments, watched } from '../support/crash-points.ts';
import { furnishedHouse, wangAt } from '../support/furnished-house.ts';
import type { Installation } from '../support/installation.ts';
import { OWNER } from '../support/provider/furnished.ts';
import { chance } from '../support/random.ts';
import { withoutStrace } from '../support/strace.ts';

const QUERIES = ['发票', 'invoice', '"会议纪要"', '"keep old mail"', '封'];

describe('a reindex that is killed', () => {
  test('ten times, at moments by chance, changes nothing for searches and for the next sync', async (t) => {
    const { provider, house, count } = await furnishedHouse(t);
    for (let n = 1; n <= 500; n++) provider.deliver(OWNER.address, 'INBOX', bulkMessage(n, 800));
    assert.equal((await house.json('sync')).code, 0);
    const before = await search(house);
    const began = performance.now();
    assert.equal((await house.line.run('reindex')).code, 0);
    const whole = performance.now() - began;
    assert.deepEqual(await search(house), before);

    const random = chance(20_261_121);
    let hits = 0;
    for (let kill = 1; kill <= 10; kill++) {
      const reindex = house.line.start('reindex');
      const timer = setTimeout(() => void reindex.kill('SIGKILL'), whole * (0.2 + random.upTo(70) / 100));
      const { signal } = await reindex.ended;
      clearTimeout(timer);
      if (signal === 'SIGKILL') hits++;
      assert.deepEqual(await search(house), before, `after kill ${kill}`);
    }
    assert.ok(hits > 3, `${hits} kills hit`);
    await nothingIsFetched(house, 500 + count);
    assert.equal((await house.line.run('reindex')).code, 0);
    leavesNothing(house);
    assert.deepEqual(await search(house), before);
  });

  test(
    'at each of its steps, over an index whose log was half folded back, loses nothing',
    { skip: withoutStrace },
    async (t) => {
      const { provider, house: base, count } = await furnishedHouse(t);
      const accounts = [wangAt(provider)];
      // A sync that is killed in the middle of folding the log back leaves a file that is nothing without its log.
      const torn = await doomed(base, { call: 'pwrite64', nth: 4, path: 'data/index.db' }, 'sync').ended;
      assert.equal(torn.signal, 'SIGKILL', torn.stderr);
      assert.ok(existsSync(join(base.data, 'index.db-wal')));
      const calm = copyOf(t, base, accounts);
      assert.equal((await calm.json('sync')).code, 0);
      const before = await search(calm);

      const traced = copyOf(t, base, accounts);
      const { started, calls } = watched(traced, 'reindex');
      assert.equal((await started.ended).code, 0);
      const steps = moments(calls(), ({ name }) => /^(unlink|rename|fsync)$/.test(name));
      assert.ok(steps.length > 6);
      t.diagnostic(`${steps.length} moments`);
      await atEach(steps, async (moment) => {
        const house = copyOf(t, base, accounts);
        const { signal, stderr } = await doomed(house, moment, 'reindex').ended;
        assert.equal(signal, 'SIGKILL', `it was killed: ${stderr}`);
        await nothingIsFetched(house, count);
        assert.deepEqual(await search(house), before);
        assert.equal((await house.json('reindex')).code, 0);
        leavesNothing(house);
        assert.deepEqual(await search(house), before);
      });
    },
  );
});

async function nothingIsFetched(house: Installation, all: number): Promise<void> {
  const { code, answer } = await house.json('sync');
  const [account] = answer.accounts ?? [];
  assert.deepEqual([code, account?.stored, account?.known], [0, 0, all]);
}

async function search(house: Installation): Promise<unknown[]> {
  const found = [];
  for (const query of QUERIES) {
    const { code, answer } = await house.json('search', '--limit', '2000', query);
    assert.equal(code, 0, JSON.stringify(answer.error));
    found.push(answer);
  }
  return found;
}

function leavesNothing({ data }: Installation): void {
  const left = readdirSync(data).filter((name) => /\.new|-(?:wal|shm)$|lock/.test(name));
  assert.deepEqual(left, []);
}
