// A person signs in at a server that is strict: by a code, in a browser on this machine, in one elsewhere, or not at all.
import assert from 'node:assert/strict';
import { get } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import type { OAuth2 } from '../../src/model/oauth2.ts';
import { signIn } from '../../src/oauth2/sign-in.ts';
import type { Person, Task } from '../../src/oauth2/sign-in.ts';
import type { Tokens } from '../../src/oauth2/tokens.ts';
import { startAuthorizationServer } from '../support/authorization-server.ts';
import type { AuthorizationServer, ServerOptions } from '../support/authorization-server.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { isMailError } from '../support/mail-error.ts';
import { oauth2Account, tokensAt, USER } from '../support/signed-in.ts';
import { temporaryDirectory } from '../support/temporary.ts';

interface Trying {
  readonly server: AuthorizationServer;
  readonly data: string;
  readonly clock: FakeClock;
  /** Signs in, with some of the client and of the person changed. */
  readonly go: (client: Partial<OAuth2>, person: Partial<Person>, stop?: AbortSignal) => Promise<Tokens>;
}

async function trying(t: TestContext, options: ServerOptions = {}): Promise<Trying> {
  const server = await startAuthorizationServer(t, { tls: null, ...options });
  const clock = new FakeClock();
  const data = temporaryDirectory(t);
  const { oauth2 } = oauth2Account(server, data, clock);
  assert.ok(oauth2 !== undefined);
  const go: Trying['go'] = (client, person, stop = new AbortController().signal) =>
    signIn(
      { name: 'mine', user: USER, oauth2: { ...oauth2, ...client } },
      data,
      {
        browser: false,
        show: () => undefined,
        waiting: () => undefined,
        lines: silence,
        notThis: () => undefined,
        ...person,
      },
      clock,
      stop,
    );
  return { server, data, clock, go };
}

/** A person who types nothing. */
function silence(): AsyncIterable<string> {
  return { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) };
}

/** Lets the device's sleeps pass, one after the other, until `done` settles. */
async function passing<T>(clock: FakeClock, done: Promise<T>): Promise<T> {
  let over = false;
  const settled = done.finally(() => (over = true));
  settled.catch(() => undefined);
  while (!over) {
    if (clock.next !== undefined) await clock.wind(clock.next);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return settled;
}

/** What a browser gets at an address, without following anything. */
function visit(
  address: string,
): Promise<{ status: number; location: string; body: string; headers: object }> {
  return new Promise((resolve, reject) => {
    get(address, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          location: response.headers.location ?? '',
          body,
          headers: response.headers,
        }),
      );
    }).on('error', reject);
  });
}

test('by a code on another device, however often the server says "not yet" and "slower"', async (t) => {
  const { server, data, clock, go } = await trying(t);
  const shown: Task[] = [];
  const waited: number[] = [];
  let tries = 0;
  const tokens = await passing(
    clock,
    go(
      {},
      {
        show: (task) => shown.push(task),
        waiting: (gone) => {
          waited.push(gone);
          if (tries === 1) server.device('too fast');
          // In trouble, and then not to be reached at all: both may be over in a minute.
          if (tries === 2) server.trouble.push({ status: 503, body: '' });
          if (tries === 3) server.trouble.push('cut');
          if (tries === 4) server.device('allowed');
          tries++;
        },
      },
    ),
  );
  assert.deepEqual(shown, [
    { way: 'device', page: 'https://example.org/device', code: 'WDJB-MJHT', lifetime: 600_000 },
  ]);
  // RFC 8628 §3.5: five seconds; five more from a slow_down on; twice as long after each failure.
  assert.deepEqual(waited, [0, 5000, 10_000, 20_000, 40_000]);
  assert.ok(server.holds(tokens.accessToken));
  assert.deepEqual(tokensAt(data), tokens);
  assert.deepEqual(readdirSync(join(data, 'tokens')), ['mine.json']);
});

test('a code that is denied, or over, or that nobody enters, signs nobody in', async (t) => {
  for (const [answer, message] of [
    ['denied', /access_denied/],
    ['expired', /expired_token/],
  ] as const) {
    const { server, clock, data, go } = await trying(t);
    const done = passing(clock, go({}, { waiting: () => server.device(answer) }));
    await assert.rejects(done, isMailError('auth', 'never', message));
    assert.deepEqual(readdirSync(join(data, 'tokens')), []);
  }
  const { server, clock, go } = await trying(t);
  await assert.rejects(
    passing(clock, go({}, {})),
    isMailError('auth', 'never', /nobody signed in at localhost while/),
  );
  assert.equal(server.asked.length, 119, 'each five seconds for ten minutes');
});

test('what a server says of a code is not believed blindly', async (t) => {
  const { server, go } = await trying(t);
  const good = { device_code: 'd', user_code: 'X', verification_uri: 'https://x/' };
  const table: [object, RegExp][] = [
    [{ ...good, verification_uri: 'javascript:alert(1)' }, /verification_uri/],
    [{ ...good, verification_uri: 'http://example.org/' }, /verification_uri/],
    [{ ...good, verification_uri: 'https://bank.example@evil.example/' }, /verification_uri/],
    [{ ...good, user_code: '\u001b[2J' }, /user_code/],
    [{ ...good, user_code: 5 }, /user_code/],
    [{ ...good, device_code: '' }, /device_code/],
    [{}, /device_code/],
  ];
  for (const [said, message] of table) {
    server.trouble.push({ status: 200, body: JSON.stringify(said) });
    await assert.rejects(go({}, {}), isMailError('protocol', 'later', message));
  }
});

test('in a browser on this machine: the code is redeemed with its verifier, once', async (t) => {
  const { server, data, go } = await trying(t);
  const pages: string[] = [];
  const knocked: number[] = [];
  let last: Awaited<ReturnType<typeof visit>> | undefined;
  const browse = async (task: Task): Promise<void> => {
    assert.equal(task.way, 'browser');
    pages.push(task.page);
    const { location } = await visit(task.page);
    // Others knock too, and change nothing.
    const { origin } = new URL(location);
    for (const path of [
      '/favicon.ico',
      '/',
      '/?code=evil',
      '/?code=evil&state=guess',
      '/?error=access_denied',
    ])
      knocked.push((await visit(origin + path)).status);
    last = await visit(location);
  };
  const tokens = await go(
    {},
    {
      browser: true,
      show: (task) => void browse(task),
    },
  );
  assert.ok(server.holds(tokens.accessToken));
  assert.equal(server.asked.length, 1);
  const asked = new URL(pages[0] ?? '').searchParams;
  assert.deepEqual([asked.get('login_hint'), asked.get('scope')], [USER, 'mail offline_access']);
  assert.match(asked.get('redirect_uri') ?? '', /^http:\/\/127\.0\.0\.1:\d+\/$/);
  assert.equal(asked.has('code_verifier'), false);
  assert.deepEqual(knocked, [404, 404, 404, 404, 404]);
  assert.equal(last?.status, 200);
  assert.match(last?.body ?? '', /You can close this page/);
  assert.match(JSON.stringify(last?.headers), /"referrer-policy":"no-referrer".*"cache-control":"no-store"/);
  assert.deepEqual(tokensAt(data), tokens);
});

test('in a browser elsewhere: the address of its last page is brought back', async (t) => {
  const { server, go } = await trying(t);
  let turnedAway = 0;
  const stop = new AbortController();
  const address = await new Promise<string>((page) => {
    const other = go({ deviceEndpoint: undefined }, { show: (task) => page(task.page) }, stop.signal);
    other.catch(() => undefined);
  });
  stop.abort();
  assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/authorize\?/);
  let page = '';
  const tokens = await go(
    { deviceEndpoint: undefined },
    {
      show: (task) => {
        assert.deepEqual([task.way, 'bring' in task && task.bring], ['copy', 'address']);
        ({ page } = task);
      },
      lines: async function* () {
        yield 'what do you mean';
        yield '';
        yield (await visit(address)).location; // of another try
        yield `  ${(await visit(page)).location} `;
      },
      notThis: () => turnedAway++,
    },
  );
  assert.equal(turnedAway, 2);
  assert.ok(server.holds(tokens.accessToken));
});

test('where the provider shows a code, the code is brought back', async (t) => {
  const { server, go } = await trying(t, { secret: 'of the client' });
  let page = '';
  const tokens = await go(
    { deviceEndpoint: undefined, redirect: 'oob', clientSecret: () => Promise.resolve('of the client') },
    {
      browser: true,
      show: (task) => {
        assert.deepEqual([task.way, 'bring' in task && task.bring], ['copy', 'code']);
        ({ page } = task);
      },
      lines: async function* () {
        yield 'no code';
        yield (JSON.parse((await visit(page)).body) as { code: string }).code;
      },
    },
  );
  assert.ok(server.holds(tokens.accessToken));
});

test('a no in the browser ends the sign-in, and says so in words that steer no terminal', async (t) => {
  const { server, data, go } = await trying(t);
  server.consents = false;
  const browse = async ({ page }: Task): Promise<void> => {
    await visit((await visit(page)).location);
  };
  const done = go({}, { browser: true, show: (task) => void browse(task) });
  await assert.rejects(
    done,
    isMailError('auth', 'never', /sign-in refused by localhost: access_denied: not now$/),
  );
  assert.deepEqual(readdirSync(join(data, 'tokens')), []);
});

test('a stop ends it at once and leaves what was there', async (t) => {
  const { server, data, go } = await trying(t);
  for (const browser of [true, false]) {
    const stop = new AbortController();
    const done = go(
      {},
      { browser, show: () => setTimeout(() => stop.abort(new Error('Ctrl-C')), 20) },
      stop.signal,
    );
    await assert.rejects(done, /Ctrl-C/);
  }
  assert.deepEqual(server.asked, []);
  assert.deepEqual(readdirSync(join(data, 'tokens')), []);
});

test('a quarter of an hour is enough in a browser', async (t) => {
  const { clock, go } = await trying(t);
  const done = passing(clock, go({}, { browser: true }));
  await assert.rejects(done, isMailError('auth', 'never', /nobody signed in at localhost within 15 minutes/));
});

test('a redirect address whose port is taken, and a client without an id, are mistakes in the configuration', async (t) => {
  const { server, go } = await trying(t);
  const other = createServer();
  await new Promise<void>((ready) => other.listen(0, '127.0.0.1', ready));
  t.after(() => other.close());
  const redirect = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
  await assert.rejects(
    go({ redirect }, { browser: true }),
    isMailError('config', 'never', /nobody can listen at .*EADDRINUSE/),
  );
  await assert.rejects(
    go({ clientId: undefined }, {}),
    isMailError('config', 'never', /"mine" has no oauth2\.clientId/),
  );
  assert.deepEqual(server.asked, []);
});
