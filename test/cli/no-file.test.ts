// What stands under a name of ours and is no file is told by its name. It is never waited for, which a pipe would be without end.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { install } from '../support/installation.ts';

const NOWHERE = { protocol: 'imap', host: '127.0.0.1', port: 1, tls: 'none' };
const ACCOUNT = { name: 'ann', address: 'ann@mail.test', password: 'secret', receive: NOWHERE };

for (const [name, ...commands] of [
  ['index.db', 'sync', 'status', 'daemon'],
  ['outbox.db', 'status', 'daemon'],
  ['journal/ann.jsonl', 'sync', 'verify', 'reindex'],
  ['lock.guard', 'sync', 'daemon'],
] as const)
  test(`a pipe in place of ${name} is told, and not waited for`, async (t) => {
    const { data, line } = install(t, [ACCOUNT]);
    mkdirSync(join(data, 'journal'), { recursive: true });
    execFileSync('mkfifo', [join(data, name)]);
    for (const command of commands) {
      // Killed after a minute, which is long for what has nothing to do.
      const { code, signal, stdout, stderr } = await line.run(command);
      assert.deepEqual([command, signal, code === 0], [command, null, false]);
      assert.match(`${stdout}${stderr}`, new RegExp(`${name} is no file`), command);
      assert.ok(lstatSync(join(data, name)).isFIFO());
    }
  });

test('an archive that would lie below a file is told as that, by whatever command', async (t) => {
  const house = install(t, [ACCOUNT]);
  writeFileSync(house.data, 'x');
  house.configure([ACCOUNT], { data: join(house.data, 'below') });
  for (const command of ['sync', 'daemon', 'status', 'reindex']) {
    const { stderr } = await house.line.run(command);
    assert.doesNotMatch(stderr, /internal error/, command);
  }
});
