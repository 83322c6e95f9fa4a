// Messages as programs of the machine write them, and what becomes of their headers.
import assert from 'node:assert/strict';
import test from 'node:test';
import { splitHead } from '../../src/outbox/header.ts';
import { completed, localHead, type Local } from '../../src/outbox/local-message.ts';

const LOCAL: Local = {
  address: 'me@example.org',
  hosts: ['box'],
  recipients: [],
  fromHeader: true,
  fullName: null,
  reports: null,
};

function headOf(text: string, local: Partial<Local> = {}): string {
  const head = splitHead(Buffer.from(text, 'latin1'));
  const done = completed('refused' in head ? [] : head.fields, { ...LOCAL, ...local });
  return 'refused' in done ? done.refused : done.toString('latin1').replaceAll('\r\n', '\n');
}

test('recipients that cannot be read are refused', () => {
  for (const one of ['a b@c', 'x@', '@y', 'a@b@c', 'root\r\nBcc: eve@example.net', 'a;b@c'])
    assert.match(
      headOf('From: me@example.org\n', { recipients: [one], fromHeader: false }),
      /^the recipients cannot be read/,
      one,
    );
  for (const text of ['To: undisclosed recipients:;\n', 'Subject: x\n'])
    assert.equal(headOf(text), 'nobody is to get it');
});

test('names of this machine become the address of the account, and what was written stays to be read', () => {
  const cron = 'From: root (Cron Daemon)\nTo: root\nSubject: Cron <root@box> backup\n';
  assert.equal(
    headOf(cron),
    'X-Mailkeep-Only-To: me@example.org\n' +
      'X-Original-From: root (Cron Daemon)\nFrom: "root (Cron Daemon)" <me@example.org>\n' +
      'To: "root" <me@example.org>\nSubject: Cron <root@box> backup\n',
  );
  const table: readonly [string, string][] = [
    ['root@localhost', '"root@localhost" <me@example.org>'],
    ['root@BOX', '"root@BOX" <me@example.org>'],
    ['root@box.localdomain', '"root@box.localdomain" <me@example.org>'],
    ['"Big, Daemon" <root>', '"Big, Daemon" <me@example.org>'],
    ['Big Daemon <root@box>', '"Big Daemon" <me@example.org>'],
    ['<root>', 'me@example.org'],
    ['root, anna@example.net', '"root" <me@example.org>,\n anna@example.net'],
  ];
  for (const [before, after] of table)
    assert.ok(headOf(`From: me@example.org\nTo: ${before}\n`).includes(`\nTo: ${after}\n`), before);
});

test('real addresses stay as they are, octet by octet', () => {
  for (const one of [
    'anna@example.net',
    '"root" <anna@example.net>',
    '=?utf-8?B?5byg?= <a@b.example>',
    '"a, b" <c@d.example> (x, y)',
  ])
    assert.ok(
      headOf(`From: me@example.org\nTo: ${one}\n`).endsWith(`From: me@example.org\nTo: ${one}\n`),
      one,
    );
});

test('what the arguments say is added: recipients, name, reports', () => {
  assert.equal(
    headOf('', {
      recipients: ['anna@example.net', 'root'],
      fromHeader: false,
      fullName: 'Cron "x"',
      reports: 'never',
    }),
    'X-Mailkeep-Only-To: anna@example.net,\n me@example.org\nX-Mailkeep-Dsn: never\n' +
      'To: anna@example.net,\n me@example.org\nFrom: "Cron \\"x\\"" <me@example.org>\n',
  );
  const both = headOf('To: a@example.net\nCc: b@example.net\n', { recipients: ['c@example.net'] });
  assert.match(both, /^X-Mailkeep-Only-To: c@example\.net,\n a@example\.net,\n b@example\.net\n/);
  const only = headOf('To: a@example.net\n', { recipients: ['c@example.net'], fromHeader: false });
  assert.match(only, /^X-Mailkeep-Only-To: c@example\.net\n/);
});

test('names and addresses beyond ASCII are written as octets of UTF-8, domains in ASCII', () => {
  const written = headOf('', {
    recipients: ['王@例子.中国', 'é@example.net'],
    fromHeader: false,
    // Its last octet alone would be a line feed.
    fullName: '王小明 \u010a',
  });
  assert.equal(
    Buffer.from(written, 'latin1').toString(),
    'X-Mailkeep-Only-To: 王@xn--fsqu00a.xn--fiqs8s,\n é@example.net\n' +
      'To: 王@xn--fsqu00a.xn--fiqs8s,\n é@example.net\n' +
      `From: =?UTF-8?B?${Buffer.from('王小明 \u010a').toString('base64')}?= <me@example.org>\n`,
  );
  const fromHeader = headOf(Buffer.from('From: me@example.org\nTo: 王@例子.中国\n').toString('latin1'));
  assert.match(
    Buffer.from(fromHeader, 'latin1').toString(),
    /^X-Mailkeep-Only-To: 王@xn--fsqu00a\.xn--fiqs8s\n/,
  );
});

test('a message that was resent goes to those of the newest Resent block alone', () => {
  const resent =
    'Resent-From: me@example.org\nResent-To: new@example.net, root\nResent-Bcc: hidden@example.net\n' +
    'Resent-From: old@example.net\nResent-To: before@example.net\n' +
    'From: anna@example.net\nTo: first@example.net\nCc: second@example.net\n';
  const written = headOf(resent);
  assert.match(
    written,
    /^X-Mailkeep-Only-To: new@example\.net,\n me@example\.org,\n hidden@example\.net\nResent-From: me@example\.org\n/,
  );
  assert.match(written, /^Resent-To: new@example\.net,\n "root" <me@example\.org>$/m);
  assert.equal(
    headOf('Resent-From: me@example.org\nFrom: a@b.example\nTo: c@d.example\n'),
    'nobody is to get it',
  );
});

test('a header ends where something else begins, and a text alone has none', () => {
  const table: readonly [string, number, string][] = [
    ['', 0, ''],
    ['disk full\n', 0, 'disk full\n'],
    ['Subject: x\n\nbody', 1, 'body'],
    ['Subject: x\r\n\r\nbody', 1, 'body'],
    ['Subject: x\n folded\nbody without a blank line\n', 1, 'body without a blank line\n'],
    ['From root Thu Nov 26 05:00:00 2026\nSubject: x\n\nbody', 1, 'body'],
    [' leading\nbody', 0, ' leading\nbody'],
    ['Subject: only', 1, ''],
    ['\nbody', 0, 'body'],
  ];
  for (const [text, fields, body] of table) {
    const head = localHead(Buffer.from(text), true);
    assert.deepEqual(
      [head?.fields.length, text.slice(head?.body ?? 0)],
      [fields, body],
      JSON.stringify(text),
    );
  }
  assert.equal(localHead(Buffer.from('Subject: not yet'), false), undefined);
  assert.equal(localHead(Buffer.from('Subject: x\n'), false), undefined);
});
