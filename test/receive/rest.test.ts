// Servers that want to be left alone: their own time is kept, over runs and restarts, and those who slow a program down are
// asked for less at once.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bulkMessage } from '../messages/bulk.ts';
import { accountAt, dialled } from '../support/account.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { openTestHouse } from '../support/house.ts';
import { Mailbox } from '../support/provider/mailbox.ts';
import { startProvider } from '../support/provider/provider.ts';
import { Said } from '../support/said.ts';
import type { Ending } from '../support/temporary.ts';

const ADDRESS = 'ann@mail.test';
const PASSWORD = 'correct horse';
const HOUR = 3_600_000;

const OVERQUOTA = 'NO [OVERQUOTA] Account exceeded command or bandwidth limits.';
const BACKOFF = 'BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds';
const NOT_CONNECTED = 'BAD User is authenticated but not connected.';

describe('a server that names a time', () => {
  test('is not dialled before it has passed, in this run, the next one or after a restart', async (t) => {
    const { provider, house, account, clock } = await begin(t);
    provider.faults.answers.set('IMAP LIST', BACKOFF);
    const first = await house.poll(account);
    assert.deepEqual([first.error?.kind, first.error?.retry, first.error?.after], ['busy', 'later', 92_415]);
    provider.faults.answers.clear();
    const connections = provider.connections('IMAP');
    await clock.wind(90_000);
    const early = await house.poll(account);
    assert.deepEqual([early.ok, early.error?.kind, early.error?.after], [false, 'busy', 2415]);
    assert.match(early.error?.message ?? '', /left alone until 2026-01-01 00:01 UTC.*throttled/);
    await house.close();
    const again = await openTestHouse(t, clock, house.data);
    assert.equal((await again.poll(account)).error?.after, 2415, 'asking too soon does not make it later');
    assert.equal(provider.connections('IMAP'), connections);
    await clock.wind(2415);
    assert.equal((await again.poll(account)).ok, true);
  });

  test('is asked at once where its time lies in the future, because the clock went back', async (t) => {
    const { provider, house, account, clock } = await begin(t);
    provider.faults.answers.set('IMAP LIST', BACKOFF);
    await house.poll(account);
    provider.faults.answers.clear();
    await clock.wind(-HOUR);
    assert.equal((await house.poll(account)).ok, true);
  });
});

test('an account over its quota waits an hour, then two, at last a day, and an hour again once all is well', async (t) => {
  const { provider, house, account, clock } = await begin(t);
  const after = async (): Promise<number> => {
    const report = await house.poll(account);
    assert.equal(report.error?.kind, 'busy');
    return (report.error?.after ?? 0) / HOUR;
  };
  provider.faults.answers.set('IMAP UID FETCH', OVERQUOTA);
  const waits: number[] = [];
  for (let polls = 0; polls < 7; polls++) {
    waits.push(await after());
    await clock.wind((waits.at(-1) ?? 0) * HOUR);
  }
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 24, 24]);
  provider.faults.answers.clear();
  assert.deepEqual([(await house.poll(account)).ok, (await house.files()).length], [true, 30]);
  provider.deliver(ADDRESS, 'INBOX', bulkMessage(31));
  provider.faults.answers.set('IMAP UID FETCH', OVERQUOTA);
  assert.equal(await after(), 1);
});

test('what Exchange says without a time is for the schedule, and no wrong password (I-050)', async (t) => {
  const { provider, house, account } = await begin(t);
  provider.faults.answers.set('IMAP LIST', NOT_CONNECTED);
  const report = await house.poll(account);
  assert.deepEqual(
    [report.error?.kind, report.error?.retry, report.error?.after],
    ['busy', 'later', undefined],
  );
  provider.faults.answers.clear();
  assert.equal((await house.poll(account)).ok, true);
});

describe('a server that says THROTTLED', () => {
  test('is asked for half as much at once, and half of that, and all the mail comes', async (t) => {
    const { provider, house, account } = await begin(t, 900);
    provider.faults.throttled = true;
    const said = new Said();
    const inFlight = concurrency(said);
    const report = await house.poll(account, {}, dialled(account, inFlight.trace));
    assert.deepEqual([report.ok, report.stored], [true, 900]);
    assert.deepEqual([inFlight.most(0), inFlight.most(4)], [4, 1]);
  });

  test('is left by the sessions beside the first, as soon as they hear it', async (t) => {
    const { provider, house, account } = await begin(t, 2000);
    provider.faults.throttled = true;
    const several = { ...account, receive: { ...account.receive, connections: 3 } };
    assert.deepEqual([(await house.poll(several)).stored, (await house.files()).length], [2000, 2000]);
    const bodies = provider.heard('IMAP').filter(({ line }) => line.includes('BODY.PEEK[]'));
    const by = (nth: number): number => bodies.filter(({ connection }) => connection === nth).length;
    // Four in flight and one at hand when the first of them is answered.
    assert.ok(by(1) <= 5 && by(2) <= 5, `${by(1)} and ${by(2)} fetches by the others`);
  });
});

test('a session beside the first that hears THROTTLED takes no other folder', async (t) => {
  const { provider, house, account } = await begin(t, 250);
  const names = Array.from({ length: 8 }, (_, nth) => `Folder ${nth}`);
  for (const [nth, name] of names.entries()) {
    provider.addFolder(ADDRESS, name, new Mailbox(name, [], nth + 1));
    for (let n = 1; n <= 250; n++) provider.deliver(ADDRESS, name, bulkMessage(1000 * (nth + 1) + n));
  }
  provider.faults.throttled = true;
  const several = { ...account, receive: { ...account.receive, connections: 3 } };
  assert.equal((await house.poll(several)).stored, 9 * 250);
  for (const beside of [1, 2]) {
    const fetched = new Set<string>();
    let open = '';
    for (const { connection, line } of provider.heard('IMAP')) {
      if (connection !== beside) continue;
      if (line.includes('EXAMINE')) open = line;
      if (line.includes('BODY.PEEK[]')) fetched.add(open);
    }
    assert.ok(fetched.size <= 1, `session ${beside} fetched from ${[...fetched].join(', ')}`);
  }
});

test('logins come as far apart as the provider bears, in one run after another', async (t) => {
  const { provider, house, account, clock } = await begin(t);
  const strict = { ...account, receive: { ...account.receive, loginInterval: 30_000, oneAtATime: true } };
  assert.equal((await house.poll(strict)).ok, true);
  await clock.wind(10_000);
  const second = house.poll(strict);
  for (let turns = 0; clock.next === undefined && turns < 1000; turns++)
    await new Promise((resolve) => setImmediate(resolve));
  assert.equal(provider.connections('IMAP'), 1, 'it waits before it dials');
  assert.equal(clock.next, 20_000);
  await clock.wind(20_000);
  assert.equal((await second).ok, true);
  assert.equal(provider.connections('IMAP'), 2);
});

async function begin(t: Ending, count: number = 30) {
  const provider = await startProvider({ users: { [ADDRESS]: PASSWORD } });
  t.after(() => provider.stop());
  for (let n = 1; n <= count; n++) provider.deliver(ADDRESS, 'INBOX', bulkMessage(n));
  const clock = new FakeClock();
  const house = await openTestHouse(t, clock);
  return { provider, house, clock, account: accountAt(provider, 'imaps', ADDRESS, PASSWORD) };
}

/** Fetches of bodies in flight at once: the most of them from the nth answer on. */
function concurrency(said: Said) {
  const flying = new Set<string>();
  const most: number[] = [];
  let answers = 0;
  return {
    trace: (who: 'C' | 'S', text: string): void => {
      said.trace(who, text);
      const [tag = ''] = text.split(' ');
      if (who === 'C' && text.includes('BODY.PEEK[]')) flying.add(tag);
      if (who === 'S' && flying.delete(tag)) answers++;
      most[answers] = Math.max(most[answers] ?? 0, flying.size);
    },
    most: (from: number): number => Math.max(...most.slice(from)),
  };
}
