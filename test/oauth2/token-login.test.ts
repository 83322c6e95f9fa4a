// What a login gets: a token that holds, whatever the clock, the provider, the disk and the mail server do.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import type { Account, Credentials } from '../../src/model/account.ts';
import { MailError } from '../../src/model/error.ts';
import { startAuthorizationServer } from '../support/authorization-server.ts';
import type { AuthorizationServer, ServerOptions } from '../support/authorization-server.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { isMailError } from '../support/mail-error.ts';
import { oauth2Account, putTokens, tokenPath, tokensAt, USER } from '../support/signed-in.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Stage {
  readonly server: AuthorizationServer;
  readonly account: Account;
  readonly data: string;
  readonly clock: FakeClock;
  /** The token of a login, which must hold at the mail server. */
  readonly token: (refused?: Credentials) => Promise<string>;
}

/** An account that was signed in just now. */
async function signedIn(t: TestContext, options: ServerOptions = {}): Promise<Stage> {
  const clock = new FakeClock();
  const server = await startAuthorizationServer(t, { now: () => clock.now(), ...options });
  const data = temporaryDirectory(t);
  const account = oauth2Account(server, data, clock);
  putTokens(server, data, clock.now());
  const token = async (refused?: Credentials): Promise<string> => {
    const credentials = await account.login(refused);
    assert.ok('token' in credentials && credentials.user === USER);
    assert.ok(server.holds(credentials.token), 'the token holds');
    return credentials.token;
  };
  return { server, account, data, clock, token };
}

test('a token is used as long as it holds, and renewed before it ends', async (t) => {
  const { server, clock, token, data } = await signedIn(t);
  const first = await token();
  await clock.wind(50 * MINUTE);
  assert.equal(await token(), first);
  assert.equal(server.refreshes, 0, 'nobody was asked');
  await clock.wind(6 * MINUTE);
  const second = await token();
  assert.notEqual(second, first);
  await clock.wind(30 * HOUR);
  assert.notEqual(await token(), second, 'the new refresh token has taken the place of the old one');
  assert.equal(server.refreshes, 2);
  assert.equal(tokensAt(data).signedIn, Date.UTC(2026, 0, 1), 'the person has signed in once');
});

test('nobody else can read what is stored, and nothing else is left', async (t) => {
  const { data, clock, token } = await signedIn(t);
  chmodSync(join(data, 'tokens'), 0o755);
  await clock.wind(2 * HOUR);
  await token();
  assert.equal(statSync(join(data, 'tokens')).mode & 0o777, 0o700);
  assert.equal(statSync(tokenPath(data)).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(data, 'tokens')), ['mine.json']);
});

test('a provider that does not rotate keeps its refresh token', async (t) => {
  const { clock, token, data } = await signedIn(t, { rotates: false });
  const before = tokensAt(data).refreshToken;
  for (let n = 0; n < 3; n++) {
    await clock.wind(2 * HOUR);
    await token();
  }
  assert.equal(tokensAt(data).refreshToken, before);
});

test('logins at the same time renew once', async (t) => {
  const { server, clock, data, token } = await signedIn(t);
  await clock.wind(2 * HOUR);
  // As a service and a command in one process: each with its own view of the file.
  const other = oauth2Account(server, data, clock);
  // As fast as time goes: whoever waits for the other has patience for a minute and a half, on a slow machine too.
  const winding = setInterval(() => void clock.wind(100), 100);
  const got = await Promise.all([
    ...Array.from({ length: 5 }, () => token()),
    ...Array.from({ length: 5 }, async () => {
      const credentials = await other.login();
      return 'token' in credentials ? credentials.token : '';
    }),
  ]).finally(() => clearInterval(winding));
  assert.equal(new Set(got).size, 1);
  assert.equal(server.refreshes, 1);
});

test('a clock that was wrong renews more, never less', async (t) => {
  const { server, clock, token, data } = await signedIn(t);
  await clock.wind(-300 * 24 * HOUR);
  await token();
  assert.equal(server.refreshes, 1, 'set back: the end that is noted means nothing');
  assert.equal(tokensAt(data).issued, clock.now());
  await token();
  assert.equal(server.refreshes, 1, 'and once is enough');
  await clock.wind(300 * 24 * HOUR);
  await token();
  assert.equal(server.refreshes, 2);
});

test('a token that a mail server refuses is renewed once, and a fresh one is not', async (t) => {
  const { server, clock, token } = await signedIn(t);
  await clock.wind(5 * MINUTE);
  const refused = { user: USER, token: await token() };
  server.endAccess();
  const fresher = await token(refused);
  assert.notEqual(fresher, refused.token);
  assert.equal(await token(refused), fresher, 'another login was refused with the old one');
  assert.equal(
    await token({ user: USER, token: fresher }),
    fresher,
    'a token of just now is not renewed for that',
  );
  assert.equal(server.refreshes, 1);
});

test('a sign-in that has ended wants the person, and the provider is not asked again', async (t) => {
  const { server, account, clock, data } = await signedIn(t);
  server.revoke();
  await clock.wind(2 * HOUR);
  const { refreshToken } = tokensAt(data);
  for (let n = 0; n < 3; n++) {
    await assert.rejects(account.login(), (error) => {
      isMailError(
        'auth',
        'never',
        /^OAuth2 renewal refused by localhost: invalid_grant: Token \*\*\* has been expired/,
      )(error);
      assert.ok(error instanceof MailError && !error.message.includes(refreshToken ?? ''));
      assert.match(error.hint ?? '', /^Run `mailkeep login mine`/);
      return true;
    });
    await clock.wind(HOUR);
  }
  assert.equal(server.refreshes, 1);
  const again = oauth2Account(server, data, clock);
  await assert.rejects(
    again.login(),
    isMailError('auth', 'never', /invalid_grant/),
    'another process knows it too',
  );
  assert.equal(server.refreshes, 1);
  // The person signs in.
  putTokens(server, data, clock.now());
  assert.ok('token' in (await account.login()));
  assert.equal(account.signedIn?.(), clock.now());
});

test('a provider in trouble is tried again, and what holds until then is used', async (t) => {
  const { server, account, clock, token } = await signedIn(t);
  const first = await token();
  await clock.wind(57 * MINUTE);
  const troubles = [
    { status: 500, body: '' },
    { status: 503, body: '{"error":"invalid_grant"}' },
    { status: 200, body: '<html>Sign in to the hotel</html>' },
    { status: 302, body: '', headers: { Location: 'http://hotel.example/' } },
    'huge',
  ] as const;
  for (const trouble of troubles) {
    server.trouble.push(trouble);
    assert.equal(await token(), first, 'it is wanted early, and still holds');
  }
  await clock.wind(4 * MINUTE);
  for (const trouble of troubles) {
    server.trouble.push(trouble);
    await assert.rejects(account.login(), (error) => error instanceof MailError && error.retry === 'later');
  }
  assert.notEqual(await token(), first, 'no trouble has cost the sign-in');
});

test('a wrong client ends no sign-in', async (t) => {
  const { server, account, clock, data, token } = await signedIn(t);
  await clock.wind(2 * HOUR);
  server.trouble.push({ status: 401, body: '{"error":"invalid_client"}' });
  await assert.rejects(account.login(), isMailError('config', 'never', /invalid_client/));
  assert.equal(tokensAt(data).ended, null);
  await token();
});

test('without a refresh token a sign-in holds to its end, and then wants the person', async (t) => {
  const { account, clock, token, server } = await signedIn(t, { refreshes: false });
  await clock.wind(59 * MINUTE);
  await token();
  await clock.wind(MINUTE);
  await assert.rejects(account.login(), isMailError('auth', 'never', /gave nothing to renew it by/));
  assert.equal(server.asked.length, 0);
});

test('who never signed in, or as another user or client, is told so, and nobody is asked', async (t) => {
  const { server, account, clock, data } = await signedIn(t);
  const table: [Parameters<typeof putTokens>[3], RegExp][] = [
    [{ user: 'you@example.org' }, /as another user or client/],
    [{ clientId: 'another' }, /as another user or client/],
    [{ tokenEndpoint: 'https://elsewhere.example/token' }, /as another user or client/],
  ];
  for (const [more, message] of table) {
    putTokens(server, data, clock.now(), more);
    await assert.rejects(account.login(), isMailError('auth', 'never', message));
  }
  for (const text of ['', '{"version":1', '\0\0']) {
    writeFileSync(tokenPath(data), text);
    await assert.rejects(
      account.login(),
      isMailError('auth', 'never', /"mine" is not signed in at localhost/),
    );
  }
  rmSync(tokenPath(data));
  await assert.rejects(account.login(), isMailError('auth', 'never', /"mine" is not signed in at localhost/));
  assert.equal(account.signedIn?.(), 0);
  assert.deepEqual(server.asked, []);
});

test('where new tokens cannot be stored, none are asked for', async (t) => {
  const { server, account, clock, data, token } = await signedIn(t);
  await clock.wind(2 * HOUR);
  mkdirSync(join(data, 'tokens', 'mine.json.next', 'x'), { recursive: true });
  await assert.rejects(account.login(), isMailError('storage', 'later', /recovering|making room/));
  assert.equal(server.refreshes, 0, 'the refresh token is still good');
  rmSync(join(data, 'tokens', 'mine.json.next'), { recursive: true });
  await token();
});

test('tokens that the disk did not take are kept until it does', async (t) => {
  const { server, account, clock, data, token } = await signedIn(t);
  await clock.wind(2 * HOUR);
  // Between the answer and the write the place for it is gone.
  server.beforeAnswer = async () => rmSync(join(data, 'tokens', 'mine.json.next'));
  await assert.rejects(account.login(), isMailError('storage', 'later', /writing .*mine\.json failed/));
  server.beforeAnswer = async () => undefined;
  const latest = await token();
  assert.equal(server.refreshes, 1, 'the tokens of the first answer were stored and used');
  assert.equal(tokensAt(data).accessToken, latest);
  await clock.wind(2 * HOUR);
  await token();
});

test('tokens that a newer mailkeep has written are left to it, and a person is told so', async (t) => {
  const { server, data, clock, token } = await signedIn(t);
  const folder = join(data, 'tokens');
  const path = join(folder, readdirSync(folder).find((name) => name.endsWith('.json')) ?? '');
  const own = readFileSync(path, 'utf8');
  const newer = JSON.stringify({ ...tokensAt(data), version: 2, more: 'of it' });
  const refused = { kind: 'storage', retry: 'never', message: /in form 2/, hint: /newer.*mailkeep login/ };
  writeFileSync(path, newer);
  await assert.rejects(token(), refused);
  assert.equal(readFileSync(path, 'utf8'), newer);
  // One that a crash of the newer one left beside them is not thrown away either.
  writeFileSync(path, own);
  writeFileSync(`${path}.next`, newer);
  await clock.wind(2 * HOUR);
  await assert.rejects(token(), refused);
  assert.equal(readFileSync(path, 'utf8'), newer);
  assert.equal(server.refreshes, 0);
});
