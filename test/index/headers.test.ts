import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readableAddresses } from '../../src/index/addresses.ts';
import { decodeWords } from '../../src/index/encoded-words.ts';
import { Fields, headerFacts } from '../../src/index/headers.ts';
import { parseParameters } from '../../src/index/parameters.ts';

const WORDS: [string, string][] = [
  ['', ''],
  ['=?utf-8?B?', '=?utf-8?B?'],
  ['=?=?=?=?', '=?=?=?=?'],
  ['1 =? 2', '1 =? 2'],
  ['=?utf-8?X?abc?=', '=?utf-8?X?abc?='],
  ['=?nonsense?Q?abc?=', 'abc'],
  ['=?utf-8?q?caf=C3=A9_au_lait?=', 'café au lait'],
  ['=?utf-8?Q?a b?= c', 'a b c'],
  ['=?gb2312?B?t6LGsQ==?=', '发票'],
  ['=? gb2312? B? t6LGsQ==?=', '发票'],
  ['=?utf-8*zh-CN?B?5Y+R56Wo?=', '发票'],
  ['=?utf-8?B?5Y+R56Wo?= =?utf-8?B?5Y+R56Wo?=', '发票发票'],
  ['=?utf-8?B?5Y+R56Wo?=\t =?gbk?Q?=B7=A2?=', '发票发'],
  ['=?utf-8?B?5Y+R5w==?= =?UTF-8?B?pag=?=', '发票'],
  ['=?utf-8?B?5Y+R5w==pag=?=', '发票'],
  ['=?iso-2022-jp?B?GyRC?= =?iso-2022-jp?B?JDMbKEI=?=', 'こ'],
  ['Re: =?utf-8?B?5Y+R56Wo?=!', 'Re: 发票!'],
  ['a\tb=?utf-8?Q?=00=0D=0A=1B?=c', 'a b    c'],
];
for (const [raw, text] of WORDS) {
  test(`the words ${JSON.stringify(raw)} read ${JSON.stringify(text)}`, () => {
    assert.equal(decodeWords(raw), text);
  });
}

const ADDRESSES: [string, string][] = [
  ['', ''],
  [',,;;', ''],
  ['undisclosed-recipients:;', 'undisclosed-recipients'],
  ['undisclosed-recipients: ;, a@b', 'undisclosed-recipients, a@b'],
  ['亲友:;', '亲友'],
  ['=?utf-8?B?5Lqy5Y+L?=: =?utf-8?Q?Doe=2C_J?= <a@b>, c@d;', '亲友: Doe, J <a@b>, c@d;'],
  ['"Old: friends": a@b;', 'Old: friends: a@b;'],
  [':;', ''],
  ['a: b: c@d;;', 'a, b: c@d;'],
  ['Re: Kim <a@b>', 'Re: Kim <a@b>'],
  ['a@b: c@d', 'a@b: c@d'],
  ['"unclosed <a@b', 'unclosed <a@b>'],
  ['(unclosed a@b', '(unclosed a@b'],
  ['no address at all', 'no address at all'],
  ['a@b', 'a@b'],
  ['<a@b>', 'a@b'],
  ['a@b <a@b>', 'a@b'],
  ['a@b (Kim)', 'Kim <a@b>'],
  ['"Doe, \\"J\\"" <a@b>, c@d', 'Doe, "J" <a@b>, c@d'],
  ['=?utf-8?Q?Doe=2C_J?= <a@b>', 'Doe, J <a@b>'],
  ['=?gbk?B?1cXI/Q==?= <z@qq.com>', '张三 <z@qq.com>'],
  ['"=?gbk?B?1cXI/Q==?=" <z@qq.com>', '张三 <z@qq.com>'],
  ['Team: a@b, C <c@d>;, e@f', 'Team: a@b, C <c@d>;, e@f'],
  ['<@r1,@r2:x@y>', 'x@y'],
  ['张三 <张三@例子.中国>', '张三 <张三@例子.中国>'],
];
for (const [raw, text] of ADDRESSES) {
  test(`the addresses ${JSON.stringify(raw)} read ${JSON.stringify(text)}`, () => {
    assert.equal(readableAddresses(raw), text);
  });
}

const PARAMETERS: [string, string, Record<string, string>][] = [
  ['', '', {}],
  [';', '', {}],
  ['text/plain; charset', 'text/plain', { charset: '' }],
  ['text/plain; charset="utf-8', 'text/plain', { charset: 'utf-8' }],
  ['Text/Plain;charset=GBK; format=flowed', 'text/plain', { charset: 'GBK', format: 'flowed' }],
  ['a/b; name="x; \\"y\\""; size=1', 'a/b', { name: 'x; "y"', size: '1' }],
  ['a/b; name=two words.pdf', 'a/b', { name: 'two words.pdf' }],
  ['a/b; name="=?gbk?B?t6LGsQ==?=.pdf"', 'a/b', { name: '发票.pdf' }],
  ["attachment; filename*=UTF-8''%E5%8F%91.pdf; filename=x.pdf", 'attachment', { filename: '发.pdf' }],
  ["a; f*1*=%91; f*0*=utf-8''%E5%8F; f*2=.pdf", 'a', { f: '发.pdf' }],
  ["a; f*0*=gbk'zh'%B7%A2", 'a', { f: '发' }],
  ['multipart/mixed; boundary==_x', 'multipart/mixed', { boundary: '=_x' }],
];
for (const [raw, value, params] of PARAMETERS) {
  test(`the value ${JSON.stringify(raw)} is understood`, () => {
    const parsed = parseParameters(raw);
    assert.deepEqual([parsed.value, Object.fromEntries(parsed.params)], [value, params]);
  });
}

function facts(head: string | Buffer): ReturnType<typeof headerFacts> {
  return headerFacts(new Fields(Buffer.isBuffer(head) ? head : Buffer.from(head, 'latin1')));
}

test('a message without headers has empty facts', () => {
  for (const head of ['', '\r\n', 'no colon here\r\n', ': no name\r\n', 'two words: x\r\n']) {
    assert.equal(facts(head).subject, '');
    assert.equal(facts(head).msgid, null);
  }
});

test('the facts are read from ordinary headers', () => {
  const head = [
    'From mbox@example.org Thu Jan  1 00:00:00 2026',
    'SUBJECT : =?utf-8?B?5Y+R?=',
    '\t=?utf-8?B?56Wo?= 2026',
    'From:"A" <a@example.org>',
    'To: b@example.org',
    'To: c@example.org',
    'Subject: another',
    'Message-ID: <1@example.org>',
    'References: <r1@example.org>',
    ' <r2@example.org>',
    'List-Id: =?utf-8?Q?Caf=C3=A9?= <cafe.example.org>',
    '',
  ].join('\r\n');
  assert.deepEqual(facts(head), {
    subject: '发票 2026',
    sender: 'A <a@example.org>',
    recipients: 'b@example.org, c@example.org',
    cc: '',
    bcc: '',
    msgid: '1@example.org',
    parent: 'r2@example.org',
    refs: 'r1@example.org r2@example.org',
    list: 'Café <cafe.example.org>',
  });
});

test('In-Reply-To is the parent, before the references', () => {
  const head = 'In-Reply-To: Your message of Monday <p@x>\nReferences: <a@x> <b@x>\n';
  assert.equal(facts(head).parent, 'p@x');
});

test('raw headers have the charset of the body, or are Chinese where they say nothing', () => {
  const subject = Buffer.concat([
    Buffer.from('Subject: '),
    Buffer.from('a741a66e', 'hex'),
    Buffer.from('\r\n'),
  ]);
  const big5 = Buffer.concat([subject, Buffer.from('Content-Type: text/plain; charset=big5\r\n')]);
  assert.equal(facts(big5).subject, '你好');
  const gbk = Buffer.concat([
    Buffer.from('Subject: ['),
    Buffer.from('b3b7bbd8d3cabcfe', 'hex'),
    Buffer.from(']\n'),
  ]);
  assert.equal(facts(gbk).subject, '[撤回邮件]');
});

test('huge headers cost little and are cut', () => {
  const addresses = 'someone@example.org, '.repeat(500_000);
  const found = facts(
    `To: ${addresses}\r\nSubject: ${'=?x?q?'.repeat(200_000)}\r\nReferences: ${'<a@b>'.repeat(300_000)}\r\n`,
  );
  assert.ok(found.recipients.length < 70_000);
  assert.ok(found.subject.length < 70_000);
  assert.equal(found.refs?.split(' ').length, 100);
});
