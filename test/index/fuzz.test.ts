import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cutter } from '../../src/index/cut.ts';
import type { CutMessage } from '../../src/index/cut-message.ts';
import { readableAddresses } from '../../src/index/addresses.ts';
import { decodeBytes } from '../../src/index/charset.ts';
import { headerFacts } from '../../src/index/headers.ts';
import { htmlText } from '../../src/index/html-text.ts';
import { parseParameters } from '../../src/index/parameters.ts';

/** The same numbers in every run (a linear congruence of 31 bits). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

const PIECES = [
  '\r\n',
  '\n',
  '\r',
  '\r\n\r\n',
  '--b',
  '--b--',
  '--c',
  '--',
  '-',
  ' ',
  '\t',
  ':',
  ';',
  '"',
  '\\',
  '=',
  '=?',
  '?=',
  '=?utf-8?B?5Y+R5w==?=',
  'Content-Type: multipart/mixed; boundary=b\r\n',
  'Content-Type: multipart/alternative; boundary="c"\r\n\r\n',
  'Content-Type: message/rfc822\r\n\r\n',
  'Content-Type: text/html; charset=gbk\r\n',
  'Content-Transfer-Encoding: base64\r\n',
  "Content-Disposition: attachment; filename*0*=utf-8''%E5; filename*1*=%8F%91\r\n",
  'Subject: ',
  'From: ',
  '<a@b>',
  '<p>',
  '</',
  'hello',
  'AAAA',
  '\0',
  '\xff\xfe',
  '\xc4\xe3',
  '\x1b$B',
  '+T2B-',
  'x'.repeat(1100),
];

function shape({ parts, attachments, reason, head }: CutMessage): unknown {
  const texts = parts.map(({ body, ...rest }) => ({ ...rest, body: Buffer.concat(body).toString('latin1') }));
  return { texts, attachments, reason, head: head.toString('latin1') };
}

test('whatever octets come, in whatever pieces, a message is cut, and always the same', () => {
  const next = numbers(7);
  for (let round = 0; round < 1500; round++) {
    const raw = Buffer.from(
      Array.from({ length: 2 + next(40) }, () => PIECES[next(PIECES.length)]).join(''),
      'latin1',
    );
    const whole = new Cutter();
    whole.write(raw);
    const expected = whole.end();
    const pieces = new Cutter();
    for (let at = 0; at < raw.length;) {
      const end = at + 1 + next(50);
      // A copy that is overwritten: what is kept must not be a view of the caller's buffer.
      const chunk = Buffer.from(raw.subarray(at, end));
      pieces.write(chunk);
      chunk.fill(0x58);
      at = end;
    }
    assert.deepEqual(shape(pieces.end()), shape(expected), JSON.stringify(raw.toString('latin1')));
    headerFacts(expected.fields);
    for (const { body, charset } of expected.parts)
      htmlText(decodeBytes(Buffer.concat(body), charset), 10_000);
  }
});

test('headers made to cost quadratic time cost little', () => {
  for (const piece of [
    '(',
    '"',
    '"\\"',
    '<',
    '=?',
    '=?x?q?',
    '<a',
    ':',
    ',',
    '=?x?q?a?= ',
    "f*0*=''%E5;",
    ';a="\\',
  ]) {
    const value = piece.repeat(65_536 / piece.length);
    assert.equal(typeof readableAddresses(value), 'string');
    assert.ok(parseParameters(`x/y;${value}`).params.size <= 500);
  }
});
