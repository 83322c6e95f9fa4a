// The control socket: who may connect is heard, once and briefly; nothing that is said there harms the service.
import assert from 'node:assert/strict';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { askService } from '../../src/control/ask.ts';
import { openControl, type Answering, type Control } from '../../src/control/listen.ts';
import { controlPlaces, readRequest, type Request } from '../../src/control/wire.ts';
import { MailError } from '../../src/model/error.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { isMailError } from '../support/mail-error.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';

const STATUS: Request = { do: 'status' };
const SYNC: Request = { do: 'sync', accounts: ['qq'], full: true, dryRun: false, retry: false };

test('an answer comes with its progress, and a failure with its kind and cure', async (t) => {
  const asked: Request[] = [];
  const { path, data } = await open(t, async (request, tell) => {
    asked.push(request);
    if (request.do === 'status')
      throw new MailError({ kind: 'busy', retry: 'later', message: 'not now', hint: 'Wait.' });
    tell({ account: 'qq', done: 1, total: 2, folder: '客户往来' });
    return { stored: 2 };
  });
  const told: unknown[] = [];
  const answer = await askService([path], data, SYNC, { progress: (one) => told.push(one) });
  assert.deepEqual(answer, { answer: { stored: 2 }, pid: process.pid });
  assert.deepEqual(told, [{ account: 'qq', done: 1, total: 2, folder: '客户往来' }]);
  await assert.rejects(askService([path], data, STATUS), (thrown: unknown) => {
    assert.ok(thrown instanceof MailError);
    assert.deepEqual([thrown.kind, thrown.message, thrown.hint], ['busy', 'not now', 'Wait.']);
    return true;
  });
  assert.deepEqual(asked, [SYNC, STATUS]);
});

test('only its user and group may connect, and its directory shuts others out', async (t) => {
  const { path, control } = await open(t, nothing);
  assert.equal(lstatSync(path).mode & 0o777, 0o660);
  assert.equal(statSync(dirname(path)).mode & 0o777, 0o750);
  control.close();
  assert.equal(existsSync(path), false);
  assert.deepEqual(readdirSync(dirname(path)), []);
});

test('what a client says is heard once and bounded; whatever it is, the next client is served', async (t) => {
  let calls = 0;
  const { path, data, clock } = await open(t, async () => ++calls);
  const table: readonly (readonly [what: string, said: string | Buffer, answer: RegExp])[] = [
    ['no JSON', 'hello\n', /"kind":"usage"/],
    ['nothing', '\n', /"kind":"usage"/],
    ['octets', Buffer.from([0, 255, 254, 13, 10]), /"kind":"usage"/],
    ['an array', '[]\n', /"kind":"usage"/],
    ['null', 'null\n', /"kind":"usage"/],
    ['an unknown wish', '{"do":"delete"}\n', /"kind":"usage"/],
    ['a wish too many', '{"do":"status","force":true}\n', /"kind":"usage"/],
    ['a wrong type', '{"do":"sync","accounts":"qq","full":1,"dryRun":0,"retry":0}\n', /accounts/],
    ['__proto__', '{"__proto__":{"do":"status"}}\n', /"kind":"usage"/],
    ['deep brackets', `${'['.repeat(60_000)}\n`, /"kind":"usage"/],
    ['a line without end', 'x'.repeat(5 << 20), /shorter than 4194304 octets/],
    ['more than a command line holds', `${'y'.repeat(5 << 20)}\n`, /shorter than 4194304 octets/],
    ['many accounts', `${JSON.stringify({ ...SYNC, accounts: Array(2000).fill('a') })}\n`, /"kind":"usage"/],
  ];
  for (const [what, said, answer] of table) {
    const heard = await say(path, said);
    assert.match(heard, answer, what);
    assert.equal(heard.split('\n').length, 3, `${what}: a greeting and one answer`);
  }
  assert.equal(calls, 0);
  assert.match(await say(path, '{"do":"status"}\n{"do":"status"}\n'), /"answer":1}\n$/);
  assert.match(await say(path, '{"do"', ':"sta', 'tus"}', '\n'), /"answer":2}\n$/);
  const silent = await opened(path);
  await clock.wind(10_001);
  await closed(silent);
  assert.equal((await askService([path], data, STATUS))?.answer, 3);
});

test('a client that goes away, or reads nothing, holds nobody up, and costs no memory', async (t) => {
  let tell = (): void => undefined;
  let went = false;
  const { path, data, clock } = await open(t, (request, progress, signal) => {
    if (request.do === 'status') return Promise.resolve('well');
    signal.addEventListener('abort', () => (went = true));
    return new Promise((resolve) => {
      tell = (): void => progress({ account: 'qq', done: 1, total: 2, folder: 'x'.repeat(1000) });
      signal.addEventListener('abort', () => resolve('gone'));
    });
  });
  const deaf = await opened(path);
  deaf.pause();
  deaf.write(`${JSON.stringify(SYNC)}\n`);
  assert.equal((await askService([path], data, STATUS))?.answer, 'well');
  const before = process.memoryUsage().arrayBuffers;
  for (let n = 0; n < 200_000; n++) tell();
  assert.ok(process.memoryUsage().arrayBuffers - before < 32 << 20);
  assert.equal((await askService([path], data, STATUS))?.answer, 'well');
  deaf.destroy();
  await clock.wind(1);
  while (!went) await new Promise((resolve) => setImmediate(resolve));
});

test('more clients than it takes are told so, still more are sent away, and the next is served', async (t) => {
  const { path, data } = await open(t, async () => 'well');
  const sockets: Socket[] = [];
  while (sockets.length < 32) sockets.push(await opened(path));
  await assert.rejects(askService([path], data, STATUS), (thrown: unknown) => {
    assert.ok(thrown instanceof MailError);
    assert.deepEqual([thrown.kind, thrown.retry], ['busy', 'later']);
    assert.match(`${thrown.message}. ${thrown.hint}`, /at work for 32 other commands\. Try again/);
    return true;
  });
  while (sockets.length < 100) sockets.push(await connected(path));
  for (const socket of sockets) socket.destroy();
  await Promise.all(sockets.map(closed));
  for (;;) {
    // The service sees that they are gone a moment later.
    const told = await askService([path], data, STATUS).catch(() => undefined);
    if (told?.answer === 'well') break;
  }
});

test('a socket that nobody serves is replaced; those of others, and other files, are left alone', async (t) => {
  const directory = temporaryDirectory(t);
  const [dead, other, file, own] = ['dead', 'other', 'file', 'own'].map((name) =>
    join(directory, name, 'control.sock'),
  );
  assert.ok(dead !== undefined && other !== undefined && file !== undefined && own !== undefined);
  for (const path of [dead, other, file]) mkdirSync(dirname(path));
  await leaveDead(dead);
  writeFileSync(file, 'precious');
  const theirs = await openControl([other], greetingFor('/elsewhere'), nothing, new FakeClock());
  t.after(() => theirs.close());
  const first = await openControl([dead], greetingFor(directory), async () => 'alive', new FakeClock());
  assert.equal((await askService([dead], directory, STATUS))?.answer, 'alive');
  first.close();
  const second = await openControl([other, file, own], greetingFor(directory), nothing, new FakeClock());
  t.after(() => second.close());
  assert.deepEqual([second.path, statSync(file).size], [own, 8]);
  assert.equal((await askService([other], '/elsewhere', STATUS))?.pid, process.pid);
  assert.equal((await askService([other, file, own], directory, STATUS))?.pid, process.pid);
  assert.equal(await askService([other, file], directory, STATUS), undefined);
});

test('a socket that is taken away is made anew, with its directory, and who is connected stays', async (t) => {
  let answer = (): void => undefined;
  let begun = (): void => undefined;
  const waits = new Promise<void>((resolve) => (begun = resolve));
  const data = temporaryDirectory(t);
  const clock = new FakeClock();
  const path = join(data, 'run', 'control.sock');
  const said: string[] = [];
  const control = await openControl(
    [path],
    greetingFor(data),
    (request) => {
      if (request.do === 'status') return Promise.resolve('well');
      begun();
      return new Promise((resolve) => (answer = () => resolve('late')));
    },
    clock,
    (text) => said.push(text),
  );
  t.after(() => control.close());
  const inode = lstatSync(path).ino;
  const slow = await opened(path);
  let heard = '';
  slow.setEncoding('utf8').on('data', (text: string) => (heard += text));
  slow.write(`${JSON.stringify(SYNC)}\n`);
  await waits;
  await clock.wind(30_000);
  assert.deepEqual([lstatSync(path).ino, said], [inode, []], 'what is there stays');
  // The directory cannot be made again at first.
  rmSync(dirname(path), { recursive: true });
  writeFileSync(dirname(path), '');
  const windUntil = async (happens: () => boolean): Promise<void> => {
    for (let n = 0; !happens() && n < 1000; n++, await new Promise((resolve) => setImmediate(resolve)))
      await clock.wind(30_000);
  };
  await windUntil(() => said.length === 1);
  await clock.wind(30_000);
  rmSync(dirname(path));
  await windUntil(() => said.length === 2);
  assert.match(
    said.join('\n'),
    /^the control socket was taken away: .*\n.* is made anew at .*control\.sock$/,
  );
  assert.equal(lstatSync(path).mode & 0o777, 0o660);
  assert.equal((await askService([path], data, STATUS))?.answer, 'well');
  answer();
  await closed(slow);
  assert.match(heard, /"answer":"late"/);
  control.close();
  assert.equal(existsSync(path), false);
});

test('a service of another version is told as such, with the cure, and asked for nothing', async (t) => {
  const path = join(temporaryDirectory(t), 'control.sock');
  let heard = 0;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', ({ length }) => {
      heard += length;
      socket.end();
    });
    socket.write(`${JSON.stringify({ ...greetingFor('/data'), mailkeep: '9.1.0', control: 2, more: [] })}\n`);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.after(() => server.close());
  await assert.rejects(askService([path], '/data', SYNC), (thrown: unknown) => {
    assert.ok(thrown instanceof MailError);
    assert.match(thrown.message, /process \d+\) is mailkeep 9\.1\.0.*another version/);
    assert.match(thrown.hint ?? '', /Restart the service/);
    return true;
  });
  assert.equal(
    await askService([path], '/elsewhere', SYNC),
    undefined,
    'that of another archive is none of ours',
  );
  assert.equal(heard, 0);
});

test('where no place can be had, that is said', async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'x'.repeat(120), 'control.sock');
  await assert.rejects(
    openControl([path], greetingFor(directory), nothing, new FakeClock()),
    isMailError('storage', 'never', /too long for a socket/),
  );
});

test('a service that ends before it answered is told as such', async (t) => {
  const { path, data, control } = await open(t, () => new Promise(() => setImmediate(() => control.close())));
  await assert.rejects(askService([path], data, STATUS), isMailError('closed', 'later', /does not answer/));
});

test('a server that only claims to be mailkeep gets no request, and harms no command', async (t) => {
  for (const greeting of ['', 'hello\n', '{}\n', `${'z'.repeat(1000)}\n`, '{"mailkeep":"1","control":2}\n']) {
    const path = join(temporaryDirectory(t), 'control.sock');
    let heard = 0;
    const server = createServer((socket) => {
      socket.on('error', () => undefined).on('data', ({ length }) => (heard += length));
      socket.end(greeting);
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    assert.equal(await askService([path], '/data', STATUS), undefined);
    assert.equal(heard, 0);
    server.close();
  }
});

test('the places are those that systemd and the session give, and last the archive', () => {
  const table: readonly (readonly [Record<string, string>, 'service' | 'command', string[]])[] = [
    [{}, 'service', ['/data']],
    [{ RUNTIME_DIRECTORY: '/run/a:/run/b' }, 'service', ['/run/a', '/data']],
    [{ XDG_RUNTIME_DIR: '/run/user/1' }, 'service', ['/run/user/1/mailkeep', '/data']],
    [{ XDG_RUNTIME_DIR: '/u' }, 'command', ['/u/mailkeep', '/run/mailkeep', '/data']],
    [{ RUNTIME_DIRECTORY: '/run/mailkeep' }, 'command', ['/run/mailkeep', '/data']],
  ];
  for (const [env, who, folders] of table)
    assert.deepEqual(
      controlPlaces(env, '/data', who),
      folders.map((folder) => `${folder}/control.sock`),
    );
});

test('a request is read as it was written', () => {
  for (const request of [SYNC, STATUS]) assert.deepEqual(readRequest(JSON.stringify(request)), request);
});

const nothing: Answering = () => Promise.resolve(null);

function greetingFor(data: string) {
  return { mailkeep: '1', control: 1, pid: process.pid, data } as const;
}

async function open(t: Ending, answer: Answering) {
  const data = temporaryDirectory(t);
  const clock = new FakeClock();
  const path = join(data, 'run', 'control.sock');
  const control: Control = await openControl([path], greetingFor(data), answer, clock);
  t.after(() => control.close());
  return { path, data, clock, control };
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('error', () => resolve(socket)).once('connect', () => resolve(socket));
  });
}

/** Connected, and greeted. */
async function opened(path: string): Promise<Socket> {
  const socket = await connected(path);
  await new Promise((resolve) => socket.once('data', resolve));
  return socket;
}

async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise<void>((resolve) => socket.once('close', () => resolve()));
}

/** Says these pieces, and returns all that comes until the service closes. */
async function say(path: string, ...pieces: readonly (string | Buffer)[]): Promise<string> {
  const socket = await connected(path);
  let heard = '';
  socket.setEncoding('utf8').on('data', (text: string) => (heard += text));
  for (const piece of pieces) {
    await new Promise((resolve) => socket.write(piece, resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await closed(socket);
  return heard;
}

/** A socket file whose process is gone: its server closes, and the name stays by a second link. */
async function leaveDead(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(`${path}.first`, resolve));
  linkSync(`${path}.first`, path);
  await new Promise((resolve) => server.close(resolve));
  assert.ok(lstatSync(path).isSocket());
}
