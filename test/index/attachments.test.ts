import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import type { Document } from '../../src/index/document.ts';
import { attachment, compose, multipart, nested, text } from '../messages/compose.ts';
import type { Part } from '../messages/compose.ts';
import { noise } from '../messages/files.ts';
import { docx, paragraph, pdfOf, tnef, tnefAttribute, zip } from './documents.ts';
import { mailRoot, textOf } from './mail-root.ts';

const OCTETS = 'application/octet-stream';

suite('messages with attachments', () => {
  const root = mailRoot({ after });
  const read = (raw: Buffer): Promise<Document> => root.read(raw);

  let seed = 0;
  const letter = (...parts: Part[]): Buffer =>
    compose({
      date: '2026-01-02T03:04:05+08:00',
      from: 'Ann <ann@example.org>',
      to: ['li@example.org'],
      subject: 'papers',
      messageId: `<${++seed}@example.org>`,
      body: multipart('mixed', 'a', [text('see the papers'), ...parts]),
    });

  test('the texts stand behind that of the message, each after its name', async () => {
    const document = await read(
      letter(
        attachment('发票.pdf', OCTETS, pdfOf('增值税发票', 'No. 42')),
        attachment('a.png', 'image/png', Buffer.from('89504e470d0a1a0a', 'hex')),
        attachment('合同.docx', OCTETS, docx(paragraph('甲方与乙方'))),
      ),
    );
    assert.equal(textOf(document), 'see the papers\f发票.pdf\n增值税发票\nNo. 42\f合同.docx\n甲方与乙方');
    assert.match(document.fts.body ?? '', / 增  ?值  ?税 /);
    assert.deepEqual([document.state, document.reason], ['full', null]);
    assert.deepEqual(
      document.attachments.map(({ name, type }) => [name, type]),
      [
        ['发票.pdf', OCTETS],
        ['a.png', 'image/png'],
        ['合同.docx', OCTETS],
      ],
    );
  });

  test('names in RFC 2231, in its pieces, in encoded words and in raw GBK say what a file is', async () => {
    for (const naming of ['rfc2231', 'pieces', 'words', 'gbk-words'] as const) {
      const document = await read(
        letter(attachment('一月的工作报告.txt', OCTETS, Buffer.from('figures'), naming)),
      );
      assert.equal(textOf(document), 'see the papers\f一月的工作报告.txt\nfigures', naming);
    }
    const raw = Buffer.from('b7a2c6b1', 'hex').toString('latin1');
    const fields: Part['fields'] = [
      ['Content-Type', OCTETS],
      ['Content-Disposition', `attachment; filename="${raw}.csv"`],
    ];
    const document = await read(letter({ fields, content: '1,2' }));
    assert.equal(textOf(document), 'see the papers\f发票.csv\n1,2');
  });

  test('every transfer encoding is undone, and one that is a lie is no loss', async () => {
    const content = Buffer.from('words of a file\r\n'.repeat(5));
    const encodings: [string, string][] = [
      ['base64', content.toString('base64').replace(/.{76}/g, '$&\r\n')],
      [
        'base64',
        `${Buffer.from('words of a').toString('base64')}${Buffer.from(' file\r\n').toString('base64')}`,
      ],
      ['quoted-printable', 'words of a=20=\r\nfile'],
      ['7bit', content.toString()],
      ['base64', content.toString()],
      ['x-unknown', content.toString()],
    ];
    for (const [encoding, body] of encodings) {
      const fields: Part['fields'] = [
        ['Content-Type', `${OCTETS}; name=a.txt`],
        ['Content-Disposition', 'attachment'],
        ['Content-Transfer-Encoding', encoding],
      ];
      assert.match(
        textOf(await read(letter({ fields, content: body }))),
        /\fa\.txt\nwords of a file/,
        encoding,
      );
    }
  });

  test('a message in a message gives its text and its attachments, in one piece or as it stands', async () => {
    const inner = letter(attachment('inner.txt', OCTETS, Buffer.from('innermost')));
    const flat = textOf(await read(letter(nested(inner))));
    assert.match(flat, /papers[^]*Ann <ann@example\.org>[^]*see the papers[^]*\finner\.txt\ninnermost$/);
    const document = await read(letter(attachment('forwarded.eml', 'message/rfc822', inner)));
    assert.match(
      textOf(document),
      /\fforwarded\.eml\npapers\nAnn <ann@example\.org>\n[^]*see the papers\ninner\.txt\ninnermost$/,
    );
    assert.match(document.fts.files, /inner\.txt/, 'its attachments are found by their names');
  });

  test('a winmail.dat gives what Outlook hid in it, documents read', async () => {
    const hidden = tnef(
      tnefAttribute(1, 0x800c, Buffer.from('the real text\0')),
      tnefAttribute(2, 0x9002, Buffer.alloc(14)),
      tnefAttribute(2, 0x8010, Buffer.from('plan.pdf\0')),
      tnefAttribute(2, 0x800f, pdfOf('the plan')),
    );
    const document = await read(letter(attachment('winmail.dat', 'application/ms-tnef', hidden)));
    assert.equal(textOf(document), 'see the papers\fwinmail.dat\nthe real text\nplan.pdf\nthe plan');
    assert.match(document.fts.files, /plan\.pdf/);
  });

  test('an invitation is read as its words, beside the text that it is an alternative of', async () => {
    const invitation = text(
      'BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:noise\nSUMMARY:kick-off\nEND:VEVENT\nEND:VCALENDAR\n',
      {
        subtype: 'calendar',
        parameters: '; method=REQUEST',
      },
    );
    const document = await read(letter(multipart('alternative', 'b', [text('please come'), invitation])));
    assert.equal(textOf(document), 'see the papers\n\nplease come\f\nkick-off');
  });

  test('what cannot be read says why, which it is, and what can be read is there', async () => {
    const document = await read(
      letter(
        attachment('bad.pdf', 'application/pdf', noise(500)),
        attachment('good.txt', OCTETS, Buffer.from('good')),
      ),
    );
    assert.equal(document.state, 'partly');
    assert.equal(
      document.reason,
      'the text of an attachment is not all here: it is damaged, or not what it claims to be',
    );
    assert.deepEqual(
      document.attachments.map(({ unread }) => unread !== undefined),
      [true, false],
    );
    assert.equal(textOf(document), 'see the papers\fgood.txt\ngood');
  });

  test('a form feed parts nothing but attachments', async () => {
    const document = await read(
      letter(text('page\fpage'), attachment('a.txt', OCTETS, Buffer.from('one\ftwo'))),
    );
    assert.deepEqual(textOf(document).split('\f').length, 2);
  });

  test('a long text is folded by whoever writes it down', async () => {
    const long = Buffer.from('发票 invoice '.repeat(10_000));
    const document = await read(
      letter(attachment('a.txt', OCTETS, long), attachment('b.zip', OCTETS, zip([]))),
    );
    assert.equal(document.fts.body, null);
    assert.equal(textOf(document).length > 100_000, true);
    assert.equal(document.state, 'full');
  });

  test('no more than 200 attachments of a message are read, nor more than 3 MB of their text', async () => {
    const many = await read(
      letter(
        ...Array.from({ length: 210 }, (_, at) =>
          attachment(`${at}.txt`, OCTETS, Buffer.from(`file ${at}.`)),
        ),
      ),
    );
    assert.match(many.reason ?? '', /too many/);
    assert.match(textOf(many), /file 199\.$/);
    const long = Buffer.from('word '.repeat(200_000));
    const much = await read(
      letter(...Array.from({ length: 5 }, (_, at) => attachment(`${at}.txt`, OCTETS, long))),
    );
    assert.match(much.reason ?? '', /more text/);
    assert.equal(textOf(much).length < 3.2 * 2 ** 20, true);
  });
});
