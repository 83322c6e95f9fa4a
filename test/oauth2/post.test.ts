// A request to an authorization server: what is hostile, broken or in the way ends in time, and is told.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import test from 'node:test';
import { post } from '../../src/oauth2/post.ts';
import { startAuthorizationServer } from '../support/authorization-server.ts';
import { certificateFile } from '../support/certificates.ts';
import { isMailError } from '../support/mail-error.ts';

const FORM = {
  grant_type: 'refresh_token',
  client_id: 'client-of-mine',
  refresh_token: 'rt-x',
  client_secret: 's',
};

test('an answer without end, one that drips, and none at all end in time', async (t) => {
  // A server for each: a time that is over before the request is there leaves no trouble to the next one.
  const ask = async (trouble: 'huge' | 'drip' | 'silence' | 'cut', limit: number): Promise<unknown> => {
    const server = await startAuthorizationServer(t);
    server.trouble.push(trouble);
    return post(server.keys.tokenEndpoint, FORM, { ca: server.keys.ca, limit });
  };
  await assert.rejects(ask('huge', 600_000), isMailError('protocol', 'later', /more than 256 KiB/));
  await assert.rejects(
    ask('drip', 300),
    isMailError('timeout', 'later', /no whole answer came from localhost:\d+ in time/),
  );
  await assert.rejects(ask('silence', 300), isMailError('timeout', 'later', /in time/));
  await assert.rejects(ask('cut', 600_000), isMailError('closed', 'later', /no answer from localhost/));
});

test('a redirect is not followed: no secret goes to another host', async (t) => {
  const other = await startAuthorizationServer(t);
  const { keys, trouble } = await startAuthorizationServer(t);
  for (const status of [301, 302, 303, 307, 308]) {
    trouble.push({ status, body: '', headers: { Location: other.keys.tokenEndpoint } });
    const { status: got, location } = await post(keys.tokenEndpoint, FORM, { ca: keys.ca });
    assert.deepEqual([got, location], [status, other.keys.tokenEndpoint]);
  }
  assert.deepEqual(other.asked, []);
});

test('a certificate that is not good gets nothing of the form', async (t) => {
  for (const name of ['expired', 'wrong-name', 'self-signed'] as const) {
    const server = await startAuthorizationServer(t, { tls: name });
    for (const ca of name === 'self-signed' ? [undefined] : [server.keys.ca, undefined])
      await assert.rejects(
        post(server.keys.tokenEndpoint, FORM, { ca }),
        isMailError('tls', 'later', /^OAuth2: no answer from localhost:\d+: /),
        name,
      );
    assert.deepEqual(server.asked, []);
  }
});

test('the person can name an authority, and a file that is none is a mistake in the configuration', async (t) => {
  const { keys } = await startAuthorizationServer(t, { tls: 'self-signed' });
  const own = await post(keys.tokenEndpoint, FORM, { ca: certificateFile('self-signed') });
  assert.equal(own.status, 401);
  await assert.rejects(
    post(keys.tokenEndpoint, FORM, { ca: '/no/such.pem' }),
    isMailError('config', 'never', /\/no\/such\.pem cannot be read/),
  );
});

test('a server that is not there, a name that is none, and one that speaks something else may be tried again', async (t) => {
  const port = (at: ReturnType<typeof createServer>): number => (at.address() as AddressInfo).port;
  const babble = createServer((socket) =>
    socket.end('220 mail.example.org ESMTP\r\n').on('error', () => undefined),
  );
  const closed = createServer();
  for (const one of [babble, closed]) await new Promise<void>((ready) => one.listen(0, '127.0.0.1', ready));
  t.after(() => babble.close());
  const gone = port(closed);
  await new Promise((done) => closed.close(done));
  const table: [string, 'connect' | 'dns' | 'tls' | 'closed'][] = [
    [`https://127.0.0.1:${gone}/`, 'connect'],
    ['https://no-such-host.invalid/', 'dns'],
    [`https://127.0.0.1:${port(babble)}/`, 'tls'],
    [`http://127.0.0.1:${port(babble)}/`, 'closed'],
  ];
  for (const [at, kind] of table)
    await assert.rejects(post(at, FORM), isMailError(kind, 'later', /no answer from/), at);
});

test("an answer knows what was secret in its form, and the server's waiting time", async (t) => {
  const { keys, trouble } = await startAuthorizationServer(t, { tls: null });
  trouble.push({ status: 503, body: 'x', headers: { 'Retry-After': '120' } });
  const busy = await post(keys.tokenEndpoint, FORM);
  assert.deepEqual([busy.status, busy.retryAfter, busy.secrets], [503, 120_000, ['rt-x', 's']]);
  trouble.push({ status: 503, body: 'x', headers: { 'Retry-After': 'Fri, 31 Dec 1999 23:59:59 GMT' } });
  assert.equal((await post(keys.tokenEndpoint, FORM)).retryAfter, undefined);
});

test('a stop ends a request at once', async (t) => {
  const { keys, trouble } = await startAuthorizationServer(t);
  trouble.push('silence');
  const stop = new AbortController();
  const asked = post(keys.tokenEndpoint, FORM, { ca: keys.ca, signal: stop.signal });
  setTimeout(() => stop.abort(new Error('enough')), 50);
  await assert.rejects(asked, isMailError('cancelled', 'later', /was ended/));
});
