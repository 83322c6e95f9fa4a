// Every run of 1 to 6 Chinese characters finds every message that holds it, whichever writing and width either has.
import assert from 'node:assert/strict';
import test from 'node:test';
import { madeZh, realZh, recall, recallLines } from './recall.ts';
import type { Recalled } from './recall.ts';
import { temporaryDirectory } from '../support/temporary.ts';

function holds(table: readonly Recalled[]): void {
  for (const { length, wanted, found, right, spelled, unshown } of table) {
    assert.ok(wanted > 0);
    assert.equal(right, wanted, `${length} characters: recall`);
    // What else is found has a sign or the end of a line between the characters, and nothing but that.
    assert.equal(spelled, found, `${length} characters: precision`);
    assert.ok(right > found * 0.9, `${length} characters: precision ${right} of ${found}`);
    assert.equal(unshown, 0, `${length} characters: every hit shows why it is one`);
  }
}

test('every run of characters finds every message of our own that holds it', (t) => {
  const table = recall(temporaryDirectory(t), madeZh(400), 40);
  for (const line of recallLines(table)) t.diagnostic(line);
  holds(table);
});

const real = await realZh();
const skip = real === null ? 'needs ../shared/data/zh' : false;

test('every run of characters finds every real message that holds it, read from its file', { skip }, (t) => {
  if (real === null) return;
  const table = recall(temporaryDirectory(t), real, 40);
  for (const line of recallLines(table)) t.diagnostic(line);
  holds(table);
});
