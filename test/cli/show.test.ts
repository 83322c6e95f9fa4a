// `mailkeep show`: readable, safe on a terminal, and exact where bytes are asked for.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { commit } from '../../src/index/commit.ts';
import { closeIndex, openIndex } from '../../src/index/database.ts';
import { readMessage } from '../../src/index/read-message.ts';
import type { MessageId, Uid, UidValidity } from '../../src/model/ids.ts';
import { pathFor } from '../../src/archive/layout.ts';
import { mailkeep } from '../support/run.ts';
import { onTerminal } from '../support/terminal.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import type { Ending } from '../support/temporary.ts';
import { writeConfig } from './archive-home.ts';

const DATE = Date.UTC(2024, 4, 6, 6, 2);
const PDF = Buffer.from('%PDF-1.4\0\x1b]0;evil\x07');

const RICH = Buffer.concat([
  Buffer.from(
    [
      'From: =?gb18030?B?1cXI/Q==?= <zhang@example.com>',
      'To: Anna <anna@example.com>',
      'Cc: ben@example.com',
      'Subject: invoice\x1b[2J =?UTF-8?B?5Y+R56Wo?=',
      'Date: Mon, 06 May 2024 14:02:00 +0800',
      'Message-ID: <one@example.com>',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: multipart/alternative; boundary=c',
      '',
      '--c',
      'Content-Type: text/plain; charset=gb2312',
      'Content-Transfer-Encoding: 8bit',
      '',
      '',
    ].join('\r\n'),
  ),
  Buffer.from([0xb7, 0xa2, 0xc6, 0xb1]), // 发票
  Buffer.from(
    [
      ' \x1b[31mred\x1b[0m\x07\b\0',
      '--c',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<p>HTML <b>here</b></p>',
      '--c--',
      '--b',
      'Content-Type: application/pdf',
      "Content-Disposition: attachment; filename*=UTF-8''%E5%8F%91%E7%A5%A8.pdf",
      'Content-Transfer-Encoding: base64',
      '',
      PDF.toString('base64'),
      '--b--',
      '',
    ].join('\r\n'),
  ),
]);

const PLAIN = Buffer.from('Subject: short\n\nHello.\n');

interface Home {
  readonly path: string;
  readonly data: string;
  readonly ids: readonly string[];
}

/** A home whose archive holds the messages above, indexed as they are when they arrive. */
async function home(t: Ending): Promise<Home> {
  const path = temporaryDirectory(t);
  const data = writeConfig(path);
  const db = openIndex(data, 'write');
  const ids: string[] = [];
  for (const [index, raw] of [RICH, PLAIN].entries()) {
    const id = createHash('sha256').update(raw).digest('hex') as MessageId;
    const date = index === 0 ? DATE : null;
    const file = join(data, 'mail', pathFor(id, date));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, raw);
    const job = { id, path: pathFor(id, date), size: raw.length, date };
    const at = {
      folder: '收件箱',
      validity: 1 as UidValidity,
      uid: (index + 1) as Uid,
      at: new Date(DATE).toISOString(),
    };
    const entries = [
      { op: 'seen', ...at, ...job, received: null, flags: ['\\Seen'] } as const,
      { op: 'gone', ...at } as const,
    ];
    const documents = [await readMessage(join(data, 'mail'), job)];
    commit(db, { account: 'qq', entries: entries.slice(0, 2 - index), documents, offset: 0 });
    ids.push(id);
  }
  closeIndex(db);
  return { path, data, ids };
}

test('wrong ids and options that exclude each other exit 2', async (t) => {
  const { path, ids } = await home(t);
  const id = ids[0] ?? '';
  const table: readonly (readonly [argv: string[], says: RegExp])[] = [
    [['abc'], /is not an id/],
    [['0123456789'], /no message has an id/],
    [[id, '--raw', '--text'], /cannot be used with/],
    [[id, '--attachment', '0'], /must be 1 or more/],
    [[id, '--attachment', '2'], /there is no attachment 2/],
    [[ids[1] ?? '', '--attachment', '1'], /has no attachments/],
    [[id, '--raw', '--json'], /no JSON/],
  ];
  for (const [argv, says] of table) {
    const { code, out, err } = await mailkeep(['show', ...argv], { home: path });
    assert.equal(code, 2, argv.join(' '));
    assert.match(err + out, says);
  }
});

test('what is not there is told: HTML, or the file itself', async (t) => {
  const { path, data, ids } = await home(t);
  const html = await mailkeep(['show', ids[1] ?? '', '--html'], { home: path });
  assert.deepEqual([html.code, html.err], [1, 'mailkeep: this message has no HTML\n']);
  rmSync(join(data, 'mail'), { recursive: true });
  for (const flags of [[], ['--raw'], ['--headers'], ['--html'], ['--attachment', '1']]) {
    const { code, err } = await mailkeep(['show', ids[0] ?? '', ...flags], { home: path });
    assert.equal(code, 1, flags.join(' '));
    assert.match(
      err,
      /cannot be read: no such file or directory \(ENOENT\)\n {2}hint: `mailkeep verify`/,
      flags.join(' '),
    );
  }
});

const NOT_ALL = 'the text of an attachment is not all here';

test('a person reads headers, text, attachments and places', async (t) => {
  const { path, data, ids } = await home(t);
  const { code, out } = await mailkeep(['show', (ids[0] ?? '').slice(0, 8)], { home: path });
  assert.equal(code, 0);
  assert.match(
    out,
    /^From: {7}张三 <zhang@example\.com>\nTo: {9}Anna <anna@example\.com>\nCc: {9}ben@example\.com\nDate: {7}2024-05-0\d \d\d:\d2\nSubject: {4}invoice \[2J 发票\nMessage-ID: one@example\.com\n\n发票 red\n\n/,
  );
  assert.ok(out.includes(`\nNot all of it could be read: ${NOT_ALL}: it is damaged`), out);
  assert.ok(out.includes(`\nAttachments\n  1  发票.pdf  application/pdf  ${PDF.length} B\n`), out);
  assert.match(out, /\nWhere it lies\n {2}qq {2}收件箱 {2}UID 1, gone since 2024-05-06 {2}\\Seen\n/);
  assert.ok(out.includes(join(data, 'mail/2024/05', `${ids[0]}.eml`)));
});

test('a Chinese person reads them in Chinese, and why not all could be read', async (t) => {
  const { path, ids } = await home(t);
  const env = { LANG: 'zh_CN.UTF-8' };
  const { code, out } = await mailkeep(['show', ids[0] ?? ''], { home: path, env });
  assert.equal(code, 0);
  assert.match(
    out,
    /^发件人： {5}张三 <zhang@example\.com>\n收件人： {5}Anna <anna@example\.com>\n抄送： {7}ben@example\.com\n日期： {7}2024-05-0\d \d\d:\d2\n主题： {7}invoice \[2J 发票\nMessage-ID： one@example\.com\n\n/,
  );
  assert.match(
    out,
    /\n搜索没能读到这封邮件的全部内容：有附件的文字不全：已损坏，或者与它声称的类型不符（发票\.pdf）\n/,
  );
  assert.match(out, /\n附件\n {2}1 {2}发票\.pdf/);
  assert.match(out, /\n它在哪里\n {2}qq {2}收件箱 {2}UID 1, 2024-05-06 起不在 {2}\\Seen\n/);
  const status = await mailkeep(['status'], { home: path, env });
  assert.match(status.out, /只有部分：有附件的文字不全：已损坏，或者与它声称的类型不符/);
  for (const [argv, says] of [
    [['abc'], '“abc”不是编号：编号是 8 到 64 位的 0–9 和 a–f\n  办法：`mailkeep search` 会显示编号。\n'],
    [['0123456789'], '没有邮件的编号以 0123456789 开头\n'],
    [[ids[0] ?? '', '--attachment', '2'], '没有第 2 个附件\n  办法：共有 1 个；'],
  ] as const) {
    const { err } = await mailkeep(['show', ...argv], { home: path, env });
    assert.ok(err.startsWith(`mailkeep: ${says}`), err);
  }
});

test('nothing that is meant for reading can steer a terminal', async (t) => {
  const { path, ids } = await home(t);
  for (const flags of [[], ['--text'], ['--headers'], ['--html'], ['--raw']]) {
    const { code, out } = await onTerminal(['show', ids[0] ?? '', ...flags], path, { NO_COLOR: '1' });
    assert.equal(code, 0);
    assert.equal(out.match(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/), null, flags.join(' '));
  }
  const attached = await onTerminal(['show', ids[0] ?? '', '--attachment', '1'], path);
  assert.deepEqual([attached.code, attached.out], [2, '']);
  assert.match(attached.err, /--output FILE/);
});

test('headers, text and HTML alone', async (t) => {
  const { path, ids } = await home(t);
  const show = async (flag: string): Promise<string> =>
    (await mailkeep(['show', ids[0] ?? '', flag], { home: path })).out;
  assert.match(await show('--headers'), /^From: =\?gb18030\?B\?1cXI\/Q==\?= [^]*boundary=b\n$/);
  assert.equal(await show('--text'), '发票 red\n');
  assert.equal((await show('--html')).trim(), '<p>HTML <b>here</b></p>');
});

test('--json tells it all', async (t) => {
  const { path, data, ids } = await home(t);
  const { code, out } = await mailkeep(['show', '--json', ids[0] ?? ''], { home: path });
  const found = JSON.parse(out) as Record<string, unknown>;
  assert.equal(code, 0);
  assert.deepEqual(found, {
    id: ids[0],
    date: '2024-05-06T06:02:00.000Z',
    from: '张三 <zhang@example.com>',
    to: 'Anna <anna@example.com>',
    cc: 'ben@example.com',
    bcc: '',
    subject: found['subject'],
    messageId: 'one@example.com',
    size: RICH.length,
    path: `2024/05/${ids[0]}.eml`,
    file: join(data, 'mail/2024/05', `${ids[0]}.eml`),
    locations: [
      { account: 'qq', folder: '收件箱', uid: 1, flags: ['\\Seen'], gone: '2024-05-06T06:02:00.000Z' },
    ],
    attachments: [{ number: 1, name: '发票.pdf', type: 'application/pdf', size: PDF.length }],
    text: found['text'],
    partly: `${NOT_ALL}: it is damaged, or not what it claims to be (发票.pdf)`,
  });
  assert.match(String(found['text']), /^发票/);
});

test('--raw and --attachment give the exact bytes, to a pipe or a new private file', async (t) => {
  const { path, ids } = await home(t);
  const at = { home: path };
  const id = ids[1] ?? '';
  assert.equal((await mailkeep(['show', id, '--raw'], at)).out, PLAIN.toString());
  const file = join(path, 'out');
  assert.equal((await mailkeep(['show', ids[0] ?? '', '--raw', '--output', file], at)).code, 0);
  assert.deepEqual(readFileSync(file), RICH);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const again = await mailkeep(['show', ids[0] ?? '', '--attachment', '1', '--output', file], at);
  assert.equal(again.code, 2);
  assert.match(again.err, /is there already/);
  assert.deepEqual(readFileSync(file), RICH);
  await mailkeep(['show', ids[0] ?? '', '--attachment', '1', '--output', `${file}.pdf`], at);
  assert.deepEqual(readFileSync(`${file}.pdf`), PDF);
});
