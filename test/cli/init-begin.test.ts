// What `init` asks, and does, for each way in which systemd may have the service.
import assert from 'node:assert/strict';
import test from 'node:test';
import { commandsFor, questionFor, standingOf } from '../../src/cli/init-begin.ts';

const shown = (active: string, file: string, more = 'ImportCredential=mailkeep.*\n') =>
  `LoadState=loaded\nActiveState=${active}\nUnitFileState=${file}\n${more}`;

test('where systemd has no such unit, or does not answer, there is nothing to ask', () => {
  for (const said of [
    '',
    "Running in chroot, ignoring command 'show'\n",
    'LoadState=not-found\nActiveState=inactive\nUnitFileState=\n',
    'LoadState=masked\nActiveState=inactive\nUnitFileState=masked\n',
  ])
    assert.equal(standingOf(said), undefined, said);
});

test('it is started where it does not run, and takes the account in where it does', () => {
  const start = 'enable --now mailkeep';
  for (const [active, file, asks, open, sealed] of [
    ['inactive', 'enabled', 'start', [start], [start]],
    ['inactive', 'disabled', 'start', [start], [start]],
    ['failed', 'enabled', 'start', [start], [start]],
    ['active', 'enabled', 'takeIn', ['reload mailkeep'], ['restart mailkeep']],
    ['reloading', 'enabled-runtime', 'takeIn', ['reload mailkeep'], ['restart mailkeep']],
    ['active', 'disabled', 'start', [start, 'reload mailkeep'], [start, 'restart mailkeep']],
    ['active', 'linked', 'start', [start, 'reload mailkeep'], [start, 'restart mailkeep']],
    ['active', 'static', 'takeIn', ['reload mailkeep'], ['restart mailkeep']],
    // One that is just starting may have read the file before the account was in it.
    ['activating', 'enabled', 'takeIn', ['restart mailkeep'], ['restart mailkeep']],
  ] as const) {
    const standing = standingOf(shown(active, file));
    assert.ok(standing !== undefined);
    assert.equal(questionFor(standing), asks, `${active} ${file}`);
    const commands = (isSealed: boolean) => commandsFor(standing, isSealed).map((words) => words.join(' '));
    assert.deepEqual([commands(false), commands(true)], [open, sealed], `${active} ${file}`);
  }
});

test('a systemd before 254 finds no sealed password by its name', () => {
  assert.equal(standingOf(shown('inactive', 'enabled'))?.finds, true);
  assert.equal(standingOf(shown('inactive', 'enabled', ''))?.finds, false);
});
