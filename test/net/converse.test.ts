// A dialogue over a real socket: deadlines, TLS, what a server may not do, and what a trace may not show.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import type { Endpoint } from '../../src/model/account.ts';
import { MailError } from '../../src/model/error.ts';
import { dial } from '../../src/net/dial.ts';
import {
  body,
  line,
  lineWithin,
  send,
  startTls,
  stream,
  type Dialogue,
} from '../../src/protocol/dialogue.ts';
import { greeting } from '../../src/protocol/pop3/greeting.ts';
import { CA_FILE } from '../support/certificates.ts';
import { userPass } from '../support/logins.ts';
import { startScriptedServer, type Script } from '../support/scripted-server.ts';

const TIMES = { connect: 30_000, idle: 30_000 };

async function connected(
  t: TestContext,
  script: Script,
  more: Partial<Endpoint> = {},
  trace?: (who: 'C' | 'S', text: string) => void,
) {
  const server = await startScriptedServer(t, script, more.tls === 'implicit' ? { tls: 'good' } : {});
  const endpoint: Endpoint = { host: '127.0.0.1', port: server.port, tls: 'none', ca: CA_FILE, ...more };
  const connection = await dial(endpoint, TIMES, { trace });
  t.after(() => connection.close());
  return { server, connection };
}

function kind(wanted: string): (error: unknown) => boolean {
  return (error) => error instanceof MailError && error.kind === wanted;
}

test('a dialogue gets its lines whole, however they were cut', async (t) => {
  const { connection } = await connected(t, async (peer) => peer.split('* OK hello\r\nA1 OK\r\n', 1));
  const both = await connection.converse(two());
  assert.deepEqual(both, ['* OK hello', 'A1 OK']);
});

test('a silent server ends the wait with timeout', async (t) => {
  const { connection } = await connected(t, (peer) => peer.stall());
  await assert.rejects(connection.converse(line(), { idle: 300 }), kind('timeout'));
  await assert.rejects(connection.converse(line()), MailError);
});

test('a server that only says now and then that it is still there is not waited for without end', async (t) => {
  const { connection } = await connected(t, async (peer) => {
    await peer.line();
    for (;;) {
      await peer.lines('*');
      await sleep(30);
    }
  });
  function* waits(): Dialogue<void> {
    yield* send('more');
    while ((yield* line()).toString() !== 'never');
  }
  await assert.rejects(connection.converse(waits(), { idle: 100 }), kind('timeout'));
});

test('a grace that runs out is an answer, and the connection lives on', async (t) => {
  const { connection } = await connected(t, async (peer) => {
    await peer.line();
    await peer.lines('late');
    await peer.stall();
  });
  assert.equal(await connection.converse(lineWithin(20)), null);
  assert.equal(await connection.converse(asked()), 'late');
});

test('a cut inside a body is an error, never a short message', async (t) => {
  const { connection } = await connected(t, (peer) => peer.cut('x'.repeat(100), 60));
  let octets = 0;
  await assert.rejects(
    connection.converse(body(100, { write: (chunk) => void (octets += chunk.length) })),
    kind('closed'),
  );
  assert.equal(octets, 60);
});

test('a body that stalls ends with timeout', async (t) => {
  const { connection } = await connected(t, async (peer) => {
    await peer.send('half');
    await peer.stall();
  });
  await assert.rejects(connection.converse(body(100, { write: () => {} }), { idle: 300 }), kind('timeout'));
});

test('a sink that fails ends the dialogue with its own error and closes the connection', async (t) => {
  const { connection } = await connected(t, async (peer) => {
    await peer.send('x'.repeat(1000));
    await peer.stall();
  });
  const full = new MailError({ kind: 'storage', retry: 'later', message: 'the disk is full' });
  const dialogue = body(1000, {
    write: () => {
      throw full;
    },
  });
  await assert.rejects(connection.converse(dialogue), full);
  await assert.rejects(connection.converse(line()), MailError);
});

test('a slow sink holds the server back', async (t) => {
  const size = 32 * 2 ** 20;
  const { connection } = await connected(t, async (peer) => {
    await peer.send(Buffer.alloc(size, 'x'));
    await peer.stall();
  });
  // Not what the server got rid of: a system may hold all of that in its own buffers.
  const held = (): number => process.memoryUsage().arrayBuffers;
  let first = true;
  let octets = 0;
  const write = async (chunk: Buffer): Promise<void> => {
    octets += chunk.length;
    if (!first) return;
    first = false;
    const before = held();
    await sleep(300);
    assert.ok(held() - before < size / 4, 'all was read into memory');
  };
  assert.equal(await connection.converse(body(size, { write })), size);
  assert.equal(octets, size);
});

test('a line of more than a megabyte is refused', async (t) => {
  const { connection } = await connected(t, async (peer) => {
    await peer.send(Buffer.alloc(3 * 2 ** 20, 'x'));
    await peer.stall();
  });
  await assert.rejects(connection.converse(line()), kind('protocol'));
});

test('implicit TLS is verified against the given authority', async (t) => {
  const { connection } = await connected(t, async (peer) => peer.lines('safe'), { tls: 'implicit' });
  assert.equal(connection.secure, true);
  assert.ok((connection.certificateEnds ?? 0) > 0);
  assert.equal((await connection.converse(line())).toString(), 'safe');
});

for (const [name, certificate] of [
  ['self-signed', 'self-signed'],
  ['expired', 'expired'],
  ['for another name', 'wrong-name'],
] as const) {
  test(`a certificate that is ${name} is refused before anything is sent`, async (t) => {
    const server = await startScriptedServer(t, (peer) => peer.stall(), { tls: certificate });
    const endpoint: Endpoint = { host: '127.0.0.1', port: server.port, tls: 'implicit', ca: CA_FILE };
    await assert.rejects(dial(endpoint, TIMES), kind('tls'));
    assert.equal(server.heard(), '');
  });
}

test('a pin refuses another key, and names the one that was shown', async (t) => {
  const server = await startScriptedServer(t, async (peer) => peer.lines('safe'), { tls: 'self-signed' });
  const endpoint: Endpoint = { host: '127.0.0.1', port: server.port, tls: 'implicit', pin: 'sha256/AAAA' };
  const error = await dial(endpoint, TIMES).catch((thrown: unknown) => thrown);
  assert.ok(kind('tls')(error) && error instanceof MailError);
  const shown = /sha256\/[A-Za-z0-9+/=]{44}/.exec(error.message)?.[0] ?? '';
  const connection = await dial({ ...endpoint, pin: shown }, TIMES);
  assert.equal((await connection.converse(line())).toString(), 'safe');
  connection.close();
});

test('STARTTLS makes the connection secure', async (t) => {
  const { connection } = await connected(t, async (peer) => {
    await peer.expect(/^STARTTLS$/);
    await peer.startTls('220 go\r\n');
    await peer.lines('safe');
  });
  assert.equal(connection.secure, false);
  assert.equal(await connection.converse(upgraded()), 'safe');
  assert.equal(connection.secure, true);
});

test('octets in clear behind the go-ahead for TLS end everything', async (t) => {
  const { connection } = await connected(t, async (peer) => {
    await peer.expect(/^STARTTLS$/);
    await peer.startTls('220 go\r\n250 AUTH LOGIN\r\n');
  });
  await assert.rejects(connection.converse(upgraded()), kind('tls'));
});

test('an abort ends a dialogue that waits', async (t) => {
  const server = await startScriptedServer(t, (peer) => peer.stall());
  const stop = new AbortController();
  const connection = await dial(
    { host: '127.0.0.1', port: server.port, tls: 'none' },
    { connect: 5000, idle: 60_000 },
    { signal: stop.signal },
  );
  const waiting = connection.converse(line());
  stop.abort();
  await assert.rejects(waiting, kind('cancelled'));
});

test('a trace shows no secret and no body', async (t) => {
  const seen: string[] = [];
  const { connection } = await connected(
    t,
    async (peer) => {
      await peer.line();
      await peer.lines('+OK \u001b[31mred', 'secret body', '.');
    },
    {},
    (who, text) => seen.push(`${who}: ${text}`),
  );
  await connection.converse(secretly());
  assert.deepEqual(seen, ['C: PASS ***', 'S: +OK  [31mred', 'S: [13 octets]', 'C: [9 octets]']);
});

function* two(): Dialogue<string[]> {
  return [(yield* line()).toString(), (yield* line()).toString()];
}

function* asked(): Dialogue<string> {
  yield* send('more');
  return (yield* line()).toString();
}

function* upgraded(): Dialogue<string> {
  yield* send('STARTTLS');
  yield* line();
  yield* startTls();
  return (yield* line()).toString();
}

function* secretly(): Dialogue<void> {
  yield* send('PASS hunter2', 'PASS ***');
  yield* line();
  yield* body('dot', { write: () => {} });
  yield* stream([Buffer.from('a '), Buffer.from('message')]);
}

for (const [what, sent] of [
  ['decoded', Buffer.from('\0ann\0secret!8').toString('base64')],
  ['as a token', Buffer.from('user=ann\x01auth=Bearer secret!8\x01\x01').toString('base64')],
  ['without its quoting', String.raw`"sec\\ret!8"`],
] as const)
  test(`a server that repeats a secret ${what} is shown without it`, async (t) => {
    const seen: string[] = [];
    const told = what === 'without its quoting' ? String.raw`sec\ret!8` : 'secret!8';
    const script: Script = async (peer) => {
      await peer.line();
      await peer.lines(`-ERR ann may not come in with ${told}`);
    };
    const { connection } = await connected(t, script, {}, (who, text) => seen.push(`${who} ${text}`));
    function* login(): Dialogue<void> {
      yield* send(sent, '***');
      yield* line();
    }
    await connection.converse(login());
    assert.deepEqual(seen, ['C ***', 'S -ERR ann may not come in with ***']);
  });

for (const [mechanism, sent] of [
  ['PLAIN', '\0ann@mail.test\0secret!8'],
  ['CRAM-MD5', 'ann@mail.test 0123456789abcdef'],
] as const)
  test(`the login name that ${mechanism} has encoded is no secret: what a refusal says of it is read`, async (t) => {
    const seen: string[] = [];
    const script: Script = async (peer) => {
      await peer.line();
      await peer.lines('550 ann@mail.test may not send');
    };
    const { connection } = await connected(t, script, {}, (who, text) => seen.push(`${who} ${text}`));
    function* login(): Dialogue<void> {
      yield* send(Buffer.from(sent).toString('base64'), '***');
      yield* line();
    }
    await connection.converse(login());
    assert.deepEqual(seen, ['C ***', 'S 550 ann@mail.test may not send']);
  });

test('a server that repeats the password is shown without it, in traces and in errors', async (t) => {
  const seen: string[] = [];
  const script: Script = async (peer) => {
    await peer.lines('+OK ready');
    await peer.line();
    await peer.lines('+OK');
    const said = await peer.line();
    await peer.lines(`-ERR unknown command: ${said}`);
  };
  const { connection } = await connected(t, script, {}, (who, text) => seen.push(`${who} ${text}`));
  await connection.converse(greeting('pop.example'));
  const error: unknown = await connection
    .converse(userPass('pop.example', 'ann@mail.test', 'correct "horse"'))
    .catch((thrown: unknown) => thrown);
  assert.ok(error instanceof MailError);
  const all = inspect([seen, error], { depth: 9 });
  assert.doesNotMatch(all, /correct|horse/);
  assert.match(error.message, /unknown command: PASS \*\*\*/);
  assert.deepEqual(seen.slice(-2), ['C PASS ***', 'S -ERR unknown command: PASS *** "***"']);
});
