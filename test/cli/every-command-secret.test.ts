// Every command of the program is run against servers that repeat the secret, with secrets of every odd make, and the page is entered
// with one: nowhere is any of it seen. A new command must stand in the table.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { processStreams } from '../../src/cli/output.ts';
import { commandTree } from '../../src/cli/program.ts';
import { CommandLine, until } from '../support/command-line.ts';
import { startParrot, type Parrot, type Tongue } from '../support/parrot.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';
import { visitor } from '../web/visitor.ts';

const TONGUES: readonly Tongue[] = [
  { protocol: 'imap', mechanism: 'command' },
  { protocol: 'imap', mechanism: 'PLAIN' },
  { protocol: 'pop3', mechanism: 'command' },
  { protocol: 'smtp', mechanism: 'LOGIN' },
  { protocol: 'smtp', mechanism: 'PLAIN' },
];

/** What a regular expression, a shell, a form or a replacement may take for its own; in other scripts; and very short. */
const ODD: readonly string[] = [
  'a.b*c(d)[e]^f$|+?{2}',
  '密码是灯塔',
  'пароль-ключ',
  '%41%2e%zz&q=1',
  'quo"te\\back\\',
  "$&$1$`$'",
  'two  words geheim',
  'e\u0301tude-geheim',
  'L0ng'.repeat(60),
  'q~9',
  'Ω7',
];
const PAGE_WORD = 'Pag3-w0rd.*(geheim)密';
/** Sources that are refused as a whole, and must not be shown for that. */
const TWO_LINES = 'f1rst-line-geheim\ns3cond-line-geheim';

interface Home {
  readonly path: string;
  readonly data: string;
  readonly letter: string;
  readonly parrots: readonly Parrot[];
  readonly line: CommandLine;
}

async function installed(t: Ending): Promise<Home> {
  const path = temporaryDirectory(t);
  const [data, outbox, letter, config] = ['data', 'outbox', 'letter.eml', 'config.yaml'].map((name) =>
    join(path, name),
  ) as [string, string, string, string];
  mkdirSync(outbox, { mode: 0o770 });
  writeFileSync(letter, 'From: u3@parrot.test\r\nTo: li@mail.test\r\nSubject: hello\r\n\r\nhello\r\n');
  const env: Record<string, string> = { PAGE_WORD };
  const parrots: Parrot[] = [];
  const accounts: object[] = [];
  const pairs = ODD.flatMap((secret) => TONGUES.map((tongue) => ({ secret, tongue })));
  for (const [n, { secret, tongue }] of pairs.entries()) {
    const parrot = await startParrot(t, tongue);
    parrots.push(parrot);
    env[`CODE_${n}`] = secret;
    const place = { host: '127.0.0.1', port: parrot.port, tls: 'none' };
    const servers =
      tongue.protocol === 'smtp'
        ? { send: place }
        : { receive: { protocol: tongue.protocol, ...place, schedule: '0 0 1 1 *', push: false } };
    accounts.push({
      name: `a${n}`,
      address: `u${n}@parrot.test`,
      password: { env: `CODE_${n}` },
      timeouts: { connect: '30s', idle: '30s' },
      ...servers,
    });
  }
  writeFileSync(join(path, 'two'), TWO_LINES, { mode: 0o600 });
  env['TWO'] = TWO_LINES;
  const sources = [{ file: join(path, 'two') }, { env: 'TWO' }, { command: ['cat', join(path, 'two')] }];
  for (const [n, password] of sources.entries())
    accounts.push({
      name: `two${n}`,
      address: `two${n}@parrot.test`,
      password,
      receive: { protocol: 'imap', host: '127.0.0.1', port: 1, tls: 'none', schedule: '0 0 1 1 *' },
    });
  const web = { listen: '127.0.0.1:0', password: { env: 'PAGE_WORD' } };
  writeFileSync(config, stringify({ data, outbox, accounts, web, log: { format: 'json' } }), { mode: 0o600 });
  const line = new CommandLine(config, env);
  t.after(() => line.kill());
  return { path, data, letter, parrots, line };
}

/** A secret, and what else tells it: as BASE64, and each half of a long one. */
function tellTales(secret: string): string[] {
  const half = Math.ceil(secret.length / 2);
  return [
    secret,
    ...(secret.length < 4 ? [] : [Buffer.from(secret).toString('base64').replace(/=+$/, '')]),
    ...(secret.length < 12 ? [] : [secret.slice(0, half), secret.slice(half)]),
  ];
}

const FORBIDDEN = [...ODD, ...TWO_LINES.split('\n'), PAGE_WORD].flatMap(tellTales);

function nothingIn(where: string, text: string, more: readonly string[] = []): void {
  // As JSON has it, too.
  for (const told of [text, text.replaceAll('\\\\', '\\').replaceAll('\\"', '"')])
    for (const secret of [...FORBIDDEN, ...more]) {
      const at = told.indexOf(secret);
      assert.equal(at, -1, `${where} shows ${secret}: …${told.slice(Math.max(0, at - 150), at + 150)}…`);
    }
}

/** What is run of each command. */
function calls({ path, letter, parrots }: Home): Readonly<Record<string, readonly (readonly string[])[]>> {
  const [imap] = parrots;
  const init =
    'init --address new@parrot.test --password-env CODE_0 --name new --no-send --imap-host 127.0.0.1 --imap-tls none --yes'.split(
      ' ',
    );
  return {
    init: [
      [...init, '--imap-port', `${imap?.port ?? 0}`],
      [...init, '--imap-port', `${imap?.port ?? 0}`, '--json'],
    ],
    login: [['login', 'a0']],
    check: [['check'], ['check', '--json']],
    sync: [['sync'], ['sync', '--full', '--json'], ['sync', '--dry-run', 'a1']],
    retry: [['retry', 'a0', 'a2']],
    reload: [['reload']],
    search: [['search', 'hello']],
    show: [['show', 'abcdef01']],
    thread: [['thread', 'abcdef01']],
    status: [['status'], ['status', '--pending', '--json']],
    folders: ODD.map((_, n) => ['folders', `a${n * TONGUES.length}`]),
    export: [['export', '', '--format', 'eml', '--to', join(path, 'copied')]],
    import: [['import', letter], ['import', letter, '--json']],
    verify: [['verify', '--server'], ['verify', '--server', '--json']],
    reindex: [['reindex']],
    restore: ODD.map((_, n) => ['restore', '', '--to', `a${n * TONGUES.length + 1}`]),
    send: [['send', '--account', 'a3', letter]],
    sendmail: [['sendmail', '-bp'], ['sendmail', '-f', 'u3@parrot.test', 'li@mail.test']],
    outbox: [['outbox'], ['outbox', 'list', '--json'], ['outbox', 'show', 'ab'], ['outbox', 'retry', 'ab']],
    daemon: [],
    web: [],
  };
} // prettier-ignore

test('no command, and no make of secret, shows it', async (t) => {
  const home = await installed(t);
  const program = await commandTree(processStreams());
  const table = calls(home);
  const names = program.commands.map((command) => command.name()).filter((name) => name !== 'help');
  assert.deepEqual(Object.keys(table).toSorted(), names.toSorted());
  // What is imported is there for what reads the archive.
  for (const name of ['import', ...names.filter((one) => one !== 'import')])
    for (const argv of table[name] ?? []) {
      const { stdout, stderr } = await home.line.run(...argv, '--verbose');
      nothingIn(argv.join(' '), stdout + stderr);
    }
  for (const [n, { heard }] of home.parrots.entries())
    assert.ok(heard.length > 0, `${TONGUES[n % TONGUES.length]?.protocol} ${n} was asked to let us in`);
  for (const name of readdirSync(home.data, { recursive: true, encoding: 'utf8' })) {
    const file = join(home.data, name);
    if (statSync(file).isFile()) nothingIn(name, readFileSync(file, 'utf8'));
  }
});

test('whoever enters the page is told neither its password, nor a guess at it, nor anybody’s cookie', async (t) => {
  const { line } = await installed(t);
  const guess = 'a-wr0ng-gu3ss-geheim';
  const enter = async (url: string): Promise<void> => {
    const page = visitor(url);
    const wrong = await page.post('/login', { password: guess, back: '/status' });
    assert.equal(wrong.status, 401);
    nothingIn('the refusal', await wrong.text(), [guess]);
    const right = await page.post('/login', { password: PAGE_WORD, back: '/' });
    assert.equal(right.status, 303);
    const cookie = (right.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    cookies.push(cookie.split('=')[1] ?? '');
    for (const path of ['/', '/status', '/outbox', '/?q=hello', '/nowhere', '/message/abcdef01', '/help']) {
      const answer = await page.get(path, { cookie });
      nothingIn(path, await answer.text(), [guess, ...cookies]);
    }
  };
  const cookies: string[] = [];
  const web = line.start('web', '--verbose');
  await until(() => web.printed().includes('\n'), web.said);
  await enter(web.printed().trim());
  const service = line.start('daemon', '--verbose');
  const address = (): string | undefined => /the page is at (http[^"\s]*)"/.exec(service.said())?.[1];
  await until(() => address() !== undefined, service.said);
  await enter(address() ?? '');
  assert.ok(cookies.every((cookie) => cookie.length > 30));
  for (const one of [web, service]) {
    const { stdout, stderr } = await one.stop();
    nothingIn('the log', stdout + stderr, [guess, ...cookies]);
    assert.match(stderr, /wrong password/, 'the refusal is in the log');
  }
});

/** Throws in the middle of a command what Node's own errors carry beside their message: the arguments of a program that failed. */
const THROWS = `
  const secret = process.env.CODE_0;
  const error = () => Object.assign(new Error('spawn tool ENOENT', { cause: new Error(secret) }), {
    cmd: 'tool ' + secret, spawnargs: ['--password', secret], [secret]: 1,
  });
  process.on('SIGUSR2', () => { throw error(); });
  process.on('SIGWINCH', () => void Promise.reject(error()));`;

for (const signal of ['SIGUSR2', 'SIGWINCH'] as const)
  for (const command of ['daemon', 'web'])
    test(`what nobody catches ends ${command} with a line that tells no more than its message (${signal})`, async (t) => {
      const { line, path } = await installed(t);
      writeFileSync(join(path, 'throws.mjs'), THROWS);
      process.env['NODE_OPTIONS'] = `--import=${join(path, 'throws.mjs')}`;
      t.after(() => void delete process.env['NODE_OPTIONS']);
      const running = line.start(command);
      await until(() => /http:/.test(running.printed() + running.said()), running.said);
      const { code, stdout, stderr } = await running.kill(signal);
      assert.equal(code, 1, stderr);
      assert.match(stderr, /internal error: spawn tool ENOENT/);
      assert.match(stderr, /This is a mistake in mailkeep/);
      nothingIn(command, stdout + stderr);
    });
