// What a person does wrong most often is told at its place, with its cure; and an answer that could not be written is no success.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MAIN } from '../support/command-line.ts';
import { mailkeep } from '../support/run.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { writeConfig } from './archive-home.ts';

test('what is no YAML is told by line and column', async (t) => {
  const home = temporaryDirectory(t);
  const config = join(home, 'c.yaml');
  for (const [text, at] of [
    ['accounts:\n\t- name: qq\n', /:2:1: Tabs/],
    ['accounts:\n  - name: qq\n    name: qq\n', /:3:5: Map keys must be unique/],
    ['data: "x\naccounts: []\n', /:\d+:\d+: Missing closing "quote/],
    ['data: /x\naccounts: *all\n', /:2:11: Unresolved alias/],
  ] as const) {
    writeFileSync(config, text);
    const { code, err } = await mailkeep(['status', '--config', config], { home });
    assert.equal(code, 78);
    assert.match(err, new RegExp(`^mailkeep: \\S*c\\.yaml${at.source}`));
  }
});

test('an id that is none, and a file that is not there, are told with a cure and without a call of the system', async (t) => {
  const home = temporaryDirectory(t);
  writeConfig(home);
  const shown = await mailkeep(['outbox', 'show', 'ff'], { home });
  assert.equal(shown.code, 2);
  assert.match(
    shown.err,
    /^mailkeep: ff is not in the queue\n {2}hint: `mailkeep outbox` lists the ids\.\n$/,
  );
  const unsent = await mailkeep(['send', '/none.eml'], { home });
  assert.equal(unsent.code, 2);
  assert.match(
    unsent.err,
    /^mailkeep: \/none\.eml: it cannot be read: no such .*\n {2}hint: FILE is the path of a whole mail, /,
  );
  const taken = await mailkeep(['import', join(home, 'none')], { home });
  assert.equal(taken.code, 1);
  assert.match(taken.err, /^not imported: .*none: no such file or directory \(ENOENT\)$/m);
});

test('an answer that a full disk has swallowed ends with 1, and says so', (t) => {
  const home = temporaryDirectory(t);
  writeConfig(home);
  for (const argv of [['--help'], ['status', '--json'], ['outbox', 'list', '--json']]) {
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', 'exec "$0" "$@" >/dev/full', process.execPath, MAIN, ...argv],
      {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], HOME: home, LANG: 'C' },
      },
    );
    assert.equal(status, 1, argv.join(' '));
    assert.match(stderr, /^mailkeep: standard output cannot be written: .*ENOSPC/m);
  }
});
