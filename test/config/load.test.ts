// The configuration file: where it is looked for, what is said about mistakes, and what becomes of a right one.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/load.ts';
import { MailError } from '../../src/model/error.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const ACCOUNT = 'accounts: [{ name: qq, address: me@qq.com, password: { env: CODE }, receive: {} }]\n';

function written(t: TestContext, text: string, mode: number = 0o600): string {
  const path = join(temporaryDirectory(t), 'config.yaml');
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

async function load(
  t: TestContext,
  text: string,
  env: Record<string, string> = {},
  mode?: number,
): Promise<Config> {
  return loadConfig(written(t, text, mode), { env, home: '/home/me' });
}

/** What is said of `text`, without the path. */
async function complaints(t: TestContext, text: string, mode?: number): Promise<string[]> {
  const error: unknown = await load(t, text, {}, mode).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof MailError, 'it was accepted');
  assert.equal(error.kind, 'config');
  assert.equal(error.retry, 'never');
  return error.message.split('\n').map((line) => line.replace(/^.*config\.yaml:/, ''));
}

/** One account with `more` in it, one key a line from line 2. */
const one = (...more: string[]): string =>
  ['accounts:', '  - name: a', ...more.map((line) => `    ${line}`)].join('\n');
const GOOD = ['address: me@qq.com', 'password: { env: CODE }', 'receive: {}'];

test('a mistake is told with its line, its key and the nearest right one', async (t) => {
  const table: [string, string][] = [
    [`${ACCOUNT}logg: {}`, '2: logg: unknown key; did you mean "log"?'],
    [one('address: me@qq.com', 'recieve: {}', 'password: { env: C }'), '4: accounts[0].recieve: unknown key; did you mean "receive"?'],
    [one(...GOOD.slice(0, 2), 'receive:', '  folders:', '    excluded: []'), '7: accounts[0].receive.folders.excluded: unknown key; did you mean "exclude"?'],
    [one('address: me@qq.com', 'receive: {}', 'password: { environment: X }'), '5: accounts[0].password.environment: unknown key; did you mean "env"?'],
    [one(...GOOD.slice(0, 2), 'receive: { protocol: pop }'), '5: accounts[0].receive.protocol: must be one of imap, pop3'],
    [one(...GOOD.slice(0, 2), 'receive: { port: 70000 }'), '5: accounts[0].receive.port: must be at most 65535'],
    [one(...GOOD.slice(0, 2), 'receive: { port: "993" }'), '5: accounts[0].receive.port: must be a number, not text'],
    [one(...GOOD.slice(0, 2), 'receive: { schedule: "61 * * * *" }'), '5: accounts[0].receive.schedule: must be a cron expression such as "*/5 * * * *"'],
    [one(...GOOD.slice(0, 2), 'receive: { delete: { after: 30 } }'), '5: accounts[0].receive.delete.after: must be a duration such as 30s, 5m, 24h or 30d'],
    [one(...GOOD, 'timeouts: { idle: 1 minute }'), '6: accounts[0].timeouts.idle: must be a duration such as 30s, 5m, 24h or 30d'],
    [one('address: me@qq.com', 'receive: {}', 'password: 123456'), '5: accounts[0].password: must be text or a mapping, not a number; put it in quotes'],
    [one('address: me@qq.com', 'receive: {}', 'password: { env: A, file: b }'), '5: accounts[0].password: must be exactly one of { env: NAME }, { file: PATH }, { credential: NAME }, { command: [argv…] }'],
    [one('address: me@qq.com', 'receive: {}'), '2: accounts[0].password: is missing'],
    [one('address: me', 'receive: {}', 'password: { env: C }'), '3: accounts[0].address: must be a mail address such as someone@example.org'],
    [one('address: me@qq.com', 'password: { env: C }'), '2: accounts[0]: neither receive nor send is there; `receive: {}` is enough where the provider is known'],
    [one('address: me@icloud.com', 'password: { env: C }', 'receive: { protocol: pop3 }'), '5: accounts[0].receive.protocol: iCloud Mail has no POP3; use imap'],
    [one('address: me@example.org', 'password: { env: C }', 'send: {}'), '5: accounts[0].send.host: is missing; the servers of example.org are not known here'],
    [one(...GOOD.slice(0, 2), 'receive: { ca: a.pem, pin: sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU= }'), '5: accounts[0].receive.pin: stands beside ca; give one of the two'],
    [`${ACCOUNT}web: { listen: "0.0.0.0:80" }`, '2: web.password: is required: 0.0.0.0:80 can be reached from other machines'],
    [`${ACCOUNT}metrics: { listen: "localhost:99999" }`, '2: metrics.listen: has a port over 65535'],
    ['data: /x', '1: accounts: is missing'],
    ['', '1: must be a mapping of keys, but nothing stands there'],
  ]; // prettier-ignore
  for (const [text, wanted] of table) assert.deepEqual(await complaints(t, text), [wanted], text);
});

test('text that is not YAML is told with its line', async (t) => {
  const [first] = await complaints(t, 'data: /x\naccounts: [\n');
  assert.match(first ?? '', /^[23]:\d+: /);
});

test('all mistakes are told in one go, in the order of the file', async (t) => {
  const text = `logg: {}\ndata: 5\naccounts:\n  - { name: a, address: x@qq.com }\n  - { name: a, password: hi }\n`;
  assert.deepEqual(
    (await complaints(t, text)).map((line) => line.replace(/: (unknown|must|is|neither|"a").*/, '')),
    [
      '1: logg',
      '2: data',
      '4: accounts[0].password',
      '4: accounts[0]',
      '5: accounts[1].address',
      '5: accounts[1].name',
    ],
  );
});

test('two accounts of one name are refused, and so are the names of outbox folders', async (t) => {
  const account = ', address: me@qq.com, password: { env: C }, receive: {} }\n';
  assert.deepEqual(await complaints(t, `accounts:\n - { name: a${account} - { name: a${account}`), [
    '3: accounts[1].name: "a" is taken by accounts[0]',
  ]);
  for (const name of ['sent', 'failed', 'A', '.a', 'a/b', '"../x"', 'a b'])
    assert.match(
      (await complaints(t, `accounts:\n - { name: ${name}${account}`)).join(),
      /^2: accounts\[0\]\.name: must/,
    );
});

test('no password goes in clear to another machine unless it is asked for in so many words', async (t) => {
  const receive = (host: string, more = ''): string =>
    one('address: me@x.org', 'password: { env: C }', `receive: { host: "${host}", tls: none${more} }`);
  assert.match(
    (await complaints(t, receive('mail.x.org'))).join(),
    /^5: accounts\[0\]\.receive\.tls: none would send/,
  );
  assert.match((await complaints(t, receive('127.0.0.1.x.org'))).join(), /receive\.tls/);
  for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '::1'])
    assert.equal((await load(t, receive(host))).accounts[0]?.receive?.port, 143);
  const insecure = await load(t, receive('mail.x.org', ', insecure: true'));
  assert.equal(insecure.accounts[0]?.receive?.insecure, true);
});

test('a literal password is accepted only where no other user can read the file', async (t) => {
  const text = one('address: me@qq.com', 'password: geheim', 'receive: {}');
  for (const mode of [0o644, 0o640, 0o604]) {
    const said = (await complaints(t, text, mode)).join();
    assert.match(
      said,
      /^4: accounts\[0\]\.password: would be readable by other users of this machine; run `chmod 600/,
    );
    assert.doesNotMatch(said, /geheim/);
  }
  assert.deepEqual(await (await load(t, text)).accounts[0]?.login(), {
    user: 'me@qq.com',
    password: 'geheim',
  });
});

test('a known provider needs an address and a password', async (t) => {
  const { accounts } = await load(t, `${ACCOUNT.slice(0, -4)}, send: }]\n`);
  const [account] = accounts;
  assert.equal(account?.user, 'me@qq.com');
  assert.equal(account?.provider, 'QQ Mail');
  assert.match(account?.loginHint ?? '', /授权码/);
  const { host, port, tls, protocol, schedule, connections, folders } = account?.receive ?? {};
  assert.deepEqual(
    { host, port, tls, protocol, schedule, connections, folders },
    {
      host: 'imap.qq.com',
      port: 993,
      tls: 'implicit',
      protocol: 'imap',
      schedule: '*/5 * * * *',
      connections: 1,
      folders: { include: ['*'], exclude: [] },
    },
  );
  assert.equal(account?.send?.host, 'smtp.qq.com');
  assert.deepEqual(account?.send?.rate, { perMinute: 30, perDay: 500, perConnection: 20 });
  assert.deepEqual(account?.timeouts, { connect: 30_000, idle: 60_000 });
});

test('ports follow TLS, and TLS follows ports', async (t) => {
  const table: [string, number, string][] = [
    ['receive: { host: h }', 993, 'implicit'],
    ['receive: { host: h, tls: starttls }', 143, 'starttls'],
    ['receive: { host: h, port: 143 }', 143, 'starttls'],
    ['receive: { host: h, port: 9993 }', 9993, 'implicit'],
    ['receive: { host: h, protocol: pop3 }', 995, 'implicit'],
    ['receive: { host: h, protocol: pop3, port: 110 }', 110, 'starttls'],
    ['send: { host: h }', 465, 'implicit'],
    ['send: { host: h, port: 587 }', 587, 'starttls'],
    ['send: { host: h, port: 25 }', 25, 'starttls'],
  ];
  for (const [text, port, tls] of table) {
    const { accounts } = await load(t, one('address: me@x.org', 'password: { env: C }', text));
    const server = accounts[0]?.receive ?? accounts[0]?.send;
    assert.deepEqual([server?.port, server?.tls], [port, tls], text);
  }
});

test("a person's own domain at a known provider gets that provider's hint, another server does not", async (t) => {
  const at = async (address: string, host: string): Promise<string | undefined> =>
    (await load(t, one(`address: ${address}`, 'password: { env: C }', `receive: { host: ${host} }`)))
      .accounts[0]?.provider;
  assert.equal(await at('me@x.org', 'imap.gmail.com'), 'Gmail');
  assert.equal(await at('me@gmail.com', 'mail.x.org'), undefined);
});

test('data and outbox have their places', async (t) => {
  const data = async (head: string, env: Record<string, string> = {}): Promise<string[]> => {
    const config = await load(t, `${head}${ACCOUNT}`, env);
    return [config.data, config.outbox];
  };
  const share = '/home/me/.local/share/mailkeep';
  assert.deepEqual(await data(''), [share, `${share}/outbox`]);
  assert.deepEqual(await data('', { XDG_DATA_HOME: '/d' }), ['/d/mailkeep', '/d/mailkeep/outbox']);
  assert.deepEqual(await data('', { XDG_DATA_HOME: '/d', STATE_DIRECTORY: '/s:/t' }), ['/s', '/s/outbox']);
  assert.deepEqual(await data('data: ~/mail\noutbox: ~/out\n'), ['/home/me/mail', '/home/me/out']);
  const config = await load(t, `data: mail\n${ACCOUNT}`);
  assert.equal(config.data, join(config.path, '../mail'), 'a relative path starts at the file');
});

test('the file is looked for in order, and a person is told where', async (t) => {
  const home = temporaryDirectory(t);
  const put = (path: string, name: string): string => {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, ACCOUNT.replace('qq,', `${name},`));
    return path;
  };
  const own = put(join(home, '.config/mailkeep/config.yaml'), 'own');
  const xdg = put(join(home, 'xdg/mailkeep/config.yaml'), 'xdg');
  const named = put(join(home, 'named.yaml'), 'named');
  const given = put(join(home, 'given.yaml'), 'given');
  const env = { XDG_CONFIG_HOME: join(home, 'xdg'), MAILKEEP_CONFIG: named };
  assert.equal((await loadConfig(given, { env, home })).accounts[0]?.name, 'given');
  assert.equal((await loadConfig(undefined, { env, home })).path, named);
  assert.equal((await loadConfig(undefined, { env: { ...env, MAILKEEP_CONFIG: '' }, home })).path, xdg);
  assert.equal((await loadConfig(undefined, { env: {}, home })).path, own);
  await assert.rejects(loadConfig(join(home, 'nothing.yaml'), { env, home }), {
    kind: 'config',
    message: /nothing\.yaml cannot be read/,
  });
});

test('accounts may share what they have in common', async (t) => {
  const { accounts } = await load(
    t,
    'accounts:\n  - &a { name: a, address: a@qq.com, password: { env: C }, receive: {} }\n  - { <<: *a, name: b }\n',
  );
  assert.deepEqual(
    accounts.map(({ name, address }) => [name, address]),
    [
      ['a', 'a@qq.com'],
      ['b', 'a@qq.com'],
    ],
  );
});

test('what a provider bears comes with its server: octets a day, time between logins, one command at a time', async (t) => {
  const { accounts } = await load(
    t,
    [
      'accounts:',
      '  - { name: g, address: me@gmail.com, password: { env: C }, receive: {} }',
      '  - { name: p, address: me@gmail.com, password: { env: C }, receive: { protocol: pop3 } }',
      '  - { name: q, address: me@example.org, password: { env: C }, receive: { host: imap.qq.com } }',
      '  - { name: o, address: me@example.org, password: { env: C }, receive: { host: mail.example.org } }',
    ].join('\n'),
  );
  assert.deepEqual(
    accounts.map(({ receive, timeouts }) => [
      receive?.budget,
      receive?.loginInterval,
      receive?.oneAtATime,
      receive?.connections,
      receive?.window,
      timeouts.idle,
    ]),
    [
      [2_000_000_000, undefined, undefined, 4, false, 300_000],
      [1_000_000_000, undefined, undefined, 4, true, 300_000],
      [undefined, 30_000, true, 1, true, 60_000],
      [undefined, undefined, undefined, 2, false, 60_000],
    ],
  );
});
