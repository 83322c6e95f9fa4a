// When a file in the drop folder is taken, by what stats and structure show; no clock but the one handed in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  incomplete,
  isLetter,
  observe,
  openEnded,
  PATIENCE,
  QUIET,
  settle,
  UNSEEN_QUIET,
  type Observation,
  type Place,
} from '../../src/outbox/settle.ts';

const FILE: Observation = { dev: 1n, ino: 2n, size: 300n, mtimeNs: 5_000_000n, ctimeNs: 5_000_000n };

/** A folder of this machine, and one of another. */
const NEAR: Place = { local: true, seen: true };
const FAR: Place = { local: false, seen: true };

test('names that are left alone', () => {
  for (const name of [
    '',
    '.eml',
    '.x.eml',
    'x',
    'x.eml.tmp',
    'x.eml.part',
    'x.eml~',
    'x.txt',
    'sent',
    'x.eml.swp',
  ]) {
    assert.equal(isLetter(name), false, name);
  }
  for (const name of ['x.eml', 'X.EML', '发票.eml', 'a b.eml', 'x.2.eml', 'a\nb.eml'])
    assert.equal(isLetter(name), true, name);
});

test('a file that was just seen waits, and is looked into after three quiet seconds', () => {
  const seen = observe(undefined, FILE, 1000);
  assert.deepEqual(settle(seen, 1000, NEAR), { action: 'wait', at: 1000 + QUIET });
  const again = observe(seen, { ...FILE }, 3999);
  assert.equal(settle(again, 3999, NEAR).action, 'wait');
  assert.deepEqual(settle(again, 4000, NEAR), { action: 'examine', renamed: false, mayGrow: false });
});

test('any change starts the three seconds anew', () => {
  const changes: Partial<Observation>[] = [
    { size: 301n },
    { mtimeNs: 6_000_000n },
    { ctimeNs: 6_000_000n },
    { ino: 3n },
    { dev: 2n },
  ];
  for (const change of changes) {
    const first = observe(undefined, FILE, 0);
    const second = observe(first, { ...FILE, ...change }, 2999);
    assert.equal(second.since, 2999);
    assert.equal(settle(second, 3000, FAR).action, 'wait');
  }
});

test('a file whose last write was over before it got its name is looked into at once', () => {
  const renamed = observe(undefined, { ...FILE, ctimeNs: 5_000_001n }, 0);
  assert.deepEqual(settle(renamed, 0, NEAR), { action: 'examine', renamed: true, mayGrow: false });
});

test('but not where another machine writes the times, nor while it is empty', () => {
  const renamed = { ...FILE, ctimeNs: 9_000_000n };
  assert.equal(settle(observe(undefined, renamed, 0), 0, FAR).action, 'wait');
  assert.equal(settle(observe(undefined, { ...renamed, size: 0n }, 0), 0, NEAR).action, 'wait');
});

test('nor where it was written under its name: a chmod between two writes ends nothing', () => {
  const begun = observe(undefined, { ...FILE, size: 0n }, 0);
  const half = observe(begun, { ...FILE, ctimeNs: 9_000_000n }, 100);
  assert.deepEqual(settle(half, 100, NEAR), { action: 'wait', at: 100 + QUIET });
  const other = observe(half, { ...FILE, ino: 3n, ctimeNs: 9_000_000n }, 200);
  assert.deepEqual(
    settle(other, 200, NEAR),
    { action: 'examine', renamed: true, mayGrow: false },
    'another file, renamed over it',
  );
});

test('what is not whole waits for a change, and is given up after fifteen minutes without one', () => {
  const half = incomplete(observe(undefined, FILE, 0), 'the last boundary is missing');
  assert.deepEqual(settle(half, 5000, NEAR), { action: 'wait', at: PATIENCE });
  assert.equal(settle(observe(half, FILE, PATIENCE - 1), PATIENCE - 1, NEAR).action, 'wait');
  const verdict = settle(half, PATIENCE, NEAR);
  assert.equal(verdict.action, 'give-up');
  assert.match(
    verdict.action === 'give-up' ? verdict.why : '',
    /incomplete.*15 minutes: the last boundary is missing/,
  );
});

test('what grows after it was found incomplete is looked into again', () => {
  const half = incomplete(observe(undefined, FILE, 0), 'x');
  const grown = observe(half, { ...FILE, size: 400n, mtimeNs: 7_000_000n, ctimeNs: 7_000_000n }, 60_000);
  assert.equal(grown.missing, null);
  assert.deepEqual(settle(grown, 63_000, NEAR), { action: 'examine', renamed: false, mayGrow: false });
});

test('where a writer may have it open unseen, only what says where it ends is taken after three seconds', () => {
  for (const place of [FAR, { local: true, seen: false }]) {
    const quiet = observe(undefined, FILE, 0);
    assert.deepEqual(settle(quiet, QUIET, place), { action: 'examine', renamed: false, mayGrow: true });
    const looked = openEnded(quiet);
    assert.deepEqual(settle(looked, QUIET, place), { action: 'wait', at: UNSEEN_QUIET });
    assert.deepEqual(settle(looked, UNSEEN_QUIET, place), {
      action: 'examine',
      renamed: false,
      mayGrow: false,
    });
    const grown = observe(looked, { ...FILE, size: 400n }, 4000);
    assert.deepEqual(settle(grown, 4000 + QUIET, place), {
      action: 'examine',
      renamed: false,
      mayGrow: true,
    });
  }
});
