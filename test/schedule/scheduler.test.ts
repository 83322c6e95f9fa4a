// When accounts are polled: at once, never twice at a time, not during a pause, and not after a stop.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { pause } from '../../src/schedule/backoff.ts';
import { Scheduler, type Job } from '../../src/schedule/scheduler.ts';
import { FakeClock } from '../support/fake-clock.ts';

const MINUTE = 60_000;

test('pause() obeys the server, and waits longest after a refused login', () => {
  const busy = { kind: 'busy', retry: 'later' } as const;
  const auth = { kind: 'auth', retry: 'never' } as const;
  const rows = [
    [{ ...busy }, 1, 0],
    [{ ...busy }, 2, 2 * MINUTE],
    [{ ...busy }, 3, 4 * MINUTE],
    [{ ...busy }, 50, 60 * MINUTE],
    [{ ...busy, after: 92_415 }, 1, 92_415],
    [{ ...busy, after: 10 * MINUTE }, 3, 10 * MINUTE],
    [{ ...auth }, 1, 15 * MINUTE],
    [{ ...auth }, 2, 60 * MINUTE],
    [{ ...auth }, 3, 360 * MINUTE],
    [{ ...auth }, 9, 360 * MINUTE],
  ] as const;
  for (const [failure, failures, ms] of rows)
    assert.equal(pause(failure, failures), ms, JSON.stringify([failure, failures]));
});

test('a job runs once when it is added, and its next slot is known', async (t) => {
  const { scheduler, clock } = begin(t);
  let runs = 0;
  scheduler.add(job('a', async () => void runs++));
  await clock.wind(1);
  assert.equal(runs, 1);
  assert.ok((scheduler.next('a') ?? 0) > 0);
  assert.equal(scheduler.next('nobody'), null);
});

test('a slot is left out while the job runs', async (t) => {
  const { scheduler, clock } = begin(t);
  let running = 0;
  let most = 0;
  scheduler.add({
    ...job('a', async (signal) => {
      most = Math.max(most, ++running);
      await clock.sleep(10_000, signal).catch(() => {});
      running--;
    }),
    schedule: '* * * * * *',
  });
  await new Promise((resolve) => setTimeout(resolve, 2100));
  assert.equal(most, 1);
});

test('stop() asks running jobs to end, waits for them, and starts none', async () => {
  const clock = new FakeClock();
  const scheduler = new Scheduler(clock);
  let ended = false;
  scheduler.add(
    job('a', async (signal) => {
      await clock.sleep(1e9, signal).catch(() => {});
      ended = true;
    }),
  );
  await clock.wind(1);
  await scheduler.stop();
  assert.equal(ended, true);
});

test('a failure that asks for a pause moves the next run', async (t) => {
  const { scheduler, clock } = begin(t, Date.now());
  scheduler.add({ ...job('a', async () => {}), run: async () => ({ kind: 'auth', retry: 'never' }) });
  await clock.wind(1);
  assert.ok((scheduler.next('a') ?? 0) >= clock.now() + 14 * MINUTE);
});

function job(name: string, run: (signal: AbortSignal) => Promise<void>): Job {
  return {
    name,
    schedule: '0 0 1 1 *',
    run: async (signal) => {
      await run(signal);
      return undefined;
    },
  };
}

function begin(t: TestContext, start?: number): { scheduler: Scheduler; clock: FakeClock } {
  const clock = new FakeClock(start);
  const scheduler = new Scheduler(clock);
  t.after(() => scheduler.stop());
  return { scheduler, clock };
}
