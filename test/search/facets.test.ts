import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeIndex } from '../../src/index/database.ts';
import { facets } from '../../src/search/facets.ts';
import { months } from '../../src/search/months.ts';
import { search } from '../../src/search/search.ts';
import { QueryError } from '../../src/search/query-error.ts';
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
  const db = indexOf(temporaryDirectory(t), messages);
  t.after(() => closeIndex(db));
  const by = chance(5);
  const options = { now: SEARCHED_AT, limit: 0 };
  for (let round = 0; round < 60; round += 1) {
    const { typed } = question(by, 2);
    const found = facets(db, typed, options);
    const count = (filter: string): number =>
      search(db, typed === '' ? filter : `(${typed}) (${filter})`, options).total;
    assert.equal(found.total, search(db, typed, options).total, typed);
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
