// A folder is made with those above it; where the kernel lets nothing be made, that is said at once, by every command.
import assert from 'node:assert/strict';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { makeFolder } from '../../src/runtime/make-folder.ts';
import { mailkeep } from '../support/run.ts';
import { temporaryDirectory } from '../support/temporary.ts';

test('folders are made with those above them, by many at once, and what is there stays as it is', async (t) => {
  const top = temporaryDirectory(t);
  const path = join(top, 'a/b/c');
  await Promise.all(Array.from({ length: 8 }, () => makeFolder(path, 0o700)));
  assert.equal(statSync(join(top, 'a')).mode & 0o777, 0o700);
  mkdirSync(join(top, 'open'), { mode: 0o755 });
  await makeFolder(join(top, 'open'), 0o700);
  assert.equal(statSync(join(top, 'open')).mode & 0o777, 0o755);
  writeFileSync(join(top, 'file'), '');
  await assert.rejects(makeFolder(join(top, 'file'), 0o700), { code: 'EEXIST' });
  await assert.rejects(makeFolder(join(top, 'file/below'), 0o700), { code: 'ENOTDIR' });
});

test('in /proc nothing can be made: each command says so, and ends', async (t) => {
  const home = temporaryDirectory(t);
  const config = join(home, 'c.yaml');
  const receive = { protocol: 'imap', host: '127.0.0.1', port: 1, tls: 'none' };
  const send = { host: '127.0.0.1', port: 1, tls: 'none' };
  const account = { name: 'a', address: 'a@mail.test', password: { env: 'CODE' }, receive, send };
  const letter = join(home, 'x.eml');
  writeFileSync(letter, 'From: a@mail.test\r\nTo: b@mail.test\r\n\r\nx\r\n');
  writeFileSync(
    config,
    stringify({ data: '/proc/none/data', outbox: '/proc/none/out', accounts: [account] }),
  );
  for (const argv of [['sync'], ['import', letter], ['send', letter], ['daemon']]) {
    const { code, err } = await mailkeep(['--config', config, ...argv], { home, env: { CODE: 'x' } });
    assert.equal(code, 1, argv.join(' '));
    assert.match(err, /no folder can be made in \/proc\n/, argv.join(' '));
  }
  const init = ['init', '--address', 'me@qq.com', '--password-env', 'CODE', '--no-test'];
  const { code, err } = await mailkeep(init, { home: '/proc', env: { CODE: 'x' } });
  assert.equal(code, 1);
  assert.match(err, /no folder can be made in \/proc\n {2}hint: --config FILE names another place\n$/);
});
