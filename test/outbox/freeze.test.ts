// The octets that are sent: what is refused, what is added, taken out and mended, and that nothing else changes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyWriter, type BodyWriter } from '../../src/outbox/body.ts';
import { dateField, freeze } from '../../src/outbox/freeze.ts';
import { Structure, type Facts } from '../../src/outbox/structure.ts';

const STAMP = { date: Date.UTC(2026, 10, 1, 8, 5, 9), messageId: 'new@b.test' };
const HEAD =
  'From: a@b.test\nTo: x@y.test\nDate: Sat, 21 Nov 2026 10:00:00 +0000\nMessage-ID: <old@b.test>\n';

function factsOf(text: string | Buffer, size: number = Infinity): Facts {
  const bytes = Buffer.from(text);
  const structure = new Structure();
  for (let at = 0; at < bytes.length; at += Math.min(size, bytes.length)) {
    structure.push(bytes.subarray(at, at + Math.min(size, bytes.length)));
  }
  return structure.facts();
}

function written(writer: BodyWriter, body: Buffer, size: number): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) pieces.push(writer.push(body.subarray(at, at + size)));
  return Buffer.concat([...pieces, writer.end()]).toString('latin1');
}

/** The whole frozen message, the same however its chunks are cut; or why it is refused. */
function frozen(text: string | Buffer): string {
  const bytes = Buffer.from(text);
  const facts = factsOf(bytes);
  for (const size of [1, 2, 3, 7, 100])
    assert.deepEqual(factsOf(bytes, size), facts, `facts in pieces of ${size}`);
  const made = freeze(facts, STAMP);
  if ('refused' in made) return `refused: ${made.refused}`;
  const body = bytes.subarray(facts.head.length);
  const whole = written(bodyWriter(made.body), body, Math.max(1, body.length));
  for (const size of [1, 2, 3, 7]) assert.equal(written(bodyWriter(made.body), body, size), whole);
  return made.head.toString('latin1') + whole;
}

const crlf = (text: string): string => text.replaceAll('\n', '\r\n');
const LONG = `${'word '.repeat(300)}end`;

const REFUSED: readonly [name: string, text: string, why: RegExp][] = [
  ['a NUL', `${HEAD}\na\0b\n`, /NUL at octet 93/],
  ['a CR without LF in the body', `${HEAD}\na\rb\n`, /CR without LF at octet 93/],
  [
    'a CR without LF in the header',
    `From: a@b.test\rBcc: z@y.test\n${HEAD}\nx\n`,
    /CR without LF at octet 14/,
  ],
  ['a CR as the last octet', `${HEAD}\nx\n\r`, /CR without LF/],
  ['CR CR LF', `${HEAD}\nx\r\r\n`, /CR without LF/],
  ['the smuggled end LF . CR LF is harmless, CR . CR is not', `${HEAD}\nx\r.\r\n`, /CR without LF/],
  ['a byte order mark', `\ufeff${HEAD}\nx\n`, /without BOM/],
  ['the first line of an mbox', `From a@b.test Sat Nov 21 10:00:00 2026\n${HEAD}\nx\n`, /mailbox file/],
  ['no blank line', HEAD, /no blank line ends the header/],
  [
    'no closing boundary',
    `${HEAD}Content-Type: multipart/mixed; boundary="=_x y"\n\n--=_x y\n\nx\n--=_x y\n`,
    /last boundary, --=_x y--, is missing/,
  ],
  [
    'a long header word',
    `X-Long: ${'x'.repeat(1000)}\n${HEAD}\nx\n`,
    /a line of its x-long field is longer than 998/,
  ],
  ['a long line that is signed', `${HEAD}DKIM-Signature: x\n\n${LONG}\n`, /signed or encrypted/],
  [
    'a long line that is signed in line',
    `${HEAD}\n-----BEGIN PGP SIGNED MESSAGE-----\n${LONG}\n`,
    /signed or encrypted/,
  ],
  [
    'a long line in S/MIME',
    `${HEAD}Content-Type: application/pkcs7-mime\n\n${LONG}\n`,
    /signed or encrypted/,
  ],
];

for (const [name, text, why] of REFUSED) test(`refused: ${name}`, () => assert.match(frozen(text), why));

const MADE: readonly [name: string, text: string, wanted: string][] = [
  [
    'LF becomes CRLF and nothing else changes',
    `${HEAD}Subject: \xa0 x\t\n\n.dot\n\n..\n.\nend\n`,
    crlf(`${HEAD}Subject: \xc2\xa0 x\t\n\n.dot\n\n..\n.\nend\n`),
  ],
  ['CRLF stays', crlf(`${HEAD}\nx\n`), crlf(`${HEAD}\nx\n`)],
  ['mixed line ends become one kind', `${HEAD}\na\r\nb\nc\r\n`, crlf(`${HEAD}\na\nb\nc\n`)],
  [
    'Date and Message-ID are added where they are missing',
    'From: a@b.test\nTo: x@y.test\n\nx\n',
    crlf(
      'From: a@b.test\nTo: x@y.test\nDate: Sun, 1 Nov 2026 08:05:09 +0000\nMessage-ID: <new@b.test>\n\nx\n',
    ),
  ],
  [
    'what is private goes, folded lines with it',
    `Bcc: p@y.test,\n q@y.test\nReturn-Path: <r@b.test>\nX-Mailkeep-Account: qq\n${HEAD}BCC: z@y.test\nResent-Bcc: w@y.test\nContent-Length: 3\nX-Mailkeeper: stays\n\nx\n`,
    crlf(`${HEAD}X-Mailkeeper: stays\n\nx\n`),
  ],
  ['an empty body', `${HEAD}\n`, crlf(`${HEAD}\n`)],
  [
    'a multipart that is whole, with an epilogue',
    `${HEAD}Content-Type: multipart/mixed;\n boundary=b\n\n--b\n\nx\n--b--\nepilogue\n`,
    crlf(`${HEAD}Content-Type: multipart/mixed;\n boundary=b\n\n--b\n\nx\n--b--\nepilogue\n`),
  ],
  [
    'long lines of text become quoted-printable',
    `${HEAD}Content-Transfer-Encoding: 8bit\nContent-Type: text/plain; charset=utf-8\n\n${'é=x '.repeat(260)}\t\nnext \n`,
    crlf(
      `${HEAD}Content-Type: text/plain; charset=utf-8\nMIME-Version: 1.0\nContent-Transfer-Encoding: quoted-printable\n\n`,
    ) + quotedPrintable(`${'é=x '.repeat(260)}\t\nnext \n`),
  ],
];

for (const [name, text, wanted] of MADE) test(name, () => assert.equal(frozen(text), wanted));

const latin1 = (text: string): string => crlf(Buffer.from(text).toString('latin1'));
const UTF8 = 'MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n';

for (const [name, more, body, wanted] of [
  ['gets it', '', '灯塔\n', `${UTF8}Content-Transfer-Encoding: 8bit\n`],
  ['gets no second encoding', 'Content-Transfer-Encoding: 8bit\n', '灯塔\n', UTF8],
  [
    'gets it also where its lines are long',
    '',
    `${LONG}é\n`,
    `${UTF8}Content-Transfer-Encoding: quoted-printable\n`,
  ],
] as const)
  test(`text beyond ASCII that does not say what it is ${name}`, () => {
    const whole = frozen(`${more}${HEAD}\n${body}`);
    const head = latin1(`${more}${HEAD}${wanted}\n`);
    assert.equal(whole.slice(0, head.length), head);
    if (body !== `${LONG}é\n`) assert.equal(whole.slice(head.length), latin1(body));
  });

for (const [name, bytes] of [
  ['is no UTF-8', Buffer.concat([Buffer.from(`${HEAD}\n`), Buffer.from('b5c6cbfe0a', 'hex')])],
  ['ends within a character', Buffer.concat([Buffer.from(`${HEAD}\n灯\n`), Buffer.from('e7810a', 'hex')])],
  ['is ASCII', Buffer.from(`${HEAD}\nlight\n`)],
  ['says it', Buffer.from(`${HEAD}Content-Type: text/html\n\n灯塔\n`)],
  ['is signed', Buffer.from(`DKIM-Signature: x\n${HEAD}\n灯塔\n`)],
  ['is signed in line', Buffer.from(`${HEAD}\n-----BEGIN PGP SIGNED MESSAGE-----\n灯塔\n`)],
] as const)
  test(`a text that ${name} stays as it is`, () =>
    assert.equal(frozen(bytes), crlf(bytes.toString('latin1'))));

/** A plain reading of RFC 2045 §6.7, to compare with. */
function quotedPrintable(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const bytes = Buffer.from(line);
      let out = '';
      let column = 0;
      bytes.forEach((octet, i) => {
        const blank = octet === 0x20 || octet === 0x09;
        const plain = (octet > 0x20 && octet < 0x7f && octet !== 0x3d) || (blank && i < bytes.length - 1);
        const piece = plain
          ? String.fromCharCode(octet)
          : `=${octet.toString(16).toUpperCase().padStart(2, '0')}`;
        if (column + piece.length > 75) {
          out += '=\r\n';
          column = 0;
        }
        out += piece;
        column += piece.length;
      });
      return out;
    })
    .join('\r\n');
}

test('a long header line is folded before white space, and unfolds to the same', () => {
  const references = Array.from({ length: 60 }, (_, i) => `<${'r'.repeat(30)}${i}@b.test>`).join(' ');
  const made = frozen(`References: ${references}\n${HEAD}\nx\n`);
  const lines = made.split('\r\n');
  assert.ok(lines.every((line) => line.length <= 998));
  assert.ok(lines.length > 7);
  assert.equal(made.replaceAll(/\r\n(?=[ \t])/g, ''), crlf(`References: ${references}\n${HEAD}\nx\n`));
});

test('what the extensions must know is told: octets above 127 in header and body, after mending', () => {
  const tell = (text: string): unknown => {
    const made = freeze(factsOf(text), STAMP);
    return 'refused' in made
      ? made
      : [made.eightBitHead, made.eightBitBody, made.messageId, made.bcc.toString()];
  };
  assert.deepEqual(tell(`${HEAD}\nx\n`), [false, false, '<old@b.test>', '']);
  assert.deepEqual(tell(`Subject: é\nBcc: z@y.test\n${HEAD}\né\n`), [
    true,
    true,
    '<old@b.test>',
    'Bcc: z@y.test\r\n',
  ]);
  assert.deepEqual(tell(`Bcc: é <z@y.test>\n${HEAD}\n${'é'.repeat(600)}\n`), [
    false,
    false,
    '<old@b.test>',
    'Bcc: é <z@y.test>\r\n',
  ]);
});

test('white space before a colon goes, for it ends the header to some readers', () => {
  assert.equal(
    frozen(`X-A : b : c\nSubject\t :x\n${HEAD}\nTo : x\n`),
    crlf(`X-A: b : c\nSubject:x\n${HEAD}\nTo : x\n`),
  );
});

test('a Date and a Message-ID that are blank are as good as none', () => {
  const made = frozen('From: a@b.test\nTo: x@y.test\nDate:\nMessage-ID: \n\nx\n');
  assert.equal(
    made,
    crlf(
      'From: a@b.test\nTo: x@y.test\nDate: Sun, 1 Nov 2026 08:05:09 +0000\nMessage-ID: <new@b.test>\n\nx\n',
    ),
  );
});

test('dates are written as a message writes them', () => {
  assert.equal(dateField(Date.UTC(2026, 1, 3, 4, 5, 6)), 'Tue, 3 Feb 2026 04:05:06 +0000');
});
