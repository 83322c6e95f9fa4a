// The service as a person of Debian 13 has it: the package installed under a real systemd, with servers of the test on loopback.
import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { bulkMessage } from '../messages/bulk.ts';
import { program } from '../servers/installed.ts';
import { CA_FILE } from '../support/certificates.ts';
import { Endings } from '../support/endings.ts';
import { FRIEND, OWNER } from '../support/provider/furnished.ts';
import type { Provider } from '../support/provider/provider.ts';
import { startSlowLink } from '../support/slow-link.ts';
import { holdAnswers } from './held-answers.ts';
import { holdMail } from './held-mail.ts';
import { withoutMachine, type Machine } from './machine.ts';
import { laterPackage } from './package.ts';
import { accountAt, writeConfiguration, startPackaged } from './packaged.ts';

const skip = withoutMachine({ debhelper: program('/usr/bin/dh') });

suite('under systemd', { skip }, () => {
  const ending = new Endings();
  after(() => ending.end());
  let provider: Provider;
  let machine: Machine;
  let deb: string;

  before(async () => {
    ({ provider, machine, deb } = await startPackaged(ending));
    await machine.sh('useradd --create-home alice; useradd --create-home bob');
  });

  /** An account whose servers are the test's; its password is the credential of its name. */
  const account = (name: string, address: string, receive: object = {}, send: object = {}) => ({
    ...accountAt(provider, name, address, receive, send),
    password: { credential: `mailkeep.${name}` },
  });
  const wang = (receive: object = {}, send: object = {}) => account('wang', OWNER.address, receive, send);
  const li = () => account('li', FRIEND.address);
  const configure = (...accounts: readonly object[]) => writeConfiguration(machine, accounts);
  const dropIn = async (lines: string) => {
    machine.write('/run/systemd/system/mailkeep.service.d/test.conf', `[Service]\n${lines}\n`);
    await machine.ok('systemctl', 'daemon-reload');
  };
  const mainPid = async () => {
    const pid = await machine.property('MainPID');
    assert.ok(Number(pid) > 1, await machine.journal());
    return pid;
  };
  const letter = (from: string, id: string) =>
    `From: ${from}\nTo: ${FRIEND.address}\nSubject: x\nMessage-ID: <${id}@mail.test>\nDate: Sat, 21 Nov 2026 10:00:00 +0000\n\nx\n`;
  const logged = (text: string | RegExp) =>
    machine.comes(
      async () =>
        typeof text === 'string'
          ? (await machine.journal()).includes(text)
          : text.test(await machine.journal()),
      String(text),
    );
  const forgetLog = () =>
    machine.sh('journalctl --rotate --quiet; journalctl --vacuum-time=1s --quiet; systemctl reset-failed');

  test('the package brings the user, the places and the manual, and waits for a configuration', async (t) => {
    // ImportCredential= and RestartSteps= are ignored before; a password would be missing.
    const breaks = await machine.ok('dpkg-deb', '--field', '/root/mailkeep.deb', 'Breaks');
    assert.equal(breaks, 'systemd (<< 254~)\n');
    const said = await machine.ok('dpkg', '--install', '/root/mailkeep.deb');
    assert.match(said, /`mailkeep init`/);
    const modes = await machine.ok('stat', '--format=%a %U %G %n', '/var/spool/mailkeep', '/etc/mailkeep');
    assert.equal(modes, '2770 mailkeep mailkeep /var/spool/mailkeep\n750 root mailkeep /etc/mailkeep\n');
    assert.equal((await machine.ok('systemctl', 'is-enabled', 'mailkeep')).trim(), 'enabled');
    assert.deepEqual(
      [await machine.property('ActiveState'), await machine.property('ConditionResult')],
      ['inactive', 'no'],
    );
    assert.match(await machine.ok('runuser', '-u', 'alice', '--', 'mailkeep', '--version'), /^\d/);
    const { stdout, stderr } = await machine.run('systemd-analyze', '--man=no', 'verify', 'mailkeep.service');
    assert.equal(stdout + stderr, '');
    const user = await machine.run(
      'env',
      'XDG_RUNTIME_DIR=/run',
      'systemd-analyze',
      '--man=no',
      '--user',
      'verify',
      '/usr/lib/systemd/user/mailkeep.service',
    );
    assert.equal(user.stdout + user.stderr, '');
    const security = await machine.ok('systemd-analyze', 'security', '--no-pager', 'mailkeep.service');
    const [line = '', score = 'none'] = /^.*Overall exposure level .*?: ([\d.]+).*$/m.exec(security) ?? [];
    t.diagnostic(line);
    assert.ok(Number(score) <= 1.2, security);
  });

  test('it is ready when all of it is, and its passwords are credentials, sealed or not', async () => {
    cpSync(CA_FILE, join(machine.root, 'etc/mailkeep/ca.pem'));
    machine.write('/etc/credstore/mailkeep.wang', OWNER.password, 0o400);
    await machine.sh(`mkdir -p /etc/credstore.encrypted
      printf %s '${FRIEND.password}' | systemd-creds encrypt --quiet --name=mailkeep.li - /etc/credstore.encrypted/mailkeep.li`);
    provider.deliver(OWNER.address, 'INBOX', bulkMessage(1));
    provider.deliver(FRIEND.address, 'INBOX', bulkMessage(2));
    configure(wang(), li());
    await machine.ok('systemctl', 'start', 'mailkeep');
    assert.equal(await machine.property('ActiveState'), 'active');
    assert.match(await machine.journal(), /mailkeep is running/);
    const status = await machine.ok('mailkeep', 'status', '--json').catch((thrown: Error) => thrown.message);
    assert.match(status, new RegExp(`"service": \\{\\s*"pid": ${await mainPid()}`));
    await logged(/received account=wang stored=1/);
    await logged(/received account=li stored=1/);
    const worse = await machine.ok('journalctl', '--unit=mailkeep', '--priority=notice', '--output=cat');
    assert.doesNotMatch(worse, /mailkeep is running/, 'priorities are told');
    await machine.comes(
      async () => (await machine.property('StatusText')).includes('2 accounts; all well'),
      'the status',
    );
  });

  test('a reload is over when it is taken over; who stays is not disturbed, and a wrong file changes nothing', async () => {
    const pid = await mainPid();
    const imap = provider.connections('IMAP');
    configure(wang());
    await machine.ok('systemctl', 'reload', 'mailkeep');
    assert.match(await machine.journal(), /was read again removed=li\n/);
    provider.deliver(FRIEND.address, 'INBOX', bulkMessage(3));
    configure(wang(), li());
    await machine.ok('systemctl', 'reload', 'mailkeep');
    assert.match(await machine.journal(), /was read again added=li\n/);
    await logged(/received account=li stored=1[^]*received account=li stored=1/);
    machine.write('/etc/mailkeep/config.yaml', 'acounts: []\n');
    const wrong = await machine.run('systemctl', 'reload', 'mailkeep');
    assert.notEqual(wrong.code, 0, 'a reload that took nothing over fails');
    assert.equal(await machine.property('ActiveState'), 'active');
    assert.match(
      await machine.property('StatusText'),
      /the configuration is wrong, and the old one stays: .*acounts/,
    );
    configure(wang(), li());
    assert.equal(await machine.ok('mailkeep', 'reload'), 'the accounts are as they were\n');
    assert.match(await machine.property('StatusText'), /^2 accounts/);
    assert.equal(await mainPid(), pid);
    assert.equal(
      provider.heard('IMAP').filter(({ line }) => line.includes('LOGIN') || line.includes('AUTHENTICATE'))
        .length > 0,
      true,
    );
    assert.ok(provider.connections('IMAP') > imap);
  });

  test('a member of the group drops a letter, and nobody else can', async () => {
    await machine.ok('usermod', '--append', '--groups=mailkeep', 'alice');
    const drop = (who: string, id: string) =>
      machine.run(
        'runuser',
        '-u',
        who,
        '--',
        'sh',
        '-c',
        `umask 022; printf '%s' '${letter(OWNER.address, id)}' >/var/spool/mailkeep/${id}.tmp && mv /var/spool/mailkeep/${id}.tmp /var/spool/mailkeep/${id}.eml`,
      );
    const bobs = await drop('bob', 'bob');
    assert.match(bobs.stderr, /Permission denied/);
    const alices = await drop('alice', 'alice');
    assert.equal(alices.code, 0, alices.stderr);
    await machine.comes(() => provider.accepted('<alice@mail.test>') === 1, 'the letter');
    await machine.comes(
      () => existsSync(join(machine.root, 'var/spool/mailkeep/sent/alice.eml')),
      'its file in sent/',
    );
    const seen = await machine.run(
      'runuser',
      '-u',
      'alice',
      '--',
      'cat',
      '/var/spool/mailkeep/sent/alice.eml',
    );
    assert.match(seen.stdout, /Message-ID: <alice@mail.test>/);
    assert.notEqual((await machine.run('runuser', '-u', 'alice', '--', 'ls', '/var/lib/mailkeep')).code, 0);
  });

  test('the sandbox bites', async (t) => {
    const unit = readFileSync(join(machine.root, 'usr/lib/systemd/system/mailkeep.service'), 'utf8')
      .replace(
        /^(Condition|OpenFile|Watchdog|Restart|Wants|After|Import|Timeout|RuntimeDirectory|StartLimit|WantedBy|\[Install\]).*\n/gm,
        '',
      )
      .replace(/^Type=.*$/m, 'Type=oneshot')
      .replace(/^ExecStart=.*$/m, 'ExecStart=/usr/bin/node /etc/mailkeep/probe.mjs');
    machine.write('/run/systemd/system/probe.service', unit);
    cpSync(
      new URL('../../../test/systemd/probe.mjs', import.meta.url),
      join(machine.root, 'etc/mailkeep/probe.mjs'),
    );
    machine.write('/home/alice/private', 'x');
    machine.write('/tmp/of-another', 'x');
    await machine.sh('systemctl daemon-reload; systemctl start probe');
    const found = JSON.parse(
      await machine.ok('journalctl', '--unit=probe', '--output=cat', '--identifier=node'),
    ) as Record<string, string>;
    t.diagnostic(JSON.stringify(found));
    assert.deepEqual(found, {
      'write below its state': 'done',
      'write into the drop folder': 'done',
      'read its configuration': 'done',
      'write its configuration': 'EACCES',
      'write below /usr': 'EROFS',
      'write below /var': 'EROFS',
      'see a home': 'EACCES',
      'see a file of another /tmp': 'ENOENT',
      'see process 1': 'ENOENT',
      'signal process 1': 'EPERM',
      'make a file setuid': 'EPERM',
      'give a file away': 'EPERM',
      'raise its priority': 'EPERM',
      'list interfaces (netlink)': 'EAFNOSUPPORT',
      'make a namespace': 'EPERM',
      'change the kernel': 'ENOENT',
      'dump its core': '0 0',
    });
  });

  test('killed, it is there again, and nothing is lost or sent twice', async () => {
    const pid = await mainPid();
    await machine.ok('kill', '-KILL', pid);
    await machine.comes(
      async () =>
        Number(await machine.property('NRestarts')) === 1 &&
        (await machine.property('ActiveState')) === 'active',
      'the restart',
    );
    assert.notEqual(await mainPid(), pid);
    assert.equal(storedIn(machine).length, 3 + 1);
    assert.equal(provider.accepted('<alice@mail.test>'), 1);
  });

  test('stuck, it is killed by the watchdog and begun anew; well, it is left alone', async () => {
    await dropIn('WatchdogSec=2s');
    await machine.ok('systemctl', 'restart', 'mailkeep');
    const pid = await mainPid();
    const fed = Number(await machine.property('WatchdogTimestampMonotonic'));
    await machine.comes(
      async () => Number(await machine.property('WatchdogTimestampMonotonic')) > fed + 5_000_000,
      'the food of five seconds',
    );
    assert.equal(await mainPid(), pid);
    await machine.ok('kill', '-STOP', pid);
    await machine.comes(
      async () =>
        Number(await machine.property('NRestarts')) === 1 &&
        (await machine.property('ActiveState')) === 'active',
      'the restart',
    );
    assert.match(await machine.journal(), /Watchdog timeout/);
  });

  test('a stop during a sync is quick and clean, and the rest comes later', async (t) => {
    const line = await startSlowLink(t, provider.ports.imap, {
      delay: 5,
      rate: 20_000,
    });
    for (let n = 100; n < 140; n++) provider.deliver(OWNER.address, 'INBOX', bulkMessage(n));
    configure(wang({ port: line.port, tls: 'none', ca: undefined }));
    await machine.ok('systemctl', 'restart', 'mailkeep');
    await machine.comes(() => line.received > 20_000, 'the sync');
    await machine.ok('systemctl', 'stop', 'mailkeep');
    assert.deepEqual(
      [await machine.property('Result'), await machine.property('ExecMainStatus')],
      ['success', '0'],
    );
    assert.match(await machine.journal(), /receiving was ended: the service is stopping/);
    configure(wang());
    await machine.ok('systemctl', 'start', 'mailkeep');
    await machine.comes(() => storedIn(machine).length === 4 + 40, 'the rest');
  });

  test('a stop waits for the answer to a final dot, longer than its own time, and nothing is sent twice', async (t) => {
    provider.faults.withhold.add('CHUNKING');
    const gate = await holdAnswers(t, provider.ports.smtp);
    await dropIn('WatchdogSec=2s\nTimeoutStopSec=2s');
    configure(wang({}, { port: gate.port, tls: 'none', ca: undefined }));
    await machine.ok('systemctl', 'restart', 'mailkeep');
    machine.write('/var/spool/mailkeep/held.eml', letter(OWNER.address, 'held'));
    await machine.comes(() => gate.holds, 'the dot');
    await machine.ok('systemctl', 'stop', '--no-block', 'mailkeep');
    await machine.comes(
      async () => (await machine.property('StatusText')).includes('waiting for the server'),
      'the state',
    );
    const stopping = Number(await machine.property('StateChangeTimestampMonotonic')) / 1e6;
    await machine.comes(
      async () => Number((await machine.ok('cat', '/proc/uptime')).split(' ')[0]) > stopping + 6,
      'three times the time for a stop',
    );
    assert.equal(await machine.property('ActiveState'), 'deactivating');
    gate.release();
    await machine.comes(async () => (await machine.property('ActiveState')) === 'inactive', 'the end');
    assert.deepEqual(
      [await machine.property('Result'), await machine.property('ExecMainStatus')],
      ['success', '0'],
    );
    assert.equal(existsSync(join(machine.root, 'var/spool/mailkeep/sent/held.eml')), true);
    provider.faults.withhold.delete('CHUNKING');
    configure(wang());
    await machine.ok('systemctl', 'start', 'mailkeep');
    await logged(/mailkeep is running/);
    assert.equal(provider.accepted('<held@mail.test>'), 1);
  });

  test('a wrong configuration fails at once, and is not tried again and again', async () => {
    machine.write('/etc/mailkeep/config.yaml', 'acounts: []\n');
    assert.notEqual((await machine.run('systemctl', 'restart', 'mailkeep')).code, 0);
    assert.deepEqual(
      [
        await machine.property('ActiveState'),
        await machine.property('ExecMainStatus'),
        await machine.property('NRestarts'),
      ],
      ['failed', '78', '0'],
    );
    configure(wang());
    await machine.sh('systemctl reset-failed mailkeep; systemctl start mailkeep');
  });

  test('what root does by hand beside a stopped service is the service’s, and reads its credentials', async () => {
    await machine.sh('rm -rf /run/systemd/system/mailkeep.service.d; systemctl daemon-reload');
    configure(wang(), li());
    await machine.sh('systemctl restart mailkeep; systemctl stop mailkeep');
    provider.deliver(OWNER.address, 'INBOX', bulkMessage(50));
    provider.deliver(FRIEND.address, 'INBOX', bulkMessage(51));
    const synced = JSON.parse(await machine.ok('mailkeep', 'sync', '--json')) as {
      accounts: { name: string; pending: number; error: unknown }[];
    };
    assert.deepEqual(
      synced.accounts.map(({ name, pending, error }) => [name, pending, error]),
      [
        ['wang', 0, null],
        ['li', 0, null],
      ],
      'one password is sealed, and one is not',
    );
    await machine.ok('mailkeep', 'verify');
    await machine.ok('mailkeep', 'reindex');
    assert.equal(await machine.sh('find /var/lib/mailkeep ! -user mailkeep'), '');
    await machine.ok('systemctl', 'start', 'mailkeep');
    assert.equal(await machine.property('ActiveState'), 'active');
    // What another hand left there is named, with its cure.
    await machine.sh('systemctl stop mailkeep; chown root /var/lib/mailkeep/lock.guard');
    assert.notEqual((await machine.run('systemctl', 'start', 'mailkeep')).code, 0);
    assert.match(await machine.journal(), /lock\.guard.*\n.*chown -R mailkeep: \/var\/lib\/mailkeep/);
    await machine.sh(
      'systemctl stop mailkeep; chown -R mailkeep: /var/lib/mailkeep; systemctl reset-failed mailkeep; systemctl start mailkeep',
    );
  });

  test('a copy that was taken during a sync is a good archive on another machine', async (t) => {
    // Of the 250 that come, a batch is stored, and the next one stands still in its middle until the copy is taken.
    const line = await holdMail(t, provider.ports.imap, 700_000);
    provider.faults.without.add('COMPRESS=DEFLATE');
    for (let n = 200; n < 450; n++) provider.deliver(OWNER.address, 'INBOX', bulkMessage(n, 4000));
    configure(wang({ port: line.port, tls: 'none', ca: undefined, connections: 1 }), li());
    const before = storedIn(machine).length;
    await machine.ok('systemctl', 'restart', 'mailkeep');
    await machine.comes(() => line.holds && storedIn(machine).length > before, 'the middle of the sync');
    // In the order that the manual gives.
    await machine.sh(`mkdir /backup && cd /var/lib/mailkeep
      cp -a journal /backup/ && cp -a mail /backup/ && cp -a outbox.db spool /backup/ && cp -a /etc/mailkeep /backup/etc`);
    const copied = Number(await machine.sh("find /backup/mail -name '*.eml' | wc -l"));
    t.diagnostic(`${copied} of ${before + 250} messages when it was taken`);
    assert.ok(copied > before && copied < before + 250, String(copied));
    assert.equal(line.holds && storedIn(machine).length < before + 250, true, 'the sync is not over');
    // The other machine: nothing of the old archive is there.
    await machine.sh(`systemctl stop mailkeep
      rm -r /var/lib/mailkeep /etc/mailkeep && cp -a /backup/etc /etc/mailkeep && mkdir /var/lib/mailkeep
      cp -r /backup/journal /backup/mail /backup/outbox.db /backup/spool /var/lib/mailkeep/`);
    configure(wang(), li());
    await forgetLog();
    await machine.ok('systemctl', 'start', 'mailkeep');
    await machine.comes(() => storedIn(machine).length === before + 250, 'the rest');
    await machine.ok('systemctl', 'stop', 'mailkeep');
    assert.equal(await machine.sh('find /var/lib/mailkeep ! -user mailkeep'), '');
    assert.equal((await machine.run('mailkeep', 'verify', '--server')).code, 0, 'whole, and proved complete');
    for (const id of ['<alice@mail.test>', '<held@mail.test>']) assert.ok(provider.accepted(id) <= 1, id);
    provider.faults.without.delete('COMPRESS=DEFLATE');
    configure(wang());
    await machine.ok('systemctl', 'start', 'mailkeep');
  });

  test('an event loop that hangs starves the watchdog', async () => {
    machine.write('/etc/mailkeep/hang.mjs', "process.on('SIGUSR2', () => { for (;;); });");
    await dropIn('WatchdogSec=5s\nEnvironment=NODE_OPTIONS=--import=/etc/mailkeep/hang.mjs');
    await machine.ok('systemctl', 'restart', 'mailkeep');
    const pid = await mainPid();
    await machine.ok('kill', '-USR2', pid);
    await machine.comes(
      async () =>
        Number(await machine.property('NRestarts')) > 0 &&
        (await machine.property('ActiveState')) === 'active',
      'the restart',
    );
    assert.notEqual(await mainPid(), pid);
    await machine.sh(
      'rm -r /run/systemd/system/mailkeep.service.d; systemctl daemon-reload; systemctl restart mailkeep',
    );
  });

  test('a disk that is full at the start is waited for', async () => {
    await machine.sh(`systemctl stop mailkeep; mv /var/lib/mailkeep /var/lib/kept
      mkdir -m 700 /var/lib/mailkeep; chown mailkeep: /var/lib/mailkeep
      mount -t tmpfs -o size=4M,mode=700,uid=$(id -u mailkeep),gid=$(id -g mailkeep) full /var/lib/mailkeep
      cat /dev/zero 2>/dev/null >/var/lib/mailkeep/ballast || true`);
    assert.notEqual((await machine.run('systemctl', 'start', 'mailkeep')).code, 0);
    assert.match(await machine.journal(), /ENOSPC.*\n.*free some space/);
    await machine.sh('rm /var/lib/mailkeep/ballast');
    await machine.comes(
      async () => (await machine.property('ActiveState')) === 'active',
      'the start, by itself',
    );
    await machine.sh(`systemctl stop mailkeep; umount /var/lib/mailkeep; rmdir /var/lib/mailkeep
      mv /var/lib/kept /var/lib/mailkeep; systemctl start mailkeep`);
  });

  test('a systemd that is too old to hand over a descriptor hears of it by systemd-notify', async () => {
    await forgetLog();
    const older = readFileSync(new URL('../../../systemd/older-systemd.conf', import.meta.url), 'utf8');
    await dropIn(`${older}\n[Service]\nOpenFile=\nWatchdogSec=4s`);
    await machine.ok('systemctl', 'restart', 'mailkeep');
    assert.equal(await machine.property('Type'), 'notify');
    const pid = await mainPid();
    const fed = Number(await machine.property('WatchdogTimestampMonotonic'));
    configure(wang(), li());
    await machine.ok('systemctl', 'reload', 'mailkeep');
    await logged(/was read again added=li\n/);
    await machine.comes(
      async () => Number(await machine.property('WatchdogTimestampMonotonic')) > fed + 5_000_000,
      'the food of five seconds',
    );
    assert.equal(await mainPid(), pid);
    await machine.sh(
      'rm -r /run/systemd/system/mailkeep.service.d; systemctl daemon-reload; systemctl restart mailkeep',
    );
  });

  test('an upgrade keeps all and runs on; a removal ends it, and no mail goes, even when it is purged', async (t) => {
    const pid = await mainPid();
    const mail = storedIn(machine);
    cpSync(laterPackage(t, deb), join(machine.root, 'root/later.deb'));
    await machine.ok('dpkg', '--install', '/root/later.deb');
    assert.equal(await machine.property('ActiveState'), 'active');
    assert.notEqual(await mainPid(), pid);
    await machine.ok('dpkg', '--remove', 'mailkeep');
    assert.equal(await machine.property('ActiveState'), 'inactive');
    assert.equal(await machine.property('LoadState'), 'not-found');
    assert.equal(existsSync(join(machine.root, 'usr/lib/mailkeep')), false);
    await machine.ok('dpkg', '--purge', 'mailkeep');
    assert.deepEqual(storedIn(machine), mail);
    assert.equal(existsSync(join(machine.root, 'etc/mailkeep/config.yaml')), true);
    await machine.ok('dpkg', '--install', '/root/mailkeep.deb');
    assert.equal(await machine.property('ActiveState'), 'active');
  });
});

/** Files of messages in the archive. */
function storedIn({ root }: Machine): string[] {
  return readdirSync(join(root, 'var/lib/mailkeep/mail'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.eml'))
    .toSorted();
}
