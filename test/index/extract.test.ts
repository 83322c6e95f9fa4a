import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import type { Document, ExtractJob } from '../../src/index/document.ts';
import { Extractor } from '../../src/index/extract.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { idOf } from './document.ts';
import { docx, paragraph } from './documents.ts';

suite('extracting in worker threads', () => {
  const mailRoot = temporaryDirectory({ after });
  const extractor = new Extractor({ mailRoot });
  after(() => extractor.close());

  function stored(raw: string | Buffer, date: number | null = null): ExtractJob {
    const id = idOf(raw.toString('latin1'));
    const path = `undated/${id}.eml`;
    mkdirSync(join(mailRoot, 'undated'), { recursive: true });
    writeFileSync(join(mailRoot, path), raw, typeof raw === 'string' ? 'latin1' : null);
    return { id, path, size: raw.length, date };
  }

  async function read(raw: string | Buffer): Promise<Document> {
    const [document] = await extractor.extract([stored(raw)]);
    assert.ok(document !== undefined);
    return document;
  }

  function text({ body }: Document): string {
    return inflateRawSync(body).toString('utf8');
  }

  test('a file that is not there is a message without text, and says why', async () => {
    const job = { id: idOf('x'), path: `undated/${idOf('x')}.eml`, size: 1, date: 5000 };
    const [document] = await extractor.extract([job]);
    assert.equal(document?.state, 'partly');
    assert.match(document.reason ?? '', /ENOENT/);
    assert.deepEqual([document.id, document.date, document.subject, text(document)], [job.id, 5000, '', '']);
  });

  test('threads answer that they live, and read on', async () => {
    await read('Subject: before\n\nx');
    const asked = extractor.answer();
    const read2 = read('Subject: meanwhile\n\nx');
    await asked;
    assert.equal((await read2).subject, 'meanwhile');
    await extractor.answer();
  });

  test('no octets at all are a message', async () => {
    const document = await read('');
    assert.deepEqual([document.subject, text(document), document.state], ['', '', 'full']);
  });

  test('subject, people, names of attachments and text are made ready for the search', async () => {
    const document = await read(
      Buffer.from(
        [
          'From: "Ångström" <a@example.org>',
          'To: b@example.org',
          'Cc: =?gbk?B?1cXI/Q==?= <c@example.org>',
          'Bcc: d@example.org',
          'Date: Fri, 02 Jan 2026 03:04:05 +0800',
          'Subject: =?utf-8?B?55m856WoIEFCQw==?=',
          'Message-ID: <1@example.org>',
          'Content-Type: multipart/mixed; boundary=b',
          '',
          '--b',
          'Content-Type: text/plain; charset=utf-8',
          'Content-Transfer-Encoding: quoted-printable',
          '',
          '=E5=8F=91=E7=A5=A8 at=',
          'tached',
          '--b',
          'Content-Type: application/pdf',
          `Content-Disposition: attachment; filename*=UTF-8''%E5%8F%91%E7%A5%A8.pdf`,
          'Content-Transfer-Encoding: base64',
          '',
          'AAAA',
          '--b--',
          '',
        ].join('\r\n'),
      ),
    );
    assert.equal(document.date, Date.UTC(2026, 0, 1, 19, 4, 5));
    assert.equal(document.subject, '發票 ABC');
    assert.equal(document.cc, '张三 <c@example.org>');
    assert.equal(document.msgid, '1@example.org');
    const damaged = 'it is damaged, or not what it claims to be';
    assert.deepEqual(document.attachments, [
      { name: '发票.pdf', type: 'application/pdf', size: 3, unread: damaged },
    ]);
    assert.equal(text(document), '发票 attached');
    const squeezed = Object.entries(document.fts).map(([column, words]: [string, string | null]) => [
      column,
      (words ?? '').trim().split(/\s+/),
    ]);
    assert.deepEqual(Object.fromEntries(squeezed), {
      subject: ['发', '票', 'abc'],
      sender: ['angstrom', '<a@example.org>'],
      recipients: ['b@example.org'],
      cc: ['张', '三', 'c', 'example', 'org'],
      bcc: ['d@example.org'],
      files: ['发', '票', 'pdf'],
      body: ['发', '票', 'attached'],
    });
  });

  const alternative = (plain: string, html: string): string =>
    'Content-Type: multipart/alternative; boundary=b\r\n\r\n' +
    `--b\r\n\r\n${plain}\r\n--b\r\nContent-Type: text/html\r\n\r\n${html}\r\n--b--\r\n`;

  test('of two alternatives the one that says more is taken', async () => {
    assert.equal(text(await read(alternative('hello world', '<b>hello</b> <i>world</i>'))), 'hello world');
    const html = '<p>your order of three lamps has been sent and will arrive';
    assert.equal(
      text(await read(alternative('see the HTML', html))),
      'your order of three lamps has been sent and will arrive',
    );
  });

  test('a text in GBK is read whatever it declares, in quoted-printable, base64 or as it is', async () => {
    const words = Buffer.from('c4e3bac3d6d0b9fab5c4b7a2c6b1', 'hex');
    const quoted = [...words].map((octet) => `=${octet.toString(16).toUpperCase()}`).join('');
    const bodies: [string, string][] = [
      ['quoted-printable', quoted],
      ['base64', words.toString('base64')],
      ['8bit', words.toString('latin1')],
      ['base64', words.toString('latin1')],
      ['x-unknown', words.toString('latin1')],
    ];
    for (const [encoding, body] of bodies) {
      for (const charset of [
        '',
        '; charset=gb2312',
        '; charset=iso-8859-1',
        '; charset=utf-8',
        '; charset=default',
      ]) {
        const raw = `Content-Type: text/plain${charset}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}\r\n`;
        assert.equal(text(await read(raw)), '你好中国的发票', `${encoding}${charset}`);
      }
    }
  });

  test('documents come in the order of the jobs', async () => {
    const jobs = Array.from({ length: 200 }, (_, at) =>
      stored(`Subject: ${at}\r\n\r\n${'x '.repeat(at * 50)}`),
    );
    const documents = await extractor.extract(jobs);
    assert.deepEqual(
      documents.map(({ subject }) => subject),
      jobs.map((_, at) => String(at)),
    );
  });

  test('a text beyond the limit is indexed up to it, and said to be', async () => {
    const document = await read(`Subject: long\r\n\r\n${'word '.repeat(300_000)}`);
    assert.equal(document.state, 'partly');
    assert.match(document.reason ?? '', /more text/);
    assert.equal(text(document).length, 1_048_576);
  });

  test('a thousand encoded parts are all read', async () => {
    const part = (at: number): string =>
      `--b\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(`part${at}`).toString('base64')}\r\n`;
    const parts = Array.from({ length: 1200 }, (_, at) => part(at)).join('');
    const document = await read(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${parts}--b--\r\n`);
    assert.equal(text(document).split('\n\n').at(-1), 'part1199');
    assert.equal(document.state, 'full');
  });

  test('an endless run of blanks in quoted-printable is read to its end, and holds nobody up', async () => {
    const document = await read(
      `Content-Transfer-Encoding: quoted-printable\r\n\r\nbefore${' '.repeat(1_500_000)}after\r\n`,
    );
    assert.deepEqual([document.state, document.reason], ['full', null]);
    assert.match(text(document), /^before\s+after\s*$/);
  });

  test('a message that stalls its reader comes back from its headers, and the others whole', async () => {
    // Late at the first look, whatever else the machine does; for its headers it has all the time.
    let isFirst = true;
    const deadline = (octets: number): number => {
      if (!isFirst || octets < 1_000_000) return 60_000;
      isFirst = false;
      return -1;
    };
    const strict = new Extractor({ mailRoot, deadline });
    const slow = stored(
      `Subject: slow\r\nFrom: a@b\r\nContent-Type: text/html\r\n\r\n${'<p>发票 '.repeat(800_000)}`,
    );
    const jobs = [stored('Subject: one\r\n\r\none'), slow, stored('Subject: two\r\n\r\ntwo')];
    const documents = await strict.extract(jobs);
    await strict.close();
    assert.deepEqual(
      documents.map(({ subject, state }) => [subject, state]),
      [
        ['one', 'full'],
        ['slow', 'partly'],
        ['two', 'full'],
      ],
    );
    assert.match(documents[1]?.reason ?? '', /longer than/);
    assert.equal(documents[1]?.sender, 'a@b');
  });

  test('an attachment that stalls its reader costs its own text and what is behind it, not the rest', async () => {
    const part = (name: string, octets: Buffer): string =>
      `--b\r\nContent-Type: application/octet-stream; name=${name}\r\nContent-Transfer-Encoding: base64\r\n\r\n${octets.toString('base64')}\r\n`;
    // Over a second of work; the first time that it is read, it has about half of one.
    const slow = docx(paragraph('').repeat(2_200_000));
    let looks = 4;
    const strict = new Extractor({
      mailRoot,
      deadline: (octets) => (octets > 50_000 && looks-- > 0 ? 500 : 60_000),
    });
    const jobs = [
      stored('Subject: one\r\n\r\none'),
      stored(
        `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nits own\r\n${part('a.txt', Buffer.from('first'))}${part('b.docx', slow)}${part('c.txt', Buffer.from('third'))}--b--\r\n`,
      ),
      stored('Subject: two\r\n\r\ntwo'),
    ];
    const documents = await strict.extract(jobs);
    await strict.close();
    assert.deepEqual(
      documents.map(({ state }) => state),
      ['full', 'partly', 'full'],
    );
    const [, hurt] = documents;
    assert.equal(hurt === undefined ? '' : text(hurt), 'its own\fa.txt\nfirst');
    assert.match(hurt?.reason ?? '', /^the text of an attachment is not all here: .* longer than/);
    assert.deepEqual(
      hurt?.attachments.map(({ unread = '' }) => /longer|behind/.exec(unread)?.[0]),
      [undefined, 'longer', 'behind'],
    );
  });

  test('after its threads have ended, an extractor starts new ones', async () => {
    await extractor.close();
    assert.equal((await read('Subject: again\r\n\r\n')).subject, 'again');
  });
});
