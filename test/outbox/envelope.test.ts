// Who sends and who gets it, from raw header fields; and which account it is that sends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountFor, envelopeOf } from '../../src/outbox/envelope.ts';
import { splitHead } from '../../src/outbox/header.ts';
import { accountAt } from './post-office.ts';

function envelope(head: string): ReturnType<typeof envelopeOf> {
  const split = splitHead(Buffer.from(head.replaceAll('\n', '\r\n'), 'utf8'));
  return 'refused' in split ? split : envelopeOf(split.fields);
}

const REFUSED: readonly [name: string, head: string, why: RegExp][] = [
  ['an empty header', '', /has no header/],
  ['an mbox line', 'From a@b.test Sat Nov 21\nTo: x@y.test\n', /line 1 belongs to a mailbox file/],
  ['a line that is no field', 'From: a@b.test\nhello\n', /line 2 is no header field: "hello"/],
  ['white space first', ' From: a@b.test\n', /line 1 is no header field/],
  ['no sender', 'To: x@y.test\n', /no sender: From is missing/],
  ['an empty sender', 'From: \nTo: x@y.test\n', /From names nobody/],
  ['two From fields', 'From: a@b.test\nFrom: c@d.test\nTo: x@y.test\n', /two From fields/],
  [
    'two Sender fields',
    'Sender: a@b.test\nSender: a@b.test\nFrom: a@b.test\nTo: x@y.test\n',
    /two Sender fields/,
  ],
  ['several authors and no Sender', 'From: a@b.test, c@d.test\nTo: x@y.test\n', /names several people/],
  [
    'a sender inside an encoded word',
    'From: =?utf-8?q?a=40b.test?=\nTo: x@y.test\n',
    /From cannot be read: there is no address/,
  ],
  ['no recipient', 'From: a@b.test\nTo: undisclosed-recipients:;\n', /To, Cc and Bcc name nobody/],
  [
    'one bad address among good ones',
    'From: a@b.test\nTo: x@y.test\nCc: x@y.test, nonsense\n',
    /Cc cannot be read/,
  ],
  [
    'a resent block without recipients',
    'Resent-From: r@b.test\nFrom: a@b.test\nTo: x@y.test\n',
    /newest Resent-To/,
  ],
  [
    'a resent block without a sender',
    'Resent-To: r@b.test\nFrom: a@b.test\nTo: x@y.test\n',
    /Resent-From is missing/,
  ],
  [
    'too many recipients',
    `From: a@b.test\nTo: ${Array.from({ length: 1001 }, (_, i) => `u${i}@y.test`).join(',\n ')}\n`,
    /1001 recipients, more than 1000/,
  ],
];

for (const [name, head, why] of REFUSED) {
  test(`refused: ${name}`, () => {
    const read = envelope(head);
    assert.ok('refused' in read, JSON.stringify(read));
    assert.match(read.refused, why);
  });
}

const READ: readonly [name: string, head: string, sender: string, recipients: string[]][] = [
  [
    'To, Cc and Bcc together, each once',
    'From: a@b.test\nTo: x@y.test, Z <z@y.test>\nCc: x@Y.test\nBcc: q@y.test\n',
    'a@b.test',
    ['x@y.test', 'z@y.test', 'q@y.test'],
  ],
  ['several To fields', 'From: a@b.test\nTo: x@y.test\nto: z@y.test\n', 'a@b.test', ['x@y.test', 'z@y.test']],
  [
    'Sender before From',
    'From: a@b.test, c@d.test\nSender: s@b.test\nTo: x@y.test\n',
    's@b.test',
    ['x@y.test'],
  ],
  [
    'a folded list',
    'From: a@b.test\nTo: x@y.test,\n\t"Long, name"\n  <z@y.test>\n',
    'a@b.test',
    ['x@y.test', 'z@y.test'],
  ],
  [
    'a resent block alone',
    'Resent-From: r@b.test\nResent-To: n@y.test\nResent-Bcc: m@y.test\nFrom: a@b.test\nTo: x@y.test\nBcc: q@y.test\n',
    'r@b.test',
    ['n@y.test', 'm@y.test'],
  ],
  [
    'the newest resent block of two',
    'Resent-From: r2@b.test\nResent-To: n2@y.test\nReceived: x\nResent-From: r1@b.test\nResent-To: n1@y.test\nFrom: a@b.test\nTo: x@y.test\n',
    'r2@b.test',
    ['n2@y.test'],
  ],
  [
    'two resent blocks with nothing between',
    'Resent-From: r2@b.test\nResent-To: n2@y.test\nResent-From: r1@b.test\nResent-To: n1@y.test\nFrom: a@b.test\n',
    'r2@b.test',
    ['n2@y.test'],
  ],
  [
    'Resent-Sender before Resent-From',
    'Resent-From: r@b.test\nResent-Sender: s@b.test\nResent-To: n@y.test\nFrom: a@b.test\n',
    's@b.test',
    ['n@y.test'],
  ],
  [
    'only those that are left of a half-failed message',
    'X-Mailkeep-Only-To: z@y.test\nFrom: a@b.test\nTo: x@y.test, z@y.test\n',
    'a@b.test',
    ['z@y.test'],
  ],
  ['space before the colon', 'From : a@b.test\nTo\t: x@y.test\n', 'a@b.test', ['x@y.test']],
];

for (const [name, head, sender, recipients] of READ) {
  test(`read: ${name}`, () => assert.deepEqual(envelope(head), { sender, recipients }));
}

const qq = accountAt(1, { from: ['alias@qq.test', 'shared@qq.test'] }, 'qq', 'Me@qq.test');
const work = accountAt(1, { from: ['shared@qq.test'] }, 'work', 'me@work.test');
const { send: _, ...mute } = accountAt(1, {}, 'mute', 'mute@qq.test');
const chinese = accountAt(1, {}, 'chinese', '伟@例子.Test');
const accounts = [qq, work, mute, chinese];

const CHOICES: readonly [folder: string | null, sender: string, wanted: string | RegExp][] = [
  [null, 'stranger@qq.test', /no account sends for stranger@qq\.test/],
  [null, 'shared@qq.test', /several accounts send for shared@qq\.test \(qq, work\)/],
  [null, 'mute@qq.test', /the account mute has no send:/],
  ['mute', 'mute@qq.test', /the account mute has no send:/],
  ['nobody', 'me@qq.test', /there is no account nobody/],
  ['work', 'me@qq.test', /is not an address of the account work \(me@work\.test\)/],
  [null, 'me@QQ.test', 'qq'],
  [null, 'alias@qq.test', 'qq'],
  ['work', 'shared@qq.test', 'work'],
  ['qq', 'me@qq.test', 'qq'],
  [null, '伟@xn--fsqu00a.test', 'chinese'],
];

for (const [folder, sender, wanted] of CHOICES) {
  test(`the account for ${sender} in ${folder ?? 'the drop folder itself'}`, () => {
    const chosen = accountFor(accounts, folder, sender);
    if (typeof wanted === 'string') assert.equal('refused' in chosen ? chosen.refused : chosen.name, wanted);
    else assert.match('refused' in chosen ? chosen.refused : '', wanted);
  });
}
