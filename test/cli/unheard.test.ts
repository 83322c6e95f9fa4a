// What a person types while the wizard tests the logins, on a real terminal (one that tells no size, as a serial console): it
// may be the password again. It is not shown, and it answers no question that comes after it.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { MAIN } from '../support/command-line.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const skip = spawnSync('script', ['--version']).status === 0 ? false : 'needs script';

interface Wizard {
  readonly type: (keys: string) => void;
  readonly shown: () => string;
  /** Resolves when it shows this. */
  readonly until: (text: string) => Promise<void>;
  readonly ended: Promise<unknown>;
  readonly home: string;
  /** Connections of its test, each when it has come. */
  readonly connection: () => Promise<Socket>;
}

/** `mailkeep init` on a terminal, with all answers given, up to the test; its server says nothing by itself. */
async function wizard(t: TestContext): Promise<Wizard> {
  const home = temporaryDirectory(t);
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const waiting: Socket[] = [];
  server.on('connection', (socket) => {
    socket.on('error', () => undefined);
    waiting.push(socket);
  });
  const { port } = server.address() as AddressInfo;
  const argv = `init --address a@own.test --name own --protocol imap --imap-host 127.0.0.1 --imap-port ${port} --imap-tls none --no-send --password-env CODE --data ${join(home, 'mail')}`;
  const child = spawn('script', ['-qefc', `${process.execPath} ${MAIN} ${argv}`, '/dev/null'], {
    env: { ...process.env, HOME: home, LANG: 'C.UTF-8', CODE: 'x', TERM: 'xterm', MAILKEEP_CONFIG: '' },
  });
  t.after(() => child.kill());
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  const until = async (text: string): Promise<void> => {
    while (!shown.includes(text)) await once(child.stdout, 'data');
  };
  return {
    home,
    type: (keys) => void child.stdin.write(keys),
    shown: () => shown,
    until,
    ended: once(child, 'close'),
    connection: async () => waiting.shift() ?? (await once(server, 'connection'), connectionOf(waiting)),
  };
}

function connectionOf(waiting: Socket[]): Socket {
  const socket = waiting.shift();
  assert.ok(socket !== undefined);
  return socket;
}

test('what is typed during the test is not shown, and chooses nothing', { skip }, async (t) => {
  const { type, shown, until, connection, ended, home } = await wizard(t);
  const first = await connection();
  await until('Testing the logins');
  type('typed-too-early\r');
  // Long enough for a terminal that shows it; where it takes longer, nothing is found here, and nothing fails for it.
  await new Promise((resolve) => setTimeout(resolve, 300));
  first.end('* BYE not now\r\n');
  await until('What now?');
  await until('Stop; nothing is written');
  assert.doesNotMatch(shown(), /too-early/);
  type('\x03');
  const [code] = (await ended) as [number];
  assert.equal(code, 1);
  assert.match(shown(), /stopped; nothing was written/);
  assert.ok(!existsSync(join(home, '.config')));
});

test('Ctrl-C during the test ends it, and says that nothing was written', { skip }, async (t) => {
  const { type, shown, until, connection, ended, home } = await wizard(t);
  await connection();
  await until('Testing the logins');
  type('\x03');
  const [code] = (await ended) as [number];
  assert.match(shown(), /Nothing was written/);
  assert.equal(code, 130); // 128 and SIGINT, as a shell tells it
  assert.ok(!existsSync(join(home, '.config')));
});
