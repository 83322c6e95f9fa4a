// `check` against a provider of our own: each step is told, the first failure gives the exit code, and its cure stands below.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { stringify } from 'yaml';
import { probe } from '../../src/cli/probe.ts';
import type { Step } from '../../src/cli/steps.ts';
import { presetFor } from '../../src/config/presets.ts';
import type { Account } from '../../src/model/account.ts';
import type { CertificateName } from '../support/certificates.ts';
import { startProvider } from '../support/provider/provider.ts';
import type { Provider } from '../support/provider/provider.ts';
import { mailkeep } from '../support/run.ts';
import type { Ran } from '../support/run.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const ADDRESS = 'alice@example.org';

async function provider(t: TestContext, certificate: CertificateName = 'good'): Promise<Provider> {
  const started = await startProvider({ users: { [ADDRESS]: 'right' }, certificate });
  t.after(() => started.stop());
  return started;
}

interface Entry {
  readonly receive?: Record<string, unknown>;
  readonly send?: Record<string, unknown>;
}

/** Runs `check` with these accounts; the password is in $CODE. */
async function check(
  t: TestContext,
  entries: readonly Entry[],
  code = 'right',
  argv: string[] = [],
): Promise<Ran> {
  const home = temporaryDirectory(t);
  const path = join(home, 'config.yaml');
  const accounts = entries.map((entry, index) => ({
    name: `a${index}`,
    address: ADDRESS,
    password: { env: 'CODE' },
    ...entry,
  }));
  writeFileSync(path, stringify({ accounts }));
  return mailkeep(['check', '--config', path, ...argv], { home, env: { CODE: code } });
}

const imap = ({ ports, ca }: Provider): Entry => ({
  receive: { host: 'localhost', port: ports.imaps, tls: 'implicit', ca },
});
const pop3 = ({ ports, ca }: Provider): Entry => ({
  receive: { protocol: 'pop3', host: '127.0.0.1', port: ports.pop3, tls: 'starttls', ca },
});
const smtp = ({ ports, ca }: Provider): Entry => ({
  send: { host: 'localhost', port: ports.smtps, tls: 'implicit', ca },
});

/** The marks and steps, without what is told of them. */
const outline = (out: string): string[] =>
  out
    .split('\n')
    .filter((line) => /^(ok|FAILED)/.test(line))
    .map((line) => line.replace(/\s+/g, ' ').replace(/:.*/, ''));

test('everything is well: one line a step, exit 0', async (t) => {
  const mail = await provider(t);
  const { code, out, err } = await check(t, [{ ...imap(mail), ...smtp(mail) }, pop3(mail)]);
  assert.deepEqual([code, err], [0, ''], out);
  assert.deepEqual(outline(out), [
    'ok config',
    'ok a0 password',
    'ok a0 imap dns',
    'ok a0 imap connect',
    'ok a0 imap login',
    'ok a0 imap folders',
    'ok a0 smtp dns',
    'ok a0 smtp connect',
    'ok a0 smtp login',
    'ok a1 password',
    'ok a1 pop3 dns',
    'ok a1 pop3 connect',
    'ok a1 pop3 login',
    'ok a1 pop3 folders',
  ]);
  assert.match(out, /a0 imap connect: localhost:\d+, TLS; the certificate ends in \d+ days/);
  assert.match(out, /a1 pop3 connect: 127\.0\.0\.1:\d+, TLS by STARTTLS;/);
  assert.match(out, /a0 imap folders: 4, of which 4 are kept/);
  assert.match(out, /a1 pop3 folders: INBOX, 0 messages/);
});

test('a wrong password exits 77, is told with a cure, and hides nothing of the rest', async (t) => {
  const mail = await provider(t);
  const { code, out } = await check(t, [{ ...imap(mail), ...smtp(mail) }], 'wrong');
  assert.equal(code, 77);
  assert.match(
    out,
    /FAILED a0 imap login: IMAP [^\n]+ refused by localhost[^\n]*\n +hint: Check user and password/,
  );
  assert.match(out, /FAILED a0 smtp login: SMTP [^\n]+ refused by localhost/);
  assert.doesNotMatch(out, /wrong|folders/);
});

test('what a provider wants instead of a password stands under the refusal', async (t) => {
  const { ports, ca } = await provider(t);
  const account: Account = {
    name: 'qq',
    address: ADDRESS,
    user: ADDRESS,
    login: () => Promise.resolve({ user: ADDRESS, password: 'wrong' }),
    send: {
      host: 'localhost',
      port: ports.smtp,
      tls: 'starttls',
      ca,
      from: [],
      saveSent: 'auto',
      uncertain: 'retry',
      rate: { perMinute: 1, perDay: 1, perConnection: 1 },
    },
    timeouts: { connect: 30_000, idle: 30_000 },
    loginHint: presetFor('me@qq.com')?.loginHint.en,
  };
  let last: Step | undefined;
  for await (const step of probe(account, Date.now())) last = step;
  assert.deepEqual([last?.step, last?.error?.kind], ['login', 'auth']);
  assert.match(last?.error?.hint ?? '', /^QQ Mail wants an authorization code \(授权码\)/);
});

test('a certificate that is not good fails the connection, exits 69, and no password is sent', async (t) => {
  for (const name of ['expired', 'wrong-name', 'self-signed'] as const) {
    const mail = await provider(t, name);
    const { code, out } = await check(t, [imap(mail), smtp(mail), pop3(mail)]);
    assert.equal(code, 69, out);
    for (const step of ['a0 imap connect', 'a1 smtp connect', 'a2 pop3 connect'])
      assert.match(out, new RegExp(`FAILED ${step}: TLS with [^\\n]+\\n +hint: `), name);
    assert.doesNotMatch(out, / login: /);
  }
});

test('a port where nothing listens, and a name that does not exist, exit 69', async (t) => {
  const closed = await freePort();
  const { code, out } = await check(t, [
    { receive: { host: '127.0.0.1', port: closed } },
    { send: { host: 'no-such-host.invalid' } },
  ]);
  assert.equal(code, 69);
  assert.match(out, /FAILED a0 imap connect: no connection to 127\.0\.0\.1:\d+[^\n]*\n +hint: /);
  assert.match(out, /FAILED a1 smtp dns: no address found for no-such-host\.invalid\n +hint: /);
});

test('a password that cannot be had, and a wrong configuration, exit 78', async (t) => {
  const mail = await provider(t);
  const home = temporaryDirectory(t);
  const path = join(home, 'config.yaml');
  writeFileSync(
    path,
    stringify({ accounts: [{ name: 'a', address: ADDRESS, password: { env: 'NOT_SET' }, ...imap(mail) }] }),
  );
  const first = await mailkeep(['check', '--config', path], { home });
  assert.equal(first.code, 78);
  assert.match(first.out, /FAILED a password: [^\n]*NOT_SET is not set\n +hint: Set NOT_SET/);
  assert.deepEqual(mail.heard(), [], 'no server was asked');
  writeFileSync(path, 'accounts: 5\n');
  const second = await mailkeep(['check', '--config', path], { home });
  assert.equal(second.code, 78);
  assert.match(second.out, /^FAILED config: .*config\.yaml:1: accounts: must be a list/);
});

test('no folder kept is a mistake in the configuration', async (t) => {
  const mail = await provider(t);
  const { receive } = imap(mail);
  const { code, out } = await check(t, [{ receive: { ...receive, folders: { include: ['Inbux'] } } }]);
  assert.equal(code, 78);
  assert.match(out, /FAILED a0 imap folders: none of the 4 folders is kept\n +hint: .*INBOX/);
});

test('an account that is not there is wrong usage, and the nearest is named', async (t) => {
  const mail = await provider(t);
  const { code, err } = await check(t, [imap(mail)], 'right', ['a1']);
  assert.equal(code, 2);
  assert.match(err, /no account is named "a1"; did you mean "a0"\?\n {2}hint: accounts: a0\n/);
});

test('--json is one list of steps', async (t) => {
  const mail = await provider(t);
  const { code, out, err } = await check(t, [smtp(mail)], 'wrong', ['--json']);
  const { ok, steps } = JSON.parse(out) as { ok: boolean; steps: Record<string, unknown>[] };
  assert.deepEqual([code, err, ok], [77, '', false]);
  assert.deepEqual(
    steps.map(({ account, server, step, ok: well }) => [account, server, step, well]),
    [
      [null, null, 'config', true],
      ['a0', null, 'password', true],
      ['a0', 'smtp', 'dns', true],
      ['a0', 'smtp', 'connect', true],
      ['a0', 'smtp', 'login', false],
    ],
  );
  assert.equal(typeof steps[3]?.['days'], 'number');
  assert.match(JSON.stringify(steps[4]?.['error']), /^\{"kind":"auth","message":/);
});

/** A port of loopback where nothing listens now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((ready) => server.close(ready));
  return port;
}
