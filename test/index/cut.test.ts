import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cutter, LIMITS } from '../../src/index/cut.ts';
import type { CutMessage } from '../../src/index/cut-message.ts';

/** Cuts a message that is written in one piece. */
function cut(raw: string | Buffer, pieces: number = Number.POSITIVE_INFINITY): CutMessage {
  const bytes = Buffer.isBuffer(raw) ? raw : Buffer.from(raw, 'latin1');
  const cutter = new Cutter();
  for (let at = 0; at < bytes.length; at += pieces)
    cutter.write(bytes.subarray(at, Math.min(bytes.length, at + pieces)));
  return cutter.end();
}

/** What a test wants to see of it. */
function shape({ parts, attachments, reason }: CutMessage): object {
  return {
    texts: parts
      .map(({ body }) => Buffer.concat(body).toString('latin1').trim())
      .filter((text) => text !== ''),
    files: attachments.map(({ name, type, size }) => `${name} ${type} ${size}`),
    reason,
  };
}

function multipart(boundary: string, ...parts: string[]): string {
  return parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('') + `--${boundary}--\r\n`;
}

const PDF =
  'Content-Type: application/pdf; name="a.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\nAAA=\r\n';
const MIXED = 'Content-Type: multipart/mixed; boundary=b\r\n\r\n';

const MESSAGES: [string, string, string[], string[]][] = [
  ['no octets at all', '', [], []],
  ['an empty line', '\r\n', [], []],
  ['headers without a body', 'Subject: x\r\n', [], []],
  ['text without headers', 'hello\r\n\r\nworld', ['hello\r\nworld'], []],
  ['empty lines before the headers', '\r\n\r\nSubject: x\r\n\r\nhello', ['hello'], []],
  ['bare line feeds', 'Subject: x\n\nhello\n', ['hello'], []],
  ['a type that is none', 'Content-Type: text\r\n\r\nhello', ['hello'], []],
  ['a multipart without a boundary', 'Content-Type: multipart/mixed\r\n\r\nhello', ['hello'], []],
  ['a multipart whose boundary never comes', `${MIXED}hello\r\n`, ['hello'], []],
  ['a multipart that never ends', `${MIXED}--b\r\n\r\nhello`, ['hello'], []],
  [
    'a part without its empty line',
    `${MIXED}--b\r\nContent-Type: text/html\r\n--b\r\n\r\nhello`,
    ['hello'],
    [],
  ],
  ['a preamble', `${MIXED}This is MIME.\r\n${multipart('b', '\r\nhello')}`, ['hello'], []],
  [
    'a part after the closing line',
    `${MIXED}${multipart('b', '\r\none')}junk\r\n--b\r\n\r\ntwo`,
    ['one', 'two'],
    [],
  ],
  [
    'blanks behind a boundary',
    `${MIXED}--b  \r\n\r\none\r\n--b \t\r\n\r\ntwo\r\n--b-- \r\n`,
    ['one', 'two'],
    [],
  ],
  [
    'a longer line that begins like the boundary',
    `${MIXED}--b\r\n\r\none\r\n--bb\r\n--b-\r\n--b--\r\n`,
    ['one\r\n--bb\r\n--b-'],
    [],
  ],
  [
    'dashes in a text',
    `${MIXED}${multipart('b', '\r\n-\r\n--\r\n---\r\n-- \r\nme')}`,
    ['-\r\n--\r\n---\r\n-- \r\nme'],
    [],
  ],
  ['an attachment', MIXED + multipart('b', '\r\nhello', PDF), ['hello'], ['a.pdf application/pdf 5']],
  ['an attachment alone', PDF, [], ['a.pdf application/pdf 5']],
  [
    'a text attachment',
    MIXED +
      multipart('b', 'Content-Disposition: attachment; filename=x.csv\r\nContent-Type: text/csv\r\n\r\n1,2'),
    [],
    ['x.csv text/csv 5'],
  ],
  [
    'multiparts in a multipart, one boundary the begin of the other',
    `${MIXED}--b\r\nContent-Type: multipart/alternative; boundary="b--c"\r\n\r\n--b--c\r\n\r\none\r\n--b--c\r\n\r\ntwo\r\n--b\r\n\r\nthree\r\n--b--\r\n`,
    ['one', 'two', 'three'],
    [],
  ],
  [
    'a message in a message, and a part behind it',
    MIXED +
      multipart(
        'b',
        `Content-Type: message/rfc822\r\n\r\nSubject: inner\r\nFrom: a@b\r\n\r\nhello`,
        '\r\nafter',
      ),
    ['inner\na@b', 'hello', 'after'],
    [],
  ],
  [
    'a digest',
    `Content-Type: multipart/digest; boundary=b\r\n\r\n${multipart('b', '\r\nSubject: one\r\n\r\nhello')}`,
    ['one', 'hello'],
    [],
  ],
];
for (const [what, raw, texts, files] of MESSAGES) {
  test(`${what}: nothing that can be read is lost`, () => {
    assert.deepEqual(shape(cut(raw)), { texts, files, reason: null });
  });
  test(`${what}: the same, whatever pieces it comes in`, () => {
    for (const pieces of [1, 2, 3, 7, 64])
      assert.deepEqual(shape(cut(raw, pieces)), shape(cut(raw)), `${pieces}`);
  });
}

test('what claims base64 and is not is taken as it stands', () => {
  const head = 'Content-Transfer-Encoding: base64\r\n\r\n';
  assert.equal(cut(`${head}aGVsbG8gd29ybGQ=\r\n`).parts[0]?.encoding, 'base64');
  for (const body of [
    'Hello, this is plain text.\r\nIt has words.',
    'hello world of words',
    '\xc4\xe3\xba\xc3 abc',
  ])
    assert.equal(cut(head + body).parts[0]?.encoding, 'none', body);
});

test('alternatives are told from texts that stand for themselves', () => {
  const inner = 'Content-Type: multipart/alternative; boundary=c\r\n\r\n';
  const html = 'Content-Type: text/html; charset="gbk"\r\n\r\n<p>one';
  const raw = MIXED + multipart('b', inner + multipart('c', '\r\none', html), '\r\ntwo');
  const [plain, rich, other] = cut(raw).parts;
  assert.ok(plain !== undefined && rich !== undefined && plain.alternative > 0);
  assert.deepEqual([rich.alternative, rich.html, rich.charset], [plain.alternative, true, 'gbk']);
  assert.equal(other?.alternative, 0);
});

test('a large attachment leaves its name and size only', () => {
  const line = `${'A'.repeat(76)}\r\n`;
  const raw = `${MIXED}--b\r\n${PDF}${line.repeat(200_000)}\r\n--b\r\n\r\nhello\r\n--b--\r\n`;
  const found = cut(raw, 65_536);
  assert.deepEqual(shape(found), {
    texts: ['hello'],
    files: [`a.pdf application/pdf ${57 * 200_000 + 5}`],
    reason: null,
  });
});

test('more text than the limit is cut, and said', () => {
  const found = cut(`\r\n${'x'.repeat(LIMITS.part + 10)}`, 65_536);
  assert.equal(
    found.parts[0]?.body.reduce((sum, { length }) => sum + length, 0),
    LIMITS.part,
  );
  assert.match(found.reason ?? '', /more text/);
});

test('a header block without an end is cut, and the rest is text', () => {
  const found = cut(`Subject: x\r\nX: ${'y'.repeat(LIMITS.head)}\r\n\r\nhello`, 65_536);
  assert.equal(found.fields.raw('subject'), 'x');
  assert.match(found.reason ?? '', /header/);
  assert.match(Buffer.concat(found.parts[0]?.body ?? []).toString(), /hello$/);
});

test('bombs of parts and of depth are survived', () => {
  const many = cut(MIXED + '--b\r\nContent-Type: image/png\r\n\r\n\r\n'.repeat(100_000));
  assert.equal(many.attachments.length <= LIMITS.parts, true);
  assert.match(many.reason ?? '', /parts/);
  const nest = (depth: number): string =>
    `Content-Type: multipart/mixed; boundary=b${depth}\r\n\r\n--b${depth}\r\n`;
  const deep = cut(Array.from({ length: 10_000 }, (_, depth) => nest(depth)).join('') + '\r\nhello');
  assert.match(deep.reason ?? '', /parts/);
  const messages = cut('Content-Type: message/rfc822\r\n\r\n'.repeat(100_000) + 'Subject: deep\r\n\r\nhello');
  assert.match(messages.reason ?? '', /parts/);
});
