// How much of a folder has to be looked at.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Remembered, Told } from '../../src/index/folders.ts';
import type { UidValidity } from '../../src/model/ids.ts';
import { unchanged, wayOf, type Way } from '../../src/receive/way.ts';

const HOUR = 3_600_000;
const validity = (number: number) => number as UidValidity;
const told: Told = {
  validity: validity(7),
  exists: 3,
  uidNext: 9,
  modseq: '40',
  unseen: null,
  mailboxId: 'F1',
};
const then: Remembered = { ...told, settled: true, full: 1000, restless: 0 };

test('what does not fit together is looked at in full', () => {
  const rows: [Partial<Told>, Partial<Remembered>, Way][] = [
    [{}, {}, 'nothing'],
    [{ validity: null }, {}, 'everything'],
    [{ validity: validity(0) }, { validity: validity(0) }, 'everything'],
    [{ validity: validity(8) }, {}, 'everything'],
    [{ mailboxId: 'F2' }, {}, 'everything'],
    [{ mailboxId: null }, {}, 'nothing'],
    [{ exists: null }, {}, 'everything'],
    [{ uidNext: null }, {}, 'everything'],
    [{ uidNext: 8 }, {}, 'everything'],
    [{ modseq: '39' }, {}, 'everything'],
    [{}, { restless: 1 }, 'everything'],
    [{}, { full: 1000 - 24 * HOUR }, 'everything'],
    [{}, { full: 5000 }, 'everything'],
    [{ exists: 2 }, {}, 'changes'],
    [{ uidNext: 10, exists: 4 }, {}, 'changes'],
    [{ modseq: '41' }, {}, 'changes'],
    [{ modseq: '18446744073709551615' }, { modseq: '18446744073709551614' }, 'changes'],
    [{}, { settled: false }, 'changes'],
  ];
  for (const [now, before, way] of rows)
    assert.equal(
      wayOf({ ...told, ...now }, { ...then, ...before }, 2000),
      way,
      JSON.stringify([now, before]),
    );
  assert.equal(wayOf(told, undefined, 2000), 'everything');
});

test('without HIGHESTMODSEQ flags are looked at when UNSEEN changes, and once an hour', () => {
  const plain = { ...told, modseq: null, unseen: 2 };
  const before = { ...then, modseq: null, unseen: 2 };
  const rows: [Partial<Told>, Partial<Remembered>, number, Way][] = [
    [{}, {}, 2000, 'nothing'],
    [{ uidNext: 10, exists: 4 }, {}, 2000, 'changes'],
    [{ unseen: 1 }, {}, 2000, 'everything'],
    [{ unseen: null }, {}, 2000, 'everything'],
    [{}, { unseen: null }, 2000, 'everything'],
    [{}, {}, 1000 + HOUR, 'everything'],
  ];
  for (const [now, was, time, way] of rows)
    assert.equal(wayOf({ ...plain, ...now }, { ...before, ...was }, time), way, JSON.stringify([now, was]));
});

test('unchanged() wants every number to be known and equal', () => {
  const rows: [Partial<Told>, boolean][] = [
    [{}, true],
    [{ modseq: null }, false],
    [{ modseq: '0' }, false],
    [{ modseq: '41' }, false],
    [{ uidNext: null }, false],
    [{ uidNext: 10 }, false],
    [{ exists: 2 }, false],
    [{ validity: validity(8) }, false],
    [{ validity: validity(0) }, false],
    [{ validity: null }, false],
  ];
  for (const [change, same] of rows) {
    assert.equal(unchanged({ ...told, ...change }, told), same, JSON.stringify(change));
    assert.equal(unchanged({ ...told, ...change }, undefined), false);
  }
});
