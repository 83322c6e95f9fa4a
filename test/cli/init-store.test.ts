// Where a typed password goes: sealed by the real systemd-creds for a configuration in /etc, into a keyring, or into a file; and
// never into the configuration.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import { MAIN } from '../support/command-line.ts';
import { mailkeep } from '../support/run.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const PASSWORD = 'geheim "密码" $HOME';
const QQ = ['init', '--address', 'me@qq.com', '--password-stdin', '--no-test'];

/** An own /etc above the machine's. */
const ETC =
  'mkdir "$0/m" && mount -t tmpfs none "$0/m" && mkdir "$0/m/u" "$0/m/w" && mount -t overlay -o "lowerdir=/etc,upperdir=$0/m/u,workdir=$0/m/w" none /etc && ';
const skip =
  process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'systemd-creds', '--version']).status === 0
    ? false
    : 'needs root, unshare and systemd-creds';

test('root seals it for the service of the machine, and by hand root opens it again', { skip }, (t) => {
  const folder = temporaryDirectory(t);
  const script = `${ETC}
    mkdir -p -m 0750 /etc/mailkeep && chgrp daemon /etc/mailkeep && set -e
    printf '%s\\n' '${PASSWORD}' | node "$1" ${QQ.join(' ')}
    grep -rFl 'geheim' /etc/mailkeep /etc/credstore.encrypted && exit 9
    stat -c '%U:%G %a %n' /etc/mailkeep/config.yaml
    cat /etc/mailkeep/config.yaml; node "$2" /etc/mailkeep/config.yaml`;
  const tell = join(folder, 'tell.mjs');
  const load = new URL('../../src/config/load.js', import.meta.url).href;
  writeFileSync(
    tell,
    `import { loadConfig } from ${JSON.stringify(load)};
     const { accounts } = await loadConfig(process.argv[2], { env: process.env, home: '/' });
     console.log(JSON.stringify(await accounts[0].login()));`,
  );
  const { stdout, stderr, status } = spawnSync('unshare', ['-m', 'sh', '-c', script, folder, MAIN, tell], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: folder, LANG: 'C' },
  });
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /sealed by systemd[^\n]*\/etc\/credstore\.encrypted\/mailkeep\.qq\n/);
  assert.match(stdout, /^root:daemon 640 /m);
  assert.match(stdout, /password: \{ credential: mailkeep\.qq \}/);
  assert.ok(stdout.includes(JSON.stringify({ user: 'me@qq.com', password: PASSWORD })), stdout);
});

test(
  'where the archive is the service’s, root is told to sign in as its user, and not before',
  { skip },
  (t) => {
    const folder = temporaryDirectory(t);
    const script = `${ETC}
    mkdir -p -m 0750 /etc/mailkeep && mkdir "$0/lib" && mount --bind "$0/lib" /var/lib && set -e
    node "$1" init --address one@outlook.com --name one --client-id app
    mkdir /var/lib/mailkeep && chown daemon /var/lib/mailkeep
    node "$1" init --address two@outlook.com --name two --client-id app`;
    const { stdout, stderr, status } = spawnSync('unshare', ['-m', 'sh', '-c', script, folder, MAIN], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: folder, LANG: 'C' },
    });
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /^ {2}mailkeep login one /m);
    assert.match(stdout, /^ {2}sudo -u mailkeep mailkeep login two /m);
  },
);

/** The program of a keyring, which keeps what it is given in a file. */
const SECRET_TOOL = `#!/bin/sh
kept="$(dirname "$0")/kept"
case "$1" in
store) cat >"$kept"; shift 2; printf '%s' "$*" >"$kept.key" ;;
lookup) shift; [ "$*" = "$(cat "$kept.key")" ] && cat "$kept" ;;
esac
`;

test('a person with an open keyring has it there, and it is read back before anything is written', async (t) => {
  const home = temporaryDirectory(t);
  const tool = join(home, 'secret-tool');
  writeFileSync(tool, SECRET_TOOL, { mode: 0o755 });
  const path = join(home, 'c.yaml');
  const env = {
    PATH: `${home}:${process.env['PATH'] ?? ''}`,
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere',
  };
  const before = process.env['PATH'];
  process.env['PATH'] = env.PATH; // a secret's command is started with the process's own
  t.after(() => (process.env['PATH'] = before));
  const argv = ['--config', path, ...QQ, '--json'];
  const { code, out, err } = await mailkeep(argv, { home, env, stdin: PASSWORD });
  assert.equal(code, 0, err);
  assert.equal((JSON.parse(out) as { passwordStore: string }).passwordStore, 'keyring');
  assert.doesNotMatch(readFileSync(path, 'utf8'), /geheim/);
  const { accounts } = await loadConfig(path, { env, home });
  assert.deepEqual(await accounts[0]?.login(), { user: 'me@qq.com', password: PASSWORD });

  // A keyring that forgets.
  writeFileSync(tool, '#!/bin/sh\n[ "$1" = store ] && cat >/dev/null && exit 0\necho other\n', {
    mode: 0o755,
  });
  const other = join(home, 'other.yaml');
  const lost = await mailkeep(['--config', other, ...QQ], { home, env, stdin: PASSWORD });
  assert.equal(lost.code, 1);
  assert.match(lost.err, /gave back another password[^]*--password-store file/);
  assert.ok(!existsSync(other));
});

test('a store that is not here is refused by its name', async (t) => {
  const home = temporaryDirectory(t);
  for (const kind of ['keyring', 'systemd']) {
    const argv = ['--config', join(home, 'c.yaml'), ...QQ, '--password-store', kind];
    const { code, err } = await mailkeep(argv, { home, stdin: PASSWORD });
    assert.equal(code, 2);
    assert.match(err, new RegExp(`no place of the kind ${kind}`));
  }
});

test('where the configuration cannot be written, no password stays behind', async (t) => {
  const home = temporaryDirectory(t);
  // The name of the file beside it, which takes its place, is too long for any file system.
  const config = join(home, `${'c'.repeat(245)}.yaml`);
  const argv = ['--config', config, ...QQ, '--password-store', 'file'];
  const { code, err } = await mailkeep(argv, { home, stdin: `${PASSWORD}\n` });
  assert.equal(code, 1);
  assert.match(err, /^mailkeep: .*\.yaml cannot be written: .*ENAMETOOLONG.*\n {2}hint: /);
  assert.deepEqual(readdirSync(home), []);
});
