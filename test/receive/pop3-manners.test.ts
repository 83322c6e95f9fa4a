// POP3 servers that show a part of what they hold, that ask for time between logins, or that do not bear some command: all
// mail is fetched, nothing counts as gone that is not, and no server is pressed.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MessageId, Uidl } from '../../src/model/ids.ts';
import { makeshift } from '../../src/receive/content-name.ts';
import { openSource, type Receiving } from '../../src/receive/open-source.ts';
import { refetch } from '../../src/receive/refetch.ts';
import type { Receiver } from '../../src/receive/source.ts';
import { bulkMessage } from '../messages/bulk.ts';
import { accountAt, dialled } from '../support/account.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { openTestHouse } from '../support/house.ts';
import { startProvider } from '../support/provider/provider.ts';
import type { Ending } from '../support/temporary.ts';

const ADDRESS = 'ann@mail.test';
const PASSWORD = 'correct horse';

/** Waits are over at once, and time passes by the long ones. */
class PassingClock extends FakeClock {
  readonly waits: number[] = [];

  override async sleep(ms: number): Promise<void> {
    this.waits.push(ms);
    if (ms > 60_000) await this.wind(ms);
  }
}

describe('Gmail over POP3', () => {
  const gmail = ['X-GOOGLE-RICO', 'EXPIRE 0', 'LOGIN-DELAY 300'];

  test('is asked session by session until one shows nothing new, and its time between logins is kept', async (t) => {
    const { provider, house, poll, clock, logins } = await begin(t, 70, gmail);
    provider.faults.sessionWindow = 20;
    const report = await poll();
    assert.deepEqual([report.error, report.ok, report.stored, report.pending], [null, true, 70, 0]);
    assert.equal(report.folders.length, 1);
    assert.equal((await house.files()).length, 70);
    assert.equal(logins(), 5);
    assert.deepEqual(
      clock.waits.filter((ms) => ms > 60_000),
      Array(4).fill(300_000),
    );
  });

  test('loses nothing where sessions break: what was not stored is shown again', async (t) => {
    const { provider, house, poll } = await begin(t, 50, gmail);
    provider.faults.sessionWindow = 15;
    provider.faults.cut = { after: 5000, times: 4 };
    assert.equal((await poll()).ok, true);
    assert.equal((await house.files()).length, 50);
  });

  test('says no QUIT before all is stored', async (t) => {
    const { provider, house, poll, clock } = await begin(t, 10, gmail);
    provider.faults.sessionWindow = 15;
    house.db.exec("CREATE TRIGGER full BEFORE INSERT ON location BEGIN SELECT RAISE(ABORT, 'full'); END");
    assert.equal((await poll()).ok, false);
    assert.ok(!provider.heard('POP3').some(({ line }) => line === 'QUIT'));
    house.db.exec('DROP TRIGGER full');
    await clock.wind(300_000);
    assert.equal((await poll()).ok, true);
    assert.equal((await house.files()).length, 10);
  });

  test('says no QUIT where what came is only looked at: in a dry run, and to mend a file', async (t) => {
    const { provider, house, account, poll } = await begin(t, 3, []);
    const quits = (): number => provider.heard('POP3').filter(({ line }) => line === 'QUIT').length;
    await house.poll(account, { dryRun: true });
    assert.equal(quits(), 0);
    await poll();
    assert.equal(quits(), 1);
    const ids = house.db.prepare<[], Buffer>('SELECT id FROM message').pluck().all();
    const mended: string[] = [];
    await refetch(
      {
        ...house,
        account,
        source: () => openSource(account, dialled(account), new Map()),
        clock: new FakeClock(),
        signal: new AbortController().signal,
      },
      ids.map((id) => id.toString('hex') as MessageId),
      { mended: ({ id }) => void mended.push(id), trouble: assert.fail },
    );
    assert.deepEqual([mended.length, quits()], [3, 1]);
  });

  test('is asked on where it cannot read one: what it refused to send, it forgets by no QUIT', async (t) => {
    const { provider, house, poll, clock } = await begin(t, 50, gmail);
    provider.faults.sessionWindow = 15;
    const [bad] = provider.messages(ADDRESS, 'INBOX');
    provider.faults.refuse = (message) => message === bad;
    const report = await poll();
    assert.deepEqual([report.ok, report.failed, report.pending], [false, 1, 1]);
    assert.equal((await house.files()).length, 49);
    assert.equal(house.db.prepare('SELECT attempts FROM pending').pluck().get(), 1, 'one poll, one failure');
    provider.faults.refuse = () => false;
    await clock.wind(300_000);
    assert.deepEqual([(await poll()).stored, (await house.files()).length], [1, 50]);
  });

  test('is asked on where no QUIT followed what fills all that it shows: that is read once more', async (t) => {
    const { provider, house, poll } = await begin(t, 270, gmail);
    provider.faults.sessionWindow = 130;
    provider.faults.watch = (when, verb, connection) => {
      if (when !== 'heard' || verb !== 'QUIT') return;
      if (connection === 0) provider.faults.answers.set('POP3 QUIT', '-ERR not now');
      else provider.faults.answers.clear();
    };
    assert.deepEqual([(await poll()).ok, (await house.files()).length], [true, 270]);
  });

  test('is asked on where it sends one as nothing, again and again', async (t) => {
    const { provider, house, poll, clock } = await begin(t, 270, gmail);
    provider.faults.sessionWindow = 130;
    const [bad] = provider.messages(ADDRESS, 'INBOX');
    const whole = bad?.bytes;
    Object.assign(bad ?? {}, { bytes: Buffer.alloc(0) });
    provider.faults.claim = ({ bytes }) => bytes.length || 500;
    const report = await poll();
    assert.deepEqual([report.failed, (await house.files()).length], [1, 269]);
    Object.assign(bad ?? {}, { bytes: whole });
    await clock.wind(300_000);
    assert.deepEqual([(await poll()).ok, (await house.files()).length], [true, 270], 'it is not forgotten');
  });

  test('that forgets nothing by a QUIT is read once more once a day, and comes to an end', async (t) => {
    const { provider, poll, clock } = await begin(t, 120, gmail);
    const read = (): number => provider.heard('POP3').filter(({ line }) => line.startsWith('RETR')).length;
    for (const [after, total] of [
      [0, 240],
      [300_000, 240],
      [86_400_000, 360],
    ] as const) {
      await clock.wind(after);
      assert.equal((await poll()).ok, true);
      assert.equal(read(), total);
    }
  });

  test('shows messages no more that were fetched, and none of them is gone', async (t) => {
    const { provider, house, poll } = await begin(t, 12, gmail);
    provider.faults.sessionWindow = 20;
    for (let polls = 0; polls < 4; polls++) await poll();
    assert.equal(gone(house.db), 0);
  });

  test('in its recent: mode is a matter of the user name', async (t) => {
    const { provider, house, account } = await begin(t, 0, gmail);
    provider.addUser(`recent:${ADDRESS}`, PASSWORD);
    provider.deliver(`recent:${ADDRESS}`, 'INBOX', bulkMessage(1));
    const user = `recent:${ADDRESS}`;
    const recent = { ...account, user, login: () => Promise.resolve({ user, password: PASSWORD }) };
    for (let n = 2; n <= 120; n++) provider.deliver(user, 'INBOX', bulkMessage(n));
    assert.equal((await house.poll(recent)).stored, 120);
    await house.poll(recent);
    const read = provider.heard('POP3').filter(({ line }) => line.startsWith('RETR'));
    assert.equal(read.length, 120, 'what it shows always is not read again');
    assert.ok(provider.heard('POP3').some(({ line }) => line === `USER ${user}`));
  });
});

describe('a window of days', () => {
  test('moves on, and nothing is gone because of it', async (t) => {
    const { provider, house, account } = await begin(t, 10, []);
    const windowed = { ...account, receive: { ...account.receive, window: true } };
    await house.poll(windowed);
    provider.faults.window = 4;
    for (let polls = 0; polls < 4; polls++) assert.equal((await house.poll(windowed)).ok, true);
    assert.equal(gone(house.db), 0);
    await house.poll(account);
    await house.poll(account);
    assert.equal(gone(house.db), 6, 'without a window absence counts');
  });
});

describe('the time between two logins', () => {
  test('is kept over runs: no login is tried before it has passed', async (t) => {
    const { poll, clock, logins } = await begin(t, 2, ['LOGIN-DELAY 900']);
    assert.equal((await poll()).ok, true);
    await clock.wind(300_000);
    const report = await poll();
    assert.deepEqual([report.ok, report.error?.kind, report.error?.after], [false, 'busy', 600_000]);
    assert.equal(logins(), 1);
    await clock.wind(600_000);
    assert.equal((await poll()).ok, true);
  });

  test('is kept over a restart too', async (t) => {
    const { house, account, clock, poll } = await begin(t, 2, ['LOGIN-DELAY 900']);
    await poll();
    await house.close();
    const again = await openTestHouse(t, clock, house.data);
    await clock.wind(60_000);
    assert.equal((await again.poll(account)).error?.kind, 'busy');
  });

  test('is told by the refusal where the server tells it there', async (t) => {
    const { provider, poll, clock } = await begin(t, 1, []);
    for (const [answer, after] of [
      ['-ERR Exceeded the login limit for a 15 minute period. Reduce the frequency of requests', 900_000],
      ['-ERR [LOGIN-DELAY] wait 90 seconds', 90_000],
      ['-ERR duplicate login!', 900_000],
      ['-ERR [IN-USE] locked by another session', undefined],
    ] as const) {
      provider.faults.answers.set('POP3 PASS', answer);
      const { error } = await poll();
      assert.deepEqual([error?.kind, error?.retry, error?.after], ['busy', 'later', after], answer);
      await clock.wind(after ?? 0);
    }
  });
});

describe('a login that worked before', () => {
  test('is not taken for wrong by one refusal, but by three in a row', async (t) => {
    const { provider, house, poll } = await begin(t, 1, []);
    await poll();
    const refuse = () =>
      provider.faults.answers.set('POP3 PASS', '-ERR Logon failure: unknown user name or bad password.');
    refuse();
    const first = await poll();
    assert.deepEqual([first.error?.kind, first.error?.retry, first.error?.refused], ['auth', 'later', 1]);
    assert.match(first.error?.hint ?? '', /has worked before/);
    assert.equal((await poll()).error?.retry, 'later');
    const third = await poll();
    assert.deepEqual([third.error?.retry, third.error?.refused], ['never', 3]);
    provider.faults.answers.clear();
    assert.equal((await poll()).ok, true);
    refuse();
    assert.deepEqual((await poll()).error?.refused, 1);
    assert.equal((await house.files()).length, 1);
  });

  test('is told from one that never did', async (t) => {
    const { provider, poll } = await begin(t, 1, []);
    provider.setPassword(ADDRESS, 'another');
    assert.equal((await poll()).error?.retry, 'never');
  });
});

describe('a server that does not bear a command', () => {
  test('and hangs up on CAPA is not asked again', async (t) => {
    const { provider, poll } = await begin(t, 3, []);
    provider.faults.hangUp.add('POP3 CAPA');
    assert.deepEqual([(await poll()).ok, (await poll()).ok], [true, true]);
    assert.equal(provider.heard('POP3').filter(({ line }) => line === 'CAPA').length, 1);
  });

  test('and breaks off when commands run ahead is taken one by one, for good', async (t) => {
    const { provider, house, poll, logins } = await begin(t, 30, []);
    provider.faults.breaksWindows = true;
    assert.equal((await poll()).ok, true);
    assert.equal((await house.files()).length, 30);
    assert.equal(logins(), 3);
    await poll();
    assert.equal(logins(), 4);
  });

  test('without PIPELINING is never sent a command before its answer to the last', async (t) => {
    const { provider, house, poll, logins } = await begin(t, 30, []);
    provider.faults.without.add('PIPELINING');
    provider.faults.breaksWindows = true;
    assert.equal((await poll()).ok, true);
    assert.deepEqual([(await house.files()).length, logins()], [30, 1]);
  });

  test('and offers UTF8 and LANG is asked for them in their places', async (t) => {
    const { provider, poll } = await begin(t, 1, ['UTF8 USER', 'LANG']);
    assert.equal((await poll()).ok, true);
    const verbs = provider.heard('POP3').map(({ line }) => line.split(' ')[0]);
    assert.ok(verbs.indexOf('UTF8') < verbs.indexOf('USER') && verbs.indexOf('UTF8') > verbs.indexOf('CAPA'));
    assert.ok(verbs.indexOf('LANG') > verbs.indexOf('PASS'));
  });
});

test('a message that is asked for under two names, in batches under way at once, holds up neither', async (t) => {
  const { provider, account } = await begin(t, 1, []);
  const [message] = provider.messages(ADDRESS, 'INBOX');
  const source = openSource(account, dialled(account), new Map());
  t.after(() => source.abort());
  await source.open();
  await source.list();
  const came: unknown[] = [];
  const receiver: Receiver = {
    begin: () => ({ write: () => undefined }),
    complete: (_, key) => void came.push(key),
    abandon: () => undefined,
    refused: () => undefined,
  };
  // It had no name in the session before.
  const keys = [{ uidl: makeshift(1, message?.bytes.length ?? 0) }, { uidl: message?.uidl as Uidl }];
  await Promise.all(keys.map((key) => source.fetch([key], receiver)));
  assert.deepEqual(came, keys);
  await source.noop(); // the session is not in the middle of a message
});

test('a session is told that we are there while the disk is behind', async (t) => {
  const { provider, house, poll } = await begin(t, 900, []); // more batches than are on their way at once
  assert.equal((await poll()).ok, true);
  assert.equal((await house.files()).length, 900);
  const noops = provider.heard('POP3').filter(({ line }) => line === 'NOOP').length;
  assert.ok(noops > 9, `${noops} NOOPs: one ends each of nine batches`);
});

async function begin(t: Ending, count: number, extras: readonly string[]) {
  const provider = await startProvider({ users: { [ADDRESS]: PASSWORD } });
  t.after(() => provider.stop());
  provider.faults.extras.push(...extras);
  for (let n = 1; n <= count; n++) provider.deliver(ADDRESS, 'INBOX', bulkMessage(n));
  const clock = new PassingClock();
  const house = await openTestHouse(t, clock);
  const account: Receiving = accountAt(provider, 'pop3s', ADDRESS, PASSWORD);
  const logins = (): number => provider.heard('POP3').filter(({ line }) => line.startsWith('PASS')).length;
  return { provider, house, account, clock, logins, poll: () => house.poll(account) };
}

function gone(db: { prepare(sql: string): { pluck(): { get(): unknown } } }): number {
  return Number(db.prepare('SELECT count(*) FROM location WHERE gone IS NOT NULL').pluck().get());
}
