import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LONGEST_TEXT, NOTHING } from '../../src/index/content/content.ts';
import type { Content, Reading } from '../../src/index/content/content.ts';
import { kindOf } from '../../src/index/content/kind.ts';
import { readContent } from '../../src/index/content/read.ts';
import { readRtf, unpackRtf } from '../../src/index/content/rtf.ts';
import {
  docx,
  mapi,
  odf,
  onePage,
  packedRtf,
  paragraph,
  pdfOf,
  pptx,
  tnef,
  tnefAttribute,
  xlsx,
  zip,
} from './documents.ts';
import { encodeText } from '../messages/charset.ts';

const INSIDE = {
  message: async (octets: Buffer): Promise<Reading> => ({ ...NOTHING, text: `message of ${octets.length}` }),
  contents: async (contents: readonly Content[]): Promise<Reading> => ({
    ...NOTHING,
    names: contents.map(({ name }) => name),
    text: contents.map(({ octets }) => octets.toString()).join('\n'),
  }),
};

function read(
  octets: Buffer | string,
  name: string = '',
  type: string = 'application/octet-stream',
): Promise<Reading> {
  return readContent({ name, type, charset: null, octets: Buffer.from(octets) }, LONGEST_TEXT, INSIDE);
}

suite('the text of attachments', () => {
  test('what is no document holds no text, and that is no fault', async () => {
    const cases: [string, string, Buffer | string][] = [
      ['', 'application/octet-stream', ''],
      ['a.png', 'image/png', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
      ['a.doc', 'application/msword', Buffer.from('d0cf11e0a1b11ae1000000000000', 'hex')],
      ['a.exe', 'application/octet-stream', Buffer.from('4d5a90000300000004000000ffff0000', 'hex')],
      ['smime.p7s', 'application/pkcs7-signature', Buffer.from('308006092a864886f70d010702a080', 'hex')],
      ['signature.sig', 'application/pgp-signature', '-----BEGIN PGP SIGNATURE-----'],
    ];
    for (const [name, type, octets] of cases) assert.deepEqual(await read(octets, name, type), NOTHING, name);
  });

  test('what claims to be a document and is none is damaged; a protected Office file is encrypted', async () => {
    const noise = Buffer.from('00ff00ff00ff00ff', 'hex');
    for (const name of ['a.pdf', 'a.docx', 'a.odt', 'a.zip', 'a.ics'])
      assert.match((await read(noise, name)).unread ?? '', /damaged/, name);
    assert.match((await read('words', '', 'application/pdf')).unread ?? '', /damaged/);
    assert.match((await read('%PDF-1.4 and no more', 'a.pdf')).unread ?? '', /damaged/);
    assert.match((await read('PK\x03\x04 and no more', 'a.zip')).unread ?? '', /damaged/);
    const ole = Buffer.from('d0cf11e0a1b11ae1000000000000', 'hex');
    assert.match((await read(ole, 'a.xlsx')).unread ?? '', /encrypted/);
  });

  test('the octets say what a content is, whatever its name and type claim', async () => {
    const liars: [string, Buffer | string][] = [
      ['pdf', pdfOf('x')],
      ['zip', docx('')],
      ['tnef', tnef()],
      ['rtf', '{\\rtf1 x}'],
      ['html', ' <!DOCTYPE html><p>x'],
      ['calendar', 'BEGIN:VCALENDAR\r\n'],
    ];
    for (const [kind, octets] of liars)
      for (const type of ['application/octet-stream', 'text/plain', 'image/jpeg', 'application/msword'])
        assert.equal(kindOf('a.jpg', type, Buffer.from(octets)), kind, `${kind} as ${type}`);
  });

  test('a PDF is read in English and in Chinese, though its fonts are not embedded', async () => {
    assert.equal(
      (await read(pdfOf('Invoice 2026-0042', '增值税电子普通发票', 'total 88.00'))).text,
      'Invoice 2026-0042\n增值税电子普通发票\ntotal 88.00',
    );
  });

  test('a PDF that wants a password is said to be encrypted', async () => {
    const locked = `/Encrypt << /Filter /Standard /V 1 /R 2 /O <${'41'.repeat(32)}> /U <${'42'.repeat(32)}> /P -4 >> /ID [<00><00>]`;
    assert.match((await read(onePage('', locked))).unread ?? '', /encrypted/);
  });

  test('Word: paragraphs, tables, notes and headers in reading order; what was deleted is not text', async () => {
    const body =
      paragraph('一、合同 &amp; 附件') +
      '<w:tbl><w:tr><w:tc><w:p><w:r><w:t>甲方</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Ann</w:t></w:r></w:p></w:tc></w:tr></w:tbl>' +
      '<w:p><w:r><w:t>in</w:t></w:r><w:r><w:t>voice</w:t><w:tab/><w:t>9</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>' +
      '<w:r><w:instrText>HYPERLINK</w:instrText></w:r>';
    const more = [
      { name: 'word/footnotes.xml', content: `<w:footnotes>${paragraph('a note')}</w:footnotes>` },
      { name: 'word/header1.xml', content: `<w:hdr>${paragraph('header')}</w:hdr>` },
      { name: 'word/media/image1.png', content: 'not text' },
    ];
    const { text, unread } = await read(docx(body, more), 'x.docx');
    assert.deepEqual(text.split('\n'), ['header', '一、合同 & 附件', '甲方', 'Ann', 'invoice 9', 'a note']);
    assert.equal(unread, null);
  });

  test('Excel: strings, inline strings and numbers, and never the numbers of strings', async () => {
    const rows =
      '<row><c t="s"><v>0</v></c><c><v>1234.5</v></c></row>' +
      '<row><c t="inlineStr"><is><t>张三</t></is></c><c t="str"><f>A1</f><v>sum</v></c></row>';
    assert.deepEqual((await read(xlsx(['姓名', 'x &lt; y'], rows))).text.split(/\s*\n\s*/), [
      '姓名',
      'x < y',
      '1234.5',
      '张三 sum',
    ]);
  });

  test('PowerPoint: slides by their number, the tenth behind the ninth', async () => {
    const slides = Array.from({ length: 11 }, (_, at) => `slide ${at + 1}`);
    assert.equal((await read(pptx(slides))).text, slides.join('\n'));
  });

  test('OpenDocument: text, headings and tables, without styles', async () => {
    const body =
      '<office:text><text:h>标题</text:h><text:p>one<text:tab/>two<text:line-break/>three</text:p>' +
      '<table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></office:text>';
    assert.deepEqual((await read(odf(body))).text.split('\n'), ['标题', 'one two', 'three', 'a', 'b']);
  });

  test('a zip is a list of names, those in GBK too', async () => {
    const gbk = Buffer.from('b7a2c6b12e706466', 'hex').toString('latin1');
    const { text, unread } = await read(
      zip([
        { name: '报表/一月.xlsx', content: '' },
        { name: gbk, content: '', flags: 1 },
      ]),
    );
    assert.deepEqual([text, unread], ['报表/一月.xlsx\n发票.pdf', null]);
  });

  test('RTF: its charsets, its signs, its lines, and what is aside', async () => {
    const rtf =
      "{\\rtf1\\ansi\\ansicpg936{\\fonttbl{\\f0\\fcharset134 SimSun;}{\\f1\\fcharset204 Arial;}}{\\*\\generator Word}{\\info{\\title t}}\\f0 \\'b7\\'a2\\'c6\\'b1\\par caf\\u233?\\tab\\{x\\}{\\f1 \\'cf\\'f0}\\line\\u21457\\'3f\\u31080? end}";
    assert.equal((await read(rtf)).text, '发票\ncafé {x}Пр\n发票 end');
  });

  test('HTML that Outlook wrapped into RTF comes out as its text', () => {
    const rtf =
      '{\\rtf1\\ansi\\fromhtml1 {\\*\\htmltag18 <html>}{\\*\\htmltag64 <p>}\\htmlrtf {\\par \\htmlrtf0 Hello {\\*\\htmltag84 <b>}world\\htmlrtf }\\htmlrtf0}';
    assert.equal(readRtf(Buffer.from(rtf)).text, 'Hello world');
  });

  test('compressed RTF unpacks, references back included', () => {
    // [MS-OXRTFCP] 4.1.1: the example of the specification, "{\rtf1\ansi\ansicpg1252\pard hello world}\r\n".
    const packed = Buffer.from(
      '2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c0900206277' +
        '05b06c647d0a800fa0',
      'hex',
    );
    assert.equal(unpackRtf(packed)?.toString('latin1'), '{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n');
    assert.equal(unpackRtf(packedRtf('{\\rtf1 plain}'))?.toString('latin1'), '{\\rtf1 plain}');
    assert.equal(unpackRtf(Buffer.from('too short')), null);
  });

  const unicode = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le');

  test('a winmail.dat: subject, text and attachments with their long names', async () => {
    const file = tnef(
      tnefAttribute(1, 0x9007, Buffer.from('a803000000000000', 'hex')),
      tnefAttribute(1, 0x8004, Buffer.concat([encodeText('合同', 'gbk'), Buffer.from([0])])),
      tnefAttribute(
        1,
        0x9003,
        mapi([0x1009, 0x102, packedRtf("{\\rtf1\\ansi\\ansicpg936 \\'b7\\'a2\\'c6\\'b1}")]),
      ),
      tnefAttribute(2, 0x9002, Buffer.alloc(14)),
      tnefAttribute(2, 0x8010, Buffer.from('REPORT~1.TXT\0')),
      tnefAttribute(2, 0x800f, Buffer.from('figures')),
      tnefAttribute(
        2,
        0x9005,
        mapi([0x3704, 0x1e, Buffer.from('R~1.T')], [0x3707, 0x1f, unicode('报告 2026.txt')]),
      ),
    );
    const { text, names, unread } = await read(file, 'winmail.dat', 'application/ms-tnef');
    assert.deepEqual([text, names, unread], ['合同\n发票\nfigures', ['报告 2026.txt'], null]);
  });

  test('a calendar: what, where, when and who, folding and escapes undone', async () => {
    const calendar = [
      'BEGIN:VCALENDAR',
      'PRODID:-//nobody//EN',
      'BEGIN:VEVENT',
      'UID:noise@example.org',
      'DTSTART;TZID=Asia/Shanghai:20260102T093000',
      'SUMMARY;LANGUAGE=zh:项目启',
      ' 动会\\, 第一次',
      'LOCATION:Room 5\\;6',
      'DESCRIPTION:line one\\nline two',
      'ORGANIZER;CN="Li, Hua":mailto:li@example.org',
      'ATTENDEE;CN=Ann;ROLE=REQ:MAILTO:ann@example.org',
      'END:VEVENT',
    ].join('\r\n');
    assert.deepEqual((await read(calendar)).text.split('\n'), [
      '2026-01-02 09:30',
      '项目启动会, 第一次',
      'Room 5;6',
      'line one',
      'line two',
      'Li, Hua <li@example.org>',
      'Ann <ann@example.org>',
    ]);
  });

  test('texts in any charset, web pages, and messages', async () => {
    assert.equal(
      (await read(encodeText('姓名,金额\r\n张三,5', 'gbk'), 'a.csv', 'text/csv')).text,
      '姓名,金额\n张三,5',
    );
    assert.equal((await read('{"a":1}', 'a.json', 'application/octet-stream')).text, '{"a":1}');
    assert.equal((await read('plain words', '', 'application/octet-stream')).text, 'plain words');
    assert.equal((await read('<html><style>x</style><p>one<p>two', 'a.htm', 'text/plain')).text, 'one\ntwo');
    assert.equal((await read('Subject: x\r\n\r\ny', 'forwarded.eml')).text, 'message of 15');
  });

  test('a text beyond the limit is read up to it, and said to be', async () => {
    const long: [string, Buffer | string][] = [
      ['a.txt', 'word '.repeat(300_000)],
      ['a.txt', 'word '.repeat(1_000_000)],
      ['a.html', `<html>${'<p>word'.repeat(300_000)}`],
      ['a.rtf', `{\\rtf1 ${'word '.repeat(300_000)}}`],
      ['a.docx', docx(paragraph('word').repeat(300_000))],
      ['a.ics', `BEGIN:VCALENDAR\r\n${'SUMMARY:one\r\nSUMMARY:two\r\n'.repeat(150_000)}`],
    ];
    for (const [name, octets] of long) {
      const { text, unread } = await read(octets, name);
      assert.match(unread ?? '', /more text/, name);
      assert.equal(text.length > 1_000_000 && text.length <= LONGEST_TEXT, true, `${name} ${text.length}`);
    }
  });
});
