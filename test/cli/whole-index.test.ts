// Commands that promise to miss nothing, over an index that is behind what is stored, as a crash leaves it: they bring it up to
// the journals first, and where another process has the archive they say what is left out.
import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { acquireLock } from '../../src/runtime/lock.ts';
import { ScriptedTarget } from '../restore/scripted-target.ts';
import { install, type Installation } from '../support/installation.ts';
import { startScriptedServer } from '../support/scripted-server.ts';

const COUNT = 7;

/** Messages are stored, and the index knows the first of them. */
async function behind(t: TestContext, accounts: readonly object[] = []): Promise<Installation> {
  const old = {
    name: 'old',
    address: 'me@mail.test',
    password: 'x',
    receive: { protocol: 'imap', host: '127.0.0.1', port: 9, tls: 'none' },
  };
  const home = install(t, [old, ...accounts]);
  const index = join(home.data, 'index.db');
  for (let n = 0; n < COUNT; n++) {
    const file = join(home.directory, `${n}.eml`);
    writeFileSync(file, `Message-ID: <${n}@mail.test>\r\nSubject: ${n}\r\n\r\ntext\r\n`);
    assert.equal((await home.json('import', file, '--account', 'old', '--folder', 'INBOX')).code, 0);
    if (n === 0) copyFileSync(index, `${index}.then`);
  }
  copyFileSync(`${index}.then`, index);
  for (const more of ['-wal', '-shm']) rmSync(`${index}${more}`, { force: true });
  return home;
}

test('export takes all that is stored', async (t) => {
  const home = await behind(t);
  const to = join(home.directory, 'out');
  const { code } = await home.json('export', '', '--format', 'eml', '--to', to);
  assert.deepEqual(
    [code, readdirSync(to, { recursive: true }).filter((name) => String(name).endsWith('.eml')).length],
    [0, COUNT],
  );
});

test('a line that a crash tore is nothing that is left out', async (t) => {
  const home = await behind(t);
  appendFileSync(join(home.data, 'journal/old.jsonl'), '{"op":"seen","folder');
  const { code, stderr } = await home.line.run(
    'export',
    '',
    '--format',
    'eml',
    '--to',
    join(home.data, '../out'),
  );
  assert.deepEqual([code, stderr], [0, '']);
});

test('restore puts back all that is stored', async (t) => {
  const target = new ScriptedTarget();
  const { host, port } = await startScriptedServer(t, target.play);
  const account = {
    name: 'new',
    address: 'new@mail.test',
    password: 'x',
    receive: { protocol: 'imap', host, port, tls: 'none' },
  };
  const home = await behind(t, [account]);
  const { code, stdout } = await home.line.run('restore', '', '--to', 'new');
  assert.equal(code, 0, stdout);
  assert.equal(target.folders.get('INBOX')?.length, COUNT);
});

test('while another process has the archive, what is left out is said, and the lock is its own', async (t) => {
  const home = await behind(t);
  const lock = await acquireLock(join(home.data, 'lock'), { unseen: true });
  t.after(() => lock.release());
  const to = join(home.directory, 'out');
  const { code, stderr } = await home.line.run('export', '', '--format', 'eml', '--to', to);
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    /note: the index lags behind \(.* of the journals\): what was stored last may be left out/,
  );
  assert.ok(existsSync(join(home.data, 'lock')));
});
