// `mailkeep login`: what the person is told, what is stored, and what the other commands say before and after.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { stringify } from 'yaml';
import { run } from '../../src/cli/program.ts';
import type { Status } from '../../src/service/facts.ts';
import { startAuthorizationServer } from '../support/authorization-server.ts';
import type { AuthorizationServer, ServerOptions } from '../support/authorization-server.ts';
import { CommandLine, until } from '../support/command-line.ts';
import { mailkeep } from '../support/run.ts';
import type { Ran } from '../support/run.ts';
import { USER } from '../support/signed-in.ts';
import { temporaryDirectory } from '../support/temporary.ts';

interface Home {
  readonly server: AuthorizationServer;
  readonly config: string;
  readonly data: string;
  readonly run: (argv: readonly string[], env?: Record<string, string>, stdin?: string) => Promise<Ran>;
}

async function home(t: TestContext, keys: object = {}, options: ServerOptions = {}): Promise<Home> {
  const server = await startAuthorizationServer(t, { tls: null, ...options });
  const path = temporaryDirectory(t);
  const config = join(path, 'config.yaml');
  const data = join(path, 'data');
  mkdirSync(data);
  const accounts = [
    {
      name: 'mine',
      address: USER,
      oauth2: { ...server.keys, ...keys },
      // Nothing listens there: no mail server is asked.
      receive: { host: '127.0.0.1', port: 1, tls: 'none' },
    },
    { name: 'plain', address: 'me@qq.com', password: { env: 'CODE' }, receive: {} },
  ];
  writeFileSync(config, stringify({ data, accounts }));
  return {
    server,
    config,
    data,
    run: (argv, env = {}, stdin = '') => mailkeep(['--config', config, ...argv], { home: path, env, stdin }),
  };
}

/** A `xdg-open` that is a browser: it goes where it is sent. */
function browser(t: TestContext): Record<string, string> {
  const path = temporaryDirectory(t);
  const script = `#!${process.execPath}\nvoid fetch(process.argv[2]);\n`;
  writeFileSync(join(path, 'xdg-open'), script, { mode: 0o755 });
  return { PATH: path, DISPLAY: ':0' };
}

test('in a browser: it says what to do and what happens now, and no other user can read the tokens', async (t) => {
  const { run, data, server } = await home(t);
  const { code, out, err } = await run(['login', 'mine'], browser(t));
  assert.deepEqual([code, err], [0, ''], out);
  assert.match(
    out,
    /^Account "mine": sign in at 127\.0\.0\.1 as me@example\.org\n {2}A browser opens; [^]*15 minutes/,
  );
  assert.match(
    out,
    /\nSigned in at 127\.0\.0\.1 as me@example\.org\.\n\nWhat happens now\n[^]*renewed by itself[^]* check mine /,
  );
  assert.equal(statSync(join(data, 'tokens')).mode & 0o777, 0o700);
  assert.equal(statSync(join(data, 'tokens/mine.json')).mode & 0o777, 0o600);
  for (const secret of Object.values(server.asked[0] ?? {}).filter((text) => text.startsWith('code-')))
    assert.doesNotMatch(out, new RegExp(secret));
});

test('over SSH, and with --no-browser, a code is given instead; --json is one document', async (t) => {
  const { run, server } = await home(t, {}, { interval: 1 });
  const table: [string[], Record<string, string>][] = [
    [['--no-browser'], browser(t)],
    [[], { ...browser(t), SSH_CONNECTION: 'x' }],
    [[], {}],
  ];
  for (const [more, env] of table) {
    const running = run(['login', 'mine', '--json', ...more], env);
    server.beforeAnswer = async () => server.device('allowed');
    const { code, out, err } = await running;
    assert.equal(code, 0, err);
    assert.match(
      err,
      /1\. Open on any device: {2}https:\/\/example\.org\/device\n {2}2\. Enter the code: {6}WDJB-MJHT\n/,
    );
    const said = JSON.parse(out) as Record<string, unknown>;
    assert.deepEqual([said['ok'], said['account'], said['renewable']], [true, 'mine', true]);
    assert.ok(Date.parse(String(said['expires'])) > Date.now());
    assert.doesNotMatch(out + err, /at-|rt-|dc-/, 'no token is shown');
  }
});

test('where no browser and no code is, the address of the last page is pasted', async (t) => {
  const { config, data } = await home(t, {
    deviceEndpoint: undefined,
    redirectUri: 'https://localhost:4711/',
  });
  const stdin = new PassThrough();
  let out = '';
  const stdout = new Writable({
    write: (chunk: Buffer, _, done) => {
      out += chunk.toString();
      done();
    },
  });
  const around = { env: {}, home: data };
  const running = run(['--config', config, 'login', 'mine'], { stdin, stdout, stderr: stdout, around });
  await until(() => out.includes('Ctrl-C'), 'the page is told');
  const page = /http:\S+authorize\S+/.exec(out)?.[0] ?? '';
  const { headers } = await fetch(page, { redirect: 'manual' });
  stdin.write('https://localhost:4711/?code=x&state=guess\n');
  await until(() => out.includes('That is no address of this sign-in'), 'a wrong address is turned away');
  stdin.write(`${headers.get('location')}\n`);
  assert.equal(await running, 0, out);
  assert.match(out, /\nSigned in at/);
});

test('a no, a wrong client and an unknown scope have their exit codes and cures, and store nothing', async (t) => {
  const { run, server, data } = await home(t, { scope: 'mail' });
  const wrong = await run(['login', 'mine']);
  assert.equal(wrong.code, 78);
  assert.match(
    wrong.err,
    /^mailkeep: OAuth2 device code refused by 127\.0\.0\.1: invalid_scope\n {2}hint: Check oauth2\.scope/,
  );
  server.trouble.push({ status: 401, body: '{"error":"invalid_client"}' });
  assert.match((await run(['login', 'mine'])).err, /hint: Check oauth2\.clientId and oauth2\.clientSecret/);
  server.consents = false;
  const no = await run(['login', 'mine'], browser(t));
  assert.equal(no.code, 77);
  assert.match(no.err, /access_denied: not now\n {2}hint: Run the command again, and allow it/);
  assert.deepEqual(readdirSync(join(data, 'tokens')), []);
});

test('who cannot sign in that way is told what to write', async (t) => {
  const { run } = await home(t, { clientId: undefined });
  const plain = await run(['login', 'plain']);
  assert.equal(plain.code, 2);
  assert.match(plain.err, /account "plain" signs in with a password[^]*oauth2: \{ provider: google/);
  const none = await run(['login', 'mine']);
  assert.equal(none.code, 78);
  assert.match(
    none.err,
    /"mine" has no oauth2\.clientId, so it cannot sign in at 127\.0\.0\.1\n {2}hint: mailkeep brings no client id of its own: register/,
  );
});

test('check and status tell who must sign in, and are content when it is done', async (t) => {
  const { run } = await home(t);
  const before = await run(['check', 'mine']);
  assert.equal(before.code, 77);
  assert.match(
    before.out,
    /FAILED mine token: account "mine" is not signed in at 127\.0\.0\.1\n +hint: Run `mailkeep login mine`/,
  );
  const status = async (): Promise<Status> => JSON.parse((await run(['status', '--json'])).out) as Status;
  const [wanting] = (await status()).accounts;
  assert.deepEqual([wanting?.state, (await status()).ok], ['login', false]);
  assert.match(JSON.stringify(wanting?.error), /"kind":"auth".*mailkeep login mine/);
  assert.match((await run(['status'])).out, /✗ +mine +login [^]*hint: Run `mailkeep login mine`/);
  assert.equal((await run(['login', 'mine'], browser(t))).code, 0);
  assert.match((await run(['check', 'mine'])).out, /ok {5}mine token: 127\.0\.0\.1 gave one, and it holds\n/);
  assert.equal((await status()).accounts[0]?.state, 'never');
});

test('Ctrl-C ends it at once, changes nothing, and leaves nothing', async (t) => {
  const { config, data } = await home(t);
  const line = new CommandLine(config);
  t.after(() => line.kill());
  const started = line.start('login', 'mine', '--json');
  await until(() => started.said().includes('WDJB-MJHT'), 'the code is shown');
  const { code, stdout } = await started.kill('SIGINT');
  assert.equal(code, 1);
  assert.match(stdout, /"kind": "cancelled"/);
  assert.deepEqual(readdirSync(join(data, 'tokens')), []);
  assert.equal(existsSync(join(data, 'tokens/mine.json')), false);
});
