// A whole poll against a provider over real sockets, into a real archive: what it stores, what it leaves alone, and what it
// does when things go wrong.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Entry } from '../../src/archive/entry.ts';
import { accountAt, type Way } from '../support/account.ts';
import { HastyClock } from '../support/hasty-clock.ts';
import { openTestHouse, type TestHouse } from '../support/house.ts';
import { startProvider, type Provider } from '../support/provider/provider.ts';
import type { Ending } from '../support/temporary.ts';
import { bulkMessage } from '../messages/bulk.ts';

const ADDRESS = 'ann@mail.test';
const PASSWORD = 'correct horse';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

for (const way of ['imaps', 'pop3s'] as const) {
  describe(`a poll over ${way}`, () => {
    test('stores every message byte for byte, and a second poll fetches no body', async (t) => {
      const { provider, house, account } = await begin(t, way, 250);
      const first = await house.poll(account);
      assert.deepEqual([first.ok, first.stored, first.pending, first.error], [true, 250, 0, null]);
      assert.deepEqual(await house.files(), expectedFiles(provider).toSorted());
      const bodies = bodyCommands(provider);
      const second = await house.poll(account);
      assert.deepEqual([second.ok, second.stored, second.known], [true, 0, 250]);
      assert.equal(bodyCommands(provider), bodies);
    });

    test('goes on after each cut of the connection until all is stored, and nothing twice', async (t) => {
      const { provider, house, account } = await begin(t, way, 40);
      provider.faults.cut = { after: 4000, times: 5 };
      const report = await house.poll(account);
      assert.deepEqual([report.ok, report.stored, report.pending], [true, 40, 0]);
      assert.deepEqual(await house.files(), expectedFiles(provider).toSorted());
      assert.equal(await seen(house, account.name), 40);
    });

    test('is not held up by a message that the server refuses; after three polls it is left alone, ever longer', async (t) => {
      const { provider, house, account, clock } = await begin(t, way, 20);
      const bad = provider.messages(ADDRESS, 'INBOX')[7];
      provider.faults.refuse = (message) => message === bad;
      for (let polls = 0; polls < 3; polls++) {
        const report = await house.poll(account);
        assert.deepEqual([report.ok, report.failed, report.pending], [false, 1, 1]);
        assert.equal((await house.files()).length, 19);
      }
      const isLeftAlone = async (when: string): Promise<void> => {
        const bodies = bodyCommands(provider);
        const poisoned = await house.poll(account);
        assert.deepEqual([poisoned.ok, poisoned.failed, poisoned.pending], [true, 0, 1], when);
        assert.equal(bodyCommands(provider), bodies, 'a poisoned message was asked for again');
      };
      for (const rest of [10 * MINUTE, HOUR, 4 * HOUR]) {
        await isLeftAlone('at once');
        await clock.wind(rest - 1000);
        await isLeftAlone(`before ${rest} ms`);
        await clock.wind(1000);
        provider.deliver(ADDRESS, 'INBOX', bulkMessage(rest));
        const again = await house.poll(account);
        assert.deepEqual([again.failed, again.stored, again.pending], [1, 1, 1], 'it holds up nothing');
      }
      await isLeftAlone('after the third rest');
      provider.faults.refuse = () => false;
      // An account that is polled once a day comes a little earlier on one day than on the other.
      await clock.wind(DAY - MINUTE);
      const cured = await house.poll(account);
      assert.deepEqual([cured.ok, cured.stored, cured.pending], [true, 1, 0]);
    });

    test('makes mail wait for minutes that failed in each of three polls of a short outage', async (t) => {
      const { provider, house, account, clock } = await begin(t, way, 1);
      provider.faults.refuse = () => true;
      for (let polls = 0; polls < 3; polls++) {
        assert.equal((await house.poll(account)).failed, 1);
        await clock.wind(5000);
      }
      provider.faults.refuse = () => false;
      await clock.wind(10 * MINUTE);
      const after = await house.poll(account);
      assert.deepEqual([after.ok, after.stored, after.pending], [true, 1, 0]);
    });

    test('is not held up by a message at which the server hangs up each time, with many more behind it', async (t) => {
      const { provider, house, account } = await begin(t, way, 0);
      const few = way === 'imaps' ? 400 : 60;
      for (let n = 1; n <= few; n++)
        provider.deliver(ADDRESS, 'INBOX', bulkMessage(n, n === few / 2 ? 500_000 : 600));
      provider.faults.cut = { after: 400_000, times: Infinity };
      for (let polls = 0; polls < 3; polls++) await house.poll(account);
      assert.equal((await house.files()).length, few - 1);
      const poisoned = await house.poll(account);
      assert.deepEqual([poisoned.ok, poisoned.failed, poisoned.pending], [true, 0, 1]);
    });

    test('tells a refused login, and stores nothing', async (t) => {
      const { provider, house, account } = await begin(t, way, 2);
      provider.setPassword(ADDRESS, 'another');
      const report = await house.poll(account);
      assert.deepEqual([report.ok, report.error?.kind], [false, 'auth']);
    });

    test('keeps what was whole when it is stopped, and the next poll brings the rest', async (t) => {
      const { provider, house, account } = await begin(t, way, 900); // more than is on its way at once
      const stop = new AbortController();
      const cut = await house.poll(account, {
        signal: stop.signal,
        progress: (done) => done > 0 && stop.abort(),
      });
      assert.equal(cut.error?.kind, 'cancelled');
      const kept = (await house.files()).length;
      assert.ok(kept > 0 && kept < 900, `${kept} were kept`);
      const rest = await house.poll(account);
      assert.deepEqual([rest.ok, rest.stored], [true, 900 - kept]);
      assert.deepEqual(await house.files(), expectedFiles(provider).toSorted());
    });

    test('marks a message gone after two polls without it, keeps its file, and sees it come back', async (t) => {
      const { provider, house, account } = await begin(t, way, 5);
      await house.poll(account);
      provider.faults.window = 3;
      await house.poll(account);
      assert.equal((await entries(house, account.name, 'gone')).length, 0);
      await house.poll(account);
      assert.equal((await entries(house, account.name, 'gone')).length, 2);
      assert.equal((await house.files()).length, 5);
      provider.faults.window = null;
      const bodies = bodyCommands(provider);
      await house.poll(account);
      assert.equal((await entries(house, account.name, 'back')).length, 2);
      assert.equal(bodyCommands(provider), bodies);
    });

    test('with dryRun tells what it would fetch, and changes nothing', async (t) => {
      const { provider, house, account } = await begin(t, way, 3);
      const report = await house.poll(account, { dryRun: true });
      assert.deepEqual([report.stored, report.pending], [0, 3]);
      assert.equal(bodyCommands(provider), 0);
      assert.deepEqual(await house.files(), []);
    });
  });
}

test('two accounts that hold the same message share one file', async (t) => {
  const { provider, house, account } = await begin(t, 'imaps', 30);
  await house.poll(account);
  const report = await house.poll(accountAt(provider, 'pop3s', ADDRESS, PASSWORD));
  assert.deepEqual([report.ok, report.stored], [true, 30]);
  assert.equal((await house.files()).length, 30);
});

test('all folders are kept, one with a Chinese name too, and one that cannot be read holds nobody up', async (t) => {
  const { provider, house, account } = await begin(t, 'imaps', 2);
  provider.deliver(ADDRESS, '客户往来', bulkMessage(100));
  provider.deliver(ADDRESS, 'Junk', bulkMessage(101));
  const report = await house.poll(account);
  assert.equal(report.ok, true);
  assert.equal(report.folders.find(({ name }) => name === '客户往来')?.stored, 1);
  assert.equal((await house.files()).length, 4);
});

test('a message that the server leaves out of its OK is pending, not done', async (t) => {
  const { provider, house, account } = await begin(t, 'imaps', 30);
  const missing = provider.messages(ADDRESS, 'INBOX')[3];
  provider.faults.omit = (message) => message === missing;
  const report = await house.poll(account);
  assert.deepEqual([report.ok, report.stored, report.failed, report.pending], [false, 29, 1, 1]);
  provider.faults.omit = () => false;
  assert.deepEqual((await house.poll(account)).stored, 1);
});

test('a new UIDVALIDITY costs no message and makes no duplicate', async (t) => {
  const { provider, house, account } = await begin(t, 'imaps', 25);
  await house.poll(account);
  provider.renumber(ADDRESS, 'INBOX');
  provider.deliver(ADDRESS, 'INBOX', bulkMessage(900));
  const report = await house.poll(account);
  assert.deepEqual([report.ok, report.pending], [true, 0]);
  assert.equal((await house.files()).length, 26);
  assert.equal((await house.poll(account)).stored, 0);
  assert.equal(present(house, account.name), 26);
});

test('after two changes of UIDVALIDITY, the first of them read in part only, nothing is present twice', async (t) => {
  const { provider, house, account } = await begin(t, 'imaps', 5);
  await house.poll(account);
  provider.renumber(ADDRESS, 'INBOX');
  const [bad] = provider.messages(ADDRESS, 'INBOX');
  provider.faults.refuse = (message) => message === bad;
  await house.poll(account);
  provider.faults.refuse = () => false;
  provider.renumber(ADDRESS, 'INBOX');
  assert.deepEqual((await house.poll(account)).pending, 0);
  assert.equal(present(house, account.name), 5);
});

test('changed flags are journalled, and fetch nothing', async (t) => {
  const { provider, house, account } = await begin(t, 'imaps', 3);
  await house.poll(account);
  provider.messages(ADDRESS, 'INBOX')[0]?.flags.add('\\Flagged');
  const bodies = bodyCommands(provider);
  await house.poll(account);
  const [changed] = await entries(house, account.name, 'flags');
  assert.deepEqual(changed !== undefined && 'flags' in changed ? changed.flags : [], ['\\Flagged']);
  assert.equal(bodyCommands(provider), bodies);
});

async function begin(t: Ending, way: Way, count: number) {
  const provider = await startProvider({ users: { [ADDRESS]: PASSWORD } });
  t.after(() => provider.stop());
  for (let n = 0; n < count; n++) provider.deliver(ADDRESS, 'INBOX', bulkMessage(n));
  const clock = new HastyClock();
  const house = await openTestHouse(t, clock);
  return { provider, house, clock, account: accountAt(provider, way, ADDRESS, PASSWORD) };
}

function bodyCommands(provider: Provider): number {
  return provider.heard().filter(({ line }) => /BODY\.PEEK\[\]|^RETR/i.test(line)).length;
}

function expectedFiles(provider: Provider): string[] {
  return provider.messages(ADDRESS, 'INBOX').map(({ bytes }) => {
    const id = createHash('sha256').update(bytes).digest('hex');
    const date = /^Date: (.*)$/m.exec(bytes.toString('latin1'))?.[1];
    return `${new Date(date ?? '').toISOString().slice(0, 7).replace('-', '/')}/${id}.eml`;
  });
}

async function entries(house: TestHouse, account: string, op: Entry['op']): Promise<Entry[]> {
  const found: Entry[] = [];
  for await (const { entry } of house.journal.replay(account, 0)) if (entry.op === op) found.push(entry);
  return found;
}

async function seen(house: TestHouse, account: string): Promise<number> {
  return (await entries(house, account, 'seen')).length;
}

function present(house: TestHouse, account: string): number {
  return Number(
    house.db.prepare('SELECT count(*) FROM location WHERE account = ? AND gone IS NULL').pluck().get(account),
  );
}

test('a rule that fits no folder is an error, not a quiet success', async (t) => {
  const { house, account } = await begin(t, 'imaps', 1);
  const nothing = {
    ...account,
    receive: { ...account.receive, folders: { include: ['\\All'], exclude: [] } },
  };
  const report = await house.poll(nothing);
  assert.deepEqual([report.ok, report.error?.kind], [false, 'config']);
});
