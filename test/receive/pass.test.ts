// What a pass asks of a server, and what it makes of answers that are not true: an idle one is one round trip, a folder is
// opened only where it changed, and listed in full only where the short way does not add up.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
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
const FULL = 'UID FETCH 1:4294967295 (UID FLAGS RFC822.SIZE INTERNALDATE)';

describe('an idle pass', () => {
  test('over any number of folders takes one command beside login and goodbye', async (t) => {
    const { provider, pass } = await begin(t, 3, 40);
    provider.deliver(ADDRESS, 'Folder 7', bulkMessage(900));
    await pass();
    const { said, report } = await pass();
    assert.deepEqual(said.verbs, ['AUTHENTICATE', 'ID', 'ENABLE', 'LIST', 'LOGOUT']);
    assert.equal(said.trips, 6, 'with the greeting');
    assert.deepEqual([report.ok, report.known, report.stored, report.folders.length], [true, 4, 0, 41]);
  });

  test('without LIST-STATUS takes LIST, and the STATUS of all folders in one go', async (t) => {
    const { provider, pass } = await begin(t, 3, 40);
    for (const word of ['LIST-STATUS', 'UTF8=ACCEPT', 'ID']) provider.faults.without.add(word);
    await pass();
    const { said } = await pass();
    assert.deepEqual(said.verbs, ['AUTHENTICATE', 'LIST', ...Array<string>(41).fill('STATUS'), 'LOGOUT']);
    assert.equal(said.trips, 5);
  });

  test('opens a folder whose status is missing, as it did before', async (t) => {
    const { provider, pass } = await begin(t, 3, 2);
    await pass();
    provider.faults.statusless.add('INBOX');
    const { said, report } = await pass();
    assert.deepEqual(said.verbs.slice(-3), ['ENABLE', 'EXAMINE', 'LOGOUT']);
    assert.equal(report.known, 3);
  });

  test('without HIGHESTMODSEQ sees other flags within the hour, and those of reading at once', async (t) => {
    const { provider, house, clock, pass } = await begin(t, 3, 0);
    for (const word of ['CONDSTORE', 'QRESYNC']) provider.faults.without.add(word);
    await pass();
    const [first, second] = provider.messages(ADDRESS, 'INBOX');
    const flags = () => house.db.prepare('SELECT flags FROM location ORDER BY uid LIMIT 2').pluck().all();
    first?.flags.add('\\Flagged');
    assert.ok(!(await pass()).said.verbs.includes('EXAMINE'));
    await clock.wind(HOUR);
    await pass();
    assert.deepEqual(flags(), ['\\Flagged', '']);
    second?.flags.add('\\Seen');
    await pass();
    assert.deepEqual(flags(), ['\\Flagged', '\\Seen']);
  });

  test('looks at every folder once a day, and with --full, however its status lies', async (t) => {
    const { clock, pass } = await begin(t, 3, 0);
    await pass();
    assert.ok((await pass({ full: true })).said.commands.includes(FULL));
    assert.ok(!(await pass()).said.commands.includes(FULL));
    await clock.wind(24 * HOUR);
    assert.ok((await pass()).said.commands.includes(FULL));
    assert.ok(!(await pass()).said.commands.includes(FULL));
  });

  test('opens the folder of a message that failed and is due again', async (t) => {
    const { provider, pass } = await begin(t, 3, 0);
    const [bad] = provider.messages(ADDRESS, 'INBOX');
    provider.faults.refuse = (message) => message === bad;
    for (let polls = 0; polls < 4; polls++) await pass();
    const waiting = await pass();
    assert.deepEqual([waiting.report.known, waiting.report.pending], [2, 1]);
    assert.ok(!waiting.said.verbs.includes('EXAMINE'), 'nothing is due');
  });
});

describe('a folder that changed', () => {
  for (const [how, without] of [
    ['QRESYNC', []],
    ['CONDSTORE alone', ['QRESYNC']],
    ['neither', ['QRESYNC', 'CONDSTORE']],
  ] as const) {
    test(`with ${how}: new messages are listed from the old UIDNEXT on, with a few old ones`, async (t) => {
      const { provider, pass } = await begin(t, 30, 0);
      for (const word of without) provider.faults.without.add(word);
      await pass();
      provider.deliver(ADDRESS, 'INBOX', bulkMessage(99), { flags: ['\\Seen'] });
      const { said, report } = await pass();
      assert.deepEqual([report.ok, report.stored, report.known], [true, 1, 30]);
      assert.ok(!said.commands.includes(FULL));
      assert.ok(said.commands.some((command) => /^UID FETCH 1,[\d,]+,30:4294967295 /.test(command)));
      assert.equal((await pass()).report.known, 31);
    });

    test(`with ${how}: what went is missed once and gone the second time`, async (t) => {
      const { provider, house, pass } = await begin(t, 30, 0);
      for (const word of without) provider.faults.without.add(word);
      await pass();
      provider.remove(ADDRESS, 'INBOX', provider.messages(ADDRESS, 'INBOX').slice(3, 5));
      provider.deliver(ADDRESS, 'INBOX', bulkMessage(99));
      const gone = house.db.prepare('SELECT uid FROM location WHERE gone IS NOT NULL').pluck();
      const first = await pass();
      assert.deepEqual([first.report.ok, first.report.stored], [true, 1]);
      assert.deepEqual(gone.all(), []);
      assert.deepEqual((await pass()).report.ok, true);
      assert.deepEqual(gone.all(), [4, 5]);
      assert.ok(!(await pass()).said.verbs.includes('EXAMINE'), 'it is quiet then');
      assert.equal((await house.files()).length, 31);
    });
  }

  for (const without of [[], ['QRESYNC']]) {
    test(`tells changed flags alone${without.length > 0 ? ', without QRESYNC too' : ''}`, async (t) => {
      const { provider, house, pass } = await begin(t, 30, 0);
      for (const word of without) provider.faults.without.add(word);
      await pass();
      provider.messages(ADDRESS, 'INBOX')[3]?.flags.add('\\Flagged');
      const { said } = await pass();
      assert.ok(!said.commands.includes(FULL));
      assert.deepEqual(house.db.prepare("SELECT uid FROM location WHERE flags <> ''").pluck().all(), [4]);
    });
  }

  test('whose server says that everything vanished has lost nothing', async (t) => {
    const { provider, house, pass } = await begin(t, 30, 0);
    await pass();
    provider.faults.allVanish = true;
    for (let polls = 0; polls < 3; polls++) {
      provider.deliver(ADDRESS, 'INBOX', bulkMessage(100 + polls));
      const { report } = await pass();
      assert.deepEqual([report.ok, report.stored, report.known], [true, 1, 30 + polls]);
    }
    const marked = house.db.prepare('SELECT count(*) FROM location WHERE gone IS NOT NULL OR missed > 0');
    assert.equal(marked.pluck().get(), 0);
  });

  test('and whose search lies about it is listed in full', async (t) => {
    const { provider, pass } = await begin(t, 30, 0);
    await pass();
    provider.faults.answers.set('IMAP UID SEARCH', 'NO [SERVERBUG] no');
    provider.remove(ADDRESS, 'INBOX', provider.messages(ADDRESS, 'INBOX').slice(0, 1));
    provider.faults.without.add('QRESYNC');
    const { said, report } = await pass();
    assert.ok(said.commands.includes(FULL));
    assert.equal(report.ok, true);
  });

  test('by a message below UIDNEXT, which nothing told of, is found by the count', async (t) => {
    const { provider, house, pass } = await begin(t, 10, 0);
    const mailbox = provider.messages(ADDRESS, 'INBOX');
    const late = mailbox[4];
    provider.faults.window = null;
    provider.faults.hidden = (message) => message === late;
    await pass();
    assert.equal((await house.files()).length, 9);
    provider.faults.hidden = () => false;
    const { report } = await pass();
    assert.deepEqual([report.ok, report.stored], [true, 1]);
  });
});

test('a large folder is listed in windows, the newest first, and every message counts once', async (t) => {
  const { windowsOf } = await import('../../src/receive/look.ts');
  const state = { validity: 7, modseq: null, unseen: null, mailboxId: null };
  const windows = (exists: number, uidNext: number | null) =>
    windowsOf({ ...state, exists, uidNext } as Parameters<typeof windowsOf>[0]);
  assert.deepEqual(windows(10_000, 10_001), [undefined]);
  assert.deepEqual(windows(25_000, null), [undefined], 'nothing tells where the UIDs end');
  assert.deepEqual(windows(25_000, 7), [undefined], 'UIDNEXT lies');
  assert.deepEqual(windows(25_000, 30_001), [
    { from: 20_001, to: 4_294_967_295 },
    { from: 10_001, to: 20_000 },
    { from: 1, to: 10_000 },
  ]);
  assert.equal(windows(20_001, 4_000_000_000).length, 3, 'sparse UIDs make no more windows');
  t.diagnostic('windows are pure');
});

async function begin(t: Ending, count: number, folders: number) {
  const provider = await startProvider();
  t.after(() => provider.stop());
  const names = Array.from({ length: folders }, (_, n) => `Folder ${n}`);
  provider.addUser(ADDRESS, PASSWORD, names);
  for (let n = 0; n < count; n++) provider.deliver(ADDRESS, 'INBOX', bulkMessage(n));
  const clock = new FakeClock();
  const house = await openTestHouse(t, clock);
  const account = accountAt(provider, 'imaps', ADDRESS, PASSWORD);
  const pass = async (options: { readonly full?: boolean } = {}) => {
    const said = new Said();
    return { report: await house.poll(account, options, dialled(account, said.trace)), said };
  };
  return { provider, house, clock, pass };
}
