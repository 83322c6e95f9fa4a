// `mailkeep sendmail` as cron, git send-email and mail(1) call it: what lies in the drop folder afterwards.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { classic } from '../../src/cli/sendmail-arguments.ts';
import { MAIN } from '../support/command-line.ts';
import { mailkeep, type Ran } from '../support/run.ts';
import { temporaryDirectory } from '../support/temporary.ts';

test('arguments that cannot be followed are refused by their letter', () => {
  const table: readonly [string[], RegExp][] = [
    [[], /nobody is to get it/],
    [['-i'], /nobody is to get it/],
    [['-f'], /-f wants a value/],
    [['-bs'], /-bs is not for mailkeep/],
    [['-bd'], /mailkeep daemon/],
    [['-Z', 'a@b'], /-Z is not known/],
    [['-q', 'a@b'], /a message for a@b is not taken together with -q/],
    [['-bp', '-t'], /a message is not taken together with -q, -bi or -bp/],
  ];
  for (const [argv, wanted] of table) {
    const said = classic(argv);
    assert.ok(typeof said === 'string' && wanted.test(said), `${argv.join(' ')}: ${JSON.stringify(said)}`);
  }
});

test('arguments are read as programs give them, glued and apart', () => {
  const base = { mode: 'send', fromHeader: false, recipients: ['root'], sender: null, fullName: null, dotEnds: false, reports: null, account: null }; // prettier-ignore
  const table: readonly [string, Record<string, unknown>][] = [
    ['-FCronDaemon -i -B8BITMIME -oem root', { fullName: 'CronDaemon' }],
    ['-i -FCronDaemon -odi -oem -oi root', { fullName: 'CronDaemon' }],
    ['-oi -f <me@example.org> root', { sender: 'me@example.org' }],
    ['-ti -f me@example.org', { fromHeader: true, recipients: [], sender: 'me@example.org' }],
    ['-it', { fromHeader: true, recipients: [] }],
    ['-t -oIgnoreDots', { fromHeader: true, recipients: [], dotEnds: true }],
    ['-O IgnoreDots=true root', {}],
    ['-i -N never root', { reports: 'never' }],
    ['-i -N success,delay -R full root', { reports: 'success, delay, full' }],
    ['-i -- -odd@example.org', { recipients: ['-odd@example.org'] }],
    ['-i -a qq root', { account: 'qq' }],
    ['-bp', { mode: 'queue', recipients: [], dotEnds: true }],
    ['-q30m', { mode: 'nothing', recipients: [], dotEnds: true }],
    ['-bi', { mode: 'nothing', recipients: [], dotEnds: true }],
  ];
  for (const [line, more] of table) assert.deepEqual(classic(line.split(' ')), { ...base, ...more }, line);
});

interface Box {
  readonly home: string;
  readonly send: (argv: readonly string[], stdin: string) => Promise<Ran>;
  /** The messages in the folder of an account, as they lie there. */
  readonly lying: (account?: string) => string[];
}

function box(t: TestContext, home: string = temporaryDirectory(t)): Box {
  const config = join(home, 'config.yaml');
  const account = (name: string): string =>
    `  - name: ${name}\n    address: ${name}@example.org\n    password: { env: X }\n    send: { host: smtp.example.org }\n`;
  writeFileSync(
    config,
    `data: ${home}/data\noutbox: ${home}/outbox\naccounts:\n${account('me')}${account('other')}`,
  );
  return {
    home,
    send: (argv, stdin) => mailkeep(['--config', config, 'sendmail', ...argv], { home, stdin }),
    lying: (name = 'me') => {
      const folder = join(home, 'outbox', name);
      return readdirSync(folder)
        .filter((file) => file.endsWith('.eml'))
        .map((file) => readFileSync(join(folder, file), 'latin1').replaceAll('\r\n', '\n'));
    },
  };
}

test('cron: mail of root to root goes from the first account to its own address', async (t) => {
  const { send, lying } = box(t);
  const cron =
    'From: root (Cron Daemon)\nTo: root\nSubject: Cron <root@box> backup\nContent-Type: text/plain; charset=UTF-8\nAuto-Submitted: auto-generated\n\ndisk full\n.\nstill cron\n';
  const { code, err } = await send(['-FCronDaemon', '-i', '-B8BITMIME', '-oem', 'root'], cron);
  assert.equal(code, 0, err);
  const [message = ''] = lying();
  assert.match(message, /^X-Mailkeep-Only-To: me@example\.org\n/);
  assert.match(message, /^From: "root \(Cron Daemon\)" <me@example\.org>$/m);
  assert.ok(message.endsWith('\n\ndisk full\n.\nstill cron\n'), message);
});

test('a lone dot ends a message without -i, wherever the reads of the pipe are cut', async (t) => {
  const { send, lying } = box(t);
  const texts: readonly [string, string][] = [
    ['Subject: x\n\none\n..two\n.three\n.\nlost\n', 'one\n..two\n.three\n'],
    ['Subject: x\n\none\r\n.\r\nlost\n', 'one\n'],
    ['Subject: x\n\none\n.', 'one\n'],
    ['.\n', ''],
  ];
  for (const [at, [text, body]] of texts.entries()) {
    const { code, err } = await send(['-a', 'me', 'anna@example.net'], text);
    assert.equal(code, 0, err);
    assert.equal(lying().length, at + 1);
    assert.ok(
      lying().some((message) => message.slice(message.indexOf('\n\n') + 2) === body),
      JSON.stringify(text),
    );
  }
});

test("the account is the one whose address -f or From is, and a stranger's address is refused", async (t) => {
  const { send, lying } = box(t);
  assert.equal((await send(['-t', '-i'], 'From: other@example.org\nTo: a@example.net\n\nx\n')).code, 0);
  assert.equal((await send(['-f', 'other@example.org', 'a@example.net'], 'Subject: x\n\nx\n')).code, 0);
  assert.equal(lying('other').length, 2);
  const { code, err } = await send(['-t'], 'From: stranger@example.net\nTo: a@example.net\n\nx\n');
  assert.equal(code, 65);
  assert.match(err, /stranger@example\.net is not an address of the account me/);
});

const noGit =
  spawnSync('git', ['send-email', '--dump-aliases']).status === 0 ? false : 'needs git send-email';

test('git send-email hands its patches in', { skip: noGit }, (t) => {
  const { home, lying } = box(t);
  const repository = join(home, 'repository');
  mkdirSync(repository);
  const git = (...argv: readonly string[]): void => {
    const env = { ...process.env, HOME: home, GIT_CONFIG_NOSYSTEM: '1', EMAIL: 'me@example.org' };
    const { status, stderr } = spawnSync('git', argv, { cwd: repository, encoding: 'utf8', env });
    assert.equal(status, 0, stderr);
  };
  git('init', '-q');
  writeFileSync(join(repository, 'a'), '中文\n');
  git('add', 'a');
  git('-c', 'user.name=王小明', '-c', 'user.email=me@example.org', 'commit', '-qm', '第一次提交: first');
  git('format-patch', '-q', '-1', '-o', home, '--root');
  const patch = readdirSync(home).find((name) => name.endsWith('.patch')) ?? '';
  const command = `${process.execPath} ${MAIN} --config ${join(home, 'config.yaml')} sendmail`;
  git('-c', `sendemail.sendmailCmd=${command}`, '-c', 'user.name=王小明', '-c', 'user.email=me@example.org',
    'send-email', '--quiet', '--confirm=never', '--suppress-cc=all', '--to=list@example.net', '--cc=anna@example.net', join(home, patch)); // prettier-ignore
  const [message = ''] = lying();
  assert.match(message, /^X-Mailkeep-Only-To: list@example\.net,\n anna@example\.net\n/);
  assert.match(message, /^Subject: \[PATCH\]/m);
});

test('the queue is printed by -bp, and nothing happens where nothing is to be done', async (t) => {
  const { send } = box(t);
  const queue = await send(['-bp'], '');
  assert.equal(queue.code, 0, queue.err);
  assert.match(queue.out + queue.err, /queue is empty/);
  for (const argv of [['-bi'], ['-q'], ['-q30m']]) assert.deepEqual((await send(argv, '')).code, 0);
});

test('exit codes are those of sysexits.h: in vain, or to be tried again', async (t) => {
  const { home, send } = box(t);
  const table: readonly [number, readonly string[], string][] = [
    [64, ['-bs'], ''],
    [64, ['-q', 'a@example.net'], 'Subject: x\n\nx\n'],
    [65, ['-t'], 'From: me@example.org\nTo: nobody:;\n\nx\n'],
    [78, ['-a', 'none', 'a@example.net'], 'x\n'],
    [75, ['a@example.net'], 'x\n'],
  ];
  for (const [code, argv, stdin] of table) {
    if (code === 75) {
      rmSync(join(home, 'outbox'), { recursive: true });
      writeFileSync(join(home, 'outbox'), 'in the way');
    }
    if (code === 78) writeFileSync(join(home, 'config.yaml'), 'accounts: [');
    assert.equal((await send(argv, stdin)).code, code, argv.join(' '));
    if (code === 78) box(t, home);
  }
});

test('what a program prints is sent, lone CRs and NULs too; signed and encoded bodies keep every octet', async (t) => {
  const { send, lying } = box(t);
  const table: readonly [header: string, printed: string, body: string | null][] = [
    ['', '10%\r20%\r\r\ndone\n', '10%\n20%\n\ndone\n'],
    ['Content-Type: text/plain; charset=UTF-8\n', 'a\0b\0', 'a^@b^@\n'],
    ['', 'at the end\r', 'at the end\n'],
    ['Content-Type: text/plain\nContent-Transfer-Encoding: base64\n', 'YQ==\rYQ==\n', null],
    ['DKIM-Signature: v=1; a=x\n', 'a\rb\n', null],
    ['', '-----BEGIN PGP SIGNED MESSAGE-----\n\na\rb\n', null],
  ];
  let handed = 0;
  for (const [header, printed, body] of table) {
    const { code, err } = await send(['a@example.net'], `Subject: x\n${header}\n${printed}`);
    assert.equal(code, body === null ? 65 : 0, err);
    if (body === null) assert.match(err, /a CR without LF/);
    else handed++;
    assert.equal(lying().length, handed);
    if (body !== null)
      assert.ok(
        lying().some((message) => message.endsWith(`\n\n${body}`)),
        JSON.stringify(lying()),
      );
  }
});
