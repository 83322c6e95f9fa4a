// Deleting at the server: only what is asked for, only what is kept well, and always explained.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Entry } from '../../src/archive/entry.ts';
import type { Receiving } from '../../src/receive/open-source.ts';
import type { AccountReport, Deletion } from '../../src/receive/report.ts';
import { bulkMessage } from '../messages/bulk.ts';
import { accountAt, type Way } from '../support/account.ts';
import { HastyClock } from '../support/hasty-clock.ts';
import { openTestHouse, type TestHouse } from '../support/house.ts';
import type { StoredMessage } from '../support/provider/mailbox.ts';
import { startProvider } from '../support/provider/provider.ts';
import { chance } from '../support/random.ts';
import type { Ending } from '../support/temporary.ts';

const ADDRESS = 'ann@mail.test';
const PASSWORD = 'correct horse';
const DAY = 86_400_000;

for (const way of ['imaps', 'pop3s'] as const) {
  describe(`deleting over ${way}`, () => {
    test('waits until the message was stored for so long, then deletes, and the archive has it still', async (t) => {
      const { house, poll, left, clock } = await begin(t, way, 6);
      await poll();
      await clock.wind(29 * DAY);
      assert.equal((await poll()).deleted, 0);
      assert.equal(left().length, 6);
      await clock.wind(2 * DAY);
      const report = await poll();
      assert.deepEqual([report.ok, report.deleted, states(report)], [true, 6, { deleted: 6 }]);
      assert.equal(left().length, 0);
      assert.equal((await house.files()).length, 6);
      const told = await entries(house, way);
      assert.deepEqual(
        told.slice(6).map(({ op }) => op),
        [...Array<string>(6).fill('delete'), ...Array<string>(6).fill('gone')],
      );
      assert.deepEqual([(await poll()).deleted, (await entries(house, way)).length], [0, told.length]);
    });

    test('spares what is dated later, however long it is stored', async (t) => {
      const { provider, poll, left, clock } = await begin(t, way, 1);
      provider.deliver(ADDRESS, 'INBOX', dated('2026-03-01'));
      await poll();
      await clock.wind(31 * DAY);
      assert.equal((await poll()).deleted, 1);
      assert.match(left()[0]?.bytes.toString() ?? '', /2026/);
    });

    test('takes no more than maxPerRun in one run, the oldest first', async (t) => {
      const { poll, left, clock } = await begin(t, way, 10, { maxPerRun: 4 });
      await poll();
      await clock.wind(31 * DAY);
      assert.equal((await poll()).deleted, 4);
      assert.deepEqual(
        left().map(({ bytes }) => /bulk-(\d+)@/.exec(bytes.toString())?.[1]),
        ['5', '6', '7', '8', '9', '10'],
      );
      assert.equal((await poll()).deleted, 4);
    });

    test('with dryRun lists what would go, and asks for nothing', async (t) => {
      const { house, provider, poll, left, clock } = await begin(t, way, 3);
      await poll();
      await clock.wind(31 * DAY);
      const before = (await entries(house, way)).length;
      const report = await poll({ dryRun: true });
      assert.deepEqual([report.deleted, states(report)], [0, { due: 3 }]);
      const [first] = report.folders[0]?.deletions ?? [];
      assert.deepEqual([first?.date.slice(0, 10), first?.id], ['2019-01-01', idOf(left()[0])]);
      assert.equal(left().length, 3);
      assert.equal((await entries(house, way)).length, before);
      assert.ok(!provider.heard().some(({ line }) => /^DELE|^\S+ (UID )?(STORE|EXPUNGE|MOVE)\b/.test(line)));
    });

    test('leaves a message whose stored file is damaged, or gone, and says so', async (t) => {
      const { house, poll, left, clock } = await begin(t, way, 4);
      await poll();
      await clock.wind(31 * DAY);
      const [bad, lost] = left();
      damage(house, bad);
      rmSync(fileOf(house, lost));
      const report = await poll();
      assert.deepEqual([report.ok, report.deleted, states(report)], [false, 2, { kept: 2, deleted: 2 }]);
      assert.deepEqual([report.error?.kind, /verify/.test(report.error?.hint ?? '')], ['storage', true]);
      assert.deepEqual(left(), [bad, lost]);
    });

    test('leaves a message whose journal line is not there', async (t) => {
      const { house, poll, left, clock } = await begin(t, way, 3);
      await poll();
      await clock.wind(31 * DAY);
      const journal = join(house.data, 'journal', `${way}.jsonl`);
      const rows = readFileSync(journal, 'utf8').split('\n');
      writeFileSync(
        journal,
        rows.map((row, at) => (at === 2 ? row.replace(/"sum":"./, '"sum":"x') : row)).join('\n'),
      );
      assert.equal((await poll()).deleted, 2);
      assert.equal(left().length, 1);
    });

    test('deletes nothing without the key, and nothing after a refused login', async (t) => {
      const { provider, house, account, left, clock } = await begin(t, way, 2);
      const { delete: _, ...receive } = account.receive;
      await house.poll({ ...account, receive });
      await clock.wind(900 * DAY);
      assert.equal((await house.poll({ ...account, receive })).deleted, 0);
      provider.setPassword(ADDRESS, 'another');
      assert.equal((await house.poll(account)).deleted, 0);
      assert.equal(left().length, 2);
    });

    for (const early of [0, 2])
      test(`counts no time from lines that a clock wrote which stood far back, after ${early} that it wrote right`, async (t) => {
        const { provider, poll, left, clock } = await begin(t, way, early);
        if (early > 0) await poll();
        await clock.wind(400 * DAY);
        const back = clock.now();
        await clock.wind(-back);
        for (let n = 1; n <= 3; n++) provider.deliver(ADDRESS, 'INBOX', bulkMessage(100 + n));
        assert.equal((await poll()).stored, 3);
        await clock.wind(back);
        provider.deliver(ADDRESS, 'INBOX', dated('2026-12-01'));
        assert.deepEqual(
          [(await poll()).deleted, left().length],
          [early, 4],
          'what was stored just now stays',
        );
        await clock.wind(31 * DAY);
        assert.equal((await poll()).deleted, 4, 'it counts from the next line on');
      });

    test('where the clock goes back, deletes nothing', async (t) => {
      const { poll, left, clock } = await begin(t, way, 2);
      await poll();
      await clock.wind(-400 * DAY);
      assert.equal((await poll()).deleted, 0);
      assert.equal(left().length, 2);
    });
  });
}

describe('deleting over IMAP', () => {
  test('spares what is flagged, also where that was done after the folder was listed', async (t) => {
    const { provider, house, account, poll, left, clock } = await begin(t, 'imaps', 3);
    await poll();
    await clock.wind(31 * DAY);
    const [first, second] = left();
    second?.flags.add('\\Flagged');
    provider.deliver(ADDRESS, 'INBOX', dated('2026-01-30'));
    const report = await house.poll(account, { progress: () => void first?.flags.add('\\Flagged') });
    assert.deepEqual([report.deleted, states(report)], [1, { kept: 1, deleted: 1 }]);
    assert.deepEqual(left().slice(0, 2), [first, second]);
    assert.ok(
      provider.heard().every(({ line }) => !/(^| )(EXPUNGE|CLOSE)$/.test(line)),
      'a bare EXPUNGE',
    );
  });

  test('without UIDPLUS deletes nothing, and says so', async (t) => {
    const { provider, poll, left, clock } = await begin(t, 'imaps', 2);
    provider.faults.without.add('UIDPLUS');
    await poll();
    await clock.wind(31 * DAY);
    const report = await poll();
    assert.deepEqual([report.ok, report.deleted], [true, 0]);
    assert.match(report.folders[0]?.undeletable ?? '', /no UIDPLUS/);
    assert.deepEqual(
      left().map(({ flags }) => [...flags]),
      [[], []],
    );
  });

  test('removes no other message that bears \\Deleted', async (t) => {
    const { provider, poll, left, clock } = await begin(t, 'imaps', 2);
    await poll();
    await clock.wind(31 * DAY);
    const other = provider.deliver(ADDRESS, 'INBOX', dated('2026-01-30'), { flags: ['\\Deleted'] });
    assert.equal((await poll()).deleted, 2);
    assert.deepEqual(left(), [other]);
  });

  test('where EXPUNGE is refused takes its marks back, and keeps those that were there', async (t) => {
    const { provider, poll, left, clock } = await begin(t, 'imaps', 3);
    await poll();
    await clock.wind(31 * DAY);
    left()[1]?.flags.add('\\Deleted');
    provider.faults.answers.set('IMAP UID EXPUNGE', 'NO not now');
    const report = await poll();
    assert.deepEqual([report.deleted, states(report)], [0, { uncertain: 3 }]);
    assert.deepEqual(
      left().map(({ flags }) => [...flags]),
      [[], ['\\Deleted'], []],
    );
    provider.faults.answers.clear();
    assert.equal((await poll()).deleted, 3);
  });

  test('counts nothing as gone that the server lists still', async (t) => {
    const { provider, house, poll, left, clock } = await begin(t, 'imaps', 2);
    await poll();
    await clock.wind(31 * DAY);
    provider.faults.answers.set('IMAP UID EXPUNGE', 'OK done');
    const report = await poll();
    assert.deepEqual([report.deleted, states(report)], [0, { kept: 2 }]);
    assert.equal(left().length, 2);
    assert.equal((await entries(house, 'imaps')).filter(({ op }) => op === 'gone').length, 0);
  });

  for (const [what, other] of [
    ['another size', dated('2019-01-01')],
    ['the same size', Buffer.from(bulkMessage(1).toString('latin1').replace('bulk-1@', 'bulk-x@'), 'latin1')],
    ['the same size and Message-ID', edited(bulkMessage(1))],
  ] as const)
    test(`does not touch another message of ${what} that was given the UID of a stored one`, async (t) => {
      const { provider, poll, left, clock } = await begin(t, 'imaps', 2);
      await poll();
      await clock.wind(31 * DAY);
      const [old] = left();
      assert.ok(old !== undefined && !other.equals(old.bytes));
      let swapped: StoredMessage | undefined;
      let opened = 0;
      provider.faults.watch = (when, verb) => {
        // The second time it is opened to delete in it.
        if (when !== 'heard' || verb !== 'EXAMINE' || ++opened !== 2) return;
        provider.remove(ADDRESS, 'INBOX', [old]);
        swapped = provider.deliver(ADDRESS, 'INBOX', other, { internalDate: old.internalDate + DAY });
        swapped.uid = old.uid;
      };
      const report = await poll();
      assert.deepEqual([report.deleted, states(report)], [1, { kept: 1, deleted: 1 }]);
      assert.deepEqual(left(), [swapped]);
    });

  test('looks at whole messages where their sizes are lies', async (t) => {
    const { provider, poll, left, clock } = await begin(t, 'imaps', 3);
    provider.faults.sizeLie = 7;
    await poll();
    await clock.wind(31 * DAY);
    assert.equal((await poll()).deleted, 3);
    assert.equal(left().length, 0);
  });

  test('under a new UIDVALIDITY begins to wait anew', async (t) => {
    const { provider, poll, left, clock } = await begin(t, 'imaps', 2);
    await poll();
    await clock.wind(31 * DAY);
    provider.renumber(ADDRESS, 'INBOX');
    assert.equal((await poll()).deleted, 0);
    await clock.wind(31 * DAY);
    assert.equal((await poll()).deleted, 2);
    assert.equal(left().length, 0);
  });
});

describe('deleting over POP3', () => {
  test('takes no more than maxPerRun where one run is several sessions, and tells of them all', async (t) => {
    const { provider, poll, left, clock } = await begin(t, 'pop3s', 10, { maxPerRun: 3 });
    provider.faults.extras.push('X-GOOGLE-RICO');
    await poll();
    await clock.wind(31 * DAY);
    for (let n = 11; n <= 14; n++) provider.deliver(ADDRESS, 'INBOX', bulkMessage(n));
    const report = await poll();
    assert.deepEqual([report.stored, report.deleted, states(report)], [4, 3, { deleted: 3 }]);
    assert.equal(left().length, 11);
    provider.deliver(ADDRESS, 'INBOX', bulkMessage(15));
    provider.faults.answers.set('POP3 DELE', '-ERR no');
    const refused = await poll();
    assert.deepEqual([refused.stored, refused.deleted, states(refused)], [1, 0, { kept: 3 }]);
  });

  test('is not held up by a message that the server cannot read, poll by poll', async (t) => {
    const { provider, poll, left, clock } = await begin(t, 'pop3s', 2);
    await poll();
    const bad = provider.deliver(ADDRESS, 'INBOX', bulkMessage(3));
    provider.faults.refuse = (message) => message === bad;
    for (let day = 0; day < 4; day++) {
      assert.equal((await poll()).failed, 1);
      await clock.wind(DAY);
    }
    await clock.wind(31 * DAY);
    const report = await poll();
    assert.deepEqual([report.failed, report.deleted], [1, 2]);
    assert.deepEqual(left(), [bad]);
  });

  test('is not held up by a message that comes as nothing at each poll', async (t) => {
    const { provider, poll, left, clock } = await begin(t, 'pop3s', 2);
    await poll();
    const bad = provider.deliver(ADDRESS, 'INBOX', bulkMessage(3));
    Object.assign(bad, { bytes: Buffer.alloc(0) });
    provider.faults.claim = ({ bytes }) => bytes.length || 500;
    await clock.wind(31 * DAY);
    const report = await poll();
    assert.deepEqual([report.failed, report.deleted], [1, 2]);
    assert.deepEqual(left(), [bad]);
  });

  test('does not believe in a QUIT that is refused: the messages are there, and are asked for again', async (t) => {
    const { provider, house, poll, left, clock } = await begin(t, 'pop3s', 2);
    await poll();
    await clock.wind(31 * DAY);
    provider.faults.answers.set('POP3 QUIT', '-ERR some deleted messages not removed');
    const report = await poll();
    assert.deepEqual([report.deleted, states(report)], [0, { uncertain: 2 }]);
    assert.equal((await entries(house, 'pop3s')).filter(({ op }) => op === 'gone').length, 0);
    provider.faults.answers.clear();
    assert.equal((await poll()).deleted, 2);
    assert.equal(left().length, 0);
  });

  test('that was obeyed and not answered is explained by the journal', async (t) => {
    const { provider, house, poll, left, clock } = await begin(t, 'pop3s', 2);
    await poll();
    await clock.wind(31 * DAY);
    provider.faults.dropAfterQuit = 1;
    assert.deepEqual(states(await poll()), { uncertain: 2 });
    assert.equal(left().length, 0);
    for (let polls = 0; polls < 2; polls++) await poll();
    const ops = (await entries(house, 'pop3s')).map(({ op }) => op);
    assert.deepEqual(ops, ['seen', 'seen', 'delete', 'delete', 'gone', 'gone']);
  });

  test('does not touch another message that was given the name, though its size is the same', async (t) => {
    const { provider, poll, left, clock } = await begin(t, 'pop3s', 0);
    const one = (n: number): Buffer =>
      Buffer.from(`Date: Tue, 1 Jan 2019 00:00:00 +0000\r\nMessage-ID: <${n}@x>\r\n\r\nbody ${n}\r\n`);
    const old = provider.deliver(ADDRESS, 'INBOX', one(1));
    provider.deliver(ADDRESS, 'INBOX', one(2));
    await poll();
    await clock.wind(31 * DAY);
    provider.remove(ADDRESS, 'INBOX', [old]);
    const other = provider.deliver(ADDRESS, 'INBOX', one(3));
    provider.faults.uidl = (message) => (message === other ? old.uidl : message.uidl);
    const report = await poll();
    assert.deepEqual([report.deleted, states(report)], [1, { kept: 1, deleted: 1 }]);
    assert.deepEqual(left(), [other]);
  });

  test('leaves the whole of a message of which only the beginning is stored', async (t) => {
    const { poll, left, clock } = await begin(t, 'pop3s', 2);
    const [cut] = left();
    const whole = cut?.bytes ?? Buffer.alloc(0);
    Object.assign(cut ?? {}, { bytes: whole.subarray(0, whole.length - 100) });
    await poll();
    Object.assign(cut ?? {}, { bytes: whole });
    await clock.wind(31 * DAY);
    const report = await poll();
    assert.deepEqual([report.deleted, states(report)], [1, { kept: 1, deleted: 1 }]);
    assert.deepEqual(left(), [cut]);
  });

  test('looks at whole messages where sizes are lies', async (t) => {
    const { provider, poll, left, clock } = await begin(t, 'pop3s', 3);
    provider.faults.claim = ({ bytes }) => bytes.length + 1000;
    await poll();
    await clock.wind(31 * DAY);
    assert.equal((await poll()).deleted, 3);
    assert.equal(left().length, 0);
  });

  test('looks at whole messages where TOP is missing or lies', async (t) => {
    const { provider, poll, left, clock } = await begin(t, 'pop3s', 3);
    await poll();
    await clock.wind(31 * DAY);
    provider.faults.top = (head) => head.subarray(0, 20);
    const retrs = (): number => provider.heard('POP3').filter(({ line }) => line.startsWith('RETR')).length;
    const before = retrs();
    assert.equal((await poll()).deleted, 3);
    assert.deepEqual([retrs() - before, left().length], [3, 0]);
  });

  test('leaves what has no name of its own', async (t) => {
    const { provider, poll, left, clock } = await begin(t, 'pop3s', 3);
    provider.faults.uidl = (message) => (message.uidl.endsWith('1') ? '' : message.uidl);
    await poll();
    await clock.wind(31 * DAY);
    assert.equal((await poll()).deleted, 2);
    assert.equal(left().length, 1);
  });

  test('where one DELE is refused deletes the others', async (t) => {
    const { provider, poll, left, clock } = await begin(t, 'pop3s', 3);
    await poll();
    await clock.wind(31 * DAY);
    provider.faults.answers.set('POP3 DELE', '-ERR locked');
    const report = await poll();
    assert.deepEqual([report.deleted, states(report)], [0, { kept: 3 }]);
    assert.equal(left().length, 3);
  });

  test('hits no other message where the server numbers anew what is left behind each DELE', async (t) => {
    const { provider, poll, left, clock } = await begin(t, 'pop3s', 6, { maxPerRun: 2 });
    await poll();
    await clock.wind(31 * DAY);
    const rest = left().slice(2);
    provider.faults.numbersAnew = true;
    assert.equal((await poll()).deleted, 2);
    assert.deepEqual(left(), rest);
  });

  test('marks nothing whose number has come to mean another message', async (t) => {
    const { provider, poll, left, clock } = await begin(t, 'pop3s', 3);
    await poll();
    await clock.wind(31 * DAY);
    provider.faults.watch = (when, verb) => {
      if (when === 'heard' && verb === 'TOP') provider.faults.uidl = ({ uidl }) => `${uidl}x`;
    };
    const report = await poll();
    assert.deepEqual([report.deleted, states(report)], [0, { kept: 3 }]);
    assert.equal(left().length, 3);
  });

  test('sees that the server marks more than it was asked for also where it counts more than it lists', async (t) => {
    const { provider, poll, left, clock } = await begin(t, 'pop3s', 2, { maxPerRun: 1 });
    await poll();
    await clock.wind(31 * DAY);
    provider.faults.marksAll = true;
    provider.faults.overcount = 1;
    const report = await poll();
    assert.deepEqual([report.deleted, states(report)], [0, { uncertain: 1 }]);
    assert.equal(left().length, 2);
  });

  for (const reset of ['', '-ERR unknown command'])
    test(`takes its marks back where the server marks more than it was asked for${reset && ', and where it knows no RSET'}`, async (t) => {
      const { provider, poll, left, clock } = await begin(t, 'pop3s', 5, { maxPerRun: 2 });
      await poll();
      await clock.wind(31 * DAY);
      provider.faults.marksAll = true;
      if (reset !== '') provider.faults.answers.set('POP3 RSET', reset);
      const report = await poll();
      assert.deepEqual([report.deleted, states(report)], [0, { uncertain: 2 }]);
      assert.ok(provider.heard('POP3').some(({ line }) => line === 'RSET'));
      assert.equal(left().length, 5);
    });
});

for (const way of ['imaps', 'pop3s'] as const) {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    test(`whatever goes wrong over ${way}, what the server lost by our hand is in the archive (seed ${seed})`, async (t) => {
      const { provider, house, poll, left, clock } = await begin(t, way, 0, { maxPerRun: 5 });
      const luck = chance(seed);
      const removed = new Set<string>();
      let serial = 0;
      for (let step = 0; step < 14; step++) {
        provider.faults.answers.clear();
        if (luck.often(20))
          provider.faults.answers.set(
            luck.of(['POP3 QUIT', 'POP3 DELE', 'POP3 TOP']),
            luck.of(['-ERR no', '+OK']),
          );
        if (luck.often(20))
          provider.faults.answers.set(
            luck.of(['IMAP UID EXPUNGE', 'IMAP UID STORE', 'IMAP SELECT']),
            luck.of(['NO no', 'OK done']),
          );
        provider.faults.dropAfterQuit = luck.often(20) ? 1 : 0;
        provider.faults.cut = luck.often(20) ? { after: luck.upTo(4000), times: 1 } : null;
        if (luck.often(10)) provider.faults.uidl = (message) => `${step}${message.uidl}`;
        if (luck.often(10)) provider.renumber(ADDRESS, 'INBOX');
        for (let count = luck.upTo(6); count > 0; count--)
          provider.deliver(ADDRESS, 'INBOX', bulkMessage(++serial));
        if (luck.often(30) && left().length > 0) luck.of(left()).flags.add('\\Flagged');
        const before = left();
        if (luck.often(25) && before.length > 0) {
          const victim = luck.of(before);
          if (existsSync(fileOf(house, victim))) damage(house, victim);
        }
        const flagged = new Set(before.filter(({ flags }) => flags.has('\\Flagged')));
        await poll({ dryRun: luck.often(10) });
        const there = new Set(left());
        for (const message of before) {
          if (there.has(message)) continue;
          removed.add(idOf(message));
          assert.ok(way === 'pop3s' || !flagged.has(message), 'a flagged message went');
          assert.equal(hashOf(readFileSync(fileOf(house, message))), idOf(message), 'not kept whole');
        }
        await clock.wind(luck.often(50) ? 20 * DAY : DAY);
      }
      assert.ok(removed.size > 0, 'nothing was deleted: the test shows nothing');
      const asked = (await entries(house, way)).flatMap((entry) =>
        entry.op === 'delete' ? [entry.id as string] : [],
      );
      for (const id of removed) assert.ok(asked.includes(id), 'it went without a line in the journal');
    });
  }
}

async function begin(t: Ending, way: Way, count: number, rule: { maxPerRun?: number } = {}) {
  const provider = await startProvider({ users: { [ADDRESS]: PASSWORD } });
  t.after(() => provider.stop());
  for (let n = 1; n <= count; n++) provider.deliver(ADDRESS, 'INBOX', bulkMessage(n));
  const clock = new HastyClock();
  const house = await openTestHouse(t, clock);
  // Some of what goes wrong is silence.
  const plain = { ...accountAt(provider, way, ADDRESS, PASSWORD), timeouts: { connect: 30_000, idle: 5000 } };
  const account: Receiving = {
    ...plain,
    receive: {
      ...plain.receive,
      folders: { include: ['INBOX'], exclude: [] },
      delete: { after: 30 * DAY, maxPerRun: 100, ...rule },
    },
  };
  const poll = (options: { dryRun?: boolean } = {}): Promise<AccountReport> => house.poll(account, options);
  const left = (): readonly StoredMessage[] => provider.messages(ADDRESS, 'INBOX');
  return { provider, house, account, poll, left, clock };
}

function states({ folders }: AccountReport): Partial<Record<Deletion['state'], number>> {
  const counts: Partial<Record<Deletion['state'], number>> = {};
  for (const { state } of folders.flatMap(({ deletions = [] }) => deletions))
    counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function dated(day: string): Buffer {
  return Buffer.from(
    `Date: ${new Date(day).toUTCString()}\r\nSubject: of ${day}\r\nMessage-ID: <${day}@x>\r\n\r\ntext\r\n`,
  );
}

/** Another message that nothing but its last letters and its date tells apart. */
function edited(message: Buffer): Buffer {
  return Buffer.concat([message.subarray(0, -6), Buffer.from('0000\r\n')]);
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function idOf(message: StoredMessage | undefined): string {
  return hashOf(message?.bytes ?? Buffer.alloc(0));
}

function fileOf(house: TestHouse, message: StoredMessage | undefined): string {
  const id = idOf(message);
  const path = house.db.prepare('SELECT path FROM message WHERE id = ?').pluck().get(Buffer.from(id, 'hex'));
  return join(house.data, 'mail', typeof path === 'string' ? path : `undated/${id}.eml`);
}

/** One octet more at the end. */
function damage(house: TestHouse, message: StoredMessage | undefined): void {
  chmodSync(fileOf(house, message), 0o640);
  appendFileSync(fileOf(house, message), 'x');
}

/** Of messages. */
async function entries(house: TestHouse, account: string): Promise<Entry[]> {
  const found: Entry[] = [];
  for await (const { entry } of house.journal.replay(account, 0, () => undefined))
    if (entry.op !== 'folder') found.push(entry);
  return found;
}
