// What a restore says at its end, and what a script hears of it: nothing but "proved" is a success.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ScriptedTarget } from '../restore/scripted-target.ts';
import { install } from '../support/installation.ts';
import { startScriptedServer } from '../support/scripted-server.ts';

const COUNT = 20;

for (const changes of [false, true])
  test(`a server that ${changes ? 'changes messages ends a restore with 1, the second time too' : 'keeps messages as they are ends it with 0'}`, async (t) => {
    const target = new ScriptedTarget(
      changes
        ? { altered: (bytes) => Buffer.concat([Buffer.from('X-Server: was here\r\n'), bytes]) }
        : undefined,
    );
    const { host, port } = await startScriptedServer(t, target.play);
    const account = {
      name: 'new',
      address: 'new@mail.test',
      password: 'x',
      receive: { protocol: 'imap', host, port, tls: 'none' },
    };
    const home = install(t, [account]);
    for (let n = 0; n < COUNT; n++)
      writeFileSync(
        join(home.directory, `${n}.eml`),
        `Message-ID: <${n}@mail.test>\r\nDate: Wed, 7 Feb 2024 08:09:10 +0000\r\nSubject: ${n}\r\n\r\ntext\r\n`,
      );
    const files = Array.from({ length: COUNT }, (_, n) => join(home.directory, `${n}.eml`));
    assert.equal((await home.json('import', ...files, '--account', 'new', '--folder', 'INBOX')).code, 0);
    for (let round = 0; round < 2; round++) {
      const { code, stdout } = await home.line.run('restore', '', '--to', 'new');
      assert.equal(code, changes ? 1 : 0, stdout);
      assert.match(stdout, changes ? /^NOT proved.*20 changed by the server/m : /^proved: /m);
      assert.equal(target.folders.get('INBOX')?.length, COUNT);
    }
    const { stdout } = await home.line.run('restore', '', '--to', 'new', '--json');
    const { proved, reason, ok }: { proved?: boolean; reason?: string; ok?: boolean } = JSON.parse(stdout);
    assert.deepEqual([proved, reason, ok], [!changes, changes ? 'changed' : null, undefined]);
    const none = await home.line.run('restore', 'subject:nothing', '--to', 'new');
    assert.equal(none.code, 0, 'nothing was to be proved');
  });
