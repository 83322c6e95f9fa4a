// Messages that a server shows under other names: after a change of UIDVALIDITY, in a renamed folder, with UIDs that move or
// mean nothing. None is lost, none is kept twice, and what is stored is not downloaded again where the evidence holds.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { bulkMessage } from '../messages/bulk.ts';
import { accountAt, dialled } from '../support/account.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { openTestHouse, type TestHouse } from '../support/house.ts';
import { startProvider, type Provider } from '../support/provider/provider.ts';
import { Said } from '../support/said.ts';
import type { Ending } from '../support/temporary.ts';

const ADDRESS = 'ann@mail.test';
const PASSWORD = 'correct horse';
const COUNT = 60;
const SAMPLE = 10;

describe('a new UIDVALIDITY', () => {
  test('costs a sample of the bodies, and makes no duplicate', async (t) => {
    const { provider, house, pass } = await begin(t);
    provider.renumber(ADDRESS, 'INBOX');
    provider.deliver(ADDRESS, 'INBOX', bulkMessage(900));
    const { report, bodies } = await pass();
    assert.deepEqual(
      [report.ok, report.stored, report.known, report.pending],
      [true, SAMPLE + 1, COUNT - SAMPLE, 0],
    );
    assert.equal(bodies, SAMPLE + 1);
    same(provider, house, 'INBOX');
    assert.equal((await house.files()).length, COUNT + 1);
    assert.equal((await pass()).report.known, COUNT + 1);
  });

  test('with sizes that lie costs everything once more, and still no duplicate', async (t) => {
    const { provider, house, pass } = await begin(t);
    provider.renumber(ADDRESS, 'INBOX');
    provider.faults.sizeLie = 100;
    const { report, bodies } = await pass();
    assert.deepEqual([report.ok, bodies], [true, COUNT]);
    same(provider, house, 'INBOX');
    assert.equal((await house.files()).length, COUNT);
  });

  test('with other messages that look the same by size, date and Message-ID loses none of them', async (t) => {
    const { provider, house, pass } = await begin(t);
    const others = provider.messages(ADDRESS, 'INBOX').map(({ bytes, internalDate }) => {
      const changed = Buffer.from(bytes);
      changed[changed.length - 4] = (changed[changed.length - 4] ?? 0) ^ 1;
      return { bytes: changed, internalDate };
    });
    provider.remove(ADDRESS, 'INBOX');
    provider.renumber(ADDRESS, 'INBOX');
    for (const { bytes, internalDate } of others) provider.deliver(ADDRESS, 'INBOX', bytes, { internalDate });
    const { report, bodies } = await pass();
    assert.deepEqual([report.ok, bodies, report.pending], [true, COUNT, 0]);
    same(provider, house, 'INBOX');
    assert.equal((await house.files()).length, 2 * COUNT);
  });

  test('at each poll is recognised, and fills neither the journal nor the line', async (t) => {
    const { provider, house, pass } = await begin(t);
    provider.faults.freshValidity = true;
    for (let polls = 0; polls < 3; polls++) assert.equal((await pass()).report.ok, true);
    const lines = await journalled(house);
    for (let polls = 0; polls < 3; polls++) {
      const { report, bodies } = await pass();
      assert.deepEqual([report.ok, bodies, report.known], [true, 0, COUNT]);
    }
    assert.equal(await journalled(house), lines);
    provider.deliver(ADDRESS, 'INBOX', bulkMessage(900));
    assert.equal((await pass()).bodies, 1);
    assert.equal((await pass()).bodies, 0);
    provider.messages(ADDRESS, 'INBOX')[5]?.flags.add('\\Flagged');
    await pass();
    const flagged = "SELECT count(*) FROM location WHERE flags = '\\Flagged' AND gone IS NULL";
    assert.equal(house.db.prepare(flagged).pluck().get(), 1);
    provider.remove(ADDRESS, 'INBOX', provider.messages(ADDRESS, 'INBOX').slice(0, 2));
    await pass();
    const standing = house.db.prepare('SELECT count(*) FROM location WHERE gone IS NULL').pluck();
    assert.equal(standing.get(), COUNT + 1, 'one listing without them proves nothing');
    await pass();
    assert.equal(standing.get(), COUNT - 1);
    assert.equal((await house.files()).length, COUNT + 1);
    provider.faults.freshValidity = false;
    for (let polls = 0; polls < 2; polls++) assert.equal((await pass()).report.ok, true);
    same(provider, house, 'INBOX');
    assert.ok(!(await pass()).said.verbs.includes('EXAMINE'), 'it is a folder like any other again');
  });
});

describe('UIDs under the same UIDVALIDITY', () => {
  for (const without of [[], ['QRESYNC', 'CONDSTORE']]) {
    test(`that moved are noticed by a few old messages${without.length > 0 ? ', without CONDSTORE too' : ''}`, async (t) => {
      const { provider, house, pass } = await begin(t, without);
      const messages = provider.messages(ADDRESS, 'INBOX');
      // Two of them change places, as all but the last may: the first is one of those that are looked at again.
      const [first, , third] = messages;
      assert.ok(first !== undefined && third !== undefined);
      [first.uid, third.uid] = [third.uid, first.uid];
      const mailbox = provider.mailbox(ADDRESS, 'INBOX');
      mailbox.messages = messages.toSorted((a, b) => a.uid - b.uid);
      provider.deliver(ADDRESS, 'INBOX', bulkMessage(900));
      const { report } = await pass();
      assert.equal(report.ok, true);
      same(provider, house, 'INBOX');
      assert.equal((await house.files()).length, COUNT + 1);
    });
  }

  test('that go back, and name new messages, lose neither the old nor the new', async (t) => {
    const { provider, house, pass } = await begin(t);
    const mailbox = provider.mailbox(ADDRESS, 'INBOX');
    provider.remove(ADDRESS, 'INBOX', provider.messages(ADDRESS, 'INBOX').slice(-3));
    mailbox.uidNext -= 3;
    for (let n = 0; n < 2; n++) provider.deliver(ADDRESS, 'INBOX', bulkMessage(900 + n), { internalDate: n });
    assert.equal((await pass()).report.ok, true);
    same(provider, house, 'INBOX', 1);
    assert.equal((await house.files()).length, COUNT + 2);
  });

  test('whose dates alone changed are the same messages', async (t) => {
    const { provider, house, pass } = await begin(t);
    const mailbox = provider.mailbox(ADDRESS, 'INBOX');
    mailbox.messages = mailbox.messages.map((message) =>
      Object.assign(message, { internalDate: message.internalDate + 86_400_000 }),
    );
    const { report, bodies } = await pass({ full: true });
    assert.deepEqual([report.ok, report.known, bodies], [true, COUNT, 0]);
    same(provider, house, 'INBOX');
  });

  test('that go back, and name a new message without a Message-ID, lose neither', async (t) => {
    const { provider, house, pass } = await begin(t);
    const mailbox = provider.mailbox(ADDRESS, 'INBOX');
    const bare = (text: string): Buffer => Buffer.from(`Subject: log\r\n\r\n${text}\r\n`);
    provider.deliver(ADDRESS, 'INBOX', bare('old'));
    await pass();
    provider.remove(ADDRESS, 'INBOX', provider.messages(ADDRESS, 'INBOX').slice(-1));
    mailbox.uidNext -= 1;
    provider.deliver(ADDRESS, 'INBOX', bare('a new one'), { internalDate: 1 });
    assert.equal((await pass()).report.ok, true);
    same(provider, house, 'INBOX');
    assert.equal((await house.files()).length, COUNT + 2);
  });

  test('of which one names another message while all dates moved, do not hide it', async (t) => {
    const { provider, house, pass } = await begin(t);
    const mailbox = provider.mailbox(ADDRESS, 'INBOX');
    const later = mailbox.messages.map((message) =>
      Object.assign(message, { internalDate: message.internalDate + 86_400_000 }),
    );
    const [old] = later.splice(1, 1);
    const fresh = provider.deliver(ADDRESS, 'INBOX', bulkMessage(900));
    fresh.uid = old?.uid ?? 0;
    mailbox.messages = [...later, fresh].toSorted((a, b) => a.uid - b.uid);
    assert.equal((await pass({ full: true })).report.ok, true);
    same(provider, house, 'INBOX');
    assert.equal((await house.files()).length, COUNT + 1);
  });

  test('that name another message with the date of the old one are seen through by its size', async (t) => {
    const { provider, house, pass } = await begin(t);
    const mailbox = provider.mailbox(ADDRESS, 'INBOX');
    const [old] = provider.messages(ADDRESS, 'INBOX').slice(10, 11);
    assert.ok(old !== undefined);
    provider.remove(ADDRESS, 'INBOX', [old]);
    const fresh = provider.deliver(ADDRESS, 'INBOX', bulkMessage(900, 5000), {
      internalDate: old.internalDate,
    });
    fresh.uid = old.uid;
    mailbox.messages = mailbox.messages.toSorted((a, b) => a.uid - b.uid);
    assert.equal((await pass({ full: true })).report.ok, true);
    same(provider, house, 'INBOX');
    assert.equal((await house.files()).length, COUNT + 1);
  });

  test('whose sizes lie are the same messages, and what settled it once is not asked again', async (t) => {
    const { provider, house, pass } = await begin(t);
    for (const n of [1, 2, 3])
      provider.deliver(ADDRESS, 'INBOX', Buffer.from(`Subject: log ${n}\r\n\r\ntext\r\n`));
    await pass();
    provider.faults.sizeLie = 7;
    const { report, said, bodies } = await pass({ full: true });
    assert.deepEqual([report.ok, report.known], [true, COUNT + 3]);
    assert.ok(bodies <= 3 && asksForIds(said), 'a sample of Message-IDs, and the octets where there is none');
    const again = await pass({ full: true });
    assert.deepEqual([again.report.known, again.bodies, asksForIds(again.said)], [COUNT + 3, 0, false]);
    same(provider, house, 'INBOX');
  });

  test('of another folder with the old name and number are told apart by its MAILBOXID', async (t) => {
    const { provider, house, pass } = await begin(t);
    const { validity } = provider.mailbox(ADDRESS, 'INBOX');
    const internalDate = provider.messages(ADDRESS, 'INBOX')[0]?.internalDate ?? 0;
    provider.dropFolder(ADDRESS, 'INBOX');
    const user = provider.addUser('other@mail.test', 'x');
    const fresh = user.folders.get('INBOX');
    assert.ok(fresh !== undefined);
    fresh.validity = validity;
    provider.addFolder(ADDRESS, 'INBOX', fresh);
    for (let n = 0; n < COUNT; n++)
      provider.deliver(ADDRESS, 'INBOX', bulkMessage(500 + n), { internalDate });
    assert.equal((await pass()).report.ok, true);
    same(provider, house, 'INBOX');
    assert.equal((await house.files()).length, 2 * COUNT);
  });
});

test('without a UIDVALIDITY messages are known by what they are, however their UIDs change', async (t) => {
  const { provider, house, pass } = await begin(t, [], 0);
  assert.equal((await pass()).bodies, 0);
  const mailbox = provider.mailbox(ADDRESS, 'INBOX');
  provider.remove(ADDRESS, 'INBOX', provider.messages(ADDRESS, 'INBOX').slice(0, 1));
  for (const message of mailbox.messages) message.uid--;
  provider.deliver(ADDRESS, 'INBOX', bulkMessage(900));
  const { report, bodies } = await pass();
  assert.equal(report.ok, true);
  assert.ok(bodies <= SAMPLE + 1, `${bodies} bodies`);
  assert.equal((await house.files()).length, COUNT + 1);
  assert.equal((await pass()).bodies, 0);
  same(provider, house, 'INBOX');
});

test('without a UIDVALIDITY messages without a Message-ID are not fetched at each poll', async (t) => {
  const { provider, house, pass } = await begin(t, [], 0);
  const bare = (text: string): Buffer => Buffer.from(`Subject: log\r\n\r\n${text}\r\n`);
  for (const n of [1, 2, 3])
    provider.deliver(ADDRESS, 'INBOX', bare(`text ${n}`), { internalDate: n * 60_000 });
  assert.equal((await pass()).bodies, 3);
  const lines = await journalled(house);
  provider.messages(ADDRESS, 'INBOX').at(-1)?.flags.add('\\Flagged');
  assert.deepEqual([(await pass()).bodies, (await journalled(house)) - lines], [0, 1]);
  const flagged = "SELECT count(*) FROM location WHERE flags = '\\Flagged'";
  assert.equal(house.db.prepare(flagged).pluck().get(), 1);
  const last = provider.messages(ADDRESS, 'INBOX').slice(-1);
  provider.remove(ADDRESS, 'INBOX', last);
  const other = provider.deliver(ADDRESS, 'INBOX', bare('text 4'), { internalDate: 4 * 60_000 });
  other.uid = last[0]?.uid ?? 0;
  assert.equal((await pass()).bodies, 1, 'another one under the UID of the last is seen by its date');
  assert.equal((await pass()).bodies, 0);
  same(provider, house, 'INBOX');
  assert.equal((await house.files()).length, COUNT + 4);
});

describe('a folder', () => {
  for (const without of [[], ['OBJECTID']]) {
    test(`with a new name costs a sample of its bodies${without.length > 0 ? ', without OBJECTID too' : ''}`, async (t) => {
      const { provider, house, pass } = await begin(t, without);
      for (let n = 0; n < COUNT; n++) provider.deliver(ADDRESS, 'Work', bulkMessage(300 + n));
      await pass();
      provider.rename(ADDRESS, 'Work', '工作');
      const { report, bodies, said } = await pass();
      assert.deepEqual([report.ok, bodies], [true, SAMPLE]);
      assert.ok(
        !said.commands.some((command) => command.includes('MESSAGE-ID')),
        'its UIDs are evidence enough',
      );
      same(provider, house, '工作');
      assert.equal(present(house, 'Work').length, COUNT, 'one LIST without it proves nothing');
      await pass();
      assert.equal(present(house, 'Work').length, 0);
      assert.ok(!(await pass()).said.verbs.includes('EXAMINE'), 'nobody asks for it any more');
      assert.equal((await house.files()).length, 2 * COUNT);
    });
  }

  test('that LIST leaves out is read all the same, and never counts as gone', async (t) => {
    const { provider, house, pass } = await begin(t);
    provider.deliver(ADDRESS, 'Work', bulkMessage(300));
    await pass();
    provider.faults.unlisted.add('Work');
    for (let polls = 0; polls < 4; polls++) {
      provider.deliver(ADDRESS, 'Work', bulkMessage(301 + polls));
      assert.deepEqual((await pass()).report.stored, 1);
    }
    same(provider, house, 'Work');
  });

  test('that comes back before its second absence is as it was', async (t) => {
    const { provider, house, pass } = await begin(t);
    provider.deliver(ADDRESS, 'Work', bulkMessage(300));
    await pass();
    provider.rename(ADDRESS, 'Work', 'Elsewhere');
    await pass();
    provider.rename(ADDRESS, 'Elsewhere', 'Work');
    await pass();
    provider.rename(ADDRESS, 'Work', 'Elsewhere');
    await pass();
    assert.equal(present(house, 'Work').length, 1);
  });
});

/** An account whose INBOX was read; `validity`: its UIDVALIDITY. */
async function begin(t: Ending, without: readonly string[] = [], validity?: number) {
  const provider = await startProvider();
  t.after(() => provider.stop());
  provider.addUser(ADDRESS, PASSWORD, ['Work']);
  for (const word of without) provider.faults.without.add(word);
  if (validity !== undefined) provider.mailbox(ADDRESS, 'INBOX').validity = validity;
  for (let n = 0; n < COUNT; n++)
    provider.deliver(ADDRESS, 'INBOX', bulkMessage(n), { internalDate: 1_600_000_000_000 + n * 60_000 });
  const house = await openTestHouse(t, new FakeClock());
  const account = accountAt(provider, 'imaps', ADDRESS, PASSWORD);
  const pass = async (options: { readonly full?: boolean } = {}) => {
    const said = new Said();
    const report = await house.poll(account, options, dialled(account, said.trace));
    return { report, said, bodies: said.bodies };
  };
  assert.equal((await pass()).report.stored, COUNT);
  return { provider, house, pass };
}

function asksForIds({ commands }: Said): boolean {
  return commands.some((command) => /MESSAGE-ID/i.test(command));
}

/** SHA-256 by UID of what is stored and was there at the last look. */
function present(house: TestHouse, folder: string): string[] {
  return house.db
    .prepare<[string], string>(
      `SELECT lower(hex(id)) FROM location JOIN message USING (row) WHERE folder = ? AND gone IS NULL AND missed = 0
       ORDER BY uid`,
    )
    .pluck()
    .all(folder);
}

/** What is present of a folder is what the server holds, each under its UID; `missed` more were not there for the first time. */
function same(provider: Provider, house: TestHouse, folder: string, missed = 0): void {
  const there = provider
    .messages(ADDRESS, folder)
    .map(({ bytes }) => createHash('sha256').update(bytes).digest('hex'));
  assert.deepEqual(present(house, folder), there);
  const away = house.db
    .prepare('SELECT count(*) FROM location WHERE folder = ? AND missed > 0 AND gone IS NULL')
    .pluck();
  assert.equal(away.get(folder), missed);
}

async function journalled(house: TestHouse): Promise<number> {
  let lines = 0;
  for await (const _ of house.journal.replay('imaps', 0)) lines++;
  return lines;
}
