// `systemd/install.sh` under a real systemd: for the machine, and for one person; again and again, and away again.
import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { stringify } from 'yaml';
import { bulkMessage } from '../messages/bulk.ts';
import { CA_FILE } from '../support/certificates.ts';
import { Endings } from '../support/endings.ts';
import { OWNER } from '../support/provider/furnished.ts';
import { startProvider, type Provider } from '../support/provider/provider.ts';
import { boot, withoutMachine, type Machine } from './machine.ts';
import { staged } from './package.ts';

/** Where the shells look for what completes a command. */
const COMPLETIONS = [
  'usr/local/share/bash-completion/completions/mailkeep',
  'usr/local/share/zsh/site-functions/_mailkeep',
  'usr/local/share/fish/vendor_completions.d/mailkeep.fish',
];

const skip = withoutMachine();

suite('systemd/install.sh', { skip }, () => {
  const ending = new Endings();
  after(() => ending.end());
  let provider: Provider;
  let machine: Machine;

  before(async () => {
    provider = await startProvider({ users: { [OWNER.address]: OWNER.password } });
    ending.after(() => provider.stop());
    machine = await boot(ending);
    // As npm leaves it: the package, and what it needs.
    cpSync(staged(ending), join(machine.root, 'opt/mailkeep'), { recursive: true });
    cpSync(CA_FILE, join(machine.root, 'opt/ca.pem'));
    // logind wants to know who asks, and does not know those who enter from outside.
    await machine.sh('useradd --create-home alice; systemd-run --quiet --wait loginctl enable-linger alice');
  });

  const configuration = (data: string, ca: string) => {
    const server = { host: '127.0.0.1', tls: 'implicit', ca };
    const { address } = OWNER;
    const password = { file: 'wang.code' };
    const receive = { ...server, port: provider.ports.imaps, push: false, schedule: '0 0 1 1 *' };
    return stringify({ data, accounts: [{ name: 'wang', address, password, receive }] });
  };
  const install = (...words: readonly string[]) =>
    machine.run('sh', '/opt/mailkeep/systemd/install.sh', ...words);
  /** A line of shell: `init` by flags, with the owner's password from standard input. */
  const init = (program: string, name: string, more: string) =>
    `printf '%s\\n' '${OWNER.password}' | ${program} init --address ${OWNER.address} --name ${name} --protocol imap --imap-host 127.0.0.1 --imap-port ${provider.ports.imaps} --ca /opt/ca.pem --no-send --password-stdin ${more}`;
  const exists = (path: string) => existsSync(join(machine.root, path));

  test('it installs, and says what is to be done; a second time it changes nothing', async () => {
    const first = await install();
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /^installed {4}\/usr\/local\/lib\/mailkeep$/m);
    assert.match(first.stdout, /^now {10}`mailkeep init` sets up the first account$/m);
    assert.equal(
      await machine.ok('stat', '--format=%a %U %G', '/var/spool/mailkeep'),
      '2770 mailkeep mailkeep\n',
    );
    assert.match(await machine.ok('mailkeep', '--version'), /^\d/);
    for (const path of COMPLETIONS) assert.ok(exists(path), path);
    const { stdout, stderr } = await machine.run('systemd-analyze', '--man=no', 'verify', 'mailkeep.service');
    assert.equal(stdout + stderr, '');
    machine.write('/etc/mailkeep/config.yaml', configuration('/var/lib/mailkeep', '/opt/ca.pem'));
    machine.write('/etc/mailkeep/wang.code', OWNER.password);
    const second = await install();
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stdout, /^started {6}mailkeep$/m);
    assert.equal((await machine.ok('systemctl', 'is-active', 'mailkeep')).trim(), 'active');
    const third = await install('upgrade');
    assert.deepEqual(
      third.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('as it was    ')),
      [],
    );
  });

  test('a new version takes the place of the old one, and the service runs on with it', async () => {
    const path = join(machine.root, 'opt/mailkeep/package.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"version": "[^"]*"/, '"version": "9.9.9"'));
    const upgrade = await install();
    assert.equal(upgrade.code, 0, upgrade.stderr);
    assert.match(upgrade.stdout, /^restarted {4}mailkeep$/m);
    assert.equal(await machine.ok('mailkeep', '--version'), '9.9.9\n');
    assert.equal((await machine.ok('systemctl', 'is-active', 'mailkeep')).trim(), 'active');
  });

  test('removed, the mail stays; purged, it asks first', async () => {
    const removed = await install('remove');
    assert.equal(removed.code, 0, removed.stderr);
    for (const path of COMPLETIONS) assert.ok(!exists(path), path);
    for (const path of [
      'usr/local/lib/mailkeep',
      'usr/local/bin/mailkeep',
      'usr/local/lib/systemd/system/mailkeep.service',
    ])
      assert.equal(exists(path), false, path);
    assert.equal(exists('var/lib/mailkeep/journal'), true);
    assert.equal((await install('remove', '--purge')).code, 1, 'nobody answers');
    assert.equal(exists('var/lib/mailkeep/journal'), true);
    const purged = await machine.run(
      'sh',
      '-c',
      'echo delete | sh /opt/mailkeep/systemd/install.sh remove --purge',
    );
    assert.equal(purged.code, 0, purged.stderr);
    for (const path of ['var/lib/mailkeep', 'var/spool/mailkeep', 'etc/mailkeep'])
      assert.equal(exists(path), false, path);
    assert.notEqual((await machine.run('getent', 'passwd', 'mailkeep')).code, 0);
  });

  test('init starts the service only where it is told to, and says how that ended', async () => {
    const main = 'node /opt/mailkeep/dist/src/main.js --config /etc/mailkeep/config.yaml';
    const refused = await machine.run('sh', '-c', init(main, 'wang', '--start'));
    assert.equal(refused.code, 2, refused.stdout + refused.stderr);
    assert.match(refused.stderr, /--start: systemd has no service here[^]*systemd\/install\.sh/);
    assert.equal(exists('etc/mailkeep/config.yaml'), false);
    await machine.ok('sh', '/opt/mailkeep/systemd/install.sh');
    await machine.ok('systemctl', 'disable', 'mailkeep');

    assert.match(await machine.sh(init('mailkeep', 'wang', '')), /systemctl enable --now mailkeep/);
    assert.equal(await machine.property('ActiveState'), 'inactive');
    // As where something that it needs is missing.
    machine.write(
      '/run/systemd/system/mailkeep.service.d/never.conf',
      '[Unit]\nConditionPathExists=/nowhere\n',
    );
    await machine.ok('systemctl', 'daemon-reload');
    const stuck = await machine.run('sh', '-c', init('mailkeep', 'stuck', '--start'));
    assert.equal(stuck.code, 69, stuck.stdout + stuck.stderr);
    assert.match(stuck.stdout, /^Added to [^]*^ {2}systemctl enable --now mailkeep /m);
    assert.match(stuck.stderr, /the service did not start: it does not run\n {2}hint: [^]*journalctl/);
    await machine.sh('rm /run/systemd/system/mailkeep.service.d/never.conf; systemctl daemon-reload');

    const started = await machine.sh(init('mailkeep', 'li', '--start'));
    assert.match(started, /^The service runs now, and starts at each boot$/m);
    assert.doesNotMatch(started, /systemctl|enable-linger/);
    assert.deepEqual(
      [await machine.property('ActiveState'), await machine.property('UnitFileState')],
      ['active', 'enabled'],
    );
    const before = await machine.property('MainPID');
    // Its password is sealed, and reaches the service by a restart.
    const taken = await machine.sh(init('mailkeep --json', 'zhao', '--start'));
    const { ok, started: again, passwordStore } = JSON.parse(taken) as Record<string, unknown>;
    assert.deepEqual({ ok, again, passwordStore }, { ok: true, again: true, passwordStore: 'systemd' });
    assert.notEqual(await machine.property('MainPID'), before);
    const pid = await machine.property('MainPID');
    const kept = await machine.sh(init('mailkeep', 'qian', '--start --password-store file'));
    assert.match(kept, /^The running service has taken the account in$/m);
    assert.equal(await machine.property('MainPID'), pid);
    await machine.comes(async () => {
      const { stdout } = await machine.run('mailkeep', 'status', '--json');
      return (stdout.match(/"lastGood": "/g) ?? []).length === 5;
    }, 'a good poll of all five accounts');
    const purged = await install('remove', '--purge', '--yes');
    assert.equal(purged.code, 0, purged.stderr);
  });

  test('an older systemd gets no line that it does not know, and the passwords all the same', async () => {
    // As systemctl of Debian 12 says it.
    machine.write(
      '/usr/local/sbin/systemctl',
      '#!/bin/sh\n[ "$1" != --version ] || { echo "systemd 252 (252.39-1~deb12u1)"; exit; }\nexec /usr/bin/systemctl "$@"\n',
      0o755,
    );
    const [name, sealed] = ['mailkeep.wang', 'mailkeep.li'];
    machine.write(`/etc/credstore/${name}`, OWNER.password, 0o400);
    await machine.sh(`mkdir -p /etc/credstore.encrypted
      printf x | systemd-creds encrypt --quiet --name=${sealed} - /etc/credstore.encrypted/${sealed}`);
    machine.write(
      '/etc/mailkeep/config.yaml',
      configuration('/var/lib/mailkeep', '/opt/ca.pem').replace('file: wang.code', `credential: ${name}`),
    );
    const { code, stdout, stderr } = await install();
    assert.equal(code, 0, stdout + stderr);
    const unit = readFileSync(join(machine.root, 'usr/local/lib/systemd/system/mailkeep.service'), 'utf8');
    assert.doesNotMatch(unit, /^(Type|OpenFile|RestartSteps|RestartMaxDelaySec|ImportCredential)=/m);
    const show = await machine.ok('systemctl', 'show', '--property=Type,ActiveState', 'mailkeep');
    const given = await machine.ok('systemctl', 'cat', 'mailkeep');
    assert.match(show, /^Type=notify$/m);
    assert.match(show, /^ActiveState=active$/m);
    assert.match(given, new RegExp(`^LoadCredential=${name}:/etc/credstore/${name}$`, 'm'));
    assert.match(
      given,
      new RegExp(`^LoadCredentialEncrypted=${sealed}:/etc/credstore.encrypted/${sealed}$`, 'm'),
    );
    await machine.comes(
      async () => /"lastGood": "/.test((await machine.run('mailkeep', 'status', '--json')).stdout),
      'a good poll, with the password',
    );
    const again = await install();
    assert.equal(/^(installed|restarted)/m.test(again.stdout), false, again.stdout);
    await machine.sh('rm /usr/local/sbin/systemctl');
    const newer = await install();
    assert.match(newer.stdout, /^removed {6}.*older-systemd\.conf$/m);
    assert.equal(
      (await machine.ok('systemctl', 'show', '--property=Type', 'mailkeep')).trim(),
      'Type=notify-reload',
    );
    await install('remove');
  });

  test('a person without root has the service for himself', async () => {
    const uid = (await machine.ok('id', '--user', 'alice')).trim();
    const asAlice = (...argv: readonly string[]) =>
      machine.run(
        'runuser',
        '-u',
        'alice',
        '--',
        'env',
        'HOME=/home/alice',
        `XDG_RUNTIME_DIR=/run/user/${uid}`,
        ...argv,
      );
    await machine.comes(async () => exists(`run/user/${uid}/systemd/private`), 'her manager');
    machine.write('/home/alice/.config/mailkeep/config.yaml', configuration('~/mail', '/opt/ca.pem'), 0o600);
    machine.write('/home/alice/.config/mailkeep/wang.code', OWNER.password);
    await machine.ok('chown', '--recursive', 'alice:alice', '/home/alice');
    provider.deliver(OWNER.address, 'INBOX', bulkMessage(1));
    const { code, stdout, stderr } = await asAlice('sh', '/opt/mailkeep/systemd/install.sh', '--user');
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^started {6}mailkeep$/m);
    const show = await asAlice(
      'systemctl',
      '--user',
      'show',
      '--property=ActiveState,StatusText,NotifyAccess',
      'mailkeep',
    );
    assert.match(show.stdout, /ActiveState=active/);
    assert.match(show.stdout, /StatusText=1 account/);
    await machine.comes(async () => exists('home/alice/mail/mail'), 'her mail');
    const status = await asAlice('/home/alice/.local/bin/mailkeep', 'status', '--json');
    assert.match(status.stdout, /"service": \{/);
    const reload = await asAlice('systemctl', '--user', 'reload', 'mailkeep');
    assert.equal(reload.code, 0, reload.stderr);
    // On a terminal she is asked; Enter is yes.
    await asAlice('systemctl', '--user', 'disable', '--now', 'mailkeep');
    const wizard = init('/home/alice/.local/bin/mailkeep', 'two', '')
      .replace(/^.*? \| /, '')
      .replace('--password-stdin', '--password-file /home/alice/.config/mailkeep/wang.code');
    machine.write('/home/alice/wizard.sh', `exec ${wizard}\n`);
    const asked = await asAlice(
      'sh',
      '-ec',
      `cd; mkfifo keys; : >shown
       script --quiet --return --flush --command 'env TERM=xterm sh wizard.sh' /dev/null <keys >shown 2>&1 &
       wizard=$!
       exec 3>keys
       until grep -q 'Start mailkeep now, and at each boot?' shown; do
         kill -0 $wizard || { cat shown; exit 1; }
         sleep 0.1
       done
       printf '\\r' >&3
       wait $wizard || { cat shown; exit 1; }
       cat shown`,
    );
    assert.equal(asked.code, 0, asked.stdout + asked.stderr);
    assert.match(asked.stdout, /Added to [^]*The service runs now, and starts at each boot/);
    const now = await asAlice(
      'systemctl',
      '--user',
      'show',
      '--property=ActiveState,UnitFileState',
      'mailkeep',
    );
    assert.match(now.stdout, /ActiveState=active\n[^]*UnitFileState=enabled/);
    const removed = await asAlice('sh', '/opt/mailkeep/systemd/install.sh', 'remove', '--user');
    assert.equal(removed.code, 0, removed.stderr);
    assert.equal(exists('home/alice/.local/lib/mailkeep'), false);
    assert.equal(exists('home/alice/mail/mail'), true);
  });
});
