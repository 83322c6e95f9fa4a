// What mail servers say of a message that was sent: by RFC 3464, or in words for people. Only what names the Message-ID and one
// of those in doubt counts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { provedBy } from '../../src/outbox/evidence-plan.ts';
import { readReport } from '../../src/outbox/reports.ts';
import { entry } from './states.ts';

const ID = '<one@mail.test>';
const LI = 'li@elsewhere.test';
const ZHAO = 'zhao@elsewhere.test';

function formal(groups: string, returned = `Message-ID: ${ID}`): string {
  return `From: MAILER-DAEMON@mail.test\r\nSubject: Undelivered Mail\r\nContent-Type: multipart/report; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.test\r\n\r\n${groups}\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n${returned}\r\nTo: ${LI}\r\n\r\n--b--\r\n`;
}

const FAILED = `Final-Recipient: rfc822; ${LI}\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 <${LI}>:\r\n  user unknown\r\n`;

const TABLE: readonly [name: string, text: string, sender: string, subject: string, wanted: unknown][] = [
  [
    'a failure',
    formal(FAILED),
    'MAILER-DAEMON@mail.test',
    '',
    [[LI, 'failed', `550 5.1.1 <${LI}>: user unknown`]],
  ],
  [
    'a delay',
    formal(`Final-Recipient: rfc822;${LI}\r\nAction: delayed\r\nStatus: 4.4.1\r\n`),
    'x',
    '',
    [[LI, 'taken', 'delayed 4.4.1']],
  ],
  [
    'a delivery',
    formal(
      `Original-Recipient: rfc822;${LI}\r\nFinal-Recipient: rfc822; 4711@inside\r\nAction: relayed\r\nStatus: 2.0.0\r\n`,
    ),
    'x',
    '',
    [[LI, 'taken', 'relayed 2.0.0']],
  ],
  [
    'two recipients',
    formal(
      `${FAILED}\r\nFinal-Recipient: rfc822; ${ZHAO.toUpperCase()}\r\nAction: expanded\r\nStatus: 2.0.0\r\n`,
    ),
    'x',
    '',
    [
      [LI, 'failed', `550 5.1.1 <${LI}>: user unknown`],
      [ZHAO, 'taken', 'expanded 2.0.0'],
    ],
  ],
  ['another address', formal(FAILED.replaceAll(LI, 'wu@elsewhere.test')), 'x', '', []],
  ['another message', formal(FAILED, 'Message-ID: <two@mail.test>'), 'MAILER-DAEMON@mail.test', '', null],
  [
    'the envelope id alone',
    formal(FAILED, 'Subject: x').replace(
      'Reporting-MTA',
      `Original-Envelope-Id: one@mail.test\r\nReporting-MTA`,
    ),
    'x',
    '',
    [[LI, 'failed', `550 5.1.1 <${LI}>: user unknown`]],
  ],
  [
    'words of qmail',
    `From: MAILER-DAEMON@mail.test\nSubject: failure notice\n\nHi. This is the qmail-send program.\n\n<${LI}>:\nSorry, no mailbox here by that name.\n\n--- Below this line is a copy of the message.\n\nTo: ${ZHAO}\nMessage-ID: ${ID}\n`,
    'MAILER-DAEMON@mail.test',
    'failure notice',
    [[LI, 'failed', `failure notice: <${LI}>: Sorry, no mailbox here by that name.`]],
  ],
  [
    'words of Tencent',
    `From: postmaster@qq.com\nSubject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n收件人 ${LI} 不存在\n--b\nContent-Type: message/rfc822\n\nTo: ${ZHAO}\nMessage-ID: ${ID}\n`,
    'postmaster@qq.com',
    '系统退信',
    [[LI, 'failed', `系统退信: 收件人 ${LI} 不存在 --b`]],
  ],
  [
    'a warning',
    `From: Mail Delivery System <Mailer-Daemon@mail.test>\nSubject: Warning: message delayed\n\n  ${LI}\n    Delay reason: x\n\nMessage-ID: ${ID}\n`,
    'Mailer-Daemon@mail.test',
    'Warning: message delayed 24 hours',
    [[LI, 'taken', `Warning: message delayed 24 hours: ${LI}     Delay reason: x`]],
  ],
  [
    'one about an address that only ends or begins like one of ours',
    `From: MAILER-DAEMON@mail.test\nSubject: failure notice\n\n<an.${LI}>, <al-${LI}>, <${LI}.example>:\nno such user\n\nMessage-ID: ${ID}\n`,
    'MAILER-DAEMON@mail.test',
    'failure notice',
    [],
  ],
  [
    'one in Chinese, with no space around the address',
    `From: postmaster@mail.test\nSubject: 退信\n\n收件人${LI.toUpperCase()}不存在。\n\nMessage-ID: ${ID}\n`,
    'postmaster@mail.test',
    '退信',
    [[LI, 'failed', `退信: 收件人${LI.toUpperCase()}不存在。`]],
  ],
  [
    'a person who quotes it',
    `From: ${ZHAO}\nSubject: Re: x\nIn-Reply-To: ${ID}\n\n${LI} failed\n`,
    ZHAO,
    'Re: x',
    null,
  ],
];

for (const [name, text, sender, subject, wanted] of TABLE) {
  test(`${name} is read as it is meant`, () => {
    const told = readReport({ text, sender, subject }, ID, [LI, ZHAO]);
    assert.deepEqual(told?.map(({ address, what, text }) => [address, what, text]) ?? null, wanted);
  });
}

test('a find proves what it is about, and no more', () => {
  const doubtful = entry('uncertain', ['uncertain', 'uncertain'], { doubts: 1 });
  const [a = '', b = ''] = doubtful.recipients.map(({ address }) => address);
  const types = (findings: Parameters<typeof provedBy>[1], alone = true, letter = doubtful): string[] =>
    provedBy(letter, findings, alone).map(({ type }) => type);
  const copy = { kind: 'copy', where: 'in Sent' } as const;
  const report = (what: 'failed' | 'taken', address: string) =>
    ({ kind: 'report', told: [{ address, what, text: 'x' }] }) as const;
  assert.deepEqual(types([]), []);
  assert.deepEqual(types([copy]), ['found']);
  assert.deepEqual(types([copy], false), [], 'a copy may come from another sending');
  assert.deepEqual(types([report('taken', a)], false), ['found']);
  assert.deepEqual(
    types([report('failed', a)], false),
    ['bounce', 'found'],
    'the other one was taken with it',
  );
  assert.deepEqual(types([report('failed', a), report('failed', b)]), ['bounce']);
  assert.deepEqual(types([report('failed', 'wu@y.test')]), []);
  assert.deepEqual(types([{ kind: 'answer', address: b }]), ['found']);
  assert.deepEqual(types([{ kind: 'answer', address: 'wu@y.test' }]), []);
  // Two tries, each in doubt about one: what one of them proves is not about the other.
  const apart = { ...doubtful, recipients: doubtful.recipients.map((one, i) => ({ ...one, doubt: i + 1 })) };
  assert.deepEqual(types([copy], true, apart), []);
  assert.deepEqual(types([report('failed', a)], true, apart), ['bounce']);
  assert.deepEqual(types([copy], true, entry('deferred', ['deferred'])), []);
});
