// From the sign-in to the mail: `login`, `sync`, `check`, the service and the outbox, against an authorization server and a
// mail provider of our own that takes its tokens alone.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { startAuthorizationServer } from '../support/authorization-server.ts';
import type { AuthorizationServer } from '../support/authorization-server.ts';
import { CA_FILE } from '../support/certificates.ts';
import { until } from '../support/command-line.ts';
import { install } from '../support/installation.ts';
import type { Installation } from '../support/installation.ts';
import { startProvider } from '../support/provider/provider.ts';
import type { Provider } from '../support/provider/provider.ts';
import { mailkeep } from '../support/run.ts';
import { tokensAt, tokenPath, USER } from '../support/signed-in.ts';
import { temporaryDirectory } from '../support/temporary.ts';

interface World {
  readonly authority: AuthorizationServer;
  readonly provider: Provider;
  readonly house: Installation;
  /** Signs in by `mailkeep login`, with a browser. */
  readonly login: () => Promise<void>;
  /** Makes the tokens look as if they were issued some minutes ago. */
  readonly age: () => void;
}

const message = (n: number): Buffer =>
  Buffer.from(`From: ${USER}\r\nTo: ${USER}\r\nSubject: ${n}\r\nMessage-ID: <${n}@x>\r\n\r\nHello ${n}\r\n`);

async function world(t: TestContext, protocol: 'imap' | 'pop3' = 'imap'): Promise<World> {
  const authority = await startAuthorizationServer(t);
  const provider = await startProvider({
    users: { [USER]: 'a password that nobody knows' },
    tokens: (_, token) => authority.holds(token),
  });
  t.after(() => provider.stop());
  const at = (port: number): object => ({ host: 'localhost', port, tls: 'implicit', ca: provider.ca });
  const house = install(t, [
    {
      name: 'mine',
      address: USER,
      oauth2: authority.keys,
      receive: {
        ...at(protocol === 'imap' ? provider.ports.imaps : provider.ports.pop3s),
        protocol,
        push: false,
        schedule: '* * * * * *',
      },
      send: { ...at(provider.ports.smtps), saveSent: 'never' },
    },
  ]);
  const path = temporaryDirectory(t);
  const script = `#!${process.execPath}\nvoid fetch(process.argv[2]);\n`;
  writeFileSync(join(path, 'xdg-open'), script, { mode: 0o755 });
  const env = { PATH: path, DISPLAY: ':0', NODE_EXTRA_CA_CERTS: CA_FILE };
  const login = async (): Promise<void> => {
    const ran = await mailkeep(['--config', house.config, 'login', 'mine'], { home: path, env });
    assert.equal(ran.code, 0, ran.err);
  };
  const age = (): void => {
    const tokens = tokensAt(house.data);
    writeFileSync(tokenPath(house.data), JSON.stringify({ ...tokens, issued: tokens.issued - 300_000 }));
  };
  return { authority, provider, house, login, age };
}

for (const protocol of ['imap', 'pop3'] as const) {
  test(`${protocol}: signed in once, mail is fetched, a refused token is renewed, and an ended sign-in says its cure`, async (t) => {
    const { authority, provider, house, login, age } = await world(t, protocol);
    for (let n = 1; n <= 3; n++) provider.deliver(USER, 'INBOX', message(n));
    const before = await house.json('sync');
    assert.deepEqual([before.code, before.answer.accounts?.[0]?.error?.kind], [77, 'auth']);
    assert.match(before.answer.accounts?.[0]?.error?.hint ?? '', /mailkeep login mine/);

    await login();
    const first = await house.json('sync');
    assert.deepEqual([first.code, first.answer.accounts?.[0]?.stored], [0, 3], JSON.stringify(first.answer));
    const checked = await house.json('check');
    assert.equal(checked.code, 0, JSON.stringify(checked.answer));

    age();
    authority.endAccess();
    provider.deliver(USER, 'INBOX', message(4));
    const second = await house.json('sync');
    assert.deepEqual(
      [second.code, second.answer.accounts?.[0]?.stored],
      [0, 1],
      JSON.stringify(second.answer),
    );
    assert.equal(
      authority.refreshes,
      1,
      'the mail server refused the old token, and a new one was fetched, once',
    );

    age();
    authority.revoke();
    for (let n = 0; n < 2; n++) {
      const ended = await house.json('sync');
      assert.equal(ended.code, 77);
      assert.match(ended.answer.accounts?.[0]?.error?.message ?? '', /invalid_grant/);
      assert.match(ended.answer.accounts?.[0]?.error?.hint ?? '', /^Run `mailkeep login mine`/);
    }
    assert.equal(authority.refreshes, 2, 'the provider is asked once');

    await login();
    assert.deepEqual((await house.json('sync')).code, 0);
    assert.equal((await house.json('status')).code, 0);
  });
}

test('a running service goes on by itself after the sign-in, and sends', async (t) => {
  const { authority, provider, house, login } = await world(t);
  provider.deliver(USER, 'INBOX', message(1));
  const daemon = house.line.start('daemon', '--verbose');
  await until(() => daemon.said().includes('mailkeep login mine'), daemon.said);
  const letter = (id: string): string =>
    `From: ${USER}\nTo: someone@elsewhere.test\nSubject: x\nMessage-ID: <${id}@x>\n\nHello\n`;
  house.drop('a.eml', letter('a'));
  await until(() => /sending by mine pauses/.test(daemon.said()), daemon.said);
  assert.equal(
    provider.connections('IMAP') + provider.connections('SMTP') > 20,
    false,
    'no server is hammered',
  );
  await login();
  await until(() => house.stored().size > 0, daemon.said);
  // The outbox looks once a minute, and when something comes.
  house.drop('b.eml', letter('b'));
  for (const id of ['<a@x>', '<b@x>']) await until(() => provider.accepted(id) === 1, daemon.said);
  const { code } = await daemon.stop();
  assert.equal(code, 0);
  // With everything said aloud, no token was.
  const { accessToken, refreshToken } = tokensAt(house.data);
  const said = daemon.said() + (existsSync(house.config) ? readFileSync(house.config, 'utf8') : '');
  for (const secret of [
    accessToken,
    refreshToken ?? '',
    Buffer.from(accessToken).toString('base64').slice(4, -4),
  ])
    assert.ok(secret.length > 8 && !said.includes(secret));
  assert.ok(authority.holds(accessToken));
});
