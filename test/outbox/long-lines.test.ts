// Lines that mail does not allow, in parts of a message: they arrive as the same text and the same attachment, or the message
// comes back with the reason; never a line of more than 998 octets, and never a changed octet of what is signed.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { simpleParser } from 'mailparser';
import { accountAt, LI, message, PostOffice, provider } from './post-office.ts';

const LONG = `${'long word '.repeat(200)}end`;
const CHINESE = '灯塔的灯又亮了。'.repeat(60);
const OCTETS = Buffer.from(Array.from({ length: 5000 }, (_, n) => (n * 7) % 256));

const mixed = (...parts: readonly string[]): string =>
  message(
    LI,
    'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n',
    `${parts.map((part) => `--b\n${part}\n`).join('')}--b--\n`,
  );

async function sent(
  t: TestContext,
  text: string,
): Promise<{ arrived: string | undefined; reason: string | null }> {
  const mail = await provider(t);
  const office = new PostOffice(t, [accountAt(mail.ports.smtp)]);
  office.outbox();
  office.put('a.eml', text);
  await office.settled();
  return { arrived: mail.submissions.at(-1)?.bytes.toString('latin1'), reason: office.only().reason };
}

test('long lines of a text in a multipart arrive as the same text', async (t) => {
  for (const [line, charset] of [
    [LONG, 'us-ascii'],
    [CHINESE, 'utf-8'],
  ] as const) {
    const { arrived = '' } = await sent(
      t,
      mixed(
        `Content-Type: text/plain; charset=${charset}\nContent-Transfer-Encoding: 8bit\n\n${line}\nsecond`,
        'Content-Type: text/html\n\n<p>short</p>',
      ),
    );
    assert.ok(
      arrived.split('\r\n').every((one) => one.length <= 998),
      'no line is too long',
    );
    const { text = '', html } = await simpleParser(Buffer.from(arrived, 'latin1'));
    assert.ok(text.startsWith(`${line}\nsecond\n`), 'the same text');
    assert.match(String(html), /short/);
    assert.ok(
      arrived.includes('Content-Type: text/html\r\n\r\n<p>short</p>\r\n'),
      'the other part is as it was',
    );
  }
});

test('base64 without a line end is the same attachment in lines', async (t) => {
  const attachment = `Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n${OCTETS.toString('base64')}`;
  for (const text of [
    mixed('\nhello', attachment),
    message(
      LI,
      `MIME-Version: 1.0\n${attachment.slice(0, attachment.indexOf('\n\n') + 1)}`,
      `${OCTETS.toString('base64')}\n`,
    ),
  ]) {
    const { arrived = '', reason } = await sent(t, text);
    assert.equal(reason, null);
    assert.ok(
      arrived.split('\r\n').every((one) => one.length <= 998),
      'no line is too long',
    );
    const { attachments } = await simpleParser(Buffer.from(arrived, 'latin1'));
    assert.ok(attachments[0]?.content.equals(OCTETS));
  }
});

test('what cannot be written anew comes back with the reason', async (t) => {
  const table: readonly [string, RegExp][] = [
    [
      mixed(`Content-Type: multipart/signed; boundary=s\n\n--s\n\n${LONG}\n--s--`),
      /2003 octets.*signed or encrypted/,
    ],
    [mixed(`Content-Transfer-Encoding: x-own\n\n${LONG}`), /says x-own, and holds a line of more than 998/],
    [
      message(
        LI,
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n',
        `${LONG}\n--b\n\nx\n--b--\n`,
      ),
      /stands in no part/,
    ],
  ];
  for (const [text, wanted] of table) {
    const { arrived, reason } = await sent(t, text);
    assert.equal(arrived, undefined);
    assert.match(reason ?? '', wanted);
  }
});
