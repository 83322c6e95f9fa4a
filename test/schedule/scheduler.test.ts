// When accounts are polled: at once, never twice at a time, not during a pause, and not after a stop.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { again, pause } from '../../src/schedule/backoff.ts';
import { Scheduler, type Job } from '../../src/schedule/scheduler.ts';
import { FakeClock } from '../support/fake-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test('pause() obeys the server, and waits longest after a refused login', () => {
  const busy = { kind: 'busy', retry: 'later' } as const;
  const auth = { kind: 'auth', retry: 'never' } as const;
  const rows = [
    [{ ...busy }, 1, 0],
    [{ ...busy }, 2, 2 * MINUTE],
    [{ ...busy }, 3, 4 * MINUTE],
    [{ ...busy }, 50, 60 * MINUTE],
    [{ kind: 'refused', retry: 'later', isPartial: true }, 50, 0],
    [{ ...busy, after: 92_415 }, 1, 92_415],
    [{ ...busy, after: 10 * MINUTE }, 3, 10 * MINUTE],
    [{ kind: 'storage', retry: 'later' }, 50, MINUTE],
    [{ ...auth }, 1, 15 * MINUTE],
    [{ ...auth }, 2, 60 * MINUTE],
    [{ ...auth }, 3, 360 * MINUTE],
    [{ ...auth }, 9, 360 * MINUTE],
  ] as const;
  for (const [failure, failures, ms] of rows)
    assert.equal(pause(failure, failures), ms, JSON.stringify([failure, failures]));
});

test('again() comes soon and then each hour, never in the pause, and not where only a person can mend it', () => {
  const busy = { kind: 'busy', retry: 'later' } as const;
  const rows = [
    [{ ...busy }, 1, 5 * MINUTE],
    [{ ...busy }, 2, 10 * MINUTE],
    [{ ...busy }, 4, 40 * MINUTE],
    [{ ...busy }, 60, 60 * MINUTE],
    [{ kind: 'refused', retry: 'later', isPartial: true }, 2, 10 * MINUTE],
    [{ ...busy, after: 90 * MINUTE }, 1, 90 * MINUTE],
    [{ kind: 'storage', retry: 'later' }, 60, 5 * MINUTE],
    [{ kind: 'auth', retry: 'never' }, 1, null],
    [{ kind: 'auth', retry: 'later' }, 1, null],
    [{ kind: 'config', retry: 'never' }, 1, null],
    [{ kind: 'cancelled', retry: 'later' }, 1, null],
  ] as const;
  for (const [failure, failures, ms] of rows)
    assert.equal(again(failure, failures), ms, JSON.stringify([failure, failures]));
});

test('a daily run that fails, as the network is not up yet at the wake, is not put off to the next day', async (t) => {
  const { scheduler, clock } = begin(t, new Date(2026, 0, 10, 2, 30).getTime());
  let runs = 0;
  let up = false;
  scheduler.add({
    name: 'a',
    schedule: '0 3 * * *',
    last: clock.now(),
    run: async () => {
      runs++;
      return up ? undefined : { kind: 'dns', retry: 'later' };
    },
  });
  await windBy(clock, MINUTE);
  clock.put(5 * HOUR);
  await windBy(clock, MINUTE);
  assert.equal(runs, 1, 'asleep at three');
  const next = scheduler.next('a') ?? Infinity;
  assert.ok(next > clock.now() && next <= clock.now() + 5 * MINUTE, String(next));
  await windBy(clock, 5 * MINUTE);
  assert.equal(runs, 2);
  up = true;
  await windBy(clock, 10 * MINUTE);
  assert.equal(runs, 3);
  await windBy(clock, 12 * HOUR, 10_000);
  assert.equal(runs, 3, 'it went well');
  up = false;
  await windBy(clock, 8 * HOUR, 10_000);
  const failed = runs;
  assert.ok(failed > 3);
  clock.put(-30 * 24 * HOUR);
  await windBy(clock, HOUR + 2 * MINUTE);
  assert.ok(runs > failed, 'a clock that was weeks ahead is not waited for');
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
  let runs = 0;
  scheduler.add({
    ...job('a', async (signal) => {
      runs++;
      most = Math.max(most, ++running);
      await clock.sleep(10_000, signal).catch(() => {});
      running--;
    }),
    schedule: '* * * * * *',
  });
  for (let second = 0; second < 60; second++) await clock.wind(1000);
  assert.equal(most, 1);
  assert.ok(runs >= 5 && runs <= 6, String(runs));
});

test('each slot is one run, and slots that a sleep has swallowed are one run at the wake', async (t) => {
  const { scheduler, clock } = begin(t);
  let runs = 0;
  scheduler.add({ ...job('a', async () => void runs++), schedule: '*/5 * * * *', last: clock.now() });
  for (let minute = 0; minute < 60; minute++) await windBy(clock, MINUTE);
  assert.equal(runs, 12);
  clock.put(9 * 60 * MINUTE);
  await windBy(clock, MINUTE);
  assert.equal(runs, 13, 'nine hours asleep');
  await windBy(clock, 10 * MINUTE);
  assert.equal(runs, 15, 'and on with the calendar');
});

test('what a stop has swallowed runs at the start, and what it has not does not', async (t) => {
  // It is 4 o'clock, and the slot is at 3.
  for (const [hours, expected] of [
    [0.9, 0],
    [2, 1],
    [400, 1],
  ] as const) {
    const { scheduler, clock } = begin(t, new Date(2026, 0, 10, 4).getTime());
    let runs = 0;
    const last = clock.now() - hours * 60 * MINUTE;
    scheduler.add({ ...job('a', async () => void runs++), schedule: '0 3 * * *', last });
    await windBy(clock, MINUTE);
    assert.equal(runs, expected, `it ran last ${hours} hours ago`);
  }
});

test('a clock that goes back does not do a day twice, nor stop what is to be each minute', async (t) => {
  const { scheduler, clock } = begin(t, new Date(2026, 0, 10, 2, 59).getTime());
  const runs = { daily: 0, often: 0 };
  scheduler.add({ ...job('daily', async () => void runs.daily++), schedule: '0 3 * * *', last: clock.now() });
  scheduler.add({ ...job('often', async () => void runs.often++), schedule: '* * * * *', last: clock.now() });
  await windBy(clock, 5 * MINUTE + 5000);
  assert.deepEqual(runs, { daily: 1, often: 5 });
  clock.put(-30 * MINUTE);
  await windBy(clock, 60 * MINUTE);
  assert.equal(runs.daily, 1);
  assert.ok(runs.often >= 64, String(runs.often));
  await windBy(clock, 24 * 60 * MINUTE, 10_000);
  assert.equal(runs.daily, 2);
  clock.put(-20 * 24 * 60 * MINUTE);
  await windBy(clock, 24 * 60 * MINUTE, 10_000);
  assert.equal(runs.daily, 3, 'a clock that was weeks ahead is not waited for');
});

test('a clock that jumps ahead makes one run of all that it passed', async (t) => {
  const { scheduler, clock } = begin(t, 0);
  let runs = 0;
  scheduler.add({ ...job('a', async () => void runs++), schedule: '0 * * * *', last: clock.now() });
  await clock.wind(1);
  clock.put(56 * 365 * 24 * 60 * MINUTE);
  await windBy(clock, MINUTE);
  assert.equal(runs, 1);
});

test('a run without a sign of life is cut, one with it is not, and one that does not end is told of', async (t) => {
  const { scheduler, clock } = begin(t);
  const seen: string[] = [];
  let letGo: () => void = () => undefined;
  t.after(() => letGo());
  scheduler.add({
    ...job('hung', (signal) => clock.sleep(1e12, signal).catch(() => void seen.push('hung was cut'))),
  });
  scheduler.add({
    name: 'lively',
    schedule: '0 0 1 1 *',
    run: async (signal, alive) => {
      for (let hour = 0; hour < 48 && !signal.aborted; hour++) {
        await clock.sleep(60 * MINUTE, signal).catch(() => undefined);
        alive();
      }
      seen.push(`lively ended, cut: ${signal.aborted}`);
      return undefined;
    },
  });
  let isDeaf = true;
  scheduler.add(
    job('deaf', async () => {
      if (isDeaf) await new Promise<void>((resolve) => (letGo = resolve));
    }),
  );
  await windBy(clock, 5 * 60 * MINUTE, MINUTE);
  assert.deepEqual(seen, []);
  scheduler.answer();
  await windBy(clock, 65 * MINUTE, MINUTE / 2);
  assert.deepEqual(seen, ['hung was cut']);
  assert.throws(() => scheduler.answer(), /deaf does not end/);
  isDeaf = false;
  letGo();
  await clock.wind(0);
  scheduler.answer();
  await windBy(clock, 60 * 60 * MINUTE, 30 * MINUTE);
  assert.deepEqual(
    (seen as string[]).filter((text) => text.startsWith('lively')),
    ['lively ended, cut: false'],
  );
});

test('work aside without a sign of life is cut too, and told of where it does not end', async (t) => {
  const { scheduler, clock } = begin(t);
  scheduler.add(job('a', async () => {}));
  await clock.wind(1);
  const hung = assert.rejects(
    scheduler.aside('a', (signal) => clock.sleep(1e12, signal)),
    { kind: 'timeout' },
  );
  await windBy(clock, 6 * HOUR, MINUTE / 3);
  await hung;
  let letGo = (): void => undefined;
  const deaf = scheduler.aside('a', () => new Promise<void>((resolve) => (letGo = resolve)));
  await windBy(clock, 6 * HOUR, MINUTE / 3);
  scheduler.answer();
  await windBy(clock, 2 * MINUTE, MINUTE / 3);
  assert.throws(() => scheduler.answer(), /a does not end/);
  letGo();
  await assert.rejects(deaf, { kind: 'timeout' });
  scheduler.answer();
  const lively = scheduler.aside('a', async (signal, alive) => {
    for (let hour = 0; hour < 12; hour++) {
      await clock.sleep(HOUR, signal);
      alive();
    }
    return 'done';
  });
  await windBy(clock, 12 * HOUR, MINUTE / 3);
  assert.equal(await lively, 'done');
});

test('fifty accounts at once: a few begin, each has its turn, and who takes hours holds up nobody', async (t) => {
  const { scheduler, clock } = begin(t);
  let running = 0;
  let most = 0;
  const done = new Set<string>();
  for (let n = 0; n < 50; n++) {
    const name = `a${n}`;
    scheduler.add(
      job(name, async (signal) => {
        most = Math.max(most, ++running);
        await clock.sleep(n < 20 ? 3 * 60 * MINUTE : 20_000, signal).catch(() => undefined);
        running--;
        done.add(name);
      }),
    );
  }
  await windBy(clock, 20_000, 250);
  assert.equal(most, 12);
  await windBy(clock, 10 * MINUTE);
  assert.equal(done.size, 30, 'those that are quick are done beside the slow ones');
  await windBy(clock, 4 * 60 * MINUTE, MINUTE);
  assert.equal(done.size, 50);
});

test('a stop leaves nobody in the crowd', async () => {
  const clock = new FakeClock();
  const scheduler = new Scheduler(clock);
  let begun = 0;
  for (let n = 0; n < 30; n++)
    scheduler.add(job(`a${n}`, async (signal) => (begun++, clock.sleep(1e9, signal).catch(() => undefined))));
  await windBy(clock, 10_000, 250);
  await scheduler.stop();
  assert.equal(begun, 12);
});

test('runs of different machines are not in the same second', async (t) => {
  const starts = [];
  for (const random of [0, 0.5, 0.999]) {
    const clock = new FakeClock();
    const scheduler = new Scheduler(clock, () => random);
    t.after(() => scheduler.stop());
    let at = 0;
    scheduler.add({
      ...job('a', async () => void (at = clock.now())),
      schedule: '*/5 * * * *',
      last: clock.now(),
    });
    await windBy(clock, 6 * MINUTE, 1000);
    starts.push((at - Date.UTC(2026, 0, 1, 0, 5)) / 1000);
  }
  assert.deepEqual(starts, [0, 5, 10]);
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

test('what failed is tried again when its pause is over, though a slot has come in the pause and the next one is far', async (t) => {
  const { scheduler, clock } = begin(t, new Date(2026, 0, 9, 18, 41).getTime());
  let runs = 0;
  scheduler.add({
    name: 'a',
    schedule: '*/10 8-18 * * 1-5',
    run: async () => (++runs === 1 ? { kind: 'busy', retry: 'later', after: 15 * MINUTE } : undefined),
  });
  await windBy(clock, MINUTE);
  assert.equal(runs, 1);
  await windBy(clock, 18 * MINUTE);
  assert.equal(runs, 2, 'the next slot is on Monday');
});

test('a failure that asks for a pause moves the next run', async (t) => {
  const { scheduler, clock } = begin(t, Date.now());
  scheduler.add({ ...job('a', async () => {}), run: async () => ({ kind: 'auth', retry: 'never' }) });
  await clock.wind(1);
  assert.ok((scheduler.next('a') ?? 0) >= clock.now() + 14 * MINUTE);
});

/** A job that runs until it is let go. */
function slow(): { job: Job; runs: () => number; end: () => Promise<void> } {
  let runs = 0;
  let letGo: () => void = () => undefined;
  const one = async (): Promise<void> => {
    runs++;
    await new Promise<void>((resolve) => (letGo = resolve));
  };
  const end = async (): Promise<void> => {
    letGo();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { job: job('a', one), runs: () => runs, end };
}

test('a wake runs the job at once, and never beside a run: once more after it, however often it was woken', async (t) => {
  const { scheduler, clock } = begin(t);
  const { job, runs, end } = slow();
  scheduler.add(job);
  await clock.wind(1);
  for (let news = 0; news < 3; news++) scheduler.wake('a');
  await clock.wind(1);
  assert.equal(runs(), 1);
  await end();
  await clock.wind(1);
  assert.equal(runs(), 2, 'what came during the run may have come too late for it');
  await end();
  await clock.wind(1);
  assert.equal(runs(), 2);
  scheduler.wake('a');
  scheduler.wake('nobody');
  await clock.wind(0);
  assert.equal(runs(), 3);
  await end();
});

test('a pause ends where the clock goes back', async (t) => {
  const { scheduler, clock } = begin(t);
  let runs = 0;
  scheduler.add({
    name: 'a',
    schedule: '0 0 1 1 *',
    run: async () => {
      runs++;
      return { kind: 'auth', retry: 'never' };
    },
  });
  await clock.wind(0);
  assert.deepEqual([runs, scheduler.pausedUntil('a')], [1, clock.now() + 15 * MINUTE]);
  await clock.wind(-400 * 24 * 60 * MINUTE);
  assert.equal(scheduler.pausedUntil('a'), 0);
  scheduler.wake('a');
  await clock.wind(0);
  assert.equal(runs, 2);
});

test('a wake during a pause does nothing, and a login that was refused elsewhere makes one', async (t) => {
  const { scheduler, clock } = begin(t, Date.now());
  let runs = 0;
  let over = 0;
  scheduler.add({ ...job('a', async () => void runs++), over: () => over++ });
  await clock.wind(1);
  assert.deepEqual([scheduler.pausedUntil('a'), scheduler.pausedUntil('nobody'), over], [0, 0, 1]);
  scheduler.ended('a', { kind: 'auth', retry: 'never' });
  assert.equal(scheduler.pausedUntil('a'), clock.now() + 15 * MINUTE);
  scheduler.wake('a');
  await clock.wind(1);
  assert.equal(runs, 1);
  scheduler.ended('a', { kind: 'auth', retry: 'never' });
  assert.equal(scheduler.pausedUntil('a'), clock.now() + 60 * MINUTE, 'each refusal counts, wherever it was');
  await clock.wind(60 * MINUTE);
  scheduler.wake('a');
  await clock.wind(1);
  assert.deepEqual([runs, scheduler.pausedUntil('a')], [2, 0]);
});

test('the pause has begun when a job is told that its run is over', async (t) => {
  const { scheduler, clock } = begin(t, Date.now());
  let paused = 0;
  scheduler.add({
    ...job('a', async () => {}),
    run: async () => ({ kind: 'auth', retry: 'never' }),
    over: () => (paused = scheduler.pausedUntil('a')),
  });
  await clock.wind(1);
  assert.equal(paused, clock.now() + 15 * MINUTE);
});

test('work aside waits for the run, and runs wait for it', async (t) => {
  const { scheduler, clock } = begin(t);
  const { job, runs, end } = slow();
  const order: string[] = [];
  scheduler.add(job);
  await clock.wind(1);
  const aside = scheduler.aside('a', async (signal) => {
    order.push('aside');
    await clock.sleep(1000, signal);
    return 'done';
  });
  await clock.wind(1);
  assert.deepEqual(order, []);
  await end();
  await clock.wind(1);
  assert.deepEqual(order, ['aside']);
  scheduler.wake('a');
  await clock.wind(1);
  assert.equal(runs(), 1, 'not beside it');
  await clock.wind(1000);
  assert.equal(await aside, 'done');
  await clock.wind(1);
  assert.equal(runs(), 2);
  await end();
  await assert.rejects(
    scheduler.aside('a', () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.equal(await scheduler.aside('nobody', async () => 5), 5);
  await scheduler.stop();
  await assert.rejects(
    scheduler.aside('a', async () => 5),
    { kind: 'cancelled' },
  );
});

test('a pause is over when a person has removed its cause, and not before', async (t) => {
  const { scheduler, clock } = begin(t, Date.now());
  let signedIn = clock.now() - MINUTE;
  let runs = 0;
  scheduler.add({
    ...job('a', async () => {}),
    run: async () => (runs++, { kind: 'auth', retry: 'never' }),
    cured: () => signedIn,
  });
  await clock.wind(1);
  assert.ok(scheduler.pausedUntil('a') > clock.now());
  scheduler.wake('a');
  await clock.wind(MINUTE);
  assert.equal(runs, 1, 'what was done before the pause does not end it');
  signedIn = clock.now();
  assert.equal(scheduler.pausedUntil('a'), 0);
  scheduler.wake('a');
  await clock.wind(1);
  assert.equal(runs, 2);
  scheduler.wake('a');
  await clock.wind(MINUTE);
  assert.equal(runs, 2, 'a new failure is a new pause');
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

/** Time goes on by `ms` in steps, and whoever is due in each of them runs. */
async function windBy(clock: FakeClock, ms: number, step: number = 5000): Promise<void> {
  for (let rest = ms; rest > 0; rest -= step) await clock.wind(Math.min(rest, step));
}

function begin(t: TestContext, start?: number): { scheduler: Scheduler; clock: FakeClock } {
  const clock = new FakeClock(start);
  const scheduler = new Scheduler(clock, () => 0);
  t.after(() => scheduler.stop());
  return { scheduler, clock };
}

test('a removed job ends, alone, and may come again; its aside is over too', async (t) => {
  const { scheduler, clock } = begin(t);
  const ended: string[] = [];
  const until = (name: string): Job => ({
    ...job(name, async (signal) => {
      await clock.sleep(1e9, signal).catch(() => undefined);
      ended.push(name);
    }),
    schedule: '0 0 1 1 *',
  });
  scheduler.add(until('a'));
  scheduler.add(until('b'));
  await clock.wind(250);
  const aside = scheduler.aside('a', async () => 'never');
  await Promise.all([scheduler.remove('a'), assert.rejects(aside, { kind: 'cancelled' })]);
  assert.deepEqual([ended, scheduler.next('a')], [['a'], null]);
  scheduler.wake('a');
  await scheduler.remove('a');
  scheduler.add(until('a'));
  await clock.wind(250);
  assert.equal(scheduler.pausedUntil('a'), 0);
  await scheduler.remove('b');
  assert.deepEqual(ended, ['a', 'b']);
});
