// What the service manager hears, and when it does not hear that the service lives.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Pulse, type Body } from '../../src/service/pulse.ts';
import { statusLine } from '../../src/service/status-line.ts';
import { FakeClock } from '../support/fake-clock.ts';

const SECOND = 1000;

interface Heard {
  readonly clock: FakeClock;
  readonly pulse: Pulse;
  readonly log: string[];
  /** What was told since the last call. */
  readonly news: () => string[];
}

function begun(t: TestContext, watchdog?: number): Heard {
  const clock = new FakeClock();
  const told: string[] = [];
  const log: string[] = [];
  const pulse = new Pulse({
    manager: { tell: (...lines) => void told.push(lines.join(' ')), told: () => Promise.resolve(), watchdog },
    clock,
    log: { error: (text) => void log.push(`error ${text}`), info: (text) => void log.push(`info ${text}`) },
  });
  pulse.begin();
  t.after(() => pulse.end());
  return { clock, pulse, log, news: () => told.splice(0) };
}

const WELL: Body = { organs: [], status: () => '2 accounts', inDot: () => Promise.resolve(0) };

async function beat(clock: FakeClock, ms: number): Promise<void> {
  await clock.wind(ms);
  for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve));
}

test('a long start asks for time, and is ready only when that is said', async (t) => {
  const { clock, pulse, news } = begun(t);
  await beat(clock, 10 * SECOND);
  await beat(clock, 10 * SECOND);
  assert.deepEqual(news(), [
    'STATUS=starting',
    'EXTEND_TIMEOUT_USEC=60000000',
    'EXTEND_TIMEOUT_USEC=60000000',
  ]);
  pulse.ready(WELL);
  assert.deepEqual(news(), ['READY=1 STATUS=2 accounts']);
  await beat(clock, 10 * SECOND);
  assert.deepEqual(news(), [], 'nobody has asked for a watchdog, and nothing is new');
});

test('the watchdog is fed while every part answers, and only then', async (t) => {
  const { clock, pulse, log, news } = begun(t, 20 * SECOND);
  let answer = (): Promise<void> => Promise.resolve();
  pulse.ready({ ...WELL, organs: [{ name: 'the index', ask: () => answer() }] });
  news();
  await beat(clock, 5 * SECOND);
  assert.deepEqual(news(), ['WATCHDOG=1']);
  answer = () => new Promise(() => undefined);
  await beat(clock, 5 * SECOND);
  await beat(clock, 10 * SECOND);
  assert.deepEqual(news(), ['STATUS=the index does not answer']);
  answer = () => Promise.reject(new Error('disk I/O error'));
  await beat(clock, 5 * SECOND);
  assert.deepEqual(news(), ['STATUS=the index fails: disk I/O error']);
  answer = () => Promise.resolve();
  await beat(clock, 5 * SECOND);
  assert.deepEqual(news(), ['WATCHDOG=1 STATUS=2 accounts']);
  const anew = ', and the service manager will start it anew if that lasts';
  assert.deepEqual(log, [
    `error the service is not well: the index does not answer${anew}`,
    `error the service is not well: the index fails: disk I/O error${anew}`,
    'info all parts of the service answer again',
  ]);
});

test('a reload is told with the time of its begin, and a failed one is seen until the next', async (t) => {
  const { pulse, news } = begun(t);
  pulse.ready(WELL);
  news();
  const before = process.hrtime.bigint() / 1000n;
  await assert.rejects(pulse.reloading(() => Promise.reject(new Error('config.yaml:2: no'))));
  const [reloading, ready] = news();
  const [, at = '0'] = /^RELOADING=1 MONOTONIC_USEC=(\d+)$/.exec(reloading ?? '') ?? [];
  assert.ok(BigInt(at) >= before && BigInt(at) <= process.hrtime.bigint() / 1000n, at);
  assert.equal(ready, 'READY=1 STATUS=the configuration is wrong, and the old one stays: config.yaml:2: no');
  assert.equal(await pulse.reloading(() => Promise.resolve(7)), 7);
  assert.deepEqual(news().slice(1), ['READY=1 STATUS=2 accounts']);
});

test('a stop is told at once, and asks for time only while a dot waits', async (t) => {
  const { clock, pulse, news } = begun(t, 20 * SECOND);
  let dots = 1;
  pulse.ready({ ...WELL, inDot: () => Promise.resolve(dots) });
  news();
  await pulse.stopping();
  await beat(clock, 5 * SECOND);
  dots = 0;
  await beat(clock, 5 * SECOND);
  await beat(clock, 5 * SECOND);
  assert.deepEqual(news(), [
    "STOPPING=1 EXTEND_TIMEOUT_USEC=30000000 STATUS=stopping: waiting for the server's answer to 1 letter",
    'EXTEND_TIMEOUT_USEC=30000000',
    'STATUS=stopping',
  ]);
});

test('the status is one line that tells who fails, what comes in, and when all was well last', () => {
  const at = new Date(2026, 0, 1, 12, 3).getTime();
  const error = { kind: 'auth', message: 'no', retry: 'never', hint: null } as const;
  const last = new Map([
    ['qq', { at, error: null }],
    ['163', { at: at + 60_000, error }],
    ['gone', { at: at + 120_000, error: null }],
  ]);
  const rows: [string[], string][] = [
    [['new'], '1 account'],
    [['qq', 'new'], '2 accounts; all well; receiving qq: 5 of 9; last good poll 12:03'],
    [['qq', '163'], '2 accounts; 163 fails (auth); receiving qq: 5 of 9; last good poll 12:03'],
  ];
  for (const [names, line] of rows) {
    const running = names.includes('qq') ? { qq: { done: 5, total: 9 }, gmail: { done: 0, total: 0 } } : {};
    assert.equal(statusLine(names, last, running), line);
  }
});
