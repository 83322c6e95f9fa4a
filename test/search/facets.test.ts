import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { commit } from '../../src/index/commit.ts';
import { closeIndex, openIndex } from '../../src/index/database.ts';
import type { Uid, UidValidity } from '../../src/model/ids.ts';
import { facets } from '../../src/search/facets.ts';
import { months } from '../../src/search/months.ts';
import { search } from '../../src/search/search.ts';
import { QueryError } from '../../src/search/query-error.ts';
import { documentOf } from '../index/document.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { indexOfLetters, START } from './letters.ts';
import { chance } from '../support/random.ts';
import { indexOf, makeMessages, SEARCHED_AT } from './mailbox.ts';
import { question } from './slow.ts';

test('facets count different messages, by what they lie in, who wrote and when', (t) => {
  const db = indexOfLetters(temporaryDirectory(t), [
    {
      name: 'a',
      from: 'anna@example.com',
      in: ['qq/INBOX', 'qq/Work', 'qq/INBOX', 'gmail/INBOX'],
      files: ['a.pdf', 'b.pdf'],
    },
    { name: 'b', from: 'Anna <ANNA@example.com>', in: ['qq/INBOX'] },
    { name: 'c', from: '张三 <zhang@qq.com>', at: -600_000, in: ['gmail/INBOX'] },
    { name: 'd', at: null },
  ]);
  t.after(() => closeIndex(db));
  assert.deepEqual(facets(db, '', { now: START }), {
    total: 4,
    accounts: [
      { account: 'gmail', count: 2 },
      { account: 'qq', count: 2 },
    ],
    folders: [
      { account: 'gmail', folder: 'INBOX', count: 2 },
      { account: 'qq', folder: 'INBOX', count: 2 },
      { account: 'qq', folder: 'Work', count: 1 },
    ],
    years: [
      { year: 2024, count: 2 },
      { year: 2022, count: 1 },
      { year: null, count: 1 },
    ],
    people: [
      { address: 'anna@example.com', name: 'Anna', count: 2 },
      { address: 'zhang@qq.com', name: '张三', count: 1 },
    ],
    attachments: { with: 1, without: 3 },
  });
  assert.deepEqual(facets(db, 'in:work', { now: START }).folders, [
    { account: 'gmail', folder: 'INBOX', count: 1 },
    { account: 'qq', folder: 'INBOX', count: 1 },
    { account: 'qq', folder: 'Work', count: 1 },
  ]);
  assert.throws(() => facets(db, '(', { now: START }), QueryError);
});

test('a year is that of the person who asks', (t) => {
  const db = indexOfLetters(temporaryDirectory(t), [
    { name: 'a', at: (Date.UTC(2025, 0) - START) / 60_000 - 60 },
  ]);
  t.after(() => closeIndex(db));
  const years = (zone: number) => facets(db, '', { now: START, zone }).years.map(({ year }) => year);
  assert.deepEqual([years(0), years(480)], [[2024], [2025]]);
});

test('each count is what the search finds with that filter', (t) => {
  const messages = makeMessages(77, 300);
  const data = temporaryDirectory(t);
  const db = indexOf(data, messages);
  t.after(() => closeIndex(db));
  const by = chance(5);
  const options = { now: SEARCHED_AT, limit: 0 };
  for (let round = 0; round < 60; round += 1) {
    const { typed } = question(by, 2);
    const found = facets(db, typed, options);
    const count = (filter: string): number =>
      search(db, typed === '' ? filter : `(${typed}) (${filter})`, options).total;
    assert.equal(found.total, search(db, typed, options).total, typed);
    // Whoever has not asked before reads what he counts for this question alone, where that is little.
    assert.deepEqual(facetsAnew(data, typed), found, typed);
    for (const { year, count: expected } of found.years)
      assert.equal(
        count(year === null ? '-(before:9999 OR after:9999)' : `on:${year}`),
        expected,
        `${typed}: ${year}`,
      );
    assert.equal(count('has:attachment'), found.attachments.with, typed);
    for (const { address, count: expected } of found.people)
      assert.equal(count(`from:"${address}"`), expected, `${typed}: ${address}`);
    // Places asked for beside others would be the same places: an OR keeps them apart.
    for (const { account, count: expected } of found.accounts)
      assert.equal(count(`(account:${account} OR account:nowhere)`), expected, `${typed}: ${account}`);
  }
});

/** By a connection that has asked nothing before. */
function facetsAnew(data: string, typed: string): ReturnType<typeof facets> {
  const db = openIndex(data, 'read');
  try {
    return facets(db, typed, { now: SEARCHED_AT });
  } finally {
    db.close();
  }
}

test('many are counted as few are', (t) => {
  const data = temporaryDirectory(t);
  const count = 5000;
  const writers = Array.from({ length: 50 }, (_, at) => `p${at}@example.com`);
  const letters = Array.from({ length: count }, (_, at) => ({
    name: `${at} ${at % 40 === 0 ? 'rare' : 'often'}`,
    at: at % 1000 === 999 ? null : at * 400,
    from: writers[(at * at) % 50] ?? '',
    files: at % 3 === 0 ? ['a.pdf'] : [],
    in: [['qq/INBOX', 'qq/INBOX'], ['qq/Work', 'gmail/INBOX'], [], ['gmail/INBOX']][at % 4] ?? [],
  }));
  const db = indexOfLetters(data, letters);
  t.after(() => closeIndex(db));
  for (const query of ['rare', 'often', '']) {
    const found = facetsAnew(data, query);
    const wanted = letters.filter(({ name }) => name.endsWith(query));
    const many = (holds: (letter: (typeof letters)[number]) => boolean): number =>
      wanted.filter(holds).length;
    assert.equal(found.total, wanted.length);
    assert.equal(
      found.attachments.with,
      many(({ files }) => files.length > 0),
    );
    for (const { account, count: counted } of found.accounts)
      assert.equal(
        counted,
        many((letter) => letter.in.some((place) => place.startsWith(account))),
        account,
      );
    for (const { account, folder, count: counted } of found.folders)
      assert.equal(
        counted,
        many((letter) => letter.in.includes(`${account}/${folder}`)),
        folder,
      );
    const years = new Map<number | null, number>();
    for (const { at } of wanted) {
      const year = at === null ? null : new Date(START + at * 60_000).getUTCFullYear();
      years.set(year, (years.get(year) ?? 0) + 1);
    }
    assert.deepEqual(new Map(found.years.map(({ year, count: counted }) => [year, counted])), years);
    const people = writers
      .map((address) => ({ address, name: '', count: many(({ from }) => from === address) }))
      .filter((one) => one.count > 0)
      .sort((a, b) => b.count - a.count);
    assert.equal(found.people.length, Math.min(20, people.length));
    assert.deepEqual(
      found.people.map((one) => one.count),
      people.slice(0, 20).map((one) => one.count),
    );
    for (const one of found.people)
      assert.ok(
        people.some((other) => isDeepStrictEqual(one, other)),
        query,
      );
  }
});

test('counts are of the index as it is, whoever has changed it', (t) => {
  const data = temporaryDirectory(t);
  const db = indexOfLetters(data, [{ name: 'a', from: 'anna@example.com', in: ['qq/INBOX'] }]);
  t.after(() => closeIndex(db));
  const reader = openIndex(data, 'read');
  t.after(() => reader.close());
  const counted = (): unknown[] => {
    const both = [db, reader].map((one) => facets(one, '', { now: START }));
    const [own, other] = both;
    assert.deepEqual(own, other);
    return [
      own?.total,
      own?.folders.map(({ folder, count }) => [folder, count]),
      own?.people.map(({ count }) => count),
    ];
  };
  assert.deepEqual(counted(), [1, [['INBOX', 1]], [1]]);
  assert.deepEqual(counted(), [1, [['INBOX', 1]], [1]]);
  const document = documentOf('b', { sender: 'anna@example.com' });
  commit(db, { account: 'qq', entries: [], documents: [document], offset: 0 });
  assert.deepEqual(counted(), [2, [['INBOX', 1]], [2]]);
  const seen = {
    op: 'seen',
    folder: 'Work',
    validity: 1 as UidValidity,
    uid: 9 as Uid,
    id: document.id,
    path: document.path,
    size: 1,
    received: null,
    flags: [],
    at: new Date(START).toISOString(),
  } as const;
  commit(db, { account: 'qq', entries: [seen], documents: [], offset: 1 });
  assert.deepEqual(counted(), [
    2,
    [
      ['INBOX', 1],
      ['Work', 1],
    ],
    [2],
  ]);
});

test('months follow one another without a gap, each with its messages and octets', (t) => {
  const day = 1440;
  const db = indexOfLetters(temporaryDirectory(t), [
    { name: 'a', at: 0, size: 10 },
    { name: 'b', at: 3 * 60, size: 20 },
    { name: 'c', at: 5 * 60, size: 40 },
    { name: 'd', at: 70 * day, size: 80 },
    { name: 'undated', at: null },
    { name: 'in a far future', at: 5000 * day },
  ]);
  t.after(() => closeIndex(db));
  const now = START + 100 * day * 60_000;
  assert.deepEqual(months(db, { now }), [
    { month: '2024-01', messages: 2, bytes: 30 },
    { month: '2024-02', messages: 1, bytes: 40 },
    { month: '2024-03', messages: 0, bytes: 0 },
    { month: '2024-04', messages: 1, bytes: 80 },
  ]);
  assert.deepEqual(
    months(db, { now, zone: 480 }).map(({ month, messages }) => [month, messages]),
    [
      ['2024-02', 3],
      ['2024-03', 0],
      ['2024-04', 1],
    ],
  );
  const none = indexOfLetters(temporaryDirectory(t), []);
  t.after(() => closeIndex(none));
  assert.deepEqual(months(none, { now }), []);
});
