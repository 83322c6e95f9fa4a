// `mailkeep send` against an unwilling system: whatever fails or kills it, the message lies in the drop folder whole or not at
// all, and where a failure is told it does not lie there, for it is handed in again.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { submit } from '../../src/outbox/submit.ts';
import { NAMES } from '../support/crash-points.ts';
import { install, type Installation } from '../support/installation.ts';
import { failing, noStrace } from '../support/strace.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { accountAt, LI, message, PostOffice, WANG } from './post-office.ts';

const ACCOUNT = { name: 'wang', address: WANG, password: 'secret', send: { host: '127.0.0.1', port: 1, tls: 'none' } }; // prettier-ignore

suite('send, when the system fails it', { skip: noStrace }, () => {
  function lying(house: Installation): string[] {
    return house.names('.').filter((name) => /^[^.].*\.eml$/.test(name));
  }

  function letter(house: Installation): string {
    const path = join(house.directory, 'letter.eml');
    writeFileSync(path, message(LI));
    return path;
  }

  test('a folder that cannot be synced gives the message back, and a second try makes one of it', async (t) => {
    const house = install(t, [ACCOUNT]);
    // The first sync is the file's.
    const above = failing('fsync:error=EIO:when=2');
    const { code, stdout, stderr } = await house.line.startUnder(above, 'send', letter(house)).ended;
    assert.deepEqual([code, stdout], [1, ''], stderr);
    assert.match(stderr, /syncing .* failed: EIO/);
    assert.deepEqual(lying(house), []);
    assert.equal((await house.line.run('send', letter(house))).code, 0);
    assert.equal(lying(house).length, 1);
  });

  test('killed before any effect, it leaves the whole message or none', async (t) => {
    let whole = 0;
    for (const { name, calls } of [...NAMES, { name: 'write', calls: 'write' }]) {
      assert.ok(typeof calls === 'string');
      for (let nth = 1; nth < 9; nth++) {
        const house = install(t, [ACCOUNT]);
        mkdirSync(house.outbox);
        const inject = `inject=${calls}:signal=SIGKILL:when=${nth}`;
        const above = ['strace', '-f', '-qq', '-o', '/dev/null', '-P', house.outbox, '-e', inject];
        const { code } = await house.line.startUnder(above, 'send', letter(house)).ended;
        const names = lying(house);
        for (const one of names)
          assert.equal(readFileSync(join(house.outbox, one), 'utf8'), message(LI), name);
        if (code === 0) assert.equal(names.length, 1, name);
        else whole += names.length;
        if (code === 0) break;
      }
    }
    assert.ok(whole > 0, 'a kill after the rename is met');
  });
});

test('a folder that may be written and not read takes messages', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('needs root, to become somebody who may not read a folder');
  t.after(() => process.seteuid?.(0));
  const outbox = temporaryDirectory(t);
  execFileSync('chown', ['nobody', outbox]);
  chmodSync(outbox, 0o300);
  process.seteuid?.('nobody');
  const from = (async function* () {
    yield Buffer.from(message(LI));
  })();
  await submit({ outbox, accounts: [accountAt(1)], account: null, name: 'x', from });
  process.seteuid?.(0);
  assert.equal(readdirSync(outbox).length, 1);
});

test('a pipe that never ends is refused before it fills the disk', async (t) => {
  const outbox = temporaryDirectory(t);
  // Memory that nobody touches costs nothing.
  const rest = Buffer.alloc(512 * 1024 * 1024);
  const from = (async function* () {
    yield Buffer.from(message(LI));
    yield rest;
  })();
  await assert.rejects(
    submit({ outbox, accounts: [accountAt(1)], account: null, name: 'x', from }),
    /larger than 536870912 octets/,
  );
  assert.deepEqual(readdirSync(outbox), []);
});

test('what a killed send had begun goes a day and a half later, and what is no such file stays', async (t) => {
  const post = new PostOffice(t, [accountAt(1)]);
  const old = ['.letter.0123abcd.eml.tmp', '.x.eml.tmp', 'x.0123abcd.eml.tmp'];
  for (const name of [...old, '.new.0123abcd.eml.tmp']) writeFileSync(join(post.drop, name), 'From: ');
  const hours = (n: number): Date => new Date(post.clock.now() - n * 60 * 60_000);
  for (const name of old) utimesSync(join(post.drop, name), hours(37), hours(37));
  utimesSync(join(post.drop, '.new.0123abcd.eml.tmp'), hours(35), hours(35));
  await post.pass();
  assert.deepEqual(post.names(), ['.new.0123abcd.eml.tmp', '.x.eml.tmp', 'x.0123abcd.eml.tmp']);
  await post.later(2 * 60 * 60_000);
  assert.deepEqual(post.names(), ['.x.eml.tmp', 'x.0123abcd.eml.tmp']);
});
