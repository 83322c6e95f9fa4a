import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeIndex } from '../../src/index/database.ts';
import { conversation } from '../../src/search/conversation.ts';
import { idOf } from '../index/document.ts';
import { chance } from '../support/random.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { indexOfLetters } from './letters.ts';
import type { Letter } from './letters.ts';

const ANNA = 'Anna <anna@example.com>';
const BEN = 'Ben <BEN@example.com>';
const ZHANG = '张三 <zhang@qq.com>';

/** The conversation of each letter as `name`, moved in by its depth, `?` where only the subject tells. */
function read(t: Parameters<typeof temporaryDirectory>[0], letters: readonly Letter[], of: string): string[] {
  const db = indexOfLetters(temporaryDirectory(t), letters);
  try {
    const names = new Map(letters.map(({ name }) => [idOf(name), name]));
    return conversation(db, idOf(of)).messages.map(({ id, depth, parent, link }) => {
      assert.equal(parent === null, depth === 0);
      assert.equal(link === null, depth === 0);
      return '.'.repeat(depth) + names.get(id) + (link === 'subject' ? '?' : '');
    });
  } finally {
    closeIndex(db);
  }
}

const table: readonly {
  readonly what: string;
  readonly letters: readonly Letter[];
  readonly is: readonly string[];
  /** Asked from each of `is`, unless told otherwise. */
  readonly not?: readonly string[];
}[] = [
  {
    what: 'a message alone',
    letters: [{ name: 'a', msgid: 'a@x' }, { name: 'b', msgid: 'b@x' }, { name: 'c' }],
    is: ['a'],
  },
  {
    what: 'answers under what they answer, in the order of their dates',
    letters: [
      { name: 'late', at: 9, msgid: 'l@x', refs: 'a@x' },
      { name: 'a', at: 0, msgid: 'a@x' },
      { name: 'early', at: 1, msgid: 'e@x', refs: 'a@x' },
      { name: 'deep', at: 5, msgid: 'd@x', refs: 'a@x e@x' },
      { name: 'other', at: 5, msgid: 'o@x', refs: 'z@x' },
    ],
    is: ['a', '.early', '..deep', '.late'],
  },
  {
    what: 'In-Reply-To alone',
    letters: [
      { name: 'a', msgid: 'a@x' },
      { name: 'b', at: 1, msgid: 'b@x', parent: 'a@x' },
    ],
    is: ['a', '.b'],
  },
  {
    what: 'what stands on both sides of a message that is not here',
    letters: [
      { name: 'a', msgid: 'a@x' },
      { name: 'c', at: 2, msgid: 'c@x', refs: 'a@x missing@x' },
    ],
    is: ['a', '.c'],
  },
  {
    what: 'answers to one message that is not here',
    letters: [
      { name: 'b', at: 1, msgid: 'b@x', refs: 'missing@x' },
      { name: 'c', at: 2, msgid: 'c@x', parent: 'missing@x' },
    ],
    is: ['b', 'c'],
  },
  {
    what: 'a circle of references',
    letters: [
      { name: 'a', at: 0, msgid: 'a@x', refs: 'c@x' },
      { name: 'b', at: 1, msgid: 'b@x', refs: 'a@x' },
      { name: 'c', at: 2, msgid: 'c@x', refs: 'b@x c@x' },
    ],
    is: ['a', '.b', '..c'],
  },
  {
    what: 'two copies of a message, as a list and a friend send them',
    letters: [
      { name: 'a', msgid: 'a@x', subject: 'Lunch' },
      { name: 'copy', at: 1, msgid: 'a@x', subject: '[friends] Lunch' },
      { name: 'b', at: 2, msgid: 'b@x', refs: 'a@x', subject: 'Re: Lunch' },
    ],
    is: ['a', '.b', 'copy'],
  },
  {
    what: 'not what shares a Message-ID by mistake',
    letters: [
      { name: 'a', msgid: 'same@x', subject: 'Lunch' },
      { name: 'other', at: 1, msgid: 'same@x', subject: 'Prices' },
      { name: 'b', at: 2, msgid: 'b@x', refs: 'same@x', subject: 'Re: Lunch' },
      { name: 'answer', at: 3, msgid: 'c@x', refs: 'same@x', subject: 'Re: Prices' },
    ],
    is: ['a', '.b'],
  },
  {
    what: 'answers of clients that send no references, by subject and people',
    letters: [
      { name: 'a', subject: '增值税发票', from: ANNA, to: ZHANG, msgid: 'a@x' },
      { name: 'b', at: 60, subject: '回复：增值税发票', from: ZHANG, to: ANNA },
      { name: 'c', at: 90, subject: 'Re: 回复：增值税发票', from: ANNA, to: ZHANG },
      { name: 'd', at: 120, subject: '转发：增值稅發票', from: ZHANG, to: `${ANNA}, ${BEN}` },
    ],
    is: ['a', '.b?', '..c?', '...d?'],
  },
  {
    what: 'not the same subject of other people, later than a month, or that is no answer',
    letters: [
      { name: 'a', subject: '增值税发票', from: ANNA, to: ZHANG },
      { name: 'b', at: 60, subject: '回复：增值税发票', from: ZHANG, to: ANNA },
      { name: 'new', at: 70, subject: '增值税发票', from: ANNA, to: ZHANG },
      { name: 'ben', at: 80, subject: '回复：增值税发票', from: BEN, to: ANNA },
      { name: 'other', at: 90, subject: '回复：增值税', from: ZHANG, to: ANNA },
      { name: 'month', at: 60 + 30 * 1440 + 11, subject: '回复：增值税发票', from: ZHANG, to: ANNA },
      { name: 'undated', at: null, subject: '回复：增值税发票', from: ZHANG, to: ANNA },
    ],
    is: ['a', '.b?'],
  },
  {
    what: 'no answer that was there before',
    letters: [
      { name: 'a', subject: '增值税发票', from: ANNA, to: ZHANG },
      { name: 'before', at: -5, subject: '回复：增值税发票', from: ZHANG, to: ANNA },
    ],
    is: ['a'],
  },
  {
    what: 'a circle of a guess and a reference',
    letters: [
      { name: 'a', subject: '增值税发票', from: ANNA, to: ZHANG, msgid: 'a@x', refs: 'b@x' },
      { name: 'b', at: 5, subject: '回复：增值税发票', from: ZHANG, to: ANNA, msgid: 'b@x' },
    ],
    is: ['a', '.b?'],
  },
  {
    what: 'not what was written again to somebody else',
    letters: [
      { name: 'a', subject: 'Hello there', from: ANNA, to: BEN },
      { name: 'b', at: 1, subject: 'Fw: Hello there', from: ANNA, to: ZHANG },
    ],
    is: ['a'],
  },
];

for (const { what, letters, is } of table)
  test(`a conversation holds ${what}`, (t) => {
    for (const line of is) {
      const name = line.replace(/^\.*|\?$/g, '');
      assert.deepEqual(read(t, letters, name), is, `asked from ${name}`);
    }
  });

test('an unknown message has no conversation', (t) => {
  assert.deepEqual(read(t, [{ name: 'a' }], 'b'), []);
});

test('a thousand messages are shown at most, and it says that there are more', (t) => {
  const letters = Array.from({ length: 1200 }, (_, at): Letter => {
    const before = at === 0 ? {} : { refs: `m0@x ${at > 1 ? `m${at - 1}@x` : ''}`.trim() };
    return { name: `m${at}`, at, msgid: `m${at}@x`, ...before };
  });
  const db = indexOfLetters(temporaryDirectory(t), letters);
  const { messages, more } = conversation(db, idOf('m1000'));
  closeIndex(db);
  assert.deepEqual([messages.length, more], [1000, true]);
  assert.ok(messages.some(({ id }) => id === idOf('m1000')));
});

test('conversations of random references are the connected parts of what refers to what', (t) => {
  const by = chance(7);
  const letters = Array.from({ length: 400 }, (_, at): Letter => {
    const before =
      at === 0 || by.often(30) ? [] : Array.from({ length: 1 + by.upTo(2) }, () => `m${by.upTo(at)}@x`);
    return {
      name: `m${at}`,
      at,
      msgid: `m${at}@x`,
      ...(before.length > 0 ? { refs: before.join(' ') } : {}),
    };
  });
  // Slow and obviously right: whoever is mentioned has the colour of whoever mentions it.
  const colours = new Map(letters.map(({ name }) => [`${name}@x`, name]));
  for (let changed = true; changed;) {
    changed = false;
    for (const { name, refs } of letters)
      for (const other of refs?.split(' ') ?? []) {
        const [mine, its] = [colours.get(`${name}@x`) ?? '', colours.get(other) ?? ''];
        if (mine === its) continue;
        for (const [key, colour] of colours) if (colour === its) colours.set(key, mine);
        changed = true;
      }
  }
  const db = indexOfLetters(temporaryDirectory(t), letters);
  for (const { name } of letters.filter((_, at) => at % 9 === 0)) {
    const expected = letters.filter((one) => colours.get(`${one.name}@x`) === colours.get(`${name}@x`));
    const found = conversation(db, idOf(name)).messages.map(({ id }) => id as string);
    assert.deepEqual(found.toSorted(), expected.map((one) => idOf(one.name) as string).toSorted(), name);
    assert.equal(new Set(found).size, found.length);
  }
  closeIndex(db);
});
