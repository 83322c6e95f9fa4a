// Messages that break their readers, one for each way that the catalogue knows. A server gives them as they lie; they are
// stored octet by octet and found in the index, whatever could be read of them.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { accountAt } from '../support/account.ts';
import { HastyClock } from '../support/hasty-clock.ts';
import { openTestHouse } from '../support/house.ts';
import { startProvider } from '../support/provider/provider.ts';

const ADDRESS = 'ann@mail.test';
const PASSWORD = 'correct horse';
const MIXED = 'Content-Type: multipart/mixed; boundary=b\n\n';
const PART = '--b\nContent-Type: text/plain\n\nhello\n';
const nested = (count: number): string =>
  Array.from({ length: count }, (_, n) => `Content-Type: multipart/mixed; boundary=n${n}\n\n--n${n}\n`).join(
    '',
  );

const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

/** `\n` is a line end; `\xNN` stands for an octet; all else is UTF-8. */
const ZOO: readonly (readonly [entry: string, name: string, text: string])[] = [
  ['M-001', 'GBK under the name gb2312', 'Content-Type: text/plain; charset=gb2312\n\n\xd6\xec\xe9\x46\xbb\xf9\n'],
  ['M-002', 'a subject in GBK as it is', 'Subject: [\xb3\xb7\xbb\xd8\xd3\xca\xbc\xfe]\n\nhello\n'],
  ['M-003', 'encoded words that cut a character', 'Subject: =?utf-8?B?5Y+R5w==?= =?utf-8?B?pag=?=\n\nhello\n'],
  ['M-004', 'ISO-2022-JP in two words', 'Subject: =?iso-2022-jp?B?GyRC?= =?iso-2022-jp?B?JDMbKEI=?=\n\nhello\n'],
  ['M-004', 'spaces in an encoded word, padding in its middle', 'Subject: =? gb2312? B? t6LGsQ==?= =?utf-8?B?5Y+R5w==pag=?=\n\nx\n'],
  ['M-005', 'encoded words where none may be', 'From: =?gbk?B?1cXI/Q==?=@example.org\nMessage-ID: <=?utf-8?Q?a?=@b>\nContent-Disposition: attachment; filename="=?gbk?B?t6LGsQ==?=.pdf"\n\nx\n'],
  ['M-006', 'a character cut over two parameters, out of order', "Content-Disposition: attachment; filename*1*=%98%83.txt; filename*0*=UTF-8''%E2\n\nx\n"],
  ['M-006', 'a parameter in eight thousand pieces', `Content-Type: text/plain;${Array.from({ length: 8192 }, (_, n) => `\n name*${n}=a`).join(';')}\n\nx\n`],
  ['M-007', 'a multipart without its end', `${MIXED}${PART}--b\nContent-Type: text/plain\n\nand then\n`],
  ['M-008', 'a boundary of one hyphen', 'Content-Type: multipart/mixed; boundary="-"\n\n---\n\nhello\n-----\n'],
  ['M-008', 'a boundary that begins another', 'Content-Type: multipart/mixed; boundary=Part\n\n--Part\nContent-Type: multipart/mixed; boundary=Part--More\n\n--Part--More\n\nhello\n--Part--More--\n--Part--\n'],
  ['M-009', 'ten thousand multiparts in one another', `${nested(10_000)}\nhello\n`],
  ['M-009', 'a hundred thousand parts', `${MIXED}${'--b\n\nx\n'.repeat(100_000)}--b--\n`],
  ['M-010', 'a header of a megabyte in one line', `Subject: ${'x'.repeat(1_000_000)}\n\nhello\n`],
  ['M-010', 'fifty thousand Received', `${'Received: from a by b\n'.repeat(50_000)}Subject: x\n\nhello\n`],
  ['M-010', 'twenty thousand recipients', `To: ${Array.from({ length: 20_000 }, (_, n) => `a${n}@b`).join(',\n ')}\n\nhello\n`],
  ['M-011', 'nothing at all', ''],
  ['M-011', 'an empty line', '\n'],
  ['M-011', 'a header alone', 'Subject: alone\n'],
  ['M-011', 'a body alone', 'hello, this is no header\n\nand more\n'],
  ['M-011', 'empty lines first', '\n\n\nSubject: late\n\nhello\n'],
  ['M-012', 'the first line of an mbox', 'From ann@mail.test Mon Jan  1 00:00:00 2024\nSubject: x\n\n>From here\nFrom there\n'],
  ['M-013', 'NULs and control characters', 'Subject: a\0b\x1b[31m\n\n\0\x01\x02\x7f\0\n'],
  ['M-013', 'line ends of every kind', 'Subject: x\n\na\\rb\\nc\\n.\\n..\\rd\n'],
  ['M-013', 'lines of dots', 'Subject: x\n\n.\n..\n.a\n\n.\n'],
  ['M-014', 'base64 with junk', 'Content-Transfer-Encoding: base64\n\naGVs bG8!\naGVsbG8==\naGV=sbG8\nx\nend\n'],
  ['M-015', 'broken quoted-printable', 'Content-Transfer-Encoding: quoted-printable\n\na=XYb=\n=e5=8F=91 = \nend =\n'],
  ['M-016', 'a multipart in base64', `Content-Transfer-Encoding: base64\n${MIXED}${PART}--b--\n`],
  ['M-016', 'an encoding that nobody knows', 'Content-Transfer-Encoding: x-unknown\nContent-Type: text/plain; charset=utf-16\n\nhello\n'],
  ['M-017', 'a message in a message in a message', 'Content-Type: message/rfc822\n\nContent-Type: message/rfc822\nSubject: in\n\nSubject: inner\n\nhello\n'],
  ['M-018', 'winmail.dat, uuencode and yEnc', `${MIXED}--b\nContent-Type: application/ms-tnef; name=winmail.dat\n\n\x78\x9f\x3e\x22\n${PART}begin 644 a.txt\n#86)C\n\`\nend\n=ybegin line=128 size=3 name=a\nabc\n=yend size=3\n--b--\n`],
  ['M-018', 'an invitation, and a body that lies elsewhere', `${MIXED}--b\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nEND:VCALENDAR\n--b\nContent-Type: message/external-body; access-type=URL; URL="http://example.org/x"\n\n--b--\n`],
  ['M-019', 'a signed message', 'Content-Type: multipart/signed; boundary=s; protocol="application/pgp-signature"\nDKIM-Signature: v=1; a=rsa-sha256; b=AAAA\n\n--s\n\nexact   \t\n--s\nContent-Type: application/pgp-signature\n\n-----BEGIN PGP SIGNATURE-----\n\n=AAAA\n-----END PGP SIGNATURE-----\n--s--\n'],
  ['M-020', 'a date in the words of another land', 'Date: jue ago 30 13:55:12 2007\n\nx\n'],
  ['M-020', 'a zone that nobody knows, and a year of two digits', 'Date: Fri, 28 Feb 92 11:07:59 MEZ\n\nx\n'],
  ['M-020', 'a day that will never come', 'Date: Thu, 32 Feb 2106 25:61:00 +9900\n\nx\n'],
  ['M-021', 'no Message-ID', 'Subject: nameless\n\nhello\n'],
  ['M-022', 'a Message-ID and one body', 'Message-ID: <same@example.org>\n\none\n'],
  ['M-022', 'that Message-ID and another body', 'Message-ID: <same@example.org>\n\ntwo\n'],
  ['M-023', 'the same mail with another Received', 'Received: from b\nMessage-ID: <twice@example.org>\n\nhello\n'],
  ['M-023', 'the same mail with one more line', 'Received: from a\nMessage-ID: <twice@example.org>\n\nhello\n\n'],
  ['M-024', 'each header twice', 'From: a@b\nFrom: c@d\nSubject: one\nSubject: two\nContent-Type: text/html\nContent-Type: text/plain\n\n<p>x\n'],
  ['M-025', 'odd addresses', 'From: <a@b>@c\nTo: undisclosed-recipients:;, "no (end <x@y, <@r1,@r2:x@y>, nobody, \xd5\xc5 <z@z>\0\n\nx\n'],
  ['M-026', 'odd folding', 'Subject: =?utf-8?B?\n 5Y+R?=\n   \n\tmore\nX:no-space\nFrom : a@b\nK\xeby: x\nbody: without an empty line\n'],
  ['M-027', 'types that are none', 'Content-Type: text\nContent-Type: ;\nContent-Type: text/plain; charset="utf-8\nContent-Type: text/plain; charset=3D"utf-8"\n\nhello\n'],
  ['M-027', 'a multipart without a boundary', 'Content-Type: multipart/alternative\n\n--x\n\nhello\n'],
  ['M-028', 'HTML with another charset than its header', 'Content-Type: text/html; charset=utf-8\n\n\xef\xbb\xbf<meta charset=gb2312><p>\xb7\xa2\xc6\xb1\n'],
  ['M-028', 'UTF-7 that could be a script', 'Content-Type: text/html; charset=utf-7\n\n+ADw-script+AD4-alert(1)+ADw-/script+AD4-\n'],
  ['M-029', 'a character that is cut off', `Content-Type: text/plain; charset=utf-8\n\n${utf8('发票').repeat(30_000)}\xe5\x8f\n`],
  ['M-030', 'flowed text', 'Content-Type: text/plain; format=flowed; DelSp=yes\n\n> quoted \n> and on\n From here\n-- \nme\n'],
  ['M-031', 'file names that are paths', `${MIXED}${['../../etc/x', 'CON', '\u202egpj.exe', 'a\0b/c', '', '😀'.repeat(250)].map((name) => `--b\nContent-Disposition: attachment; filename="${name}"\n\nx\n`).join('')}--b--\n`],
  ['M-032', 'a page that runs and loads', 'Content-Type: text/html\n\n<script>alert(1)</script><img src="http://example.org/x.png" onerror="alert(1)"><svg onload="alert(1)">\n'],
  ['M-032', 'a page of a hundred thousand open elements', `Content-Type: text/html\n\n${'<div>'.repeat(100_000)}hello\n`],
  ['M-033', 'a header that was cut in two by its server', `References: ${'<a@b> '.repeat(160)}\n<c@d>\nSubject: x\n\nhello\n`],
  ['M-035', 'headers in UTF-8', 'From: 张三 <张三@例子.中国>\nSubject: 发票\n\n你好\n'],
  ['M-036', 'a message like any other', 'Message-ID: <1@2>\nSubject: 3\n\n4\n'],
  ['M-037', 'a report about a message that it does not hold', 'Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nno\n--b\nContent-Type: message/delivery-status\n\nAction: failed\n\n--b\nContent-Type: text/rfc822-headers\n\n--b\nContent-Type: message/rfc822\n\n--b--\n'],
  ['M-038', 'lengths that lie', 'Content-Length: 3\nLines: 1\nSubject: x\n\nhello\nworld\n'],
]; // prettier-ignore

test('a message of the zoo', async (t) => {
  const provider = await startProvider({ users: { [ADDRESS]: PASSWORD } });
  t.after(() => provider.stop());
  for (const [, , text] of ZOO) provider.deliver(ADDRESS, 'INBOX', octets(text));
  const house = await openTestHouse(t, new HastyClock());
  for (const way of ['imaps', 'pop3s'] as const) {
    const { ok, stored, error } = await house.poll(accountAt(provider, way, ADDRESS, PASSWORD));
    assert.deepEqual([ok, stored], [true, ZOO.length], error?.message ?? '');
  }
  for (const [entry, name, text] of ZOO)
    await t.test(`${entry} comes as it lies, by IMAP and POP3: ${name}`, () => {
      const id = createHash('sha256').update(octets(text)).digest('hex');
      const places = house.db
        .prepare(
          'SELECT m.path, l.account FROM message m JOIN location l ON l.row = m.row WHERE m.id = ? ORDER BY l.account',
        )
        .all(Buffer.from(id, 'hex')) as { path: string; account: string }[];
      assert.deepEqual(
        places.map(({ account }) => account),
        ['imaps', 'pop3s'],
      );
      const stored = readFileSync(join(house.data, 'mail', places[0]?.path ?? ''));
      assert.ok(stored.equals(octets(text)));
    });
});

/** `\n` as CRLF, `\\r` and `\\n` as they are, characters up to U+00FF as octets where a text holds no others. */
function octets(text: string): Buffer {
  const lines = text.replaceAll('\n', '\r\n').replaceAll('\\r', '\r').replaceAll('\\n', '\n');
  return Buffer.from(lines, /[^\0-\xff]/.test(lines) ? 'utf8' : 'latin1');
}
