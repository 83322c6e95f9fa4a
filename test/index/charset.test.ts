import assert from 'node:assert/strict';
import { test } from 'node:test';
import { charsetOf, decodeBytes } from '../../src/index/charset.ts';
import { metaCharset } from '../../src/index/html-text.ts';

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex');
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

const LABELS: [string, string | null][] = [
  ['', null],
  ['nonsense', null],
  ['us-ascii', null],
  ['default_charset', null],
  ['unknown-8bit', null],
  ['GB2312', 'gb18030'],
  ['gb_2312-80', 'gb18030'],
  ['x-gbk', 'gb18030'],
  ['cp936', 'gb18030'],
  ['euc-cn', 'gb18030'],
  ['eucgb2312_cn', 'gb18030'],
  ['big5-hkscs', 'big5'],
  ['cp950', 'big5'],
  ['ks_c_5601-1987', 'euc-kr'],
  ['cp949', 'euc-kr'],
  ['windows-31j', 'shift_jis'],
  ['iso-8859-1', 'windows-1252'],
  ['"utf-8"', 'utf-8'],
  ['3D"utf-8"', 'utf-8'],
  ['utf8', 'utf-8'],
  ['koi8-r', 'koi8-r'],
  ['x'.repeat(100_000), null],
];
for (const [label, charset] of LABELS) {
  test(`the label ${label.slice(0, 20) || '(none)'} means ${charset}`, () => {
    assert.equal(charsetOf(label), charset);
  });
}

const TEXTS: [string, Buffer, string | null, string][] = [
  ['nothing', Buffer.alloc(0), null, ''],
  ['GBK that says nothing', hex('c4e3bac3 d6d0b9fa b5c4 b7a2c6b1'), null, '你好中国的发票'],
  ['GBK under the name gb2312', hex('d6ec e946 bbf9'), 'gb2312', '朱镕基'],
  ['GBK that claims to be UTF-8', hex('b3b7bbd8d3cabcfe'), 'utf-8', '撤回邮件'],
  ['GBK that claims to be western', hex('b3b7bbd8d3cabcfec1cb'), 'iso-8859-1', '撤回邮件了'],
  ['GBK that is valid UTF-8 by chance', hex('c4a3'), 'gbk', '模'],
  ['UTF-8 that claims to be gb2312', Buffer.from('你好，世界'), 'gb2312', '你好，世界'],
  ['UTF-8 that claims to be western', Buffer.from('déjà vu'), 'iso-8859-1', 'déjà vu'],
  [
    'UTF-8 with one wrong octet',
    Buffer.concat([Buffer.from('你好世界'), hex('ff')]),
    'utf-8',
    '你好世界\ufffd',
  ],
  ['a character outside the basic plane in GB18030', hex('9532 8236'), 'gb18030', '𠀀'],
  ['Big5', hex('a741a66e'), 'big5', '你好'],
  [
    'Shift_JIS that says nothing',
    hex('93fa967b8cea82cc8365834c8358836782c582b7'),
    null,
    '日本語のテキストです',
  ],
  ['EUC-KR', hex('c7d1b1b9beee'), 'ks_c_5601-1987', '한국어'],
  [
    'Russian that says nothing',
    hex('cff0e8e2e5f2 2c20 ece8f0 21 20 cae0ea20e4e5ebe0'),
    null,
    'Привет, мир! Как дела',
  ],
  ['French that says nothing', latin1('un été à la plage'), null, 'un été à la plage'],
  ['windows-1252 quotes under the name iso-8859-1', hex('93 41 94'), 'iso-8859-1', '“A”'],
  ['a byte order mark against the label', hex('fffe4f60'), 'gbk', '\u604f'],
  ['UTF-16 by its label', hex('00414f60597d'), 'utf-16be', 'A你好'],
  ['ISO-2022-JP that says nothing', latin1('\x1b$B$3$s\x1b(B'), null, 'こん'],
  ['ISO-2022-KR', latin1('\x1b$)C\x0eGQ19\x0f ok'), 'iso-2022-kr', '한국 ok'],
  ['HZ', latin1('~{7"F1~} ok ~~'), 'hz-gb-2312', '发票 ok ~'],
  ['UTF-7', latin1('+T2BZfQ-, 1 +- 1'), 'utf-7', '你好, 1 + 1'],
];
for (const [what, bytes, declared, text] of TEXTS) {
  test(`${what} becomes text`, () => {
    assert.equal(decodeBytes(bytes, declared), text);
  });
}

test('octets that are no text in any charset become some text', () => {
  for (const declared of [null, 'utf-8', 'gbk', 'utf-16', 'iso-2022-jp', 'utf-7', 'nonsense'])
    assert.equal(typeof decodeBytes(hex('ff 00 fe 81 1b 24'), declared), 'string');
});

test('HTML tells its charset in both of its forms', () => {
  assert.equal(metaCharset(latin1('<p>no</p>')), null);
  assert.equal(metaCharset(latin1('<head><META charset=gbk>')), 'gbk');
  const old = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">';
  assert.equal(metaCharset(latin1(old)), 'gb2312');
});
