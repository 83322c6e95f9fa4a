// What the service manager is told, by the descriptor that it handed over, or by the program that comes with it. The words of
// systemd itself are heard in test/systemd.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../support/temporary.ts';

const MODULE = new URL('../../src/runtime/sd-notify.js', import.meta.url).href;

/** Tells two messages in a process whose descriptor 3 is the file `heard`, and prints what it sees of its manager. */
const PROGRAM = `
  import { serviceManager } from ${JSON.stringify(MODULE)};
  const manager = serviceManager(process.env);
  manager.tell('READY=1', 'STATUS=one');
  manager.tell('STATUS=two');
  await manager.told();
  const left = Object.keys(process.env).filter((name) => /^(LISTEN|NOTIFY|WATCHDOG)_/.test(name));
  console.log(JSON.stringify({ watchdog: manager.watchdog ?? null, left }));`;

function run(
  directory: string,
  env: Record<string, string>,
): { readonly said: unknown; readonly heard: string } {
  const path = join(directory, 'heard');
  const heard = openSync(path, 'a');
  // The shell becomes Node.js: its number is that of the process, as with systemd.
  const words = Object.entries(env).map(([name, value]) => `export ${name}=${value}; `);
  const { stdout, stderr } = spawnSync(
    'sh',
    ['-c', `${words.join('')}exec "$0" --input-type=module -e "$1"`, process.execPath, PROGRAM],
    { stdio: ['ignore', 'pipe', 'pipe', heard], encoding: 'utf8' },
  );
  closeSync(heard);
  assert.equal(stderr, '');
  return { said: JSON.parse(stdout), heard: readFileSync(path, 'utf8') };
}

test('a descriptor that was handed over to this process hears each message, and no child sees the words', (t) => {
  const env = {
    NOTIFY_SOCKET: '/nonexistent',
    LISTEN_PID: '$$',
    LISTEN_FDS: '1',
    LISTEN_FDNAMES: 'sdnotify',
    WATCHDOG_USEC: '30000000',
    WATCHDOG_PID: '$$',
  };
  assert.deepEqual(run(temporaryDirectory(t), env), {
    said: { watchdog: 30_000, left: [] },
    heard: 'READY=1\nSTATUS=oneSTATUS=two',
  });
});

test('what was handed over to another process, or by nobody, is not touched', (t) => {
  const rows: Record<string, string>[] = [
    {},
    { LISTEN_PID: '1', LISTEN_FDNAMES: 'sdnotify', WATCHDOG_USEC: '1000000', WATCHDOG_PID: '1' },
    { LISTEN_PID: '$$', LISTEN_FDNAMES: 'other', WATCHDOG_USEC: '0' },
    { NOTIFY_SOCKET: '' },
  ];
  for (const env of rows)
    assert.deepEqual(
      run(temporaryDirectory(t), env),
      { said: { watchdog: null, left: [] }, heard: '' },
      JSON.stringify(env),
    );
});

test('without a descriptor systemd-notify is asked, in order; where it is not to be had, nothing is told', (t) => {
  const directory = temporaryDirectory(t);
  const log = join(directory, 'log');
  const program = join(directory, 'systemd-notify');
  writeFileSync(program, `#!/bin/sh\nsleep 0.$(($# % 2 + 1))\necho "$NOTIFY_SOCKET $*" >>${log}\n`);
  chmodSync(program, 0o755);
  const env = { NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '2000000', PATH: `${directory}:$PATH` };
  assert.deepEqual(run(directory, env).said, { watchdog: 2000, left: [] });
  assert.equal(readFileSync(log, 'utf8'), '/run/x -- READY=1 STATUS=one\n/run/x -- STATUS=two\n');
  const empty = temporaryDirectory(t);
  assert.deepEqual(run(empty, { ...env, PATH: empty }).said, { watchdog: 2000, left: [] });
  assert.equal(existsSync(join(empty, 'log')), false);
});
