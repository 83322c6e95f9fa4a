// `init` for a domain that no preset knows, in a network namespace where the only name server is ours: what is found goes into
// the configuration, and what anybody may have said does not, where nobody is there to be asked.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '../support/temporary.ts';

const CHILD = fileURLToPath(new URL('../discover/own-network-child.js', import.meta.url));
const SCRIPT = 'ip link set lo up && mount --bind "$1" /etc/resolv.conf && shift && exec "$@"';
const skip =
  spawnSync('unshare', ['-mn', 'ip', 'link', 'set', 'lo', 'up']).status === 0
    ? false
    : 'needs root, unshare and ip';

test('the servers of a domain are found by its MX and SRV records', { skip }, (t) => {
  const home = temporaryDirectory(t);
  const resolv = join(home, 'resolv.conf');
  writeFileSync(resolv, 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n');
  const config = join(home, 'config.yaml');
  const init = (address: string, ...more: readonly string[]) =>
    spawnSync(
      'unshare',
      ['-mn', 'sh', '-c', SCRIPT, 'sh', resolv, process.execPath, CHILD, '--config', config, 'init'].concat([
        '--address',
        address,
        '--password-env',
        'X',
        '--no-test',
        ...more,
      ]),
      { encoding: 'utf8', env: { ...process.env, HOME: home, LANG: 'C' } },
    );

  // An MX record is nobody's proven word either: its provider would be shown a password that may not be meant for it.
  const asked = init('me@office.example');
  assert.equal(asked.status, 2, asked.stdout);
  assert.ok(!existsSync(config));
  assert.doesNotMatch(asked.stderr, /pop3/, 'which would be taken for the wish for it');
  const flags = /If they are the right ones: (.*)/.exec(asked.stderr)?.[1] ?? '';
  const office = init('me@office.example', ...flags.split(' ').filter((word) => word !== ''));
  assert.equal(office.status, 0, office.stderr);
  const home2 = init('me@home.example');
  assert.equal(home2.status, 0, home2.stderr);
  for (const host of ['imap.exmail.qq.com', 'smtp.exmail.qq.com', 'imap.home.example', 'smtp.home.example'])
    assert.ok(readFileSync(config, 'utf8').includes(`host: ${host}`), host);

  // A domain in its own script is at home under the name that DNS has for it.
  const chinese = init('me@例子.公司', '--no-send');
  assert.equal(chinese.status, 0, chinese.stderr);
  assert.match(readFileSync(config, 'utf8'), /host: imap\.xn--fsqu00a\.xn--55qx5d/);

  const text = readFileSync(config, 'utf8');
  // RFC 6186 §6: a server elsewhere is nobody's proven word.
  const far = init('me@far.example');
  assert.equal(far.status, 2);
  assert.match(
    far.stderr,
    /anybody may have put there[^]*--imap-host imap\.somewhere\.else\.example --imap-port 993/,
  );
  const offline = init('me@home.example', '--offline', '--name', 'other');
  assert.equal(offline.status, 2);
  assert.match(offline.stderr, /--imap-host is missing/);
  assert.equal(readFileSync(config, 'utf8'), text);
  assert.ok(existsSync(config));
});
