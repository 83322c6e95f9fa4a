// How long a push waits, and which news is worth a poll.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WireName } from '../../src/model/ids.ts';
import type { News } from '../../src/protocol/imap/news.ts';
import { apart, hear, idleFor, reconnectAfter, type Heard } from '../../src/receive/push-plan.ts';

const MINUTE = 60_000;
const name = (wire: string): WireName => wire as WireName;
const FOLDERS = {
  all: new Set([name('INBOX'), name('Work'), name('Junk')]),
  kept: new Set([name('INBOX'), name('Work')]),
};

test('an IDLE lasts 25 minutes, and less where connections die in silence', () => {
  assert.deepEqual([0, 1, 2, 3, 9].map(idleFor), [
    25 * MINUTE,
    9 * MINUTE,
    4 * MINUTE,
    1.5 * MINUTE,
    1.5 * MINUTE,
  ]);
});

test('the wait for a new connection grows with each loss up to half an hour, and never is the same for all', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 50].map((losses) => reconnectAfter(losses, 0.5)),
    [5000, 30_000, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 30 * MINUTE],
  );
  assert.deepEqual(
    [0, 1].map((random) => reconnectAfter(2, random)),
    [22_500, 37_500],
  );
});

test('polls that push wakes are apart, more so where each costs two logins', () => {
  assert.deepEqual(
    [1, 2, 9].map((connections) => apart(connections, 0)),
    [30_000, 5000, 5000],
  );
});

const rows: readonly [what: string, before: Heard, news: News, worth: boolean][] = [
  ['a number that is repeated', { exists: 5, recent: 0 }, { kind: 'exists', count: 5 }, false],
  ['one more', { exists: 5, recent: 0 }, { kind: 'exists', count: 6 }, true],
  ['one less', { exists: 5, recent: 0 }, { kind: 'exists', count: 4 }, true],
  ['a first number', { exists: null, recent: null }, { kind: 'exists', count: 4 }, true],
  ['none recent', { exists: 5, recent: null }, { kind: 'recent', count: 0 }, false],
  [
    'one recent, though EXISTS was not told (I-061)',
    { exists: 5, recent: 0 },
    { kind: 'recent', count: 1 },
    true,
  ],
  ['the same recent ones', { exists: 5, recent: 1 }, { kind: 'recent', count: 1 }, false],
  ['an expunge or a flag', { exists: 5, recent: 0 }, { kind: 'changed' }, true],
  ['a kept folder', { exists: 5, recent: 0 }, { kind: 'folder', wire: name('Work') }, true],
  ['a folder that is not kept', { exists: 5, recent: 0 }, { kind: 'folder', wire: name('Junk') }, false],
  ['a folder that nobody knows', { exists: 5, recent: 0 }, { kind: 'folder', wire: name('New') }, true],
  ['a folder made or renamed', { exists: 5, recent: 0 }, { kind: 'folders' }, true],
  ['too much to tell', { exists: 5, recent: 0 }, { kind: 'overflow' }, true],
];
for (const [what, before, news, worth] of rows)
  test(`${what}: ${worth ? 'a poll' : 'no poll'}`, () =>
    assert.equal(hear(before, news, FOLDERS).worth, worth));

test('after an expunge the next number is news, whatever it is', () => {
  const { heard } = hear({ exists: 5, recent: 0 }, { kind: 'changed' }, FOLDERS);
  assert.equal(hear(heard, { kind: 'exists', count: 5 }, FOLDERS).worth, true);
});
