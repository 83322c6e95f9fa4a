// `mailkeep search`, as scripts and as people see it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import stringWidth from 'string-width';
import { closeIndex } from '../../src/index/database.ts';
import type { Found } from '../../src/search/search.ts';
import { indexOf } from '../search/mailbox.ts';
import type { Made } from '../search/mailbox.ts';
import { idOf } from '../index/document.ts';
import { mailkeep } from '../support/run.ts';
import { onTerminal } from '../support/terminal.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import type { Ending } from '../support/temporary.ts';
import { writeConfig } from './archive-home.ts';

const MESSAGES: readonly Made[] = [
  made('one', {
    subject: '您的增值稅電子發票已開具，請查收附件，並於月底前完成報銷手續，謝謝您的配合與支持',
    sender: '张三 <zhang@example.com>',
    body: '尊敬的客户：\n\n发票号码 SO-2024-0001，金额一千二百元。',
    files: '发票.pdf',
  }),
  made('two', {
    subject: 'Your invoice',
    sender: 'anna@example.com',
    body: 'Dear \x1b[31mcustomer\x1b[0m,\r\nthe invoice \u202eis here.',
  }),
  made('three', { subject: 'Lunch', sender: 'Ben <ben@example.com>', body: 'Noodles at noon?' }),
];

function made(text: string, fields: Partial<Made['fields']>): Made {
  return {
    id: idOf(text),
    date: Date.UTC(2024, 4, 6, 12, text.length),
    size: 1000,
    fields: {
      subject: '',
      sender: '',
      recipients: 'me@qq.com',
      cc: '',
      bcc: '',
      files: '',
      body: '',
      ...fields,
    },
    msgid: `${text}@example.com`,
    list: null,
    attachments: fields.files === undefined ? [] : [{ name: fields.files, type: 'application/pdf', size: 9 }],
    places: [{ account: 'qq', folder: 'INBOX', uid: text.charCodeAt(1), flags: ['\\Seen'], gone: false }],
  };
}

function home(t: Ending): string {
  const path = temporaryDirectory(t);
  closeIndex(indexOf(writeConfig(path), MESSAGES));
  return path;
}

test('a mistake is shown with a caret under it, and exits 2', async (t) => {
  const at = { home: home(t) };
  const table: readonly (readonly [argv: string[], under: string])[] = [
    [['frm:anna'], '    frm:anna\n    ^^^^\n'],
    [['发票', '(invoice'], '    发票 (invoice\n         ^\n'],
    [['发票 日期：明天'], '    发票 日期：明天\n               ^^^^\n'],
    [['a\x1b[2J "b'], '    a [2J "b\n          ^\n'],
  ];
  for (const [argv, under] of table) {
    const { code, out, err } = await mailkeep(['search', ...argv], at);
    assert.deepEqual([code, out], [2, '']);
    assert.ok(err.startsWith('mailkeep: ') && err.endsWith(under), err);
    const json = await mailkeep(['search', '--json', ...argv], at);
    assert.deepEqual([json.code, json.err], [2, '']);
    assert.match(json.out, /"kind": "usage"/);
  }
});

test('a mistake is told in the language of the person', async (t) => {
  const { err } = await mailkeep(['search', '发票 (invoice'], {
    home: home(t),
    env: { LANG: 'zh_CN.UTF-8' },
  });
  assert.equal(err, 'mailkeep: 这个括号没有闭合\n    发票 (invoice\n         ^\n');
});

test('of a long query the part with the mistake is shown', async (t) => {
  const at = { home: home(t), env: { COLUMNS: '60' } };
  for (const words of ['invoice '.repeat(60), '发票 '.repeat(60)]) {
    const { err } = await mailkeep(['search', `${words}(tax ${words}`], at);
    const [, line = '', carets = ''] = err.trimEnd().split('\n');
    assert.ok(stringWidth(line) <= 60 && line.startsWith('    …') && line.endsWith('…'), err);
    const before = stringWidth(carets) - 1;
    const under = Array.from(line).find(
      (_, index, all) => stringWidth(all.slice(0, index).join('')) === before,
    );
    assert.equal(under, '(', err);
  }
});

test('of a query of a megabyte the place where it grew too long is shown at once', async (t) => {
  const at = { home: home(t), env: { COLUMNS: '60' } };
  for (const [text, shown] of [
    ['(', '('.repeat(46)],
    ['发票', '发票'.repeat(10)],
    ['NOT ', 'NOT NOT NOT'],
  ] as const) {
    const { code, err } = await mailkeep(['search', text.repeat(500_000)], at);
    const [said = '', line = '', carets = ''] = err.trimEnd().split('\n');
    assert.deepEqual([code, said], [2, 'mailkeep: a query is 20000 characters long at most']);
    assert.ok(stringWidth(line) <= 60 && line.startsWith('    …') && line.includes(shown), line);
    assert.match(carets, /^ +\^{1,2}$/);
  }
});

test('wrong numbers and orders exit 2', async (t) => {
  const at = { home: home(t) };
  for (const argv of [
    ['--limit', '-1'],
    ['--limit', 'ten'],
    ['--offset', '1.5'],
    ['--sort', 'size'],
  ])
    assert.equal((await mailkeep(['search', 'a', ...argv], at)).code, 2, argv.join(' '));
  assert.equal((await mailkeep(['search'], at)).code, 2);
});

test('without an index it says what makes one', async (t) => {
  const path = temporaryDirectory(t);
  writeConfig(path);
  const { code, err } = await mailkeep(['search', 'a'], { home: path });
  assert.equal(code, 1);
  assert.match(err, /no mail was fetched yet: .* does not exist\n {2}hint: .*mailkeep sync/);
});

test('--json is the promised document', async (t) => {
  const { code, out } = await mailkeep(['search', '--json', '发票', 'SO-2024-0001'], { home: home(t) });
  const found = JSON.parse(out) as Found;
  assert.deepEqual([code, found.total, found.hits.length], [0, 1, 1]);
  const { marks, ...hit } = found.hits[0] ?? assert.fail();
  assert.deepEqual(hit, {
    id: idOf('one'),
    date: '2024-05-06T12:03:00.000Z',
    from: '张三 <zhang@example.com>',
    to: 'me@qq.com',
    subject: MESSAGES[0]?.fields.subject,
    snippet: '尊敬的客户： 发票号码 SO-2024-0001，金额一千二百元。',
    size: 1000,
    attachments: ['发票.pdf'],
    partly: null,
    path: `undated/${idOf('one')}.eml`,
    locations: [{ account: 'qq', folder: 'INBOX', uid: 110, flags: ['\\Seen'], gone: null }],
  });
  assert.deepEqual(marks.snippet, [
    [7, 9],
    [12, 24],
  ]);
});

test('--json says all that a mail says, and nothing in it steers a terminal', async (t) => {
  const path = temporaryDirectory(t);
  const subject = 'a\x1b[2J\x9b31m\x7f\u202e\u2066\u200fb\u2028 发票';
  closeIndex(indexOf(writeConfig(path), [made('odd', { subject, sender: 'A\x9b5m <a@x>' })]));
  const { out } = await mailkeep(['search', '--json', '发票'], { home: path });
  assert.doesNotMatch(out.replaceAll('\n', ''), /[\p{Cc}\u200f\u2028\u202e\u2066]/u);
  const [hit] = (JSON.parse(out) as Found).hits;
  assert.deepEqual([hit?.subject, hit?.from], [subject, 'A\x9b5m <a@x>']);
});

test('thousands of marks on one letter are no line', async (t) => {
  const path = temporaryDirectory(t);
  const odd = `Z${'\u0301'.repeat(20_000)}algo`;
  closeIndex(indexOf(writeConfig(path), [made('odd', { subject: odd, sender: `${odd} <z@x>` })]));
  for (const columns of ['40', '80']) {
    const { out } = await mailkeep(['search', ''], { home: path, env: { COLUMNS: columns } });
    for (const line of out.split('\n')) {
      assert.ok(stringWidth(line) <= Number(columns), line);
      assert.ok(line.length < Number(columns) * 10, `${line.length} in ${columns} columns`);
    }
  }
});

test('the newest comes first, in columns, with a count at the end', async (t) => {
  const { code, out } = await mailkeep(['search', '', '--limit', '2'], {
    home: home(t),
    env: { COLUMNS: '80' },
  });
  const lines = out.split('\n');
  assert.equal(code, 0);
  assert.match(lines[0] ?? '', /^2024-05-0\d {2}Ben {15}Lunch {33}[0-9a-f]{12}$/);
  assert.equal(lines[1], '    Noodles at noon?');
  assert.equal(lines.at(-2), '2 of 3 messages');
  const rest = await mailkeep(['search', '', '--offset', '1'], { home: home(t) });
  assert.match(rest.out, /\n2 to 3 of 3 messages\n$/);
  assert.equal((await mailkeep(['search', 'nowhere'], { home: home(t) })).out, 'no messages found\n');
});

test('columns hold where Chinese takes two, and attachments are named', async (t) => {
  for (const columns of [40, 60, 80, 120]) {
    const { out } = await mailkeep(['search', '发票'], { home: home(t), env: { COLUMNS: String(columns) } });
    const lines = out.trimEnd().split('\n');
    assert.ok(
      lines.every((line) => stringWidth(line) <= columns),
      out,
    );
    assert.ok(stringWidth(lines[0] ?? '') === columns && lines.slice(0, 2).join('').includes('…'), out);
    assert.ok(lines.includes('    + 发票.pdf'), out);
  }
});

test('on a terminal the words found are bold, and nothing of a mail steers it', async (t) => {
  const path = home(t);
  const { out } = await onTerminal(['search', 'invoice'], path);
  assert.ok(out.includes('Your \x1b[1minvoice\x1b[22m'), JSON.stringify(out));
  assert.ok(out.includes('the \x1b[1minvoice\x1b[22m is here.'), JSON.stringify(out));
  assert.equal(out.replaceAll(/\x1b\[(?:1|2|22)m/g, '').match(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/), null);
  const plain = await onTerminal(['search', 'invoice'], path, { NO_COLOR: '1' });
  assert.ok(!plain.out.includes('\x1b'), JSON.stringify(plain.out));
  const piped = await mailkeep(['search', 'invoice'], { home: path });
  assert.ok(!piped.out.includes('\x1b'), JSON.stringify(piped.out));
});

test('in a narrow window the subject has a line of its own, and the word found is in view', async (t) => {
  const path = temporaryDirectory(t);
  const body = `${'前言很长，'.repeat(30)}发票在此${'，后记也长'.repeat(30)}`;
  closeIndex(indexOf(writeConfig(path), [made('long', { subject: '关于五月', sender: 'Ben', body })]));
  const { out } = await mailkeep(['search', '发票'], { home: path, env: { COLUMNS: '40' } });
  const lines = out.trimEnd().split('\n');
  assert.match(lines[0] ?? '', /^2024-05-0\d {2}Ben +[0-9a-f]{8}$/);
  assert.deepEqual([lines[1], lines.length], ['  关于五月', 5], out);
  assert.ok(lines[2]?.startsWith('    …') && lines[2].includes('发票在此'), out);
  assert.ok(
    lines.every((line) => stringWidth(line) <= 40),
    out,
  );
});

test('a Chinese person is told the count in Chinese', async (t) => {
  const at = { home: home(t), env: { LANG: 'zh_CN.UTF-8' } };
  const last = async (...argv: string[]): Promise<string | undefined> =>
    (await mailkeep(['search', ...argv], at)).out.trimEnd().split('\n').at(-1);
  assert.equal(await last('', '--limit', '2'), '共 3 封，显示 2 封');
  assert.equal(await last('', '--offset', '1'), '共 3 封，显示第 2 到 3 封');
  assert.equal(await last('nowhere'), '没有找到邮件');
});

test('what is longer than the window goes through the pager, on a terminal only', async (t) => {
  const path = home(t);
  const shown = join(path, 'shown');
  const env = { PAGER: `cat > ${shown}; printf "$LESS" >> ${shown}`, LINES: '5' };
  const paged = await onTerminal(['search', 'invoice OR 发票'], path, env);
  assert.deepEqual([paged.code, paged.out], [0, '']);
  assert.match(readFileSync(shown, 'utf8'), /\x1b\[1minvoice\x1b\[22m[^]*2 of 2 messages\nFRX$/);
  for (const other of [
    { LINES: '50' },
    { TERM: 'dumb' },
    { PAGER: '' },
    { PAGER: 'no-such-program-here 2>&-' },
  ]) {
    const { code, out } = await onTerminal(['search', 'invoice OR 发票'], path, {
      ...env,
      PAGER: 'exit 1',
      ...other,
    });
    assert.ok(code === 0 && out.endsWith('2 of 2 messages\n'), JSON.stringify(other));
  }
  const piped = await mailkeep(['search', 'invoice OR 发票'], { home: path, env });
  assert.ok(piped.out.endsWith('2 of 2 messages\n'));
});

test('a day is the one that is shown beside the message, in winter and in summer', async (t) => {
  const path = temporaryDirectory(t);
  const at = (text: string, date: string): Made => ({
    ...made(text, { subject: text }),
    date: Date.parse(date),
  });
  const messages = [at('winter', '2024-01-14T22:30Z'), at('summer', '2024-07-14T22:30Z')];
  closeIndex(indexOf(writeConfig(path), messages));
  const before = process.env['TZ'];
  t.after(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });
  for (const [TZ, winter, summer] of [
    ['Europe/Berlin', '2024-01-14 23:30', '2024-07-15 00:30'],
    ['America/New_York', '2024-01-14 17:30', '2024-07-14 18:30'],
    ['Asia/Shanghai', '2024-01-15 06:30', '2024-07-15 06:30'],
    ['Pacific/Apia', '2024-01-15 11:30', '2024-07-15 11:30'],
  ] as const) {
    process.env['TZ'] = TZ;
    for (const month of ['01', '07'])
      for (const day of ['14', '15']) {
        const { out } = await mailkeep(['search', `on:2024-${month}-${day}`], { home: path });
        const shown = month === '01' ? winter : summer;
        const expected = shown.startsWith(`2024-${month}-${day}`) ? shown : 'no messages found';
        assert.ok(out.startsWith(expected), `${TZ}, ${month}-${day}: ${out}`);
      }
  }
});

test('a query that begins with a hyphen stands behind --', async (t) => {
  const { code, out } = await mailkeep(['search', '--limit', '9', '--', '-invoice', '-发票'], {
    home: home(t),
  });
  assert.deepEqual([code, out.endsWith('1 of 1 message\n')], [0, true], out);
});
