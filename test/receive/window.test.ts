// Servers that show a part of what they hold: what slides out of the window is not gone, and what is deleted within it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayShowPart } from '../../src/receive/window.ts';
import { bulkMessage } from '../messages/bulk.ts';
import { accountAt, dialled } from '../support/account.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { openTestHouse } from '../support/house.ts';
import { startProvider } from '../support/provider/provider.ts';
import { Said } from '../support/said.ts';
import type { Ending } from '../support/temporary.ts';

const ADDRESS = 'ann@mail.test';
const PASSWORD = 'correct horse';
const HOUR = 3_600_000;

test('a folder may show a part: by days always, at Gmail at its limits, at Yahoo from 10,000 on, elsewhere never', () => {
  const gmail = ['IMAP4REV1', 'X-GM-EXT-1'];
  const yahoo = ['IMAP4REV1', 'UIDONLY', 'MESSAGELIMIT=1000'];
  for (const [exists, offered, byDays, is] of [
    [3, [], true, true],
    [999, gmail, false, false],
    [1000, gmail, false, true],
    [10_000, gmail, false, true],
    [9999, yahoo, false, false],
    [10_000, yahoo, false, true],
    [10_000, ['IMAP4REV1'], false, false],
  ] as const)
    assert.equal(mayShowPart(exists, new Set(offered), byDays), is, `${exists} ${offered.join(' ')}`);
});

for (const without of [[], ['CONDSTORE', 'QRESYNC', 'ESEARCH']]) {
  const server = without.length === 0 ? 'with CONDSTORE' : 'without CONDSTORE and ESEARCH';
  test(`what slides out of the window of a server ${server} is not gone, and an idle pass opens nothing`, async (t) => {
    const { provider, clock, pass, gone } = await begin(t, without);
    await pass();
    provider.faults.window = 4;
    for (let polls = 0; polls < 3; polls++) assert.equal((await pass()).report.ok, true);
    assert.deepEqual(gone(), []);
    assert.ok(!(await pass()).said.verbs.includes('EXAMINE'));

    provider.deliver(ADDRESS, 'INBOX', bulkMessage(11));
    for (let polls = 0; polls < 3; polls++) await pass();
    assert.deepEqual(gone(), []);
    assert.ok(!(await pass()).said.verbs.includes('EXAMINE'));

    const ninth = provider.messages(ADDRESS, 'INBOX').filter(({ uid }) => uid === 9);
    provider.remove(ADDRESS, 'INBOX', ninth);
    for (let polls = 0; polls < 3; polls++) {
      await pass();
      await clock.wind(HOUR); // an older one takes its place, so that the count is the same: the next listing tells
    }
    assert.deepEqual(gone(), [9], 'what is deleted within the window is gone');
  });
}

test('a window that is opened shows what was stored before: it is known, and nothing is fetched again', async (t) => {
  const { provider, pass, gone } = await begin(t, []);
  await pass();
  provider.faults.window = 2;
  for (let polls = 0; polls < 3; polls++) await pass();
  provider.faults.window = null;
  const { report, said } = await pass();
  assert.deepEqual([report.ok, report.known, said.bodies], [true, 10, 0]);
  assert.deepEqual(gone(), []);
  assert.ok(!(await pass()).said.verbs.includes('EXAMINE'));
});

test('a folder whose window is empty has lost nothing', async (t) => {
  const { provider, pass, gone } = await begin(t, []);
  await pass();
  provider.faults.window = 0;
  for (let polls = 0; polls < 3; polls++) await pass();
  assert.deepEqual(gone(), []);
});

async function begin(t: Ending, without: readonly string[]) {
  const provider = await startProvider({ users: { [ADDRESS]: PASSWORD } });
  t.after(() => provider.stop());
  for (const word of without) provider.faults.without.add(word);
  for (let n = 1; n <= 10; n++) provider.deliver(ADDRESS, 'INBOX', bulkMessage(n));
  const clock = new FakeClock();
  const house = await openTestHouse(t, clock);
  const plain = accountAt(provider, 'imaps', ADDRESS, PASSWORD);
  const account = { ...plain, receive: { ...plain.receive, window: true } };
  const pass = async () => {
    const said = new Said();
    const report = await house.poll(account, {}, dialled(account, said.trace));
    return { report, said };
  };
  const gone = () =>
    house.db.prepare<[], number>('SELECT uid FROM location WHERE gone IS NOT NULL').pluck().all();
  return { provider, clock, pass, gone };
}
