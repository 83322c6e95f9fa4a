// The clock of the machine keeps the promises of the interface.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { systemClock } from '../../src/runtime/system-clock.ts';

it('monotonic time never goes back, and a sleep is no shorter than asked for', async () => {
  const before = systemClock.monotonic();
  await systemClock.sleep(5);
  // Timers count in whole milliseconds.
  assert.ok(systemClock.monotonic() - before >= 4);
  await systemClock.sleep(-1);
});

it('a sleep ends with the reason of the signal, before it and in it', async () => {
  const reason = new Error('enough');
  await assert.rejects(systemClock.sleep(1e9, AbortSignal.abort(reason)), reason);
  const controller = new AbortController();
  const sleeping = systemClock.sleep(1e12, controller.signal);
  controller.abort(reason);
  await assert.rejects(sleeping, reason);
});
