// Hard days of the service under a real systemd: what befalls it in the middle of a sync, or while the answer to a final dot is
// waited for. Afterwards all mail is there, and no letter arrived twice or not at all.
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { bulkMessage } from '../messages/bulk.ts';
import { program } from '../servers/installed.ts';
import { CA_FILE } from '../support/certificates.ts';
import { Endings } from '../support/endings.ts';
import { FRIEND, OWNER } from '../support/provider/furnished.ts';
import type { Provider } from '../support/provider/provider.ts';
import type { Ending } from '../support/temporary.ts';
import { holdAnswers, type Gate } from './held-answers.ts';
import { holdMail, type Dam } from './held-mail.ts';
import { withoutMachine, type Machine } from './machine.ts';
import { laterPackage } from './package.ts';
import { accountAt, writeConfiguration, startPackaged } from './packaged.ts';

/** Of a sync that is held in its middle: messages, the octets of each, and the octets after which it is held. */
const MESSAGES = 250;
const SIZE = 4000;
const MIDDLE = 700_000;

const skip = withoutMachine({ debhelper: program('/usr/bin/dh') });

suite('hard days under systemd', { skip }, () => {
  const ending = new Endings();
  after(() => ending.end());
  let provider: Provider;
  let machine: Machine;
  let deb: string;
  /** Messages delivered so far, and letters dropped. */
  let delivered = 0;
  let letters = 0;

  before(async () => {
    ({ provider, machine, deb } = await startPackaged(ending));
    // A dot is seen, and octets are as many as they are.
    for (const word of ['CHUNKING', 'COMPRESS=DEFLATE']) {
      provider.faults.withhold.add(word);
      provider.faults.without.add(word);
    }
    await machine.sh('dpkg --install /root/mailkeep.deb');
    cpSync(CA_FILE, join(machine.root, 'etc/mailkeep/ca.pem'));
  });

  const clear = { tls: 'none', ca: undefined };
  const account = (
    name: string,
    { address, password }: { address: string; password: string },
    receive: object,
    send: object,
  ) => {
    machine.write(`/etc/mailkeep/${name}.code`, password);
    return {
      ...accountAt(provider, name, address, { connections: 1, ...receive }, send),
      password: { file: `${name}.code` },
    };
  };
  const wang = (receive: object = {}, send: object = {}) => account('wang', OWNER, receive, send);
  const li = () => account('li', FRIEND, {}, {});
  const configure = (...accounts: readonly object[]) => writeConfiguration(machine, accounts);
  const stored = () => {
    const mail = join(machine.root, 'var/lib/mailkeep/mail');
    if (!existsSync(mail)) return 0;
    return readdirSync(mail, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.eml'))
      .length;
  };
  /** All that was delivered is stored, what was sent too, and it is proved. */
  const whole = async (t: { diagnostic(text: string): void }) => {
    await machine.ok('mailkeep', 'sync');
    const { code, stdout, stderr } = await machine.run('mailkeep', 'verify', '--server');
    assert.equal(code, 0, stdout + stderr);
    assert.ok(stored() >= delivered + letters);
    t.diagnostic(`${delivered} messages came, ${letters} letters went: all is there, and proved`);
  };
  /** The service, restarted, is in the middle of a sync that stands still: some messages are stored, and some are not. */
  const inTheMiddle = async (t: Ending): Promise<Dam> => {
    const dam = await holdMail(t, provider.ports.imap, MIDDLE);
    for (let n = 0; n < MESSAGES; n++)
      provider.deliver(OWNER.address, 'INBOX', bulkMessage(++delivered, SIZE));
    const had = stored();
    configure(wang({ port: dam.port, ...clear }), li());
    await machine.ok('systemctl', 'restart', 'mailkeep');
    await machine.comes(() => dam.holds && stored() > had, 'the middle of the sync');
    assert.ok(stored() < delivered + letters);
    return dam;
  };
  /** A letter was dropped, and the answer to its final dot is held back. */
  const inTheDot = async (t: Ending): Promise<Gate & { readonly id: string }> => {
    const gate = await holdAnswers(t, provider.ports.smtp);
    const id = `hard-${++letters}`;
    configure(wang({}, { port: gate.port, ...clear }), li());
    await machine.ok('systemctl', 'restart', 'mailkeep');
    machine.write(
      `/var/spool/mailkeep/${id}.eml`,
      `From: ${OWNER.address}\nTo: ${FRIEND.address}\nSubject: x\nMessage-ID: <${id}@mail.test>\nDate: Sat, 21 Nov 2026 10:00:00 +0000\n\nx\n`,
    );
    await machine.comes(() => gate.holds, 'the dot');
    return { id, port: gate.port, holds: true, release: () => gate.release() };
  };
  const sent = async (id: string) => {
    await machine.comes(
      () => existsSync(join(machine.root, `var/spool/mailkeep/sent/${id}.eml`)),
      `${id} is sent`,
    );
    assert.equal(provider.accepted(`<${id}@mail.test>`), 1, `${id} arrived once`);
  };
  const reload = () => machine.ok('systemctl', 'reload', 'mailkeep');

  test('a server, a password and an account that change in the middle of a sync lose nothing', async (t) => {
    const changes: readonly (readonly [string, () => void])[] = [
      ['another server', () => configure(wang(), li())],
      [
        'another password',
        () => {
          provider.setPassword(OWNER.address, 'another');
          configure(wang(), li());
          machine.write('/etc/mailkeep/wang.code', 'another');
        },
      ],
      ['no such account', () => configure(li())],
    ];
    for (const [what, change] of changes) {
      const dam = await inTheMiddle(t);
      const pid = await machine.property('MainPID');
      change();
      await reload();
      t.diagnostic(`${what}: ${stored()} of ${delivered + letters} were stored at the reload`);
      if (what === 'no such account') {
        assert.ok(stored() < delivered + letters);
        configure(wang(), li());
        await reload();
      }
      if (what === 'another password') {
        await machine.comes(() => stored() === delivered + letters, 'the rest, by the new password');
        provider.setPassword(OWNER.address, OWNER.password);
      }
      configure(wang(), li());
      await reload();
      await whole(t);
      assert.equal(await machine.property('MainPID'), pid);
      dam.release();
    }
  });

  test('a server, a password and an account that change while a dot waits send nothing twice', async (t) => {
    for (const what of ['another server', 'another password', 'no such account']) {
      const gate = await inTheDot(t);
      const pid = await machine.property('MainPID');
      if (what === 'another server') configure(wang(), li());
      else if (what === 'no such account') configure(li());
      else {
        configure(wang({}, { port: gate.port, ...clear }), li());
        machine.write('/etc/mailkeep/wang.code', 'wrong');
      }
      await reload();
      assert.equal(provider.accepted(`<${gate.id}@mail.test>`), 1, 'the server has it, and nobody knows');
      gate.release();
      await sent(gate.id);
      configure(wang(), li());
      await reload();
      await whole(t);
      assert.equal(await machine.property('MainPID'), pid, what);
    }
  });

  test('a package that is installed while a dot waits takes over when the answer is there, and so does the one before', async (t) => {
    cpSync(laterPackage(t, deb), join(machine.root, 'root/later.deb'));
    const gate = await inTheDot(t);
    configure(wang(), li());
    const upgrade = machine.run('dpkg', '--install', '/root/later.deb');
    await machine.comes(
      async () => (await machine.property('StatusText')).includes('waiting for the server'),
      'the state',
    );
    gate.release();
    const { code, stderr } = await upgrade;
    assert.equal(code, 0, stderr);
    assert.match(await machine.ok('dpkg-query', '--show', 'mailkeep'), /later/);
    assert.equal(await machine.property('ActiveState'), 'active');
    await sent(gate.id);
    // And back again, in the middle of a sync.
    const dam = await inTheMiddle(t);
    configure(wang(), li());
    await machine.ok('dpkg', '--force-downgrade', '--install', '/root/mailkeep.deb');
    assert.doesNotMatch(await machine.ok('dpkg-query', '--show', 'mailkeep'), /later/);
    assert.equal(await machine.property('ActiveState'), 'active');
    await whole(t);
    dam.release();
  });
});
