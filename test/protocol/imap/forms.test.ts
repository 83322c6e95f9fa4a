import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseInternalDate } from '../../../src/protocol/imap/internal-date.ts';
import { decodeModifiedUtf7, encodeModifiedUtf7 } from '../../../src/protocol/imap/modified-utf7.ts';
import {
  formatRanges,
  formatSet,
  holds,
  parseSet,
  sizeOf,
  toRanges,
} from '../../../src/protocol/imap/sequence-set.ts';
import { Tags } from '../../../src/protocol/imap/tags.ts';
import { chance } from '../../support/random.ts';

describe('an INTERNALDATE', () => {
  for (const [text, ms] of [
    ['', null],
    ['yesterday', null],
    ['00-Jan-0000 00:00:00 +0000', null],
    ['31-Feb-2024 00:00:00 +0000', null],
    ['01-Jan-1900 00:00:00 +0000', null],
    ['01-Jan-2201 00:00:00 +0000', null],
    ['01-Jan-1970 00:00:00 +0800', null],
    ['01-一月-2024 00:00:00 +0800', null],
    ['01-Jan-2024 25:00:00 +0800', null],
    [' 7-Feb-2024 08:09:10 +0800', Date.UTC(2024, 1, 7, 0, 9, 10)],
    ['07-FEB-2024 08:09:10 -0130', Date.UTC(2024, 1, 7, 9, 39, 10)],
    ['29-Feb-2024 08:09:10', Date.UTC(2024, 1, 29, 8, 9, 10)],
    [' 1-Jan-2001', Date.UTC(2001, 0, 1)],
  ] as const) {
    it(`${JSON.stringify(text)} is ${ms === null ? 'nothing' : new Date(ms).toISOString()}`, () => {
      assert.equal(parseInternalDate(text), ms);
    });
  }
});

describe('modified UTF-7', () => {
  it('leaves what is not encoded by the rules as it is', () => {
    for (const text of ['&', '&&', 'a&b&c', '&2D0-', '&A-', 'plain', '', '&=-'])
      assert.equal(decodeModifiedUtf7(text), text);
  });

  it('is decoded leniently', () => {
    assert.equal(decodeModifiedUtf7('&-'), '&');
    assert.equal(decodeModifiedUtf7('A&-B'), 'A&B');
    assert.equal(decodeModifiedUtf7('&Jjo'), '☺');
    assert.equal(decodeModifiedUtf7('&U,BTFw-/&ZeVnLIqe-'), '台北/日本語');
    assert.equal(decodeModifiedUtf7('&AGEAYg-'), 'ab');
  });

  it('comes back as it went, for any name', () => {
    const luck = chance(7);
    for (let n = 0; n < 500; n++) {
      const name = Array.from({ length: luck.upTo(12) }, () =>
        luck.of(['&', '-', 'a', '客', '/', '\u{1f600}', 'é', ',']),
      );
      const wire = encodeModifiedUtf7(name.join(''));
      assert.match(wire, /^[\x20-\x7e]*$/);
      assert.equal(decodeModifiedUtf7(wire), name.join(''));
    }
  });
});

describe('a set of UIDs', () => {
  it('is refused where it is none', () => {
    for (const text of ['', ',', '0', '1:0', 'a', '1:2:3', '-1', '4294967296', '1, 2', '1:'])
      assert.throws(() => parseSet(text), RangeError, text);
    for (const uid of [0, -1, 1.5, 4294967296, Number.NaN]) assert.throws(() => formatSet([uid]), RangeError);
  });

  it('is written ascending and merged, with each UID once', () => {
    assert.deepEqual(formatSet([]), []);
    assert.deepEqual(formatSet([3, 1, 2, 2, 9, 7, 8, 11]), ['1:3,7:9,11']);
    assert.deepEqual(formatSet([4294967295]), ['4294967295']);
  });

  it('is read in any order, with * as the highest', () => {
    assert.deepEqual(parseSet('7,5:3,4:6'), [{ from: 3, to: 7 }]);
    assert.deepEqual(parseSet('*:10,1'), [
      { from: 1, to: 1 },
      { from: 10, to: 4294967295 },
    ]);
  });

  it('is cut into commands of fewer than 900 octets that together hold all', () => {
    const uids = Array.from({ length: 5000 }, (_, at) => 4_000_000_000 + at * 2);
    const sets = formatSet(uids);
    assert.ok(sets.every((set) => set.length < 900));
    assert.deepEqual(
      sets.flatMap((set) => parseSet(set)),
      toRanges(uids),
    );
    assert.equal(sizeOf(toRanges(uids)), 5000);
    assert.deepEqual(formatRanges(toRanges(uids)), sets);
  });

  it('knows what it holds', () => {
    const ranges = parseSet('2:4,8,10:12');
    const held = Array.from({ length: 14 }, (_, uid) => uid).filter((uid) => holds(ranges, uid));
    assert.deepEqual(held, [2, 3, 4, 8, 10, 11, 12]);
    assert.equal(holds([], 1), false);
  });
});

describe('tags', () => {
  it('begin with a letter and never come twice', () => {
    const tags = new Tags();
    const some = Array.from({ length: 12_000 }, () => tags.next());
    assert.equal(some[0], 'A0001');
    assert.equal(new Set(some).size, 12_000);
    assert.ok(some.every((tag) => /^[A-Z]\d{4,}$/.test(tag)));
  });
});
