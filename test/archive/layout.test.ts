// Where a message lies, and what its Date header says: wrong inputs first.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dateOf, isPath, pathFor } from '../../src/archive/layout.ts';
import type { MessageId } from '../../src/model/ids.ts';

const ID = 'ab'.repeat(32) as MessageId;

describe('the date of a message', () => {
  const table: readonly (readonly [what: string, value: string | Buffer, read: string | null])[] = [
    ['nothing', '', null],
    ['a word', 'yesterday', null],
    ['8-bit junk', Buffer.from([0xff, 0xfe, 0x81, 0x30, 0xe9, 0x0a]), null],
    ['a time alone', '13:55:12 +0200', null],
    ['no year', 'Thu, 30 Aug 13:55:12 +0200', null],
    ['no month', '30 2007 13:55:12', null],
    ['a day that does not exist', 'Fri, 30 Feb 2007 13:55:12 +0000', null],
    ['day 0', 'Fri, 0 Feb 2007 13:55:12 +0000', null],
    ['day 32', 'Fri, 32 Jan 2007 13:55:12 +0000', null],
    ['hour 25', 'Thu, 30 Aug 2007 25:00:00 +0000', null],
    ['minute 60', 'Thu, 30 Aug 2007 13:60:00 +0000', null],
    ['year 0', 'Thu, 30 Aug 0000 13:55:12 +0000', null],
    ['a year before all mail', 'Thu, 30 Aug 1969 13:55:12 +0000', null],
    ['a year after all mail', 'Thu, 30 Aug 2201 13:55:12 +0000', null],
    ['a last day that its zone puts behind the end', 'Wed, 31 Dec 2200 23:00:00 -0200', null],
    ['a first day that its zone puts before 1970', 'Thu, 1 Jan 1970 00:30:00 +0200', null],
    ['two days at once', '08/09/2007 13:55:12', null],
    ['a year of five digits', 'Thu, 30 Aug 20070 13:55:12 +0000', null],
    ['an open comment', '(Thu, 30 Aug 2007 13:55:12 +0200', null],
    // RFC 5322 §3.3
    ['the usual form', 'Thu, 30 Aug 2007 13:55:12 +0200', '2007-08-30T11:55:12Z'],
    ['no weekday, no seconds', '30 Aug 2007 13:55 +0000', '2007-08-30T13:55:00Z'],
    ['a day of one digit', 'Sat, 1 Sep 2007 00:00:00 -0500', '2007-09-01T05:00:00Z'],
    ['a leap second', 'Thu, 31 Dec 1998 23:59:60 +0000', '1999-01-01T00:00:00Z'],
    ['a leap day', 'Thu, 29 Feb 2024 00:00:00 +0000', '2024-02-29T00:00:00Z'],
    ['a zone of minutes', 'Thu, 30 Aug 2007 13:55:12 -0330', '2007-08-30T17:25:12Z'],
    ['the zone that says nothing', 'Thu, 30 Aug 2007 13:55:12 -0000', '2007-08-30T13:55:12Z'],
    ['1970', 'Thu, 01 Jan 1970 00:00:00 +0000', '1970-01-01T00:00:00Z'],
    ['2106', 'Sun, 07 Feb 2106 06:28:15 +0000', '2106-02-07T06:28:15Z'],
    ['2200', 'Wed, 31 Dec 2200 23:59:59 +0000', '2200-12-31T23:59:59Z'],
    // RFC 5322 §4.3
    ['two digits below 50', 'Thu, 30 Aug 07 13:55:12 EST', '2007-08-30T18:55:12Z'],
    ['two digits from 50 on', 'Thu, 30 Aug 79 13:55:12 UT', '1979-08-30T13:55:12Z'],
    ['three digits', 'Thu, 30 Aug 107 13:55:12 GMT', '2007-08-30T13:55:12Z'],
    ['a military zone', 'Thu, 30 Aug 2007 13:55:12 K', '2007-08-30T13:55:12Z'],
    ['an unknown zone', 'Thu, 30 Aug 2007 13:55:12 QQQT', '2007-08-30T13:55:12Z'],
    ['no zone', 'Thu, 30 Aug 2007 13:55:12', '2007-08-30T13:55:12Z'],
    ['a comment behind', 'Thu, 30 Aug 2007 13:55:12 +0200 (CEST)', '2007-08-30T11:55:12Z'],
    ['comments everywhere', '(a (b\\)) c)Thu,(d)30(e)Aug 2007 13:55(:59)(f) +0200', '2007-08-30T11:55:00Z'],
    // M-020
    ['MEZ', 'Fri, 28 Feb 92 11:07:59 MEZ', '1992-02-28T10:07:59Z'],
    ['Spanish', 'jue ago 30 13:55:12 2007', '2007-08-30T13:55:12Z'],
    ['a Spanish Tuesday in May', 'mar may 29 13:55:12 2007', '2007-05-29T13:55:12Z'],
    ['a Spanish Tuesday in August', 'mar, 28 ago 2007 13:55:12 +0000', '2007-08-28T13:55:12Z'],
    ['ctime', 'Tue Jul 24 18:55:07 2007', '2007-07-24T18:55:07Z'],
    ['ctime with a blank day', 'Tue Jul  3 18:55:07 2007', '2007-07-03T18:55:07Z'],
    ['ctime with a zone', 'Thu Aug 30 13:55:12 CEST 2007', '2007-08-30T11:55:12Z'],
    ['ctime with an offset', 'Thu Aug 30 13:55:12 +0200 2007', '2007-08-30T11:55:12Z'],
    ['German, its zone in brackets', 'Mi., 23 Apr. 2025 10:00:00 (MESZ)', '2025-04-23T08:00:00Z'],
    ['German März, UTF-8', 'Mo, 3 März 2025 10:00:00 +0100', '2025-03-03T09:00:00Z'],
    [
      'German März, latin1',
      Buffer.from('Mo, 3 M\xe4rz 2025 10:00:00 +0100', 'latin1'),
      '2025-03-03T09:00:00Z',
    ],
    ['EST5EDT', 'Thu, 30 Aug 2007 13:55:12 EST5EDT', '2007-08-30T18:55:12Z'],
    ['an offset behind a name in brackets', 'Thu, 30 Aug 2007 13:55:12 (GMT+02:00)', '2007-08-30T11:55:12Z'],
    ['GMT+8', 'Thu, 30 Aug 2007 13:55:12 GMT+8', '2007-08-30T05:55:12Z'],
    ['GMT-0300', 'Thu, 30 Aug 2007 13:55:12 GMT-0300', '2007-08-30T16:55:12Z'],
    ['double spaces', 'Thu,  30  Aug  2007   13:55:12   +0200', '2007-08-30T11:55:12Z'],
    [
      'an 8-bit zone',
      Buffer.from('Thu, 30 Aug 2007 13:55:12 Westeurop\xe4ische Normalzeit', 'latin1'),
      '2007-08-30T13:55:12Z',
    ],
    ['an offset of 99 hours', 'Thu, 30 Aug 2007 13:55:12 +9900', '2007-08-30T13:55:12Z'],
    ['an offset after both', 'Thu, 30 Aug 2007 13:55:12 +0200 EST', '2007-08-30T11:55:12Z'],
    ['no weekday after its comma', ', 30 Aug 2007 13:55:12 +0200', '2007-08-30T11:55:12Z'],
    ['hyphens', '28-Feb-1992 11:07:59 +0100', '1992-02-28T10:07:59Z'],
    ['the month first', 'Aug 30, 2007 1:55:12 PM +0200', '2007-08-30T11:55:12Z'],
    ['twelve at night', 'Aug 30, 2007 12:05:00 AM', '2007-08-30T00:05:00Z'],
    ['the time first', '13:55:12 +0200 30 Aug 2007', '2007-08-30T11:55:12Z'],
    ['ISO 8601', '2007-08-30T13:55:12.123+02:00', '2007-08-30T11:55:12Z'],
    ['ISO 8601 in UTC', '2007-08-30T13:55:12Z', '2007-08-30T13:55:12Z'],
    ['a day of numbers', '30.08.2007 13:55', '2007-08-30T13:55:00Z'],
    ['a day alone', '30 August 2007', '2007-08-30T00:00:00Z'],
    ['dots in the time', 'Thu, 30 Aug 2007 13.55.12 +0200', '2007-08-30T11:55:12Z'],
    ['Chinese numbers', '2007年8月30日 13:55:12 +0800', '2007-08-30T05:55:12Z'],
    ['Chinese names', '星期四, 30 八月 2007 13:55:12 +0800', '2007-08-30T05:55:12Z'],
    ['a twelfth Chinese month', '星期日, 30 十二月 2007 13:55:12 +0800', '2007-12-30T05:55:12Z'],
    ['a NUL inside', 'Thu, 30 Aug\0 2007 13:55:12 +0200', '2007-08-30T11:55:12Z'],
  ];
  for (const [what, value, read] of table) {
    it(`reads ${what} as ${read ?? 'no date'}`, () => {
      const head = Buffer.concat([
        Buffer.from('Subject: x\r\nDate: '),
        Buffer.from(value),
        Buffer.from('\r\nTo: y\r\n'),
      ]);
      assert.equal(dateOf(head), read === null ? null : Date.parse(read));
    });
  }

  it('is in the first of two Date headers, also where only the second can be read', () => {
    const second = 'Date: Thu, 30 Aug 2007 13:55:12 +0000\r\n';
    assert.equal(
      dateOf(Buffer.from(`date :Thu, 30 Aug 2012 00:00:00 +0000\r\n${second}`)),
      Date.UTC(2012, 7, 30),
    );
    assert.equal(dateOf(Buffer.from(`Date: never\r\n${second}`)), null);
  });

  it('may be folded, and ends where the next header begins', () => {
    assert.equal(
      dateOf(Buffer.from('A: b\nDate:\n Thu,\r\n\t30 Aug 2007\n 13:55:12 +0000\nX: 1999\n')),
      Date.UTC(2007, 7, 30, 13, 55, 12),
    );
  });

  it('is not in a header that only contains the word', () => {
    const rest = '30 Aug 2007 13:55:12 +0000\r\n';
    assert.equal(dateOf(Buffer.from(`Resent-Date: ${rest}X: a\r\n Date: ${rest}Dated: ${rest}`)), null);
  });
});

describe('the path of a message', () => {
  it('is undated without a date, and for a date that no message can have', () => {
    for (const date of [null, Number.NaN, Infinity, -1, Date.UTC(2201, 0, 1)])
      assert.equal(pathFor(ID, date), `undated/${ID}.eml`);
  });

  it('is by year and month in UTC', () => {
    assert.equal(pathFor(ID, 0), `1970/01/${ID}.eml`);
    assert.equal(pathFor(ID, Date.UTC(2024, 11, 31, 23, 59, 59)), `2024/12/${ID}.eml`);
    assert.equal(pathFor(ID, Date.UTC(2200, 11, 31, 23, 59, 59)), `2200/12/${ID}.eml`);
  });

  it('is known for one, and nothing else is', () => {
    const wrong = ['', '..', `../${ID}.eml`, `2024/13/${ID}.eml`, `2024/1/${ID}.eml`, `2024/01/${ID}.eml/..`];
    for (const path of [...wrong, `2024/01/${ID.toUpperCase()}.eml`, `2024/01/${ID}.eml\n`])
      assert.equal(isPath(path), false, path);
    assert.ok(isPath(pathFor(ID, null)) && isPath(pathFor(ID, 0)));
  });
});
