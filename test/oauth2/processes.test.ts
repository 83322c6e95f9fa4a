// Several processes and one refresh token that dies when it is used: a service and a command at once, and a kill at any
// moment. None of it may cost the sign-in, but for the one moment that the protocol leaves open.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { startAuthorizationServer } from '../support/authorization-server.ts';
import type { AuthorizationServer, ServerOptions } from '../support/authorization-server.ts';
import { putTokens, tokenPath, tokensAt } from '../support/signed-in.ts';
import { CALLS, noStrace, parse } from '../support/strace.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const CHILD = join(import.meta.dirname, 'renewal-child.js');
const HOUR = 3_600_000;

interface Said {
  readonly token?: string;
  readonly kind?: string;
  readonly message?: string;
}

/** What a process that logs in said; nothing where it was killed. */
interface Ended {
  readonly said: Said | undefined;
  readonly signal: NodeJS.Signals | null;
}

/** Runs a process that logs in, perhaps below another program. */
function logsIn(
  server: AuthorizationServer,
  data: string,
  above: readonly string[] = [],
  begun: (kill: () => void) => void = () => undefined,
): Promise<Ended> {
  const [program, ...rest] = [...above, process.execPath, CHILD, JSON.stringify(server.keys), data];
  const child = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Calls are counted: asynchronous work on files has one thread, and io_uring would pass strace by.
    env: { ...process.env, UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' },
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  begun(() => child.kill('SIGKILL'));
  return new Promise((resolve) => {
    child.once('close', (_, signal) =>
      resolve({ signal, said: out === '' ? undefined : (JSON.parse(out) as Said) }),
    );
  });
}

/** A server, and an account whose access token has ended. */
async function stale(
  t: TestContext,
  options: ServerOptions = {},
): Promise<{ server: AuthorizationServer; data: string }> {
  const server = await startAuthorizationServer(t, { tls: null, ...options });
  const data = temporaryDirectory(t);
  putTokens(server, data, Date.now() - 2 * HOUR);
  return { server, data };
}

test('processes that need a token at the same time renew it once, and all have the same', async (t) => {
  const { server, data } = await stale(t);
  const all = await Promise.all(Array.from({ length: 4 }, () => logsIn(server, data)));
  const tokens = all.map(({ said }) => said?.token);
  assert.equal(new Set(tokens).size, 1, JSON.stringify(all));
  assert.ok(server.holds(tokens[0] ?? ''));
  assert.equal(server.refreshes, 1);
  // What is stored is what the provider knows.
  server.endAccess();
  writeFileSync(tokenPath(data), JSON.stringify({ ...tokensAt(data), expires: 0 }));
  const { said } = await logsIn(server, data);
  assert.ok(server.holds(said?.token ?? ''), JSON.stringify(said));
  assert.deepEqual(readdirSync(join(data, 'tokens')), ['mine.json']);
});

test('a process that is killed while the provider works costs a sign-in only where the old token dies', async (t) => {
  for (const rotates of [false, true]) {
    const { server, data } = await stale(t, { rotates });
    let kill = (): void => undefined;
    server.beforeAnswer = async () => kill();
    const { signal } = await logsIn(server, data, [], (how) => (kill = how));
    assert.equal(signal, 'SIGKILL');
    server.beforeAnswer = async () => undefined;
    const { said } = await logsIn(server, data);
    if (rotates) {
      assert.equal(said?.kind, 'auth');
      assert.match(
        said.message ?? '',
        /invalid_grant.*\(an earlier renewal was cut off before its answer was stored\)/,
      );
      assert.deepEqual((await logsIn(server, data)).said, said, 'it is known, and nobody is asked again');
      assert.equal(server.refreshes, 2);
      putTokens(server, data, Date.now()); // the person signs in
      assert.ok(server.holds((await logsIn(server, data)).said?.token ?? ''));
    } else {
      assert.ok(server.holds(said?.token ?? ''), JSON.stringify(said));
    }
    assert.deepEqual(readdirSync(join(data, 'tokens')), ['mine.json']);
  }
});

test(
  'killed at each step, a process loses new tokens at the first write alone',
  { skip: noStrace },
  async (t) => {
    const calm = await stale(t);
    const steps = await stepsOf(calm.server, calm.data);
    const lost: string[] = [];
    for (const { name, nth, file } of steps) {
      const what = `${name} ${nth} of ${file}`;
      const { server, data } = await stale(t);
      const only = ['-P', join(data, 'tokens', file), '-e', `trace=${name}`];
      const inject = ['-e', `inject=${name}:signal=SIGKILL:when=${nth}`];
      const { signal } = await logsIn(server, data, [...STRACE, ...only, ...inject, '-o', '/dev/null']);
      assert.equal(signal, 'SIGKILL', what);
      const asked = server.refreshes;
      const { said } = await logsIn(server, data);
      if (said?.kind === 'auth') {
        assert.equal(asked, 1, 'the provider had answered');
        lost.push(what);
      } else {
        assert.ok(server.holds(said?.token ?? ''), `${what}: ${JSON.stringify(said)}`);
        assert.equal(server.refreshes, 1, `${what}: what was answered was found`);
        assert.equal(tokensAt(data).accessToken, said?.token);
      }
      // The lock of a dead process stays until somebody needs it.
      const left = readdirSync(join(data, 'tokens')).filter((one) => !one.startsWith('mine.lock'));
      assert.deepEqual(left, ['mine.json'], what);
    }
    t.diagnostic(`${steps.length} moments: ${steps.map(({ name }) => name).join(' ')}`);
    assert.deepEqual(lost, ['pwrite64 1 of mine.json.next']);
  },
);

const STRACE = ['strace', '-f', '-y', '-qq', '-s', '0'];

interface Step {
  readonly name: string;
  /** Among the calls of this name on this file. */
  readonly nth: number;
  readonly file: string;
}

/** Every call on the tokens and their lock in an undisturbed renewal. */
async function stepsOf(server: AuthorizationServer, data: string): Promise<Step[]> {
  const trace = join(data, 'strace');
  const { said } = await logsIn(server, data, [...STRACE, '-e', `trace=${CALLS}`, '-o', trace]);
  assert.ok(server.holds(said?.token ?? ''));
  const calls = parse(readFileSync(trace, 'utf8'));
  return ['.', 'mine.json', 'mine.json.next', 'mine.lock'].flatMap((file) => {
    const path = join(data, 'tokens', file);
    const counts = new Map<string, number>();
    return calls.flatMap((call) => {
      if (call.path !== path) return [];
      const nth = (counts.get(call.name) ?? 0) + 1;
      counts.set(call.name, nth);
      return [{ name: call.name, nth, file }];
    });
  });
}
