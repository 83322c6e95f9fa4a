// Gmail over IMAP: each message is fetched once and kept with all its labels, whatever they are called and however they change.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Entry } from '../../src/archive/entry.ts';
import { rebuild } from '../../src/index/rebuild.ts';
import { openIndex } from '../../src/index/database.ts';
import { search } from '../../src/search/search.ts';
import { bulkMessage } from '../messages/bulk.ts';
import { accountAt, dialled } from '../support/account.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { openTestHouse, type TestHouse } from '../support/house.ts';
import { addGmailUser, CHINESE, ENGLISH, type GmailNames } from '../support/provider/gmail.ts';
import { Mailbox } from '../support/provider/mailbox.ts';
import { startProvider } from '../support/provider/provider.ts';
import { Said } from '../support/said.ts';
import type { Ending } from '../support/temporary.ts';

const ADDRESS = 'ann@gmail.test';
const PASSWORD = 'correct horse';
const DAY = 86_400_000;

for (const [language, names] of [
  ['English', ENGLISH],
  ['Chinese', CHINESE],
] as const) {
  test(`in ${language}, each message is fetched once, from All Mail, Spam or the trash`, async (t) => {
    const { box, house, pass } = await begin(t, names);
    box.deliver(bulkMessage(1), ['\\Inbox', '\\Important', 'Work', 'Work/客户 往来']);
    box.deliver(bulkMessage(2), ['\\Sent', '\\Starred']);
    box.deliver(bulkMessage(3), []);
    box.spam(bulkMessage(4));
    const { report, said } = await pass();
    assert.deepEqual([report.ok, report.stored, said.bodies], [true, 4, 4]);
    assert.deepEqual(
      report.folders.map(({ name, stored }) => [name, stored]),
      [
        [names.all, 3],
        [names.spam, 1],
        [names.trash, 0],
      ],
    );
    assert.equal((await house.files()).length, 4);
    assert.deepEqual(labelsIn(await entries(house)), [
      ['Work', 'Work/客户 往来', '\\Important', '\\Inbox'],
      ['\\Sent', '\\Starred'],
      [],
      [],
    ]);
    const again = await pass();
    assert.deepEqual([again.report.known, again.said.verbs.includes('EXAMINE')], [4, false]);
  });
}

describe('a label', () => {
  test('that changes is seen by CHANGEDSINCE, and the message is not fetched again, nor gone', async (t) => {
    const { box, house, pass } = await begin(t);
    const message = box.deliver(bulkMessage(1), ['\\Inbox', 'To do']);
    box.deliver(bulkMessage(2), ['\\Inbox']);
    await pass();
    box.relabel(message, ['Done "really"', 'Food&Drinks']);
    const { report, said } = await pass();
    assert.deepEqual([report.ok, said.bodies], [true, 0]);
    assert.ok(said.commands.some((command) => /FLAGS X-GM-LABELS\) \(CHANGEDSINCE \d+\)$/.test(command)));
    for (let polls = 0; polls < 3; polls++) await pass();
    const changes = (await entries(house)).slice(2);
    assert.deepEqual(
      changes.map((entry) => [entry.op, 'labels' in entry && entry.labels]),
      [['flags', ['Done "really"', 'Food&Drinks']]],
    );
  });

  test('that changes where the server has no CONDSTORE is seen by the daily listing', async (t) => {
    const { provider, box, house, clock, pass } = await begin(t);
    provider.faults.without.add('CONDSTORE');
    const message = box.deliver(bulkMessage(1), ['\\Inbox']);
    await pass();
    box.relabel(message, ['Kept']);
    await clock.wind(DAY);
    await pass();
    assert.deepEqual(find(house, 'label:kept'), [1]);
    assert.deepEqual(find(house, 'in:inbox'), [0]);
  });

  test('is found by label: and by in:, and shown with each place', async (t) => {
    const { box, house, pass } = await begin(t);
    box.deliver(bulkMessage(1), ['\\Inbox', 'Work/客户 往来']);
    box.deliver(bulkMessage(2), ['\\Sent', '\\Starred']);
    box.spam(bulkMessage(3));
    await pass();
    for (const query of [
      'in:INBOX',
      'label:inbox',
      'label:"work/客户 往来"',
      'in:Work/*',
      'in:inbox in:work/*',
    ])
      assert.deepEqual(find(house, query), [1], query);
    assert.deepEqual(find(house, 'in:sent label:starred'), [1]);
    assert.deepEqual(find(house, 'in:inbox in:sent'), [0]);
    assert.deepEqual(find(house, 'in:INBOX OR in:sent'), [2]);
    assert.deepEqual(find(house, '-in:inbox'), [2]);
    assert.deepEqual(find(house, 'in:"[Gmail]/Spam"'), [1]);
    assert.deepEqual(find(house, 'label:nothing'), [0]);
    const [hit] = search(house.db, 'in:inbox', { now: 0 }).hits;
    assert.deepEqual(
      hit?.locations.map(({ folder, labels }) => [folder, labels]),
      [[ENGLISH.all, ['Work/客户 往来', '\\Inbox']]],
    );
  });

  test('lies in the journal: a new index knows it without the server', async (t) => {
    const { box, house, pass } = await begin(t);
    const message = box.deliver(bulkMessage(1), ['\\Inbox']);
    await pass();
    box.relabel(message, ['Kept']);
    await pass();
    await house.close();
    await rebuild(house.data, { workers: 1 });
    const db = openIndex(house.data, 'read');
    t.after(() => db.close());
    assert.equal(search(db, 'label:kept -in:inbox', { now: 0 }).total, 1);
  });
});

describe('a message that moves', () => {
  test('into the trash is known there by its id, and gone from All Mail', async (t) => {
    const { box, house, pass } = await begin(t);
    const message = box.deliver(bulkMessage(1), ['\\Inbox']);
    box.deliver(bulkMessage(2), ['\\Inbox']);
    await pass();
    box.trash(message);
    let bodies = 0;
    for (let polls = 0; polls < 3; polls++) bodies += (await pass()).said.bodies;
    assert.equal(bodies, 0);
    const [hit] = search(house.db, `in:${ENGLISH.trash.replace('[', '"[')}"`, { now: 0 }).hits;
    assert.deepEqual(
      hit?.locations.map(({ folder, gone }) => [folder, gone === null]),
      [
        [ENGLISH.all, false],
        [ENGLISH.trash, true],
      ],
    );
  });

  test('to other UIDs, at a new UIDVALIDITY, is known by its id too', async (t) => {
    const { provider, box, pass } = await begin(t);
    for (let n = 1; n <= 30; n++) box.deliver(bulkMessage(n), ['\\Inbox']);
    await pass();
    provider.renumber(ADDRESS, ENGLISH.all);
    const { report, said } = await pass();
    assert.deepEqual([report.ok, report.known, said.bodies], [true, 30, 0]);
  });
});

describe('where All Mail does not show all', () => {
  test('because it is hidden, the folders are read, each message once; when it is shown, it is read again', async (t) => {
    const { provider, box, house, pass } = await begin(t);
    const all = provider.mailbox(ADDRESS, ENGLISH.all);
    box.deliver(bulkMessage(1), ['\\Inbox', 'Work', '\\Starred']);
    box.deliver(bulkMessage(2), ['Work']);
    provider.dropFolder(ADDRESS, ENGLISH.all);
    const { report, said } = await pass();
    assert.deepEqual([report.ok, report.stored, said.bodies], [true, 2, 2]);
    assert.equal((await house.files()).length, 2);
    assert.deepEqual(find(house, 'in:inbox in:work'), [1]);
    provider.addFolder(ADDRESS, ENGLISH.all, all);
    assert.equal((await pass()).said.bodies, 0);
    assert.deepEqual(find(house, 'in:inbox in:work'), [1]);
    assert.deepEqual(find(house, 'is:gone'), [0]);
    assert.deepEqual(placesOf(house), [ENGLISH.all, ENGLISH.all]);
    assert.ok(!(await pass()).said.verbs.includes('EXAMINE'));
  });

  test('because its size may be limited, the labels are read too', async (t) => {
    const { provider, box, pass } = await begin(t);
    const old = box.deliver(bulkMessage(0), ['Work']);
    for (let n = 1; n <= 1000; n++) box.deliver(bulkMessage(n), []);
    const all = provider.mailbox(ADDRESS, ENGLISH.all);
    provider.faults.hidden = (message) => message.uidl === old.uidl && all.messages.includes(message);
    const { report, said } = await pass();
    assert.deepEqual([report.ok, report.stored, said.bodies], [true, 1001, 1001]);
  });

  test('because the rule leaves it out, the folders that are kept are read', async (t) => {
    const { box, house, pass } = await begin(t, ENGLISH, { include: ['INBOX', 'Work'], exclude: [] });
    box.deliver(bulkMessage(1), ['\\Inbox', 'Work']);
    box.deliver(bulkMessage(2), ['Private']);
    const { report, said } = await pass();
    assert.deepEqual([report.stored, said.bodies], [1, 1]);
    assert.deepEqual(placesOf(house), ['INBOX', 'Work']);
  });

  test('as it shows no chats, their folder is read', async (t) => {
    const { provider, box, house, pass } = await begin(t);
    box.deliver(bulkMessage(1), ['\\Inbox']);
    provider.addFolder(ADDRESS, '[Gmail]/Chats', new Mailbox('[Gmail]/Chats', [], 99));
    provider.deliver(ADDRESS, '[Gmail]/Chats', bulkMessage(2));
    assert.equal((await pass()).report.stored, 2);
    assert.deepEqual(placesOf(house), [ENGLISH.all, '[Gmail]/Chats']);
  });
});

test('deleting at Gmail moves a message from All Mail into the trash, where it is known', async (t) => {
  const { provider, box, house, clock, pass } = await begin(t, ENGLISH, undefined, {
    after: 30 * DAY,
    maxPerRun: 10,
  });
  box.deliver(bulkMessage(1), ['\\Inbox', 'Work']);
  box.deliver(bulkMessage(2), ['\\Starred'], { flags: ['\\Flagged'] });
  await pass();
  await clock.wind(31 * DAY);
  assert.equal((await pass()).report.deleted, 1);
  assert.equal(provider.messages(ADDRESS, ENGLISH.all).length, 1);
  assert.equal(provider.messages(ADDRESS, 'INBOX').length, 0);
  assert.equal(provider.messages(ADDRESS, ENGLISH.trash).length, 1);
  const { said } = await pass();
  assert.equal(said.bodies, 0);
  assert.deepEqual(placesOf(house).toSorted(), [ENGLISH.all, ENGLISH.trash]);
});

async function begin(
  t: Ending,
  names: GmailNames = ENGLISH,
  folders: { include: string[]; exclude: string[] } = { include: ['*'], exclude: [] },
  remove?: { after: number; maxPerRun: number },
) {
  const provider = await startProvider({ gmail: true });
  t.after(() => provider.stop());
  const box = addGmailUser(provider, ADDRESS, PASSWORD, names);
  const clock = new FakeClock();
  const house = await openTestHouse(t, clock);
  const plain = accountAt(provider, 'imaps', ADDRESS, PASSWORD);
  const account = { ...plain, receive: { ...plain.receive, folders, delete: remove } };
  const pass = async () => {
    const said = new Said();
    const report = await house.poll(account, {}, dialled(account, said.trace));
    return { report, said };
  };
  return { provider, box, clock, house, pass };
}

/** Of messages. */
async function entries(house: TestHouse): Promise<Entry[]> {
  const all: Entry[] = [];
  for await (const { entry } of house.journal.replay('imaps', 0)) if (entry.op !== 'folder') all.push(entry);
  return all;
}

/** Of messages in the order of their UIDs, folder by folder. */
function labelsIn(all: readonly Entry[]): (readonly string[] | undefined)[] {
  const seen = all.filter((entry) => entry.op === 'seen');
  const uid = (entry: Entry): number => ('uid' in entry ? entry.uid : 0);
  return seen
    .toSorted((a, b) => (a.folder < b.folder ? -1 : Number(a.folder > b.folder)) || uid(a) - uid(b))
    .map(({ labels }) => labels)
    .toSorted((a, b) => (b?.length ?? 0) - (a?.length ?? 0));
}

function find({ db }: TestHouse, query: string): [number] {
  return [search(db, query, { now: Date.parse('2026-01-01') }).total];
}

/** The folders of all places that are not gone. */
function placesOf({ db }: TestHouse): string[] {
  return db
    .prepare<[], string>('SELECT folder FROM location WHERE gone IS NULL ORDER BY rowid')
    .pluck()
    .all();
}
