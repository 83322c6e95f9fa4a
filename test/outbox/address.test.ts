// Addresses from raw header fields: whatever is not one for certain must be refused, because a guess sends mail to strangers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressKey, parseAddresses } from '../../src/outbox/address.ts';

const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

const REFUSED: readonly [value: string, why: RegExp][] = [
  ['Wang', /there is no address in "Wang"/],
  ['<>', /there is no address/],
  ['a@', /half an address/],
  ['@b.test', /half an address/],
  ['a@b@c.test', /the domain is not readable/],
  ['a b@c.test', /space inside an address/],
  ['a@b .test', /space inside an address/],
  ['a@ b.test', /space inside an address/],
  ['a@b.test c@d.test', /space inside an address/],
  ['"a@b.test', /quotation mark without its pair/],
  ['(a@b.test', /"\(" without its "\)"/],
  ['a) <b@c.test>', /stray "\)"/],
  ['<a@b.test', /do not pair/],
  ['a@b.test>', /domain is not readable/],
  ['<a@b.test> c', /do not pair/],
  ['<a@b.test><c@d.test>', /do not pair/],
  ['Team: a@b.test', /group without its ";"/],
  ['a@b.test;', /";" outside a group/],
  ['Team: Inner: a@b.test;;', /group inside a group/],
  [': a@b.test;', /group without a name/],
  ['.a@b.test', /before the @ is not readable/],
  ['a..b@c.test', /before the @ is not readable/],
  ['a.@b.test', /before the @ is not readable/],
  ['a@b..test', /domain is not readable/],
  ['a@-b.test', /domain is not readable/],
  ['a@"b".test', /domain is not readable/],
  ['a@[1.2.3.4\\]', /domain is not readable/],
  ['a@[1.2.3.4', /"\[" without its "\]"/],
  [`${'a'.repeat(65)}@b.test`, /longer than 64/],
  [`a@${'b'.repeat(64)}.test`, /domain is not readable/],
  [
    `${'a'.repeat(60)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(30)}.test`,
    /domain is not readable|longer than 254/,
  ],
  ['"a\rRCPT TO:<x@y.test>"@b.test', /control character/],
  ['a@b.test\0', /control character/],
  ['a@b.test\n c@d.test', /control character/],
  ['=?utf-8?q?a=40b.test?=', /there is no address/],
  ['=?utf-8?b?YUBiLnRlc3Q=?=', /there is no address/],
  ['=?utf-8?q?a?=@b.test', /inside an encoded word/],
  ['\xb9\xab@b.test', /no UTF-8/],
  [`${'('.repeat(200)}x${')'.repeat(200)} <a@b.test>`, /nested deeper than 16/],
  [`${'x'.repeat(130 * 1024)} <a@b.test>`, /longer than 131072/],
];

const READ: readonly [value: string, addresses: string[]][] = [
  ['', []],
  [',, ,', []],
  ['a@b.test', ['a@b.test']],
  ['  a@B.Test  ', ['a@b.test']],
  ['A@b.test', ['A@b.test']],
  ['<a@b.test>', ['a@b.test']],
  ['Wang <a@b.test>', ['a@b.test']],
  ['"Wang, Ming" <a@b.test>, Li <c@d.test>', ['a@b.test', 'c@d.test']],
  ['"<x@y.test>" <a@b.test>', ['a@b.test']],
  ['"a\\" <x@y.test>, b" <a@b.test>', ['a@b.test']],
  ['x@y.test <a@b.test>', ['a@b.test']],
  ['[List] J. R. Public <a@b.test>', ['a@b.test']],
  ['=?utf-8?q?x=40y.test=2C?= <a@b.test>', ['a@b.test']],
  ['a@b.test (x@y.test, (z))', ['a@b.test']],
  ['(x, y) a@b.test', ['a@b.test']],
  ['a(x)@b.test', ['a@b.test']],
  ['<@x.test,@y.test:a@b.test>', ['a@b.test']],
  ['Team: a@b.test, Li <c@d.test>;', ['a@b.test', 'c@d.test']],
  ['Team: a@b.test;, c@d.test', ['a@b.test', 'c@d.test']],
  ['undisclosed-recipients:;', []],
  ['"a b"@c.test', ['"a b"@c.test']],
  ['"a.b"@c.test', ['a.b@c.test']],
  ['"a\\"b"@c.test', ['"a\\"b"@c.test']],
  ['a+b/c=d@e.test', ['a+b/c=d@e.test']],
  ['a@localhost', ['a@localhost']],
  ['a@[192.0.2.1]', ['a@[192.0.2.1]']],
  ['a@[IPv6:2001:db8::1]', ['a@[IPv6:2001:db8::1]']],
  ['a@1.2', ['a@1.2']],
  [latin1('王 <a@例子.测试>'), ['a@xn--fsqu00a.xn--0zwm56d']],
  [latin1('王@例子.cn'), ['王@xn--fsqu00a.cn']],
  ['\xb9\xab\xcb\xbe <a@b.test>', ['a@b.test']],
];

for (const [value, why] of REFUSED) {
  test(`refused: ${JSON.stringify(value).slice(0, 60)}`, () => {
    const read = parseAddresses(value);
    assert.ok('refused' in read, JSON.stringify(read));
    assert.match(read.refused, why);
    assert.doesNotMatch(read.refused, /[\x00-\x1f]/);
  });
}

for (const [value, addresses] of READ) {
  test(`read: ${JSON.stringify(value).slice(0, 60)}`, () => {
    assert.deepEqual(parseAddresses(value), { addresses });
  });
}

test('whatever the octets, an address that comes out holds no control character, space or bracket', () => {
  const signs = [
    'a',
    '.',
    '@',
    'b',
    '<',
    '>',
    '"',
    '\\',
    ',',
    ':',
    ';',
    '(',
    ')',
    '[',
    ']',
    ' ',
    '\t',
    '\r',
    '\n',
    '\0',
    '\xe4',
    '\xbd',
    '\xa0',
    '=?',
    '?=',
  ];
  let seed = 7;
  const next = (): number => (seed = (seed * 1103515245 + 12345) % 2147483648);
  for (let i = 0; i < 20_000; i++) {
    const value = Array.from({ length: 1 + (next() % 14) }, () => signs[(next() >> 8) % signs.length]).join(
      '',
    );
    const read = parseAddresses(value);
    if ('refused' in read) continue;
    for (const address of read.addresses) {
      assert.doesNotMatch(address, /[\x00-\x1f\x7f]/, JSON.stringify(value));
      if (!address.startsWith('"')) assert.doesNotMatch(address, /[\s<>]/, JSON.stringify(value));
    }
  }
});

test('the same mailbox has one key; the case of the part before the @ counts', () => {
  assert.equal(addressKey('a@B.test'), addressKey('a@b.test'));
  assert.notEqual(addressKey('A@b.test'), addressKey('a@b.test'));
});
