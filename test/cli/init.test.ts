// `init` by flags: what is written where, what is never overwritten, and what is asked for.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import stringWidth from 'string-width';
import { loadConfig } from '../../src/config/load.ts';
import { startProvider } from '../support/provider/provider.ts';
import { mailkeep } from '../support/run.ts';
import { onTerminal } from '../support/terminal.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const QQ = ['init', '--address', 'me@qq.com', '--password-env', 'CODE', '--no-test'];
const OWN = ['init', '--address', 'me@example.org', '--imap-host', 'mail.example.org', '--no-test'];

test('what is missing is named by its flag, and nothing is written', async (t) => {
  const home = temporaryDirectory(t);
  const table: [string[], RegExp][] = [
    [['init'], /--address is missing/],
    [['init', '--address', 'me@qq.com'], /--password-env, .* is missing/],
    [['init', '--address', 'me@example.org', '--password-env', 'C', '--offline'], /--imap-host is missing/],
    [[...OWN, '--password-env', 'C'], /--smtp-host \(or --no-send\) is missing/],
    [[...QQ, '--password-file', 'f'], /--password-file <file>' cannot be used with option '--password-env <name>'/],
    [[...QQ, '--password-stdin'], /cannot be used with/],
    [[...QQ.slice(0, 3), '--password-stdin'], /standard input held no password/],
    [[...QQ, '--name', 'A B'], /^mailkeep: name: must be made of/],
    [['init', '--address', 'me', '--password-env', 'C', '--imap-host', 'h', '--no-send', '--no-test'], /address: must be/],
    [['init', '--address', 'me@icloud.com', '--password-env', 'C', '--protocol', 'pop3', '--no-test'], /has no POP3/],
  ]; // prettier-ignore
  for (const [argv, wanted] of table) {
    const { code, out, err } = await mailkeep(argv, { home });
    assert.deepEqual([code, out], [2, ''], argv.join(' '));
    assert.match(err, wanted);
    assert.deepEqual(readdirSync(home), []);
  }
});

test('a known provider needs an address and a place of the password', async (t) => {
  const home = temporaryDirectory(t);
  const { code, out, err } = await mailkeep([...QQ, '--data', join(home, 'mail')], { home });
  assert.deepEqual([code, err], [0, '']);
  const path = join(home, '.config/mailkeep/config.yaml');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.match(
    out,
    /^Written .*config\.yaml\nThe logins were not tested[^]*mailkeep sync[^]*mailkeep daemon/,
  );
  const { accounts, data } = await loadConfig(undefined, { env: { CODE: 'x' }, home });
  assert.equal(data, join(home, 'mail'));
  assert.equal(accounts[0]?.name, 'qq');
  assert.equal(accounts[0]?.receive?.host, 'imap.qq.com');
  assert.equal(accounts[0]?.send?.host, 'smtp.qq.com');
  assert.deepEqual(await accounts[0]?.login(), { user: 'me@qq.com', password: 'x' });
});

test('a further account is added, and comments and permissions of the file stay', async (t) => {
  const home = temporaryDirectory(t);
  const path = join(home, 'c.yaml');
  writeFileSync(
    path,
    '# mine\naccounts:\n  # first\n  - name: qq\n    address: a@qq.com\n    password: { env: A }\n    receive: {} # all\nlog: { level: warn } # last\n',
  );
  chmodSync(path, 0o640);
  const { code, out } = await mailkeep(['--config', path, ...QQ], { home });
  assert.equal(code, 0);
  assert.match(out, /^Added to /);
  assert.match(out, /mailkeep --config .*c\.yaml sync/);
  const text = readFileSync(path, 'utf8');
  for (const comment of ['# mine', '# first', '# all', '# last']) assert.ok(text.includes(comment), comment);
  assert.equal(statSync(path).mode & 0o777, 0o640);
  const { accounts, log } = await loadConfig(path, { env: {}, home });
  assert.deepEqual(
    accounts.map(({ name }) => name),
    ['qq', 'qq-2'],
  );
  assert.equal(log.level, 'warn');
});

test('whatever stands in the file stays as it is written: line ends, anchors, spaces, what comes behind', async (t) => {
  const home = temporaryDirectory(t);
  const path = join(home, 'c.yaml');
  const head =
    '# mine\n\naccounts:\n  - name: one   # aside\n    address: &me a@qq.com\n    user: *me\n    password: {env: A}\n    receive: &r\n      folders: { exclude: [Junk] }\n';
  const last = '  - name: two\n    address: b@qq.com\n    password: { env: B }\n    receive: *r # as one\n';
  const entry =
    '  - name: qq\n    address: me@qq.com\n    password: { env: CODE }\n    receive:\n      protocol: imap\n    send: {}\n';
  for (const [before, after] of [
    [head + last + '\nlog: { level: warn }\n# end', head + last + entry + '\nlog: { level: warn }\n# end'],
    [head + last.trimEnd(), head + last + entry],
    [
      'accounts: [{ name: a, address: a@qq.com, password: {env: A}, receive: {} }] # flow\n',
      'accounts: [ { name: a, address: a@qq.com, password: { env: A }, receive: {} }, { name: qq, address: me@qq.com, password: { env: CODE }, receive: { protocol: imap }, send: {} } ] # flow\n',
    ],
  ] as const)
    for (const end of ['\n', '\r\n']) {
      writeFileSync(path, before.replaceAll('\n', end));
      const { code, err } = await mailkeep(['--config', path, ...QQ], { home });
      assert.equal(code, 0, err);
      assert.equal(readFileSync(path, 'utf8'), after.replaceAll('\n', end));
    }
});

test('an existing configuration is never overwritten: not its places, not its names, not when it is wrong', async (t) => {
  const home = temporaryDirectory(t);
  const path = join(home, 'c.yaml');
  await mailkeep(['--config', path, ...QQ], { home });
  const before = readFileSync(path, 'utf8');
  const table: [string[], number, RegExp][] = [
    [['--data', '/elsewhere'], 2, /is there already, and its data is/],
    [['--name', 'qq'], 2, /name: "qq" is taken by accounts\[0\]/],
  ];
  for (const [more, wanted, said] of table) {
    const { code, err } = await mailkeep(['--config', path, ...QQ, ...more], { home });
    assert.equal(code, wanted);
    assert.match(err, said);
    assert.equal(readFileSync(path, 'utf8'), before);
  }
  writeFileSync(path, 'accouts: []\n');
  const { code, err } = await mailkeep(['--config', path, ...QQ], { home });
  assert.equal(code, 78);
  assert.match(err, /:1: accouts: unknown key; did you mean "accounts"\?/);
  assert.equal(readFileSync(path, 'utf8'), 'accouts: []\n');
});

test('a password from standard input goes to a file of its own that nobody else can read', async (t) => {
  const home = temporaryDirectory(t);
  const path = join(home, 'c.yaml');
  const argv = ['--config', path, ...OWN, '--no-send', '--password-stdin', '--json'];
  writeFileSync(join(home, 'example.password'), 'of somebody else');
  const { code, out } = await mailkeep(argv, { home, stdin: 'geheim 密码\n' });
  assert.equal(code, 0);
  const passwordFile = join(home, 'example-2.password');
  assert.deepEqual(JSON.parse(out), {
    ok: true,
    config: path,
    account: 'example',
    passwordStore: 'file',
    passwordFile,
    steps: [],
  });
  assert.equal(statSync(passwordFile).mode & 0o777, 0o600);
  assert.equal(readFileSync(join(home, 'example.password'), 'utf8'), 'of somebody else');
  assert.doesNotMatch(readFileSync(path, 'utf8'), /geheim/);
  const { accounts } = await loadConfig(path, { env: {}, home });
  assert.deepEqual(Object.values((await accounts[0]?.login()) ?? {}).at(-1), 'geheim 密码');
});

test('a person whose locale is Chinese is told in Chinese', async (t) => {
  const home = temporaryDirectory(t);
  const config = join(home, 'c.yaml');
  const told = async (env: Record<string, string>): Promise<string> =>
    (await mailkeep(['--config', config, ...QQ], { home, env })).out;
  assert.match(await told({ LANG: 'zh_CN.UTF-8' }), /^已写入/);
  assert.match(await told({ LANG: 'en_GB.UTF-8', LC_ALL: 'zh_TW.UTF-8' }), /^已添加到/);
  assert.match(await told({ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' }), /^Added to/);
  assert.ok(existsSync(config));
});

test('the logins are tested first: a refused one writes nothing', async (t) => {
  const home = temporaryDirectory(t);
  const mail = await startProvider({ users: { 'alice@example.org': 'right' } });
  t.after(() => mail.stop());
  const path = join(home, 'c/config.yaml');
  const argv = [
    '--config',
    path,
    'init',
    '--address',
    'alice@example.org',
    '--password-stdin',
    '--ca',
    mail.ca,
  ];
  const imap = ['--imap-host', 'localhost', '--imap-port', String(mail.ports.imaps)];
  const smtp = ['--smtp-host', 'localhost', '--smtp-port', String(mail.ports.smtp), '--smtp-tls', 'starttls'];
  const refused = await mailkeep([...argv, ...imap, ...smtp], { home, stdin: 'wrong\n' });
  assert.equal(refused.code, 77);
  assert.match(refused.out, /FAILED example imap login: [^\n]* refused by localhost/);
  assert.deepEqual(readdirSync(home), []);
  const taken = await mailkeep([...argv, ...imap, ...smtp], { home, stdin: 'right\n' });
  assert.equal(taken.code, 0, taken.out + taken.err);
  assert.match(taken.out, /ok {5}example imap folders: 4[^]*ok {5}example smtp login: [^]*Written /);
  const { accounts } = await loadConfig(path, { env: {}, home });
  assert.deepEqual([accounts[0]?.receive?.ca, accounts[0]?.send?.tls], [mail.ca, 'starttls']);
  assert.equal((await mailkeep(['check', '--config', path], { home })).code, 0);
});

test('an address whose provider takes OAuth2 alone needs a client id, and `mailkeep login` comes next', async (t) => {
  const home = temporaryDirectory(t);
  const argv = ['init', '--address', 'me@outlook.com'];
  const without = await mailkeep(argv, { home });
  assert.equal(without.code, 2);
  assert.match(without.err, /--client-id is missing/);
  const { code, out, err } = await mailkeep([...argv, '--client-id', 'my-app'], { home });
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /What happens now\n {2}mailkeep login outlook +signs in[^\n]*\n {2}mailkeep sync/);
  const text = readFileSync(join(home, '.config/mailkeep/config.yaml'), 'utf8');
  assert.doesNotMatch(text, /password/);
  const { accounts } = await loadConfig(undefined, { env: {}, home });
  assert.deepEqual([accounts[0]?.oauth2?.provider, accounts[0]?.oauth2?.clientId], ['Microsoft', 'my-app']);
});

test('elsewhere OAuth2 is used where a client id is given, and only where the provider is known', async (t) => {
  const home = temporaryDirectory(t);
  const gmail = [
    'init',
    '--address',
    'me@gmail.com',
    '--client-id',
    'c',
    '--client-secret-file',
    'google.secret',
  ];
  assert.equal((await mailkeep(gmail, { home })).code, 0);
  const { accounts } = await loadConfig(undefined, { env: {}, home });
  assert.equal(accounts[0]?.oauth2?.provider, 'Google');
  assert.ok(accounts[0]?.oauth2?.clientSecret !== undefined);
  const { code, err } = await mailkeep([...OWN, '--no-send', '--client-id', 'c'], { home });
  assert.equal(code, 2);
  assert.match(err, /--client-id is for addresses at Google, Microsoft and Yahoo/);
});

test('what happens now fits a narrow window, in both languages', async (t) => {
  for (const LANG of ['C.UTF-8', 'zh_CN.UTF-8']) {
    const home = temporaryDirectory(t);
    const { out } = await onTerminal(QQ, home, { LANG, COLUMNS: '50' });
    const [, now = ''] = out.split(/What happens now|接下来/);
    assert.match(now, /^ {2}mailkeep sync$/m);
    for (const line of now.split('\n').filter((one) => !one.includes(home)))
      assert.ok(stringWidth(line) <= 50, line);
  }
});
