// `kill -9` of a sync, wherever it hurts: the next sync brings what is missing and nothing twice, and all that it leaves is
// what an undisturbed one leaves.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { bulkMessage } from '../messages/bulk.ts';
import { atEach, copyOf, doomed, moments, watched } from '../support/crash-points.ts';
import { wangAt } from '../support/furnished-house.ts';
import { install, type Installation } from '../support/installation.ts';
import { OWNER } from '../support/provider/furnished.ts';
import { startProvider, type Provider } from '../support/provider/provider.ts';
import { chance } from '../support/random.ts';
import { withoutStrace } from '../support/strace.ts';
import type { Ending } from '../support/temporary.ts';

const WAL = 'data/index.db-wal';

describe('a sync that is killed', () => {
  test('ten times, at moments by chance, while 1,500 messages come in: each is stored once', async (t) => {
    const provider = await providerWith(t, 1000, 500);
    const house = install(t, [wangAt(provider)]);
    const random = chance(20_261_121);
    for (let kill = 1; kill <= 10; kill++) {
      let bodies = 1 + random.upTo(Math.min(800, 1500 - house.journal('wang').length));
      const sync = house.line.start('sync');
      provider.faults.omit = () => {
        if (--bodies === 0) setTimeout(() => void sync.kill('SIGKILL'), random.upTo(100));
        return false;
      };
      const { signal, stderr } = await sync.ended;
      assert.equal(signal, 'SIGKILL', `kill ${kill} hit: ${stderr}`);
    }
    provider.faults.omit = () => false;
    const told = placesIn(house).length;
    const before = house.stored().size;
    t.diagnostic(`${before} files, ${told} of them in the journal`);
    assert.ok(before > 0 && before < 1500, `${before} came through between the kills`);
    const { code, answer } = await house.json('sync');
    assert.equal(code, 0);
    assert.ok(
      (answer.accounts?.[0]?.stored ?? 0) <= 1500 - before + 100,
      'what was kept is not fetched again',
    );
    await isWhole(house, 1500);
  });

  test(
    'at each of its steps leaves, after the next one, what an undisturbed one leaves',
    { skip: withoutStrace },
    async (t) => {
      const provider = await providerWith(t, 1, 0);
      const accounts = [wangAt(provider)];
      const base = install(t, accounts);
      assert.equal((await base.json('sync')).code, 0);
      for (let n = 2; n <= 7; n++)
        provider.deliver(OWNER.address, n < 5 ? 'INBOX' : '客户往来', bulkMessage(n * 300));

      const calm = copyOf(t, base, accounts);
      const { started, calls } = watched(calm, 'sync');
      assert.equal((await started.ended).code, 0);
      await isWhole(calm, 7);
      const all = [
        ...moments(calls(), ({ name }) => /^(rename|unlink)$/.test(name)),
        // Before its sync a file has only a temporary name, whichever it is; a line of the journal has been written.
        ...moments(
          calls(),
          ({ name, path }, before) =>
            name === 'fdatasync' && (path.endsWith('.jsonl') || before?.name !== name),
        ),
        ...moments(calls(), startsCommit, { house: calm, path: WAL }),
        ...moments(calls(), ({ name }) => name === 'pwrite64', { house: calm, path: 'data/index.db' }).slice(
          0,
          3,
        ),
      ];
      assert.ok(all.length > 20);
      t.diagnostic(`${all.length} moments`);
      await atEach(all, async (moment) => {
        const house = copyOf(t, base, accounts);
        const { signal, stderr } = await doomed(house, moment, 'sync').ended;
        assert.equal(signal, 'SIGKILL', `it was killed: ${stderr}`);
        house.stored(); // whatever has a name is whole
        assert.equal((await house.json('sync')).code, 0);
        await isWhole(house, 7);
        assert.deepEqual(house.stored(), calm.stored());
        assert.deepEqual(placesIn(house).toSorted(), placesIn(calm).toSorted());
        assert.deepEqual(await found(house), await found(calm));
      });
    },
  );
});

/** All is stored, verified, told once, and nothing is left lying about; a further sync brings nothing. */
async function isWhole(house: Installation, all: number): Promise<void> {
  const verified = await house.json('verify');
  assert.deepEqual([verified.code, verified.answer.ok, verified.answer.files], [0, true, all]);
  const places = placesIn(house);
  assert.equal(places.length, all);
  assert.equal(new Set(places).size, all, 'no place is told twice');
  assert.deepEqual(readdirSync(join(house.data, 'mail', '.tmp')), []);
  assert.equal(existsSync(join(house.data, 'lock')), false);
  const { code, answer } = await house.json('sync');
  const [account] = answer.accounts ?? [];
  assert.deepEqual([code, account?.stored, account?.known, account?.pending], [0, 0, all, 0]);
}

function placesIn(house: Installation): string[] {
  const seen = house.journal('wang').filter(({ op }) => op === 'seen');
  return seen.map(({ folder, validity, uid, id }) => JSON.stringify([folder, validity, uid, id]));
}

async function found(house: Installation): Promise<unknown> {
  return (await house.json('search', '--limit', '50', '封')).answer;
}

/** The first write of a transaction: what came before it is synced. */
function startsCommit({ name }: { name: string }, before: { name: string } | undefined): boolean {
  return name === 'pwrite64' && before?.name !== 'pwrite64';
}

async function providerWith(t: Ending, inbox: number, other: number): Promise<Provider> {
  const provider = await startProvider({ users: { [OWNER.address]: OWNER.password } });
  t.after(() => provider.stop());
  for (let n = 1; n <= inbox + other; n++)
    provider.deliver(OWNER.address, n <= inbox ? 'INBOX' : '客户往来', bulkMessage(n, 800));
  return provider;
}
