// A message as a server takes it that knows no octets above 127, no binary parts, no names beyond ASCII: the same text, the
// same attachments, the same names, and not an octet of what is signed.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { suite, test, type TestContext } from 'node:test';
import { simpleParser } from 'mailparser';
import { adapt } from '../../src/outbox/adapt.ts';
import type { Unwanted } from '../../src/outbox/convert.ts';
import { bodyWriter } from '../../src/outbox/body.ts';
import { freeze } from '../../src/outbox/freeze.ts';
import { MimeReader, type Mime } from '../../src/outbox/mime.ts';
import { Spool } from '../../src/outbox/spool.ts';
import { Structure } from '../../src/outbox/structure.ts';
import { chance, type Chance } from '../support/random.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { accountAt, LI, message, PostOffice, provider } from './post-office.ts';

const MINUTE = 60_000;
const ALL: Unwanted = { head: true, body: true, binary: true };
const crlf = (text: string): string => text.replaceAll('\n', '\r\n');

/** Freezes a message as the outbox does. */
function frozen(bytes: Buffer): Buffer {
  const structure = new Structure();
  structure.push(bytes);
  const facts = structure.facts();
  const made = freeze(facts, { date: 0, messageId: 'new@mail.test' });
  if ('refused' in made) throw new Error(made.refused);
  const at = facts.head.length;
  const writer = bodyWriter(
    made.body,
    facts.binary.map(({ from, to }) => ({ from: from - at, to: to - at })),
  );
  return Buffer.concat([made.head, writer.push(bytes.subarray(at)), writer.end()]);
}

/** Adapts frozen octets in a spool; the result, or why not. */
async function adaptedIn(t: TestContext, bytes: Buffer, unwanted: Unwanted = ALL): Promise<Buffer | string> {
  const spool = new Spool(temporaryDirectory(t));
  await spool.open(new Set(), () => false);
  const path = spool.path('abc', 'eml');
  writeFileSync(path, bytes);
  const made = await adapt('abc', unwanted, spool);
  if ('refused' in made) {
    assert.ok(readFileSync(path).equals(bytes), 'what is refused is as it was');
    return made.refused;
  }
  const after = readFileSync(path);
  assert.equal(made.size, after.length);
  return after;
}

function isSevenBit(bytes: Buffer): boolean {
  return (
    !bytes.some((octet) => octet > 127 || octet === 0) && !/\r(?!\n)|(?<!\r)\n/.test(bytes.toString('latin1'))
  );
}

/** What a reader sees of it. */
async function seen(bytes: Buffer): Promise<unknown> {
  const { subject, from, to, text, attachments } = await simpleParser(bytes, { skipImageLinks: true });
  return {
    subject,
    from: from?.value,
    to,
    text: text?.replaceAll('\r\n', '\n').trimEnd(),
    attachments: attachments.map(({ filename, contentType, content }) => [
      filename,
      contentType,
      contentType.startsWith('text/') || contentType.startsWith('message/')
        ? content.toString('latin1').replaceAll('\r\n', '\n').trimEnd()
        : content.toString('hex'),
    ]),
  };
}

const HEAD =
  'From: =?UTF-8?B?546L?= <wang@mail.test>\nTo: li@mail.test\nDate: Sat, 21 Nov 2026 10:00:00 +0000\nMessage-ID: <one@mail.test>\nMIME-Version: 1.0\n';

suite('conversion', () => {
  const cases: readonly [name: string, text: string, wanted: string][] = [
    [
      'text that is mostly ASCII becomes quoted-printable',
      `${HEAD}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nCaf\xe9 = a place to sit \nand more of it, in plain letters\n`,
      `${HEAD}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nCaf=C3=A9 =3D a place to sit=20\nand more of it, in plain letters\n`,
    ],
    [
      'text that is mostly Chinese becomes base64',
      `${HEAD}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n灯塔的灯又亮了。\n`,
      `${HEAD}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n${Buffer.from(crlf('灯塔的灯又亮了。\n')).toString('base64')}\n`,
    ],
    [
      'a message that says nothing of its form gets what it needs',
      'From: wang@mail.test\nDate: x\nMessage-ID: <1@x>\n\n灯塔\n',
      `From: wang@mail.test\nDate: x\nMessage-ID: <1@x>\nMIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\n${Buffer.from(crlf('灯塔\n')).toString('base64')}\n`,
    ],
    [
      'only the parts that need it are touched, and what holds them says 7bit',
      `${HEAD}Content-Type: multipart/mixed; boundary=a\nContent-Transfer-Encoding: 8bit\n\n前言\n--a\nContent-Type: text/plain\n\nplain = as it was \n--a\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n<p>灯\n--a\nContent-Type: image/png; name="灯.png"\nContent-Transfer-Encoding: base64\n\nAAAA\n--a--\n`,
      `${HEAD}Content-Type: multipart/mixed; boundary=a\nContent-Transfer-Encoding: 7bit\n\n??????\n--a\nContent-Type: text/plain\n\nplain = as it was \n--a\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n${Buffer.from('<p>灯').toString('base64')}\n--a\nContent-Type: image/png; name*=UTF-8''%E7%81%AF.png\nContent-Transfer-Encoding: base64\n\nAAAA\n--a--\n`,
    ],
    [
      'a message inside a message is converted inside',
      `${HEAD}Content-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\nSubject: 灯\nContent-Type: text/plain; charset=utf-8\n\n灯\n`,
      `${HEAD}Content-Type: message/rfc822\nContent-Transfer-Encoding: 7bit\n\nSubject: =?UTF-8?B?54Gv?=\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n${Buffer.from(crlf('灯\n')).toString('base64')}\n`,
    ],
    [
      'names become encoded words, addresses stay, a domain becomes its A-labels',
      `From: "王, 小明" <wang@mail.test>\nTo: 李 <li@例子.cn>, Anna Björk (Zürich) <a@b.test>, c@d.test (注)\nSubject: Re: 灯塔 and 港口 =?UTF-8?B?54Gv?= 灯\nDate: x\nMessage-ID: <1@x>\n\nx\n`,
      `From: =?UTF-8?B?546LLCDlsI/mmI4=?= <wang@mail.test>\nTo: =?UTF-8?B?5p2O?= <li@xn--fsqu00a.cn>, =?UTF-8?B?QW5uYSBCasO2cms=?=\n (=?UTF-8?B?WsO8cmljaA==?=) <a@b.test>, c@d.test (=?UTF-8?B?5rOo?=)\nSubject: Re: =?UTF-8?B?54Gv5aGU?= and =?UTF-8?B?5riv5Y+jIA==?=\n =?UTF-8?B?54Gv?= =?UTF-8?B?IOeBrw==?=\nDate: x\nMessage-ID: <1@x>\n\nx\n`,
    ],
  ];
  for (const [name, text, wanted] of cases) {
    test(name, async (t) => {
      const bytes = Buffer.from(crlf(text).replaceAll('\xe9', 'é'));
      const made = await adaptedIn(t, bytes);
      assert.equal(made.toString(), crlf(wanted));
      assert.deepEqual(await adaptedIn(t, Buffer.from(made)), made, 'once more changes nothing');
    });
  }

  const signed =
    '--s\nContent-Type: text/plain; charset=utf-8\n\n灯\n--s\nContent-Type: application/pgp-signature\n\nx\n--s--\n';
  const refused: readonly [name: string, text: string, why: RegExp][] = [
    ['signed by DKIM', `${HEAD}DKIM-Signature: x\n\n灯\n`, /^it is signed or encrypted/],
    [
      'multipart/signed',
      `${HEAD}Content-Type: multipart/signed; boundary=s\n\n${signed}`,
      /its part text\/plain is signed/,
    ],
    [
      'multipart/signed inside',
      `${HEAD}Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: multipart/signed; boundary=s\n\n${signed}--m--\n`,
      /its part text\/plain is signed/,
    ],
    [
      'OpenPGP in line',
      `${HEAD}\n-----BEGIN PGP SIGNED MESSAGE-----\n灯\n-----BEGIN PGP SIGNATURE-----\nx\n`,
      /signed or encrypted/,
    ],
    ['S/MIME', `${HEAD}Content-Type: application/pkcs7-mime\nX-Note: 灯\n\nx\n`, /signed or encrypted/],
    [
      'base64 that holds other octets',
      `${HEAD}Content-Transfer-Encoding: base64\n\n灯\n`,
      /says base64, and holds octets above 127/,
    ],
    ['an address beyond ASCII', `From: 用户@mail.test\nDate: x\n\nx\n`, /its field from/],
    [
      'a multipart whose boundary is longer than any may be',
      `${HEAD}Content-Type: multipart/mixed; boundary=${'b'.repeat(71)}\n\n--${'b'.repeat(71)}\n\n灯\n--${'b'.repeat(71)}--\n`,
      /multipart\/mixed holds cannot be told apart/,
    ],
    [
      'a multipart whose boundary is written as RFC 2231 has it',
      `${HEAD}Content-Type: multipart/mixed; boundary*=us-ascii''m\n\n--m\n\n灯\n--m--\n`,
      /multipart\/mixed holds cannot be told apart/,
    ],
    [
      'a piece of a message',
      `${HEAD}Content-Type: message/partial; id=x; number=2\n\n灯\n`,
      /message\/partial holds cannot be told apart/,
    ],
    [
      'a part with a header longer than is read',
      `${HEAD}Content-Type: multipart/mixed; boundary=m\n\n--m\n${'X-Long: x\n'.repeat(30_000)}\n灯\n--m--\n`,
      /the header of its part text\/plain cannot be read/,
    ],
    ['a Message-ID beyond ASCII', `From: a@b.test\nMessage-ID: <灯@x>\n\nx\n`, /its field message-id/],
  ];
  for (const [name, text, why] of refused) {
    test(`refused, and as it was: ${name}`, async (t) => {
      assert.match(String(await adaptedIn(t, Buffer.from(crlf(text)))), why);
    });
  }

  test('what a digest holds are messages, though its parts do not say so (RFC 2046 §5.1.5)', async (t) => {
    const text = `${HEAD}Content-Type: multipart/digest; boundary=m\n\n--m\n\nSubject: inner\nContent-Type: text/plain; charset=utf-8\n\n灯\n--m--\n`;
    const made = String(await adaptedIn(t, Buffer.from(crlf(text))));
    assert.ok(!made.includes('--m\r\nContent-Transfer-Encoding: base64'), made);
    assert.match(
      made,
      /Subject: inner\r\nContent-Type: text\/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64/,
    );
  });

  test('what a header in another charset says is not guessed at', async (t) => {
    const bytes = Buffer.from(crlf(`${HEAD}Subject: \xb5\xc6\xcb\xfe\n\nx\n`), 'latin1');
    assert.match(String(await adaptedIn(t, bytes)), /its field subject/);
  });
});

suite('a message by chance', () => {
  for (let seed = 1; seed <= 150; seed++) {
    test(`number ${seed}: frozen and converted it is the same to a reader, and frozen first it is the same octets`, async (t) => {
      const text = composed(chance(seed));
      const bytes = frozen(text);
      const made = await adaptedIn(t, bytes);
      assert.ok(Buffer.isBuffer(made), String(made));
      assert.ok(isSevenBit(made), 'all of it is lines of ASCII');
      assert.ok(
        made
          .toString('latin1')
          .split('\r\n')
          .every((line) => line.length <= 998),
      );
      assert.deepEqual(await seen(made), await seen(bytes));
      assert.deepEqual(await seen(bytes), await seen(text));
      assert.deepEqual(await adaptedIn(t, made), made);
      for (const size of [1, 2, 3, 7, 61]) assert.deepEqual(cut(bytes, size), cut(bytes, Infinity));
    });
  }
});

/** The parts, however the chunks are cut. */
function cut(bytes: Buffer, size: number): Mime {
  const reader = new MimeReader();
  for (let at = 0; at < bytes.length; at += Math.min(size, bytes.length))
    reader.push(bytes.subarray(at, at + Math.min(size, bytes.length)));
  return reader.end();
}

/** A message with any parts in any encodings; its line ends are LF or CRLF. */
function composed(by: Chance): Buffer {
  const end = by.of(['\n', '\r\n']);
  const name = by.of(['王小明', 'Wang', '"O\'Brien, 李"', 'Zoë', '']);
  const head = [
    `From: ${name} <wang@mail.test>`,
    `To: ${by.of(['li@mail.test', '李 <li@mail.test>, "Ö, ß" <o@mail.test>', 'a: 李 <li@mail.test>;'])}`,
    `Subject: ${by.of(['plain', '灯塔的灯又亮了', `${'很长的主题 '.repeat(30)}end`, 'a 灯 b 塔 c', ''])}`,
    'Date: Sat, 21 Nov 2026 10:00:00 +0000',
    'Message-ID: <one@mail.test>',
    'MIME-Version: 1.0',
  ];
  return Buffer.concat([lines(head, end), part(by, end, 0), Buffer.from(end)]);
}

function part(by: Chance, end: string, depth: number): Buffer {
  if (depth < 3 && by.often(depth === 0 ? 70 : 35)) return multipart(by, end, depth);
  if (by.often(60)) {
    const body = by.of([
      '',
      'Hello.',
      '灯塔的灯又亮了。',
      'a = b  ',
      'mostly plain letters, and one é at the end of a line  ',
      '.',
      '..dot',
      'Caf\u00e9 '.repeat(40),
      '\u{1f600}',
      '-- ',
      '--x',
    ]);
    const more = by.of(['', 'second', '第二行']);
    const type = by.of(['text/plain', 'text/plain', 'text/html']);
    const label = by.of(['8bit', 'binary', '8bit']);
    const head = lines(
      [`Content-Type: ${type}; charset=utf-8`, `Content-Transfer-Encoding: ${label}`, ''],
      end,
    );
    return Buffer.concat([head, Buffer.from(`${body}${end}${more}`)]);
  }
  const octets = Buffer.from(Array.from({ length: by.upTo(400) }, () => by.upTo(256)));
  const file = by.of(['photo.png', '照片.png', `${'很长的名字'.repeat(12)}.png`, 'a "b".png']);
  const quoted = file.replaceAll('"', '\\"');
  const binary = by.often(50);
  const head = lines(
    [
      `Content-Type: image/png; name="${quoted}"`,
      `Content-Disposition: attachment; filename="${quoted}"`,
      `Content-Transfer-Encoding: ${binary ? 'binary' : 'base64'}`,
      '',
    ],
    end,
  );
  return Buffer.concat([
    head,
    binary ? octets : Buffer.from(octets.toString('base64').replace(/.{76}/g, `$&${end}`)),
  ]);
}

function multipart(by: Chance, end: string, depth: number): Buffer {
  const boundary = `b${depth}-${by.upTo(1e6)}`;
  const label = by.of(['7bit', '8bit', 'binary']);
  const pieces = [
    lines(
      [`Content-Type: multipart/mixed; boundary="${boundary}"`, `Content-Transfer-Encoding: ${label}`, ''],
      end,
    ),
    Buffer.from(by.of(['', `preamble${end}`, `前言${end}`])),
  ];
  for (let n = by.upTo(3); n >= 0; n--)
    pieces.push(Buffer.from(`--${boundary}${end}`), part(by, end, depth + 1), Buffer.from(end));
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--`)]);
}

function lines(all: readonly string[], end: string): Buffer {
  return Buffer.from(all.map((line) => `${line}${end}`).join(''));
}

suite('a server without 8BITMIME', () => {
  for (const [what, withheld] of [
    ['with', []],
    ['without', ['8BITMIME']],
  ] as const)
    test(`Chinese text without any MIME header is read by whoever gets it, ${what} 8BITMIME`, async (t) => {
      const server = await provider(t);
      for (const keyword of withheld) server.faults.withhold.add(keyword);
      const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
      office.put('x.eml', message(LI, '', '灯塔的灯又亮了。\n'));
      assert.equal((await office.settled()).sent, 1);
      const [{ bytes } = { bytes: Buffer.alloc(0) }] = server.submissions;
      assert.match(bytes.toString(), /^Content-Type: text\/plain; charset=utf-8\r$/m);
      assert.equal(isSevenBit(bytes), withheld.length > 0);
      assert.equal((await simpleParser(bytes)).text?.trim(), '灯塔的灯又亮了。');
    });

  const text = message(`${LI}, busy@elsewhere.test`, '', '灯塔的灯又亮了。\n');

  test('gets octets of ASCII, the same in every try, and the copies are those that were sent', async (t) => {
    const server = await provider(t);
    server.faults.withhold.add('8BITMIME');
    server.faults.recipients.set('busy@elsewhere.test', '450 4.2.1 try later');
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', text);
    await office.settled();
    assert.equal(office.only().state, 'deferred');
    server.faults.recipients.clear();
    server.faults.withhold.clear(); // another machine of the same provider, perhaps
    await office.stop();
    assert.equal((await office.later(20 * MINUTE)).sent, 1);
    const [first, second] = server.submissions;
    assert.ok(first !== undefined && second !== undefined);
    assert.ok(isSevenBit(first.bytes));
    assert.equal((await simpleParser(first.bytes)).text, '灯塔的灯又亮了。\n');
    assert.deepEqual(second.bytes, first.bytes);
    assert.equal(second.parameters.mail.includes('8BITMIME'), false);
    assert.equal(office.read('sent/x.eml'), first.bytes.toString('latin1'));
    assert.match(first.parameters.mail, new RegExp(`SIZE=${first.bytes.length}\\b`));
  });

  test('of which some have it already gets nothing else: it waits for one that takes it as it is', async (t) => {
    const server = await provider(t);
    server.faults.recipients.set('busy@elsewhere.test', '450 4.2.1 try later');
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', text);
    await office.settled();
    server.faults.recipients.clear();
    server.faults.withhold.add('8BITMIME');
    assert.equal((await office.later(20 * MINUTE)).deferred, 1);
    assert.match(office.only().recipients[1]?.reply ?? '', /no 8BITMIME\); others have it/);
    server.faults.withhold.clear();
    assert.equal((await office.later(20 * MINUTE)).sent, 1);
    assert.deepEqual(server.submissions[1]?.bytes, server.submissions[0]?.bytes);
  });
});

suite('binary parts', () => {
  const octets = Buffer.from('\0\r\n.\r\n\n\r\xff--b\n.', 'latin1');
  const binary = Buffer.concat([
    Buffer.from(
      message(LI, 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n', '--b\n').replace(
        /Hello\.\n$/,
        '',
      ),
    ),
    Buffer.from('Content-Type: application/octet-stream\nContent-Transfer-Encoding: binary\n\n'),
    octets,
    Buffer.from('\n--b--\n'),
  ]);

  test('go as they are, octet by octet, by BDAT where the server takes them', async (t) => {
    const server = await provider(t);
    const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
    office.put('x.eml', binary);
    await office.settled();
    const [taken] = server.submissions;
    assert.equal(taken?.chunked, true);
    assert.match(taken.parameters.mail, /BODY=BINARYMIME/);
    assert.ok(
      taken.bytes.includes(
        Buffer.concat([Buffer.from('binary\r\n\r\n'), octets, Buffer.from('\r\n--b--\r\n')]),
      ),
    );
  });

  for (const keyword of ['BINARYMIME', 'CHUNKING']) {
    test(`become base64 where it does not (no ${keyword})`, async (t) => {
      const server = await provider(t);
      server.faults.withhold.add(keyword);
      const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
      office.put('x.eml', binary);
      await office.settled();
      const [taken] = server.submissions;
      assert.equal(taken?.chunked, false);
      const { attachments } = await simpleParser(taken.bytes);
      assert.deepEqual(attachments[0]?.content, octets);
      assert.ok(isSevenBit(taken.bytes));
    });
  }
});
