// Imports that run side by side in one house, as those of a running service do: each message is told as stored once, by whoever
// brought it first.
import assert from 'node:assert/strict';
import test from 'node:test';
import { importWished } from '../../src/import/wish.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { openTestHouse } from '../support/house.ts';
import { filled } from './imported.ts';

test('of several imports of the same files at once, one says of each message that it is stored, the others that it is known', async (t) => {
  const from = filled(t);
  const house = await openTestHouse(t, systemClock);
  const wish = { paths: [from.in], folder: null, dryRun: false };
  const { signal } = new AbortController();
  const told = await Promise.all(
    ['import', 'import', 'other'].map(async (account) => importWished(house, { ...wish, account }, signal)),
  );
  const sum = (of: (one: (typeof told)[number]) => number): number =>
    told.reduce((before, one) => before + of(one), 0);
  assert.deepEqual(
    told.map(({ messages, failed }) => [messages, failed]),
    [7, 7, 7].map((messages) => [messages, 0]),
  );
  assert.deepEqual([sum(({ stored }) => stored), sum(({ known }) => known)], [6, 15]);
});
