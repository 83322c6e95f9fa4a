// Why a message is not sent is told in Chinese, too: each sentence that the outbox makes of a message, of an account, or of a server
// is known there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { told } from '../../src/chinese/told.ts';
import type { Extensions } from '../../src/protocol/smtp/ehlo.ts';
import { parseAddresses } from '../../src/outbox/address.ts';
import { accountFor, envelopeOf } from '../../src/outbox/envelope.ts';
import { fit } from '../../src/outbox/fit.ts';
import { freeze } from '../../src/outbox/freeze.ts';
import { splitHead } from '../../src/outbox/header.ts';
import { Structure } from '../../src/outbox/structure.ts';
import { wishesOf } from '../../src/outbox/wishes.ts';
import { accountAt } from './post-office.ts';

const FROM = 'From: a@b.test\n';
const TO = 'To: x@y.test\n';

/** What is said of a message; undefined where it can be sent. */
function refusalOf(text: string | Buffer): string | undefined {
  const structure = new Structure();
  structure.push(Buffer.from(text));
  const facts = structure.facts();
  const head = splitHead(facts.head);
  if ('refused' in head) return head.refused;
  const envelope = envelopeOf(head.fields);
  if ('refused' in envelope) return envelope.refused;
  const frozen = freeze(facts, { date: 0, messageId: 'x@y' });
  return 'refused' in frozen ? frozen.refused : undefined;
}

function known(sentence: string | undefined): void {
  assert.notEqual(sentence, undefined);
  const chinese = told(sentence ?? '', 'zh');
  assert.match(chinese, /\p{Script=Han}/u, sentence);
  // What stays are names, numbers, and what is cited.
  const rest = chinese.replace(/"[^"]*"|“[^”]*”|--\S+/g, '');
  assert.doesNotMatch(rest, /[a-z]{2,} [a-z]+ [a-z]+/i, `${sentence} is told as ${chinese}`);
}

for (const text of [
  `${FROM}Subject: x\n\nx\n`,
  `Resent-From: a@b.test\n${FROM}${TO}\nx\n`,
  `${FROM}${Array.from({ length: 1001 }, (_, n) => `Bcc: p${n}@y.test\n`).join('')}\nx\n`,
  `${TO}\nx\n`,
  `From: a@b.test, c@d.test\n${TO}\nx\n`,
  `From:\n${TO}\nx\n`,
  `${FROM}${FROM}${TO}\nx\n`,
  `${FROM}To: ;x@y.test\n\nx\n`,
  `${FROM}To: ${'x'.repeat(140_000)}\n\nx\n`,
  `${FROM}${TO}\na\0b\n`,
  `${FROM}${TO}\na\rb\n`,
  `${FROM}${TO}X: ${'w'.repeat(1200)}\n\nx\n`,
  `${FROM}${TO}Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n`,
  `${FROM}${TO}`,
  `${FROM}${TO}garbage\n\nx\n`,
  `\n${FROM}${TO}\nx\n`,
  `\ufeff${FROM}${TO}\nx\n`,
  `From a@b.test Sat Nov 21 10:00:00 2026\n${FROM}${TO}\nx\n`,
  `DKIM-Signature: x\n${FROM}${TO}\n${'x'.repeat(1200)}\n`,
])
  test(`of a message: ${JSON.stringify(text).slice(0, 70)}`, () => known(refusalOf(text)));

for (const value of [
  'x',
  'x@',
  'a b@c.test',
  '<a@b.test> <c@d.test>',
  'a..b@c.test',
  `${'a'.repeat(65)}@c.test`,
  'a@-.test',
  `${'a'.repeat(60)}@${'b.'.repeat(120)}test`,
  '=?utf-8?q?a=40b?=@c.test',
  '\xff@c.test',
  'a@b.test; c@d.test',
  'Group: a@b.test',
  '"a@b.test',
  '(a@b.test',
  '[a@b.test',
  'a\x01@b.test',
  'a]@b.test',
])
  test(`of an address: ${JSON.stringify(value).slice(0, 40)}`, () => {
    const read = parseAddresses(value);
    known('refused' in read ? read.refused : undefined);
  });

test('of an account', () => {
  const one = accountAt(1);
  const two = accountAt(1, { from: ['both@mail.test'] }, 'two', 'two@mail.test');
  const three = accountAt(1, { from: ['both@mail.test'] }, 'three', 'three@mail.test');
  const { send: _, ...silent } = accountAt(1, {}, 'silent', 'silent@mail.test');
  const all = [one, two, three, silent];
  for (const [folder, sender] of [
    ['none', 'a@b.test'],
    ['silent', 'silent@mail.test'],
    ['two', 'a@b.test'],
    [null, 'a@b.test'],
    [null, 'silent@mail.test'],
    [null, 'both@mail.test'],
  ] as const) {
    const found = accountFor(all, folder, sender);
    known('refused' in found ? found.refused : undefined);
  }
});

for (const wish of [
  'X-Mailkeep-Send-At: soon',
  'X-Mailkeep-Send-At: 2030-01-01T00:00:00Z',
  'X-Mailkeep-Dsn: perhaps',
  'X-Mailkeep-Require-Tls: perhaps',
  'X-Mailkeep-Require-Tls: yes\nTLS-Required: No',
])
  test(`of a wish: ${wish}`, () => {
    const head = splitHead(Buffer.from(`${wish}\n${FROM}${TO}\n`));
    assert.ok('fields' in head);
    const wishes = wishesOf(head.fields, 0);
    known('refused' in wishes ? wishes.refused : undefined);
  });

test('of what a server does not know', () => {
  const extensions: Extensions = { esmtp: true, keywords: new Map(), auth: new Set(), size: null };
  const wishes = { notBefore: null, atServer: false, notify: [], ret: 'HDRS', requireTls: true } as const;
  const delivery = {
    sender: 'a@b.test',
    recipients: ['王@b.test'],
    path: '',
    size: 1,
    eightBitBody: false,
    eightBitHead: false,
    binary: false,
    messageId: null,
    wishes,
  };
  const asked = fit(delivery, extensions, 'mx.test', 0);
  known('refused' in asked ? asked.refused : undefined);
  const fits = fit({ ...delivery, wishes: { ...wishes, requireTls: false } }, extensions, 'mx.test', 0);
  for (const why of 'unable' in fits ? fits.unable.values() : [undefined]) known(why);
});

test('of a line that breaks', () => {
  assert.equal(
    told(
      'no answer to the final dot: connection to mx.test:465 lost: read ECONNRESET (during SMTP end of DATA)',
      'zh',
    ),
    '最后一行没有收到答复：与 mx.test:465 的连接中断：对方切断了连接（ECONNRESET）（SMTP end of DATA 期间）',
  );
  assert.equal(
    told('no connection to mx.test:465: connect ETIMEDOUT 192.0.2.1:465', 'zh'),
    '无法连接 mx.test:465：网络超时（ETIMEDOUT）',
  );
});
