// POP3 maildrops whose unique-ids are missing, blank, double, new each time or given to another message: no message is lost or
// kept twice, and what is stored is known again with few octets.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { rebuild } from '../../src/index/rebuild.ts';
import { bulkMessage } from '../messages/bulk.ts';
import { accountAt } from '../support/account.ts';
import { HastyClock } from '../support/hasty-clock.ts';
import { openTestHouse, type TestHouse } from '../support/house.ts';
import type { StoredMessage } from '../support/provider/mailbox.ts';
import { startProvider, type Provider } from '../support/provider/provider.ts';
import { chance } from '../support/random.ts';
import type { Ending } from '../support/temporary.ts';

const ADDRESS = 'ann@mail.test';
const PASSWORD = 'correct horse';

/** The names of the last `count` messages are those of others now. */
function giveAway(provider: Provider, count: number): void {
  const old = provider.messages(ADDRESS, 'INBOX').slice(-count);
  provider.remove(ADDRESS, 'INBOX', old);
  const names = new Map(
    old.map(({ uidl }, n) => [
      provider.deliver(ADDRESS, 'INBOX', bulkMessage(901 + n, 900 + n)) as unknown,
      uidl,
    ]),
  );
  provider.faults.uidl = (message) => names.get(message) ?? message.uidl;
}

describe('a maildrop without UIDL', () => {
  test('is fetched once: later polls look at a few headers, and fetch what is new', async (t) => {
    const { provider, poll, said } = await begin(t, 60);
    provider.faults.without.add('UIDL');
    assert.deepEqual(await poll(), { ok: true, stored: 60, known: 0, pending: 0 });
    said();
    assert.deepEqual(await poll(), { ok: true, stored: 0, known: 60, pending: 0 });
    assert.deepEqual(said(), { RETR: 0, TOP: 12 });
    provider.deliver(ADDRESS, 'INBOX', bulkMessage(900));
    assert.deepEqual(await poll(), { ok: true, stored: 1, known: 60, pending: 0 });
    assert.deepEqual(said(), { RETR: 1, TOP: 12 });
  });

  test('keeps its journal as it is while nothing changes', async (t) => {
    const { provider, house, poll } = await begin(t, 20);
    provider.faults.without.add('UIDL');
    await poll();
    const before = await lines(house);
    for (let polls = 0; polls < 3; polls++) await poll();
    assert.equal(await lines(house), before);
  });

  test('and without TOP is known by the hashes of a few', async (t) => {
    const { provider, poll, said } = await begin(t, 60);
    provider.faults.without.add('UIDL').add('TOP');
    assert.equal((await poll()).stored, 60);
    said();
    assert.deepEqual(await poll(), { ok: true, stored: 0, known: 60, pending: 0 });
    assert.equal(said().RETR, 12);
  });

  test('from which messages went is looked at by headers, and nothing is fetched but three for proof', async (t) => {
    const { provider, house, poll, said } = await begin(t, 40);
    provider.faults.without.add('UIDL');
    await poll();
    provider.remove(ADDRESS, 'INBOX', provider.messages(ADDRESS, 'INBOX').slice(10, 15));
    said();
    assert.deepEqual(await poll(), { ok: true, stored: 0, known: 35, pending: 0 });
    assert.deepEqual(said(), { RETR: 3, TOP: 35 });
    await poll();
    assert.equal(present(house), 35);
  });

  test('does not take a new message for one of the same size that went', async (t) => {
    const { provider, poll } = await begin(t, 0);
    provider.faults.without.add('UIDL');
    const same = (n: number): Buffer =>
      Buffer.from(`Message-ID: <${n}@x>\r\nSubject: ${n}\r\n\r\nbody ${n}\r\n`);
    for (let n = 10; n < 40; n++) provider.deliver(ADDRESS, 'INBOX', same(n));
    await poll();
    provider.remove(ADDRESS, 'INBOX', provider.messages(ADDRESS, 'INBOX').slice(3, 4));
    provider.deliver(ADDRESS, 'INBOX', same(77));
    assert.equal((await poll()).stored, 1);
  });

  test('does not take a message for another with the same header and size, where that is seen', async (t) => {
    const { provider, house, poll } = await begin(t, 0);
    provider.faults.without.add('UIDL');
    const twin = (text: string): Buffer =>
      Buffer.from(`Message-ID: <1@x>\r\nSubject: twin\r\n\r\n${text}\r\n`);
    provider.deliver(ADDRESS, 'INBOX', twin('one'));
    await poll();
    provider.deliver(ADDRESS, 'INBOX', twin('two'));
    await poll();
    assert.equal((await house.files()).length, 2);
  });

  test('fetches both of two messages with one header and size where one of them is stored', async (t) => {
    const { provider, house, poll } = await begin(t, 5);
    provider.faults.without.add('UIDL');
    const twin = (text: string): Buffer =>
      Buffer.from(`Message-ID: <1@x>\r\nSubject: twin\r\n\r\n${text}\r\n`);
    provider.deliver(ADDRESS, 'INBOX', twin('one'));
    await poll();
    provider.remove(ADDRESS, 'INBOX');
    provider.deliver(ADDRESS, 'INBOX', twin('two')); // before the one that is known
    provider.deliver(ADDRESS, 'INBOX', twin('one'));
    for (let n = 1; n <= 5; n++) provider.deliver(ADDRESS, 'INBOX', bulkMessage(n)); // these are fetched for proof
    assert.deepEqual(await poll(), { ok: true, stored: 1, known: 6, pending: 0 });
    assert.equal((await house.files()).length, 7);
  });

  test('that holds a message twice keeps two places and one file', async (t) => {
    const { provider, house, poll } = await begin(t, 3);
    provider.faults.without.add('UIDL');
    provider.deliver(ADDRESS, 'INBOX', bulkMessage(1));
    assert.deepEqual(await poll(), { ok: true, stored: 4, known: 0, pending: 0 });
    assert.deepEqual([(await house.files()).length, present(house)], [3, 4]);
    assert.deepEqual(await poll(), { ok: true, stored: 0, known: 4, pending: 0 });
  });

  test('is known again after a reindex', async (t) => {
    const { provider, house, poll, reopened, said } = await begin(t, 30);
    provider.faults.without.add('UIDL');
    await poll();
    await house.close();
    await rebuild(house.data, { workers: 1 });
    said();
    const again = await reopened();
    assert.deepEqual(await again(), { ok: true, stored: 0, known: 30, pending: 0 });
    assert.equal(said().RETR, 0);
  });

  test('whose TOP adds a line, and whose LIST tells no sizes, costs downloads, and never a message', async (t) => {
    const { provider, house, poll } = await begin(t, 10);
    provider.faults.without.add('UIDL');
    provider.faults.top = (head) => Buffer.concat([Buffer.from('X-Status: R\r\n'), head]);
    provider.faults.claim = () => -1;
    assert.equal((await poll()).stored, 10);
    const before = await lines(house);
    assert.deepEqual(await poll(), { ok: true, stored: 0, known: 10, pending: 0 });
    assert.equal(await lines(house), before);
    assert.equal(present(house), 10);
  });
});

describe('unique-ids', () => {
  test('that are blank or double leave the others as they are', async (t) => {
    const { provider, house, poll, said } = await begin(t, 12);
    provider.faults.uidl = (message) =>
      /[23]$/.test(message.uidl) ? '' : /[45]$/.test(message.uidl) ? 'same' : message.uidl;
    assert.deepEqual(await poll(), { ok: true, stored: 12, known: 0, pending: 0 });
    said();
    assert.deepEqual(await poll(), { ok: true, stored: 0, known: 12, pending: 0 });
    assert.equal(said().RETR, 0);
    assert.equal((await house.files()).length, 12);
  });

  test('that all change once cost a few messages for proof, and are believed afterwards', async (t) => {
    const { provider, house, poll, said } = await begin(t, 50);
    await poll();
    provider.faults.uidl = (message) => `new-${message.uidl}`;
    provider.deliver(ADDRESS, 'INBOX', bulkMessage(900));
    said();
    assert.deepEqual(await poll(), { ok: true, stored: 1, known: 50, pending: 0 });
    assert.deepEqual(said(), { RETR: 4, TOP: 50 });
    assert.deepEqual(await poll(), { ok: true, stored: 0, known: 51, pending: 0 });
    assert.deepEqual(said(), { RETR: 0, TOP: 0 });
    assert.equal(present(house), 51);
  });

  test('that change in each session are given up for names by content, and nothing grows any more', async (t) => {
    const { provider, house, poll, said } = await begin(t, 50);
    provider.faults.uidl = (message, connection) => `${connection}-${message.uidl}`;
    for (let polls = 0; polls < 4; polls++) await poll();
    const before = await lines(house);
    said();
    assert.deepEqual(await poll(), { ok: true, stored: 0, known: 50, pending: 0 });
    assert.deepEqual(said(), { RETR: 0, TOP: 12 });
    assert.equal(await lines(house), before);
    provider.deliver(ADDRESS, 'INBOX', bulkMessage(900));
    assert.deepEqual(await poll(), { ok: true, stored: 1, known: 50, pending: 0 });
    assert.deepEqual([present(house), (await house.files()).length], [51, 51]);
  });

  test('of which one is given to another message, are seen through by its size', async (t) => {
    const { provider, house, poll } = await begin(t, 20);
    await poll();
    const [old] = provider.messages(ADDRESS, 'INBOX').slice(4, 5);
    provider.remove(ADDRESS, 'INBOX', old === undefined ? [] : [old]);
    const fresh = provider.deliver(ADDRESS, 'INBOX', bulkMessage(901, 900));
    provider.faults.uidl = (message) => (message === fresh ? (old?.uidl ?? '') : message.uidl);
    assert.equal((await poll()).stored, 1);
    assert.equal((await house.files()).length, 21);
    assert.deepEqual(await poll(), { ok: true, stored: 0, known: 20, pending: 0 });
  });

  for (const [count, replaced, without] of [
    [30, 30, []],
    [5, 1, []],
    [130, 130, []],
    [8, 8, ['TOP']],
  ] as const)
    test(`of which ${replaced} of ${count} are given to others are seen through${without.length > 0 ? ', without TOP too' : ''}`, async (t) => {
      const { provider, house, poll, said } = await begin(t, count);
      for (const word of without) provider.faults.without.add(word);
      await poll();
      giveAway(provider, replaced);
      assert.equal((await poll()).stored, replaced);
      assert.equal((await house.files()).length, count + replaced);
      said();
      assert.deepEqual(await poll(), { ok: true, stored: 0, known: count, pending: 0 });
      if (without.length === 0) assert.equal(said().RETR, 0, 'they are known by their content from now on');
    });

  for (const [how, line, retr] of [
    ['', '', 0],
    [', whatever a server writes into a header', 'Status: RO\r\n', 0],
    [', and a TOP that lies is found out by one message', 'Received: by us\r\n', 1],
  ] as const)
    test(`are believed where the sizes of a listing lie, for a few headers once${how}`, async (t) => {
      const { provider, house, poll, said } = await begin(t, 130);
      provider.faults.claim = ({ bytes }) => bytes.length + 1000;
      provider.faults.top = (head) => Buffer.concat([Buffer.from(line), head]);
      await poll();
      const before = await lines(house);
      said();
      assert.deepEqual(await poll(), { ok: true, stored: 0, known: 130, pending: 0 });
      assert.deepEqual(said(), { RETR: retr, TOP: 12 });
      assert.deepEqual(await poll(), { ok: true, stored: 0, known: 130, pending: 0 });
      assert.deepEqual(said(), { RETR: 0, TOP: 0 }, 'and none is asked again');
      assert.equal(await lines(house), before);
    });

  test('are held against all headers where sizes lie and a few were given to others', async (t) => {
    const { provider, house, poll, said } = await begin(t, 130);
    provider.faults.claim = ({ bytes }) => bytes.length + 1000;
    await poll();
    giveAway(provider, 2);
    said();
    assert.equal((await poll()).stored, 2);
    assert.equal(said().RETR, 3);
    assert.deepEqual([(await poll()).known, (await house.files()).length], [130, 132]);
    assert.equal(said().RETR, 0);
  });

  test('are believed where something writes into each message, at each visit something else, and LIST does not count it', async (t) => {
    const { provider, house, poll } = await begin(t, 30);
    const plain = provider.messages(ADDRESS, 'INBOX').map((message) => ({ message, bytes: message.bytes }));
    provider.faults.claim = ({ bytes }) => bytes.length - 'X-Scanned: 0\r\n'.length;
    for (let visit = 0; visit < 4; visit++) {
      for (const { message, bytes } of plain)
        Object.assign(message, { bytes: Buffer.concat([Buffer.from(`X-Scanned: ${visit}\r\n`), bytes]) });
      assert.equal((await poll()).ok, true);
    }
    assert.equal((await house.files()).length, 30);
  });

  test('that are given to others of the same size are seen through where one is of another size', async (t) => {
    const { provider, house, poll, said } = await begin(t, 0);
    const sized = (n: number, octets: number): Buffer =>
      Buffer.from(`Message-ID: <${n}@x>\r\nSubject: ${n}\r\n\r\n${'x'.repeat(octets)}\r\n`);
    for (let n = 10; n < 80; n++) provider.deliver(ADDRESS, 'INBOX', sized(n, 500));
    await poll();
    const old = [...provider.messages(ADDRESS, 'INBOX')];
    provider.remove(ADDRESS, 'INBOX', old.slice(0, 4));
    const names = new Map<StoredMessage, string>();
    for (const [n, { uidl }] of old.slice(0, 4).entries())
      names.set(provider.deliver(ADDRESS, 'INBOX', sized(90 + n, n === 0 ? 900 : 500)), uidl);
    provider.faults.uidl = (message) => names.get(message) ?? message.uidl;
    assert.deepEqual(await poll(), { ok: true, stored: 4, known: 66, pending: 0 });
    assert.equal((await house.files()).length, 74);
    for (let polls = 0; polls < 3; polls++) await poll();
    const before = await lines(house);
    said();
    assert.deepEqual(await poll(), { ok: true, stored: 0, known: 70, pending: 0 });
    assert.equal(said().RETR, 0);
    assert.deepEqual([await lines(house), present(house)], [before, 70]);
  });

  test('that are refused once cost three messages for proof, and are believed again', async (t) => {
    const { provider, house, poll, said } = await begin(t, 60);
    await poll();
    provider.faults.answers.set('POP3 UIDL', '-ERR internal error');
    provider.deliver(ADDRESS, 'INBOX', bulkMessage(900));
    said();
    assert.deepEqual(await poll(), { ok: true, stored: 1, known: 60, pending: 0 });
    assert.deepEqual(said(), { RETR: 4, TOP: 60 });
    assert.deepEqual(await poll(), { ok: true, stored: 0, known: 61, pending: 0 });
    assert.deepEqual(said(), { RETR: 0, TOP: 12 });
    provider.faults.answers.clear();
    for (let polls = 0; polls < 3; polls++) assert.equal((await poll()).stored, polls === 0 ? 1 : 0);
    assert.deepEqual([present(house), (await house.files()).length], [61, 61]);
    said();
    await poll();
    assert.deepEqual(said(), { RETR: 0, TOP: 0 });
  });

  test('of which one is given to another message are looked at again where the server could not read it', async (t) => {
    const { provider, house, poll } = await begin(t, 5);
    await poll();
    giveAway(provider, 1);
    const [fresh] = provider.messages(ADDRESS, 'INBOX').slice(-1);
    provider.faults.answers.set('POP3 TOP', '-ERR cannot get the letter, try again later');
    provider.faults.refuse = (message) => message === fresh;
    await poll();
    provider.faults.answers.clear();
    provider.faults.refuse = () => false;
    await poll();
    assert.equal((await house.files()).length, 6);
  });

  test('of which some are given to others are all looked at in the end, where sizes lie and there is no TOP', async (t) => {
    const { provider, house, poll } = await begin(t, 0);
    provider.faults.without.add('TOP');
    for (let n = 1; n <= 16; n++) provider.deliver(ADDRESS, 'INBOX', bulkMessage(n, 300 + 10 * (n % 4)));
    await poll();
    provider.faults.claim = ({ bytes }) => bytes.length + 1000;
    giveAway(provider, 8);
    for (let polls = 0; polls < 8; polls++) await poll();
    assert.equal((await house.files()).length, 24);
  });

  test('are not doubted because many messages came at once, nor because a window moved on', async (t) => {
    const { provider, poll, said } = await begin(t, 3);
    await poll();
    for (let n = 100; n < 150; n++) provider.deliver(ADDRESS, 'INBOX', bulkMessage(n, 300 + n));
    said();
    assert.equal((await poll()).stored, 50);
    provider.faults.window = 20;
    for (let n = 200; n < 220; n++) provider.deliver(ADDRESS, 'INBOX', bulkMessage(n, 900 + n));
    assert.equal((await poll()).stored, 20);
    assert.equal(said().TOP, 0);
  });
});

for (const seed of [1, 2, 3, 4, 5, 6]) {
  test(`whatever names a server gives, each message is stored, and none twice (seed ${seed})`, async (t) => {
    const { provider, house, poll } = await begin(t, 0);
    const luck = chance(seed);
    const delivered = new Set<string>();
    let serial = 0;
    const habits: ((message: StoredMessage, connection: number) => string)[] = [
      (message) => message.uidl,
      (message) => (message.bytes.length % 3 === 0 ? '' : message.uidl),
      (message) => `x${message.bytes.length % 7}`,
      (message, connection) => `${connection}${message.uidl}`,
      (message) => `again-${message.uidl}`,
    ];
    for (let step = 0; step < 12; step++) {
      if (luck.often(40)) provider.faults.uidl = luck.of(habits);
      if (luck.often(20)) provider.faults.without.add('UIDL');
      else if (luck.often(30)) provider.faults.without.clear();
      if (luck.often(15)) provider.faults.without.add('TOP');
      if (luck.often(20)) provider.faults.cut = { after: 3000, times: 1 };
      for (let count = luck.upTo(8); count > 0; count--) {
        const bytes =
          luck.often(10) && serial > 0
            ? bulkMessage(luck.upTo(serial) + 1)
            : bulkMessage(++serial, 300 + luck.upTo(9));
        provider.deliver(ADDRESS, 'INBOX', bytes);
        delivered.add(idOf(bytes));
      }
      const there = provider.messages(ADDRESS, 'INBOX');
      await poll();
      const files = (await house.files()).map((path) => path.replace(/^.*\/|\.eml$/g, ''));
      for (const { bytes } of there)
        assert.ok(files.includes(idOf(bytes)), `step ${step}: a message is missing`);
      assert.ok(files.length <= delivered.size, 'more files than messages');
      if (luck.often(30)) provider.remove(ADDRESS, 'INBOX', there.slice(0, luck.upTo(4)));
    }
    provider.faults.without.clear();
    provider.faults.cut = null;
    provider.faults.uidl = (message) => `last-${message.uidl}`;
    for (let polls = 0; polls < 4; polls++) await poll();
    assert.equal(present(house), provider.messages(ADDRESS, 'INBOX').length);
  });
}

function idOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function begin(t: Ending, count: number) {
  const provider = await startProvider({ users: { [ADDRESS]: PASSWORD } });
  t.after(() => provider.stop());
  for (let n = 1; n <= count; n++) provider.deliver(ADDRESS, 'INBOX', bulkMessage(n));
  const clock = new HastyClock();
  const house = await openTestHouse(t, clock);
  const account = accountAt(provider, 'pop3s', ADDRESS, PASSWORD);
  const polling = (of: TestHouse) => async () => {
    const { ok, stored, known, pending } = await of.poll(account);
    return { ok, stored, known, pending };
  };
  const reopened = async () => polling(await openTestHouse(t, clock, house.data));
  return { provider, house, poll: polling(house), reopened, said: counter(provider) };
}

/** How often RETR and TOP were said since the last call. */
function counter(provider: Provider): () => { RETR: number; TOP: number } {
  let before = 0;
  return () => {
    const fresh = provider.heard('POP3').slice(before);
    before += fresh.length;
    const count = (verb: string): number => fresh.filter(({ line }) => line.startsWith(`${verb} `)).length;
    return { RETR: count('RETR'), TOP: count('TOP') };
  };
}

async function lines(house: TestHouse): Promise<number> {
  let count = 0;
  for await (const _ of house.journal.replay('pop3s', 0)) count++;
  return count;
}

function present(house: TestHouse): number {
  return Number(house.db.prepare('SELECT count(*) FROM location WHERE gone IS NULL').pluck().get());
}
