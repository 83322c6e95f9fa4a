// What a provider lets come in a day: it is kept to, over restarts, the newest mail first, and nothing of it is a failure.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Budget } from '../../src/receive/budget.ts';
import { bulkMessage } from '../messages/bulk.ts';
import { accountAt, type Way } from '../support/account.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { openTestHouse } from '../support/house.ts';
import { startProvider } from '../support/provider/provider.ts';
import type { Ending } from '../support/temporary.ts';

const ADDRESS = 'ann@mail.test';
const PASSWORD = 'correct horse';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('a budget', () => {
  test('counts the last 24 hours, over restarts, and tells when there is room again', async (t) => {
    const clock = new FakeClock();
    const { db } = await openTestHouse(t, clock);
    const open = () => new Budget(db, 'a', 1000, clock);
    const first = open();
    first.spend(400);
    first.save();
    await clock.wind(2 * HOUR);
    const second = open();
    second.spend(500);
    assert.equal(second.take(101, 0), false, 'it was not counted before it was written');
    second.save();
    const third = open();
    assert.deepEqual([third.take(101, 0), third.take(100, 100), third.take(100, 0)], [false, false, true]);
    assert.equal(third.take(1, 0), false, 'what is taken is not taken twice');
    third.give(100);
    assert.equal(third.roomAt(100), clock.now() + 22 * HOUR);
    await clock.wind(22 * HOUR - 1);
    assert.equal(open().take(400, 0), false);
    await clock.wind(1);
    assert.deepEqual([open().take(501, 0), open().take(500, 0)], [false, true]);
  });

  test('is not spent by a clock that was ahead', async (t) => {
    const clock = new FakeClock();
    const { db } = await openTestHouse(t, clock);
    const ahead = new FakeClock(clock.now() + 30 * DAY);
    const budget = new Budget(db, 'a', 1000, ahead);
    budget.spend(1000);
    budget.save();
    assert.equal(new Budget(db, 'a', 1000, clock).take(1000, 0), true);
  });
});

for (const way of ['imaps', 'pop3s'] as const) {
  describe(`a daily budget over ${way}`, () => {
    test('puts off the older mail, says so, fetches it when there is room, and nothing twice', async (t) => {
      const { provider, house, clock, poll } = await begin(t, way, 600, 250_000);
      const first = await poll();
      assert.deepEqual([first.ok, first.error, first.failed], [true, null, 0]);
      assert.ok(first.stored > 0 && first.stored < 600 && first.stored % 100 === 0, `${first.stored} stored`);
      assert.equal(first.pending, 600 - first.stored);
      assert.deepEqual(
        [first.waiting?.messages, first.waiting?.reason],
        [first.pending, "today's budget is spent"],
      );
      assert.ok(first.bytes <= 250_000, 'no more came than was to come');
      assert.deepEqual(numbers(house.db).at(-1), 600, 'the newest are there');
      assert.deepEqual(numbers(house.db)[0], 601 - first.stored);

      const heard = provider.heard().length;
      const same = await poll();
      assert.deepEqual([same.ok, same.stored, same.pending], [true, 0, first.pending]);
      assert.ok(provider.heard().length - heard < 12, 'a poll with nothing to do costs next to nothing');

      let days = 0;
      let stored = first.stored;
      for (let report = first; report.waiting !== undefined && days < 10; days++) {
        await clock.wind(Date.parse(report.waiting.until) - clock.now());
        report = await poll();
        assert.equal(report.ok, true);
        stored += report.stored;
      }
      assert.ok(days >= 1 && days < 10, `it took ${days} days`);
      assert.deepEqual([stored, (await house.files()).length], [600, 600]);
      const bodies = provider.heard().filter(({ line }) => /BODY\.PEEK\[\]|^RETR/.test(line)).length;
      await poll();
      assert.equal(provider.heard().filter(({ line }) => /BODY\.PEEK\[\]|^RETR/.test(line)).length, bodies);
    });

    test('leaves something for new mail, which comes all the day', async (t) => {
      const { provider, poll } = await begin(t, way, 400, 250_000);
      const { pending } = await poll();
      provider.deliver(ADDRESS, 'INBOX', bulkMessage(1001));
      provider.deliver(ADDRESS, 'INBOX', bulkMessage(1002));
      const report = await poll();
      assert.deepEqual([report.ok, report.stored, report.pending], [true, 2, pending]);
    });

    test('is kept over a restart', async (t) => {
      const { house, account, clock, poll } = await begin(t, way, 400, 250_000);
      const { pending } = await poll();
      await house.close();
      const again = await openTestHouse(t, clock, house.data);
      const report = await again.poll(account);
      assert.deepEqual([report.ok, report.stored, report.pending], [true, 0, pending]);
      assert.equal(report.waiting?.messages, pending);
    });
  });
}

test('a message that waits and goes away at the server is not waited for', async (t) => {
  const { provider, clock, poll } = await begin(t, 'imaps', 400, 250_000);
  const { pending } = await poll();
  const oldest = provider.messages(ADDRESS, 'INBOX').slice(0, 5);
  provider.remove(ADDRESS, 'INBOX', oldest);
  const report = await poll();
  assert.deepEqual([report.ok, report.pending, report.waiting?.messages], [true, pending - 5, pending - 5]);
  await clock.wind(DAY + HOUR);
  assert.equal((await poll()).failed, 0);
});

async function begin(t: Ending, way: Way, count: number, budget: number) {
  const provider = await startProvider({ users: { [ADDRESS]: PASSWORD } });
  t.after(() => provider.stop());
  for (let n = 1; n <= count; n++) provider.deliver(ADDRESS, 'INBOX', bulkMessage(n));
  const clock = new FakeClock();
  const house = await openTestHouse(t, clock);
  const plain = accountAt(provider, way, ADDRESS, PASSWORD);
  const account = { ...plain, receive: { ...plain.receive, budget } };
  return { provider, house, account, clock, poll: () => house.poll(account) };
}

/** The numbers of the stored messages, ascending. */
function numbers(db: Awaited<ReturnType<typeof openTestHouse>>['db']): number[] {
  const ids = db.prepare<[], string>('SELECT msgid FROM message').pluck().all();
  return ids.map((id) => Number(/bulk-(\d+)@/.exec(id)?.[1])).toSorted((a, b) => a - b);
}
