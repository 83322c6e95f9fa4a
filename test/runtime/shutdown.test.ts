// The first SIGTERM or Ctrl-C asks, a later one ends.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { it } from 'node:test';
import { stopSignal } from '../../src/runtime/shutdown.ts';
import { isMailError } from '../support/mail-error.ts';

for (const name of ['SIGTERM', 'SIGINT'] as const) {
  it(`${name} aborts the signal, and the process goes on`, async (test) => {
    const stop = stopSignal();
    test.after(() => stop.release());
    assert.equal(stop.signal.aborted, false);
    process.kill(process.pid, name);
    while (!stop.signal.aborted) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(isMailError('cancelled', 'later', new RegExp(`stopped by ${name}`))(stop.signal.reason));
  });
}

it('after release nobody listens', () => {
  const before = process.listenerCount('SIGTERM');
  const stop = stopSignal();
  assert.equal(process.listenerCount('SIGTERM'), before + 1);
  stop.release();
  stop.release();
  assert.equal(process.listenerCount('SIGTERM'), before);
});

it('a second Ctrl-C at once is the same one; a later one ends the process by that signal', () => {
  const script = `import { writeSync } from 'node:fs';
    import { stopSignal } from ${JSON.stringify(join(import.meta.dirname, '../../src/runtime/shutdown.js'))};
    let time = 0;
    const stop = stopSignal({ now: () => time, monotonic: () => time, sleep: async () => {} });
    // A signal is heard when the loop asks the system for news, which it does before it comes to what was set to be immediate.
    const press = () => { process.kill(process.pid, 'SIGINT'); return new Promise((resolve) => setTimeout(() => setImmediate(() => setImmediate(resolve)), 20)); };
    await press(); writeSync(1, stop.signal.aborted ? 'asked ' : '');
    time = 900; await press(); writeSync(1, 'same ');
    time = 1100; await press(); await press(); writeSync(1, 'still here');`;
  const { stdout, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  assert.deepEqual([stdout, signal], ['asked same ', 'SIGINT']);
});
