// What lies at a server, by what its listing tells: there, changed, missing, or in doubt until the octets are seen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kin } from '../../src/index/kin.ts';
import type { MessageId, Uid } from '../../src/model/ids.ts';
import { decide, match, type Matched, type Present } from '../../src/restore/match.ts';
import type { Wanted } from '../../src/restore/plan.ts';

type Facts = readonly [msgid: string | null, size: number, second: number | null];

function wanted([msgid, size, second]: Facts, at: number): Wanted {
  const received = second === null ? null : second * 1000 + 400;
  return { id: `w${at}` as MessageId, path: '', size, msgid, received, flags: [] };
}

function row([msgid, size, second]: Facts, at: number): Present {
  return { uid: (at + 1) as Uid, size, msgid, received: second === null ? null : second * 1000, flags: [] };
}

/** `there | changed | doubts | absent`. */
function shown({ there, changed, doubts, absent, doubles }: Matched): string {
  const pairs = (map: Map<Wanted, Present>): string =>
    [...map].map(([{ id }, { uid }]) => `${id}=${uid}`).join(' ');
  const open = doubts
    .map(({ wanted: some, rows }) => `${some.map(({ id }) => id).join()}?${rows.length}`)
    .join(' ');
  const text = [pairs(there), pairs(changed), open, absent.map(({ id }) => id).join(' ')].join(' | ');
  return doubles === 0 ? text : `${text} (${doubles})`;
}

/** The archive has `other` of 70 octets too, and two messages `twin` of 8. */
const kin: Kin = {
  alike: (msgid, size) => (msgid === 'twin' && size === 8 ? 2 : Number(msgid === 'other' && size === 70)),
  holds: (hash) => hash === 'stored',
};

const TABLE: readonly [what: string, wanted: readonly Facts[], rows: readonly Facts[], result: string][] = [
  ['nothing there', [['a', 5, 1]], [], ' |  |  | w0'],
  ['the same Message-ID, size and date', [['a', 5, 1]], [['a', 5, 1]], 'w0=1 |  |  | '],
  ['the same Message-ID and size, and another date', [['a', 5, 1]], [['a', 5, 9]], ' |  | w0?1 | '],
  ['the same Message-ID and size, and no date of its own', [['a', 5, null]], [['a', 5, 9]], 'w0=1 |  |  | '],
  ['one of two that are alike but for their octets', [['twin', 8, 1]], [['twin', 8, 1]], ' |  | w0?1 | '],
  [
    'twice there',
    [['a', 5, 1]],
    [
      ['a', 5, 9],
      ['a', 5, 1],
      ['a', 5, 1],
    ],
    'w0=2 |  |  |  (1)',
  ],
  [
    'there, and beside it what came at another time',
    [['a', 5, 1]],
    [
      ['a', 5, 9],
      ['a', 5, 1],
    ],
    'w0=2 |  |  | ',
  ],
  ['another size at another time is another message', [['a', 5, 1]], [['a', 6, 2]], ' |  |  | w0'],
  [
    'another size at the same time is what the server made of it',
    [['a', 5, 1]],
    [['a', 6, 1]],
    ' | w0=1 |  | ',
  ],
  ['unless the archive knows it for another message', [['other', 50, 1]], [['other', 70, 1]], ' |  |  | w0'],
  [
    'one row is the changed copy of one message',
    [
      ['a', 5, 1],
      ['a', 7, 1],
    ],
    [['a', 6, 1]],
    ' | w0=1 |  | w1',
  ],
  [
    'two messages alike',
    [
      ['a', 5, 1],
      ['a', 5, 1],
    ],
    [['a', 5, 1]],
    ' |  | w0,w1?1 | ',
  ],
  ['no Message-ID: size and date', [[null, 5, 1]], [[null, 5, 1]], 'w0=1 |  |  | '],
  ['no Message-ID, and another date', [[null, 5, 1]], [[null, 5, 2]], ' |  | w0?1 | '],
  ['no Message-ID, no date', [[null, 5, null]], [[null, 5, null]], ' |  | w0?1 | '],
  ['no Message-ID, and one was given', [[null, 5, 1]], [['new', 40, 1]], ' | w0=1 |  | '],
  [
    'no Message-ID, and two came then',
    [[null, 5, 1]],
    [
      ['new', 40, 1],
      ['b', 41, 1],
    ],
    ' |  |  | w0',
  ],
];

for (const [what, some, rows, result] of TABLE)
  test(what, () => assert.equal(shown(match(some.map(wanted), rows.map(row), kin)), result));

test('a doubt ends by the hashes', () => {
  const found = match([['a', 5, 1] as const, ['a', 5, 2] as const].map(wanted), [row(['a', 5, 2], 0)], kin);
  for (const doubt of found.doubts.splice(0)) decide(found, doubt, new Map([[1 as Uid, 'w1']]), kin);
  assert.equal(shown(found), 'w1=1 |  |  | w0');
});

test('what turns out to be another stored message is no changed copy', () => {
  for (const [hash, result] of [
    ['stored', ' |  |  | w0'],
    ['never seen', ' | w0=1 |  | '],
  ] as const) {
    const found = match([wanted(['twin', 8, 1], 0)], [row(['twin', 8, 1], 0)], kin);
    for (const doubt of found.doubts.splice(0)) decide(found, doubt, new Map([[1 as Uid, hash]]), kin);
    assert.equal(shown(found), result);
  }
});

test('a server that keeps no dates is not asked for the octets of all', () => {
  const facts = Array.from({ length: 300 }, (_, at): Facts => [`${at}`, 5, at]);
  const late = (count: number): Present[] =>
    facts.map(([id, size, at], nth) => row([id, size, nth < count ? 9999 : at], nth));
  const doubts = (count: number): number => match(facts.map(wanted), late(count), kin).doubts.length;
  assert.deepEqual([doubts(300), doubts(140), doubts(1)], [0, 140, 1]);
});

test('ten thousand of one size without a Message-ID cost no time', () => {
  const facts = Array.from({ length: 10_000 }, (): Facts => [null, 5, 1]);
  const found = match(facts.map(wanted), facts.map(row), kin);
  const hashes = new Map(facts.map((_, at) => [(at + 1) as Uid, `w${at}`]));
  for (const doubt of found.doubts.splice(0)) decide(found, doubt, hashes, kin);
  assert.equal(found.there.size, 10_000);
});
