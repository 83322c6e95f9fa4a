// No secret is ever shown: whatever a server repeats, in whatever shape, by whatever command, and wherever the secret came from.
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { CommandLine, until } from '../support/command-line.ts';
import { startParrot, type Parrot, type Tongue } from '../support/parrot.ts';
import { mailkeep } from '../support/run.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';

const TONGUES: readonly Tongue[] = [
  ...['command', 'PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'XOAUTH2', 'OAUTHBEARER'].map(
    (mechanism) => ({ protocol: 'imap', mechanism }) as const,
  ),
  ...['command', 'APOP', 'PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-256'].map(
    (mechanism) => ({ protocol: 'pop3', mechanism }) as const,
  ),
  ...['PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-256', 'XOAUTH2', 'OAUTHBEARER'].map(
    (mechanism) => ({ protocol: 'smtp', mechanism }) as const,
  ),
];
const SOURCES = ['literal', 'env', 'file', 'credential', 'command'] as const;

/** What must be seen nowhere. */
interface Secrets {
  /** Those that are known from the start. */
  readonly known: readonly string[];
  readonly parrots: readonly Parrot[];
}

interface Home {
  readonly directory: string;
  readonly data: string;
  readonly outbox: string;
  readonly names: readonly string[];
  readonly secrets: Secrets;
  readonly line: CommandLine;
}

test('no command shows a secret, though every server repeats it and everything is logged', async (t) => {
  const home = await installed(t);
  const letter = join(home.directory, 'letter.eml');
  writeFileSync(letter, 'From: u14@parrot.test\r\nTo: friend@mail.test\r\nSubject: hello\r\n\r\nhello\r\n');
  const commands: readonly (readonly string[])[] = [
    ['check'],
    ['sync', '--json'],
    ['retry'],
    ['folders', 'a0'],
    ['verify', '--server'],
    ['status', '--pending', '--json'],
    ['send', '--account', 'a14', letter],
    ['outbox', 'list', '--json'],
    ['restore', 'hello', '--to', 'a1'],
    ['import', letter],
    ['login', 'a6'],
  ];
  for (const command of commands) {
    const { stdout, stderr } = await home.line.run('--verbose', ...command);
    nothingIn(home, command.join(' '), stdout + stderr);
  }
  for (const { heard } of home.secrets.parrots.slice(0, 14))
    assert.ok(heard.length > 0, 'each was asked to let us in');
  nothingInFiles(home);
});

test('nor does the service: log, status, metrics, control socket, alerts, outbox', async (t) => {
  const home = await installed(t);
  const { line } = home;
  mkdirSync(home.outbox, { recursive: true });
  for (let n = 14; n < 20; n++)
    writeFileSync(
      join(home.outbox, `letter${n}.eml`),
      `From: u${n}@parrot.test\r\nTo: friend@mail.test\r\nSubject: hello\r\n\r\nhello\r\n`,
    );
  const service = line.start('daemon', '--verbose');
  const told = join(home.directory, 'told');
  const asked = (): boolean => home.secrets.parrots.every(({ heard }) => heard.length > 0);
  await until(
    () => asked() && existsSync(told) && readFileSync(told, 'utf8').split('\n').length > 14,
    service.said,
    60_000,
  );
  const metrics = /"at":"(http:[^"]*)"/.exec(service.said())?.[1] ?? '';
  nothingIn(home, 'metrics', await (await fetch(metrics)).text());
  nothingIn(home, 'control socket', await controlled(join(home.data, 'control.sock')));
  for (const command of [
    ['status'],
    ['status', '--json'],
    ['outbox', 'list'],
    ['outbox', 'list', '--json'],
    ['sync', 'a0'],
    ['reload'],
  ]) {
    const { stdout, stderr } = await line.run(...command, '--verbose');
    nothingIn(home, command.join(' '), stdout + stderr);
  }
  const { stdout } = await line.run('outbox', 'list', '--json');
  for (const { id } of JSON.parse(stdout) as { readonly id: string }[]) {
    const shown = await line.run('outbox', 'show', id);
    nothingIn(home, 'outbox show', shown.stdout + shown.stderr);
  }
  const { stderr } = await service.stop();
  nothingIn(home, 'log', stderr);
  assert.match(stderr, /"level":"debug","message":"C: /, 'the dialogues are in it');
  nothingInFiles(home);
});

test('a program that fails to print the secret shows neither its arguments nor what it printed', async (t) => {
  const directory = temporaryDirectory(t);
  const config = join(directory, 'config.yaml');
  const argv = ['sh', '-c', 'echo shibboleth-printed; exit 3', 'shibboleth-argument'];
  const receive = { protocol: 'imap', host: '127.0.0.1', port: 9, tls: 'none' };
  writeFileSync(
    config,
    stringify({ accounts: [{ name: 'a', address: 'a@b.test', password: { command: argv }, receive }] }),
  );
  for (const command of ['check', 'sync']) {
    const { out, err } = await mailkeep(['--config', config, '--verbose', command], { home: directory });
    assert.doesNotMatch(out + err, /shibboleth/, command);
  }
});

/** A configuration with a parrot for each tongue, and each kind of secret in turn. */
async function installed(t: Ending): Promise<Home> {
  const directory = temporaryDirectory(t);
  const [data, outbox, credentials] = ['data', 'outbox', 'credentials'].map((name) =>
    join(directory, name),
  ) as [string, string, string];
  mkdirSync(credentials);
  mkdirSync(join(data, 'tokens'), { recursive: true, mode: 0o700 });
  const env: Record<string, string> = { CREDENTIALS_DIRECTORY: credentials };
  const known: string[] = [];
  const parrots: Parrot[] = [];
  const tokenEndpoint = await parrotOfTokens(t);
  const accounts: object[] = [];
  for (const [n, tongue] of TONGUES.entries()) {
    const parrot = await startParrot(t, tongue);
    parrots.push(parrot);
    const name = `a${n}`;
    const user = n % 2 === 0 ? `u${n}@parrot.test` : `user${n}`;
    const place = { host: '127.0.0.1', port: parrot.port, tls: 'none' };
    const servers =
      tongue.protocol === 'smtp'
        ? { send: place }
        : { receive: { protocol: tongue.protocol, ...place, schedule: '0 0 1 1 *', push: false } };
    const about = { name, address: `u${n}@parrot.test`, user, timeouts: { connect: '5s', idle: '5s' } };
    if (/XOAUTH2|OAUTHBEARER/.test(tongue.mechanism)) {
      const [access, refresh, client] = [
        `acc3ss-t0ken-${n}-Zq`,
        `r3fresh-t0ken-${n}-Yw`,
        `cl1ent-s3cret-${n}-Xv`,
      ];
      known.push(access, refresh, client);
      writeTokens(join(data, 'tokens', `${name}.json`), { user, tokenEndpoint, access, refresh });
      const oauth2 = {
        provider: 'generic',
        clientId: 'mine',
        clientSecret: client,
        tokenEndpoint,
        authorizationEndpoint: tokenEndpoint,
      };
      accounts.push({ ...about, oauth2, ...servers });
      continue;
    }
    const secret = `Schib${n}oleth-geheim-灯塔`.slice(0, n % 3 === 0 ? undefined : -3);
    known.push(
      secret,
      ...[`\0${user}\0${secret}`, `${user}\0${user}\0${secret}`, secret].map((text) =>
        Buffer.from(text).toString('base64'),
      ),
    );
    const source = SOURCES[n % SOURCES.length] ?? 'literal';
    accounts.push({
      ...about,
      password: sourceOf(source, `${name}-code`, secret, { directory, credentials, env }),
      ...servers,
    });
  }
  const config = join(directory, 'config.yaml');
  const alerts = { command: ['sh', '-c', 'cat >>"$0"', join(directory, 'told')], mail: 'person@mail.test' };
  const more = {
    alerts,
    metrics: { listen: '127.0.0.1:0' },
    log: { format: 'json', file: join(directory, 'mailkeep.log') },
  };
  writeFileSync(config, stringify({ data, outbox, accounts, ...more }), { mode: 0o600 });
  const names = accounts.map((_, n) => `a${n}`);
  for (const [name, value] of Object.entries(env)) {
    process.env[name] = value;
    t.after(() => void delete process.env[name]);
  }
  const line = new CommandLine(config);
  t.after(() => line.kill());
  return { directory, data, outbox, names, secrets: { known, parrots }, line };
}

function sourceOf(
  source: (typeof SOURCES)[number],
  name: string,
  secret: string,
  { directory, credentials, env }: { directory: string; credentials: string; env: Record<string, string> },
): unknown {
  const variable = `MAILKEEP_TEST_${name.toUpperCase().replaceAll('-', '_')}`;
  const file = join(source === 'credential' ? credentials : directory, name);
  if (source === 'env') env[variable] = secret;
  else if (source !== 'literal') writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return {
    literal: secret,
    env: { env: variable },
    file: { file },
    credential: { credential: name },
    command: { command: ['cat', file] },
  }[source];
}

function writeTokens(
  path: string,
  {
    user,
    tokenEndpoint,
    access,
    refresh,
  }: { user: string; tokenEndpoint: string; access: string; refresh: string },
): void {
  const now = Date.now();
  const tokens = {
    version: 1,
    user,
    tokenEndpoint,
    clientId: 'mine',
    accessToken: access,
    refreshToken: refresh,
    issued: now,
    expires: now + 3_600_000,
    scope: null,
    signedIn: now,
    ended: null,
  };
  writeFileSync(path, JSON.stringify(tokens), { mode: 0o600 });
  chmodSync(path, 0o600);
}

/** A token endpoint that refuses, and repeats the form. */
async function parrotOfTokens(t: Ending): Promise<string> {
  const server = createServer((request: IncomingMessage, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const said = decodeURIComponent(body);
      response.writeHead(400, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ error: 'invalid_request', error_description: `you said ${said}` }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
}

/** All that the control socket says to a question for the status. */
function controlled(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => socket.write('{"do":"status"}\n'));
    let all = '';
    socket
      .on('data', (chunk: Buffer) => (all += chunk.toString()))
      .on('error', reject)
      .on('close', () => resolve(all));
  });
}

/** Words of the dialogues that are no secret. */
const OPEN = /^(?:=|\*|auth=Bearer|n,a?=?\S*|user=\S*|host=\S*|port=\S*|[ny],,n=.*|c=biws,r=.*)$/;

/** Whatever was said to be let in, and the parts of it that are long enough to be worth something. */
function forbidden({ names, secrets }: Home): string[] {
  const said = secrets.parrots.flatMap(({ heard }, n) => {
    const users = [`u${n}@parrot.test`, `user${n}`];
    return heard
      .map((text) => text.replace(/^"|"$/g, ''))
      .filter((text) => !users.includes(text) && !users.includes(Buffer.from(text, 'base64').toString()))
      .flatMap((text) => [text, ...proofIn(text)]);
  });
  const all = [...secrets.known, ...said].filter((text) => text.length >= 6 && !OPEN.test(text));
  const halves = all.flatMap((text) => [
    text.slice(0, Math.ceil(text.length / 2)),
    text.slice(Math.ceil(text.length / 2)),
  ]);
  return [...new Set([...all, ...halves.filter((text) => text.length >= 8)])].filter(
    (text) => !names.includes(text) && !OPEN.test(text),
  );
}

/** What of an encoded answer is as good as the password: the proof of SCRAM, the digest of CRAM-MD5. */
function proofIn(text: string): string[] {
  const decoded = Buffer.from(text, 'base64').toString();
  return [/,p=([^,]+)$/.exec(decoded)?.[1], /^\S+ ([0-9a-f]{32})$/.exec(decoded)?.[1]].filter(
    (found) => found !== undefined,
  );
}

function nothingIn(home: Home, where: string, text: string): void {
  const plain = text.replace(/\x1b\[[0-9;]*m/g, '');
  for (const secret of forbidden(home)) {
    const at = plain.indexOf(secret);
    assert.equal(at, -1, `${where} shows ${secret}: …${plain.slice(Math.max(0, at - 150), at + 150)}…`);
  }
}

/** The archive, the outbox, the log in a file, and what the alert command got. */
function nothingInFiles(home: Home): void {
  const { directory } = home;
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const path = join(directory, name);
    // Where the secrets are meant to lie.
    if (/^(?:config\.yaml|credentials|a\d+-code|data\/tokens)/.test(name) || !statSync(path).isFile())
      continue;
    nothingIn(home, name, readFileSync(path, 'latin1'));
    nothingIn(home, name, readFileSync(path, 'utf8'));
  }
}
