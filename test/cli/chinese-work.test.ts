// A person whose locale is Chinese is told in Chinese what was fetched, proved, taken in, copied out, put back and sent; programs
// that read the JSON are told the same as ever.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { stringify } from 'yaml';
import { CommandLine, until } from '../support/command-line.ts';
import { startProvider, type Provider } from '../support/provider/provider.ts';
import { mailkeep } from '../support/run.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';

const ZH = { LANG: 'en_US.UTF-8', LC_ALL: 'zh_CN.UTF-8' };
const ME = 'wang@mail.test';
const HAN = /\p{Script=Han}/u;

interface Home {
  readonly path: string;
  readonly data: string;
  readonly config: string;
  readonly server: Provider;
  /** Both streams of one command; with `code` as its exit code. */
  readonly said: (code: number, ...argv: readonly string[]) => Promise<string>;
}

async function home(t: Ending): Promise<Home> {
  const server = await startProvider({ users: { [ME]: 'right' } });
  t.after(() => server.stop());
  const path = temporaryDirectory(t);
  const [config, data] = [join(path, 'c.yaml'), join(path, 'data')];
  const { ports, ca } = server;
  const account = {
    name: 'wang',
    address: ME,
    password: { env: 'CODE' },
    receive: {
      host: 'localhost',
      port: ports.imaps,
      tls: 'implicit',
      ca,
      schedule: '0 0 1 1 *',
      push: false,
    },
    send: { host: 'localhost', port: ports.smtp, tls: 'starttls', ca, saveSent: 'never' },
  };
  const sending = { ...account, name: 'out', address: 'out@mail.test', user: ME, receive: undefined };
  writeFileSync(config, stringify({ data, accounts: [account, sending] }));
  for (const n of [1, 2, 3]) server.deliver(ME, 'INBOX', letter(n));
  return {
    path,
    data,
    config,
    server,
    said: async (code, ...argv) => {
      const ran = await mailkeep(['--config', config, ...argv], {
        home: path,
        env: { ...ZH, CODE: 'right' },
      });
      assert.equal(ran.code, code, ran.out + ran.err);
      // What a program reads is the answer alone.
      return argv.includes('--json') ? ran.out : ran.out + ran.err;
    },
  };
}

function letter(n: number): Buffer {
  return Buffer.from(
    `Message-ID: <${n}@mail.test>\r\nDate: Wed, 7 Feb 2024 08:09:10 +0000\r\nFrom: ${ME}\r\nTo: li@mail.test\r\nSubject: ${n}\r\n\r\ntext\r\n`,
  );
}

/** Each line is Chinese. */
function isChinese(said: string): void {
  for (const line of said.split('\n').filter((one) => one.trim() !== '')) assert.match(line, HAN, said);
}

test('what is fetched and proved', async (t) => {
  const { said, data, server } = await home(t);
  const wish = await said(0, 'sync', '--dry-run', 'wang');
  assert.match(wish, /^wang：3 封待收取，已有 0 封，用时 [\d.]+ 秒$/m);
  isChinese(wish);
  const first = await said(0, 'sync', 'wang');
  assert.match(first, /^wang：新邮件 3 封（\d+ B），已有 0 封，用时 [\d.]+ 秒\n {2}INBOX：新 3，已有 0$/m);
  assert.match(await said(78, 'sync', 'out'), /这些账户都没有 receive: 一节/);
  assert.match(await said(0, 'folders', 'wang'), /^收取 {4}INBOX {2}3 封/m);
  assert.match(await said(0, 'reindex'), /^已索引 3 封邮件$/m);
  const whole = await said(0, 'verify', '--server', 'wang');
  assert.match(whole, /^✓ wang INBOX：服务器上 3 封，其中已保存 3 封$/m);
  assert.match(whole, /^✓ wang：已证实：服务器上的全部 3 封邮件都已保存\n一切正常$/m);
  isChinese(whole);
  server.deliver(ME, 'INBOX', letter(4));
  const folder = join(data, 'mail/2024/02');
  const [file = ''] = readdirSync(folder);
  unlinkSync(join(folder, file));
  const less = await said(1, 'verify');
  assert.match(less, /^缺失：[0-9a-f]{64}$/m);
  assert.match(
    less,
    /^归档不完整：见上\n {2}办法：运行 `mailkeep verify --server`[^\n]+\n {2}办法：请从数据文件夹的备份/m,
  );
  isChinese(less);
  const missing = await said(1, 'verify', '--server');
  assert.match(missing, /^已重新取回：[0-9a-f]{64}，来自 wang INBOX$/m);
  assert.match(missing, /^✗ wang INBOX：服务器上 4 封，其中已保存 3 封，缺少 1 封\n {4}归档中缺少：4$/m);
  assert.match(missing, /^✗ wang：没有得到证实\n没有全部得到证实：见上$/m);
  isChinese(missing);
  assert.doesNotMatch((await said(1, 'verify', '--server', '--json')).replaceAll('客户往来', ''), HAN);
  server.setPassword(ME, 'other');
  const refused = await said(77, 'verify', '--server');
  assert.match(refused, /^✗ wang：localhost 拒绝了 IMAP [^\n]+\n {4}办法：请检查用户名和密码/m);
});

test('what is taken in, copied out and put back', async (t) => {
  const { said, path } = await home(t);
  const [good, odd, empty] = ['good.eml', 'odd.txt', 'empty.eml'].map((name) => join(path, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(good, letter(7));
  writeFileSync(odd, 'no mail at all');
  writeFileSync(empty, '');
  const taken = await said(1, 'import', good, odd, empty, '--account', 'wang', '--folder', '旧邮件');
  assert.match(taken, /^没有导入：.*empty\.eml：它是空的$/m);
  assert.match(
    taken,
    /^已存入 1 封邮件（\d+ B），已有 0 封，失败 1 封，来自 \d 个文件，用时 [\d.]+ 秒\n1 个文件中没有邮件：--verbose 和 --json 会列出\n {2}旧邮件：新 1，已有 0$/m,
  );
  isChinese(taken);
  assert.match(await said(2, 'import', good, '--account', 'wan'), /没有名为“wan”的账户；您是指“wang”吗？/);
  const to = join(path, 'copied');
  assert.match(await said(0, 'export', '', '--format', 'eml', '--to', to), /^已写入 1 封邮件（\d+ B）到 .*copied$/m);
  assert.match(await said(0, 'export', '', '--format', 'eml', '--to', to), /^已写入 0 封邮件（0 B）到 .*copied，那里已有 1 封$/m);
  assert.match(await said(0, 'export', 'subject:none', '--format', 'eml', '--to', to), /^没有找到邮件$/m);
  assert.match(await said(2, 'export', '', '--format', 'mbox', '--to', good), /已经存在：mbox 只会新写，不会续写\n {2}办法：请换一个名字/);
  assert.match(await said(2, 'export', '', '--format', 'eml', '--to', join(path, 'data/x')), /在归档里面\n {2}办法：请给出数据文件夹以外的路径/);
  const wish = await said(0, 'restore', '', '--to', 'wang', '--dry-run');
  assert.match(wish, /^将恢复 1 封邮件到 wang：1 个文件夹，其中 1 个是新建的$/m);
  isChinese(wish);
  const back = await said(0, 'restore', '', '--to', 'wang');
  assert.match(
    back,
    /^ {2}旧邮件（新建）：已恢复 1 封，那里已有 0 封\nwang：已恢复 1 封（\d+ B），那里已有 0 封，用时 [\d.]+ 秒\n已证实：全部 1 封都已取回核对，逐字节相同$/m,
  );
  isChinese(back);
  assert.match(await said(78, 'restore', '', '--to', 'out'), /账户“out”没有可以恢复到的 IMAP 服务器\n {2}办法：POP3 不能存入邮件/);
  for (const command of [['export', '', '--format', 'eml', '--to', to], ['import', good], ['restore', '', '--to', 'wang']])
    assert.doesNotMatch((await said(0, ...command, '--json')).replace(/旧邮件|客户往来/g, ''), HAN);
}); // prettier-ignore

test('what is on its way out, and what a person does to it', async (t) => {
  const { said, config, server, path } = await home(t);
  server.faults.recipients.set('li@mail.test', '450 4.2.0 greylisted, come again');
  assert.match(await said(0, 'outbox'), /^没有要发送的邮件。把邮件放进 .*，或用 `mailkeep send`，就会发送。$/m);
  const file = join(path, 'letter.eml');
  writeFileSync(file, letter(9).toString().replace(ME, 'out@mail.test'));
  await said(0, 'send', file);
  assert.match(await said(0, 'outbox'), /中有 1 个文件还没有接收：由服务/);
  const line = new CommandLine(config, { ...ZH, CODE: 'right' });
  t.after(() => line.kill());
  const service = line.start('daemon');
  await until(() => service.said().includes('greylisted'), service.said);
  let listed = await line.run('outbox');
  while (!listed.stdout.includes('已试')) listed = await line.run('outbox');
  assert.match(listed.stdout, /^编号 +放入时间 +状态 +账户 +文件 +收件人$/m);
  assert.match(listed.stdout, /^[0-9a-f]+ .* out +letter\.\w+\.eml +li@mail\.test\n[^]*已试 1 次，.*再试$/m);
  isChinese(listed.stdout.replace(/^[0-9a-f]+ .*$/m, '').replace(/^.*450 4\.2\.0.*$/gm, ''));
  const [{ id }] = JSON.parse((await line.run('outbox', '--json')).stdout) as [{ id: string }];
  const held = await line.run('outbox', 'hold', id);
  assert.match(held.stdout, /letter\.\w+\.eml：已暂停，放行后才发送$/m);
  const shown = await line.run('outbox', 'show', id);
  assert.match(shown.stdout, /^编号：\s+[0-9a-f]+\n文件：\s+letter\.\w+\.eml\n状态：\s+.*，已暂停，放行后才发送$/m);
  assert.match(shown.stdout, /^收件人\n {2}li@mail\.test {2}.*450 4\.2\.0[^\n]+\n {4}办法：服务器让陌生的发件方稍后再来/m);
  assert.match(shown.stdout, /^经过（已试 1 次）$/m);
  assert.match(shown.stdout, /^ {2}[-\d: ]+ {2}按您的要求暂停$/m);
  assert.match((await line.run('outbox', 'cancel', id)).stdout, /letter\.\w+\.eml：已取消，文件在 failed\/ 中$/m);
  const again = await line.run('outbox', 'hold', id);
  assert.match(again.stderr, /^mailkeep: \S+ 已不在发送队列中$/m);
  assert.match((await line.run('outbox', 'frobnicate')).stderr, /outbox 没有 frobnicate 这个命令：有 list, show/);
  assert.match((await line.run('reload')).stdout, /^账户没有变化$/m);
  await service.stop();
  for (const argv of [['outbox', '--json'], ['outbox', 'show', id, '--json']])
    assert.doesNotMatch((await line.run(...argv)).stdout.replace(/"(hint|zh)": .*/g, ''), HAN);
}); // prettier-ignore

test('a rule that keeps no folder', async (t) => {
  const { said, config } = await home(t);
  const text = readFileSync(config, 'utf8');
  writeFileSync(config, text.replace('push: false', '$&\n      folders: { include: [None] }'));
  for (const command of ['sync', 'verify --server']) {
    const nothing = await said(78, ...command.split(' '), 'wang');
    assert.match(nothing, /wang 没有收取任何文件夹：服务器上的 \d+ 个都不符合 receive\.folders\n +办法：/);
    isChinese(nothing);
  }
});

test('signing in', async (t) => {
  const { said } = await home(t);
  assert.match(await said(2, 'login', 'wang'), /账户“wang”用密码登录，不需要 login\n {2}办法：请用 oauth2:/);
});

test('a disk that refuses, and an archive that is gone', async (t) => {
  const { said, data } = await home(t);
  assert.match(await said(1, 'reindex'), /还没有存过邮件：.* 不存在\n {2}办法：`mailkeep sync` 会收取邮件/);
  await said(0, 'sync', 'wang');
  rmSync(join(data, 'mail'), { recursive: true });
  mkdirSync(join(data, 'mail'));
  const gone = await said(1, 'reindex');
  assert.match(gone, /中没有邮件，而日志记载了一些[^\n]*\n {2}办法：请挂载磁盘/);
  isChinese(gone);
});
