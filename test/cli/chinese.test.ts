// A person whose locale is Chinese is told in Chinese: each step of a check, what is wrong in the configuration, the status, and
// the cure, of a provider abroad too. Programs that read the JSON are told the same as ever.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import stringWidth from 'string-width';
import { stringify } from 'yaml';
import { cureFor, told } from '../../src/chinese/told.ts';
import { wrapped } from '../../src/cli/terminal-text.ts';
import { fromNow } from '../../src/cli/times.ts';
import { presetFor } from '../../src/config/presets.ts';
import { closeIndex } from '../../src/index/database.ts';
import { recordPending } from '../../src/index/pending.ts';
import { recordSync } from '../../src/index/positions.ts';
import type { Uid, UidValidity } from '../../src/model/ids.ts';
import { indexOf, makeMessages } from '../search/mailbox.ts';
import { startProvider } from '../support/provider/provider.ts';
import { mailkeep } from '../support/run.ts';
import { onTerminal } from '../support/terminal.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { writeConfig } from './archive-home.ts';

const ZH = { LANG: 'zh_CN.UTF-8' };
const HAN = /\p{Script=Han}/u;

test('check: each step and the cure', async (t) => {
  const mail = await startProvider({ users: { 'a@example.org': 'right' } });
  t.after(() => mail.stop());
  const home = temporaryDirectory(t);
  const config = join(home, 'c.yaml');
  const { ports, ca } = mail;
  const account = {
    name: 'a',
    address: 'a@example.org',
    password: { env: 'CODE' },
    receive: { host: 'localhost', port: ports.imaps, tls: 'implicit', ca, folders: { exclude: ['None'] } },
    send: { host: 'localhost', port: ports.smtp, tls: 'starttls', ca },
  };
  writeFileSync(config, stringify({ accounts: [account] }));
  const check = (CODE: string, ...more: string[]) =>
    mailkeep(['check', '--config', config, ...more], { home, env: { ...ZH, CODE } });
  const { code, out, err } = await check('right');
  assert.deepEqual([code, err], [0, ''], out);
  assert.match(out, /^ok {5}配置：.*c\.yaml，1 个账户$/m);
  assert.match(out, /^ok {5}a IMAP 连接：localhost:\d+，TLS；证书还有 \d+ 天到期$/m);
  assert.match(out, /^ok {5}a IMAP 文件夹：共 4 个，收取 4 个$/m);
  assert.match(out, /^ {7}注意：folders\.exclude "None" 没有匹配到任何文件夹/m);
  assert.match(out, /^ok {5}a SMTP 登录：a@example\.org$/m);
  const refused = await check('wrong');
  assert.equal(refused.code, 77);
  assert.match(
    refused.out,
    /^FAILED a IMAP 登录：localhost 拒绝了 IMAP [^\n]+\n {7}办法：请检查用户名和密码/m,
  );
  assert.doesNotMatch(refused.out, /hint|Check user/);
  const { steps } = JSON.parse((await check('wrong', '--json')).out) as {
    steps: { text: string; error: { message: string; hint: string } | null }[];
  };
  assert.match(steps.find(({ error }) => error !== null)?.error?.hint ?? '', /^Check user and password/);
  assert.ok(steps.every(({ text, error }) => !HAN.test(text + (error?.message ?? ''))));
});

test('what is wrong in a configuration, at its line', async (t) => {
  const home = temporaryDirectory(t);
  const config = join(home, 'c.yaml');
  const account = { name: 'qq', address: 'a@qq.com', password: { env: 'X' }, receive: {} };
  for (const [value, line, what] of [
    [{ accounts: [{ ...account, adress: 'x' }] }, 7, 'accounts[0].adress: 不认识的项；您是指“address”吗？'],
    [{ accounts: [{ ...account, nothingLikeIt: 'x' }] }, 7, 'accounts[0].nothingLikeIt: 不认识的项；这里可用：'],
    [{ accounts: [{ ...account, password: undefined }] }, 2, 'accounts[0].password: 缺少'],
    [{ accounts: [{ ...account, address: 'me' }] }, 3, 'accounts[0].address: 应为邮箱地址'],
    [{ accounts: [{ ...account, name: 163 }] }, 2, 'accounts[0].name: 应为文字，而不是数字 163；请加引号'],
    [{ accounts: [{ ...account, receive: { port: 'x' } }] }, 7, 'accounts[0].receive.port: 应为数字'],
    [{ accounts: [{ ...account, receive: { protocol: 'http' } }] }, 7, 'accounts[0].receive.protocol: 只能是 imap, pop3 之一'],
    [{ accounts: [{ ...account, receive: { schedule: 'often' } }] }, 7, 'accounts[0].receive.schedule: 应为 cron 表达式'],
    [{ accounts: [{ ...account, receive: { tls: 'none', host: 'h.org' } }] }, 7, 'accounts[0].receive.tls: none 会把密码以明文发给 h.org'],
    [{ accounts: [{ ...account, receive: undefined }] }, 2, 'accounts[0]: 既没有 receive 也没有 send'],
    [{ accounts: [account, { ...account, password: { env: 'Y' } }] }, 7, 'accounts[1].name: “qq”已被 accounts[0] 使用'],
    [{ accounts: [account], web: { listen: '0.0.0.0:80' } }, 7, 'web.password: 必须设置：0.0.0.0:80 可从别的机器访问'],
    [{ accounts: [account], alerts: { staleAfter: 'x' } }, 8, 'alerts.staleAfter: 应为时长'],
    [{ accounts: [{ ...account, address: 'a@own.org' }] }, 6, 'accounts[0].receive.host: 缺少；不知道 own.org 的服务器'],
  ] as const) {
    writeFileSync(config, stringify(value));
    const { code, err } = await mailkeep(['status', '--config', config], { home, env: ZH });
    assert.equal(code, 78, err);
    assert.ok(err.includes(`c.yaml:${line}: ${what}`), `${line}: ${what}\n${err}`);
    assert.match(err, /\n {2}办法：config\/mailkeep\.example\.yaml 列出全部配置项\n$/);
  }
}); // prettier-ignore

test('what is no YAML, at its line', async (t) => {
  const home = temporaryDirectory(t);
  const config = join(home, 'c.yaml');
  for (const [text, said] of [
    ['accounts:\n\t- name: qq\n', '2:1: 缩进不能用制表符'],
    ['data: /x\ndata: /y\n', '2:1: 同一个项写了两次'],
    ['data: "x\n', '引号没有结束'],
    ["data: 'x\n", '引号没有结束'],
    ['data: /x\n accounts: []\n', '一行里只能有一个'],
    ['data: /x\noutbox\n', '缺少冒号和值'],
    ['accounts: [\n', '方括号或花括号里的内容必须缩进'],
    ['accounts: [{ name: a address: b }]\n', '缺少逗号'],
    ['accounts:\n  - name: a\n - name: b\n', '列表（以 - 开头的行）不能写在这里'],
    ['data: @x\n', '值不能以'],
    ['data: "\\q"\n', '不是有效的转义'],
    ['data: *x\n', '1:7: “*x”引用了没有定义的“&x”'],
    ['data: }\n', '这里不该有'],
  ] as const) {
    writeFileSync(config, text);
    const { code, err } = await mailkeep(['status', '--config', config], { home, env: ZH });
    assert.equal(code, 78, err);
    assert.ok(err.includes(said), `${text}${err}`);
    for (const line of err.trim().split('\n')) assert.match(line, HAN, text);
  }
});

test('the failures that a beginner meets', async (t) => {
  const home = temporaryDirectory(t);
  const config = join(home, 'c.yaml');
  const account = { name: 'qq', address: 'a@qq.com', receive: {} };
  for (const [argv, password, said] of [
    [['sync'], undefined, /^mailkeep: 没有找到配置文件[^]*办法：运行 `mailkeep init`/],
    [['sync', '--config', join(home, 'none.yaml')], undefined, /无法读取配置 .*没有这个文件/],
    [['check', 'qp', '--config', config], { env: 'X' }, /没有名为“qp”的账户；您是指“qq”吗？\n +办法：账户：qq\n/],
    [['check', '--config', config], { env: 'X' }, /qq 密码：账户“qq”的密码取不到：没有设置环境变量 X\n +办法：请在启动 mailkeep 之前设置 X/],
    [['check', '--config', config], { file: 'x' }, /密码取不到：无法读取 \S+：没有这个文件\n +办法：请把密码写入/],
    [['check', '--config', config], { command: ['false'] }, /密码取不到：false 失败（1）\n +办法：请以运行 mailkeep 的用户/],
    [['chek'], undefined, /没有“chek”这个命令；您是指 check 吗？/],
    [['sync', '--ful'], undefined, /没有 --ful 这个选项；您是指 --full 吗？/],
    [['init', '--yes'], undefined, /缺少选项 --address/],
    [['init', '--address', 'a@qq.com', '--imap-port', '0'], undefined, /选项 --imap-port <port> 的值“0”不对：应为 1 到 65535/],
  ] as const) {
    if (password !== undefined) writeFileSync(config, stringify({ accounts: [{ ...account, password }] }));
    const { out, err } = await mailkeep(argv, { home, env: ZH });
    assert.match(out + err, said, argv.join(' '));
  }
}); // prettier-ignore

test('status: head, states, times and reasons; columns stand below each other', async (t) => {
  const home = temporaryDirectory(t);
  const db = indexOf(writeConfig(home), makeMessages(1, 50));
  recordSync(db, 'qq', Date.now() - 3 * 60_000, null);
  const error = { kind: 'dns', message: 'no address found for imap.gmail.com', retry: 'later', hint: 'x' };
  recordSync(db, 'gmail', Date.now(), error);
  const at = { folder: 'Work', validity: 1 as UidValidity, uid: 9 as Uid };
  for (let n = 0; n < 3; n += 1) recordPending(db, 'qq', at, 'bad', Date.now());
  closeIndex(db);
  const { out } = await mailkeep(['status'], { home, env: ZH });
  const [head = '', qq = '', ...rest] = out.split('\n');
  assert.match(head, /^ +账户 +状态 +最近成功同步 +已保存 +等待 +多次失败 +下次运行$/);
  assert.match(qq, /^✓ {2}qq +正常 +3 分钟前 +\d+ +0 +1 +(马上|\d+ 分钟后)$/);
  const widthTo = (line: string, text: string): number => stringWidth(line.slice(0, line.indexOf(text)));
  assert.equal(widthTo(qq, '正常'), widthTo(head, '状态'));
  assert.match(rest.join('\n'), /^ {3}多次失败：Work 9：bad（已试 3 次，\d+ 分钟后再试）$/m);
  assert.match(out, /^ {3}找不到 imap\.gmail\.com 的地址$/m);
  assert.match(out, /^发件夹 {2}排队 0，稍后再发 0，不能确定 0，失败 0\n索引 {4}50 封邮件中 50 封全文可搜$/m);
  assert.match(out, /^磁盘 {4}已用 [\d.]+ MB，剩余 /m);
  const narrow = (await onTerminal(['status'], home, { ...ZH, COLUMNS: '40', NO_COLOR: '1' })).out;
  for (const line of narrow.split('\n')) assert.ok(stringWidth(line) <= 40, line);
});

test('a cure abroad is told in Chinese alone, and to others in English as ever', () => {
  const gmail = presetFor('a@gmail.com')?.loginHint;
  assert.equal(cureFor(gmail?.en ?? '', 'zh'), gmail?.zh);
  assert.equal(cureFor('Do it. — 请做。', 'zh'), '请做。');
  assert.equal(cureFor('Do it. — 请做。', 'en'), 'Do it. — 请做。');
  assert.equal(cureFor('a hint of nobody', 'zh'), 'a hint of nobody');
  for (const [english, chinese] of [
    ['IMAP LOGIN refused by imap.163.com: Unsafe Login: x', 'imap.163.com 拒绝了 IMAP LOGIN：Unsafe Login: x'],
    ['no connection to h:993: connect ECONNREFUSED 127.0.0.1:993', '无法连接 h:993：连接被拒绝（127.0.0.1:993）'],
    ['TLS with h:993 failed: the certificate is signed by itself (x, pin sha256/y)', '与 h:993 的 TLS 连接失败：证书是自签名的（x, pin sha256/y）'],
    ['h:993 was silent for too long (during IMAP greeting)', 'h:993 太久没有应答（IMAP greeting 期间）'],
    ['/none.eml: it cannot be read: no such file or directory (ENOENT)', '/none.eml：无法读取：没有这个文件'],
    ['the service is at work for 32 other commands', '服务正在处理另外 32 个命令'],
    ['what no saying fits', 'what no saying fits'],
  ] as const) assert.equal(told(english, 'zh'), chinese); // prettier-ignore
  assert.equal(fromNow(Date.now() - 48 * 3_600_000, Date.now(), 'zh'), '2 天前');
});

test('a long Chinese line is cut beside its characters: no word in it is broken, and no mark begins a line', () => {
  const text =
    'QQ 邮箱要求用授权码登录，不是网页登录密码：请在 mail.qq.com 的“设置 > 账号”中开启 IMAP/SMTP 服务，并生成授权码。';
  for (let columns = 24; columns <= 80; columns += 1) {
    const lines = wrapped(text, columns, 20).map(({ line }) => line.trimEnd());
    assert.equal(wrapped(text, columns, 20).map(({ line }) => line).join(''), text); // prettier-ignore
    for (const [at, line] of lines.entries()) {
      assert.ok(stringWidth(line) <= columns, `${columns}: ${line}`);
      assert.doesNotMatch(line, /^[，。：”]|“$/, `${columns}`);
      const next = lines[at + 1] ?? '';
      assert.doesNotMatch(`${line.slice(-1)}|${next.slice(0, 1)}`, /^[\w./]\|[\w./]$/, `${columns}: ${line}`);
    }
  }
});
