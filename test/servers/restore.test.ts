// A full circle: a mailbox is synced from one server, restored into the empty account of another, and synced from there into
// a second archive, which must hold the same messages with the same flags and dates; and the same over servers and clients
// that are killed on the way, after which no message is missing and none is there twice.
import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { mailbox, type Made } from '../bench/mailbox.ts';
import { until } from '../support/command-line.ts';
import { Endings } from '../support/endings.ts';
import { install, type Installation } from '../support/installation.ts';
import { startCourier } from './courier.ts';
import { startCyrus } from './cyrus.ts';
import { startDovecot } from './dovecot.ts';
import { imapSession } from './imap-session.ts';
import { COURIER, CYRUS, DOVECOT, without } from './installed.ts';
import type { Receiver, StartReceiver } from './receiver.ts';

const PASSWORD = 'gehe-密码';
const COUNT = Number(process.env['MAILKEEP_CIRCLE'] ?? 120);
const MAIL: readonly Made[] = [...mailbox(COUNT)].map((made, n) => ({
  ...made,
  flags: ['S', '', 'FS', 'RS'][n % 4] ?? '',
}));

/** Courier as it is set up here keeps no keywords. */
const TARGETS: readonly [string, string | undefined, StartReceiver, keywords: boolean][] = [
  ['Cyrus', CYRUS, startCyrus, true],
  ['Courier', COURIER, startCourier, false],
];
const KEYWORDS = 3;
const USERS = Object.fromEntries(['whole', 'server', 'client', 'asked'].map((user) => [user, PASSWORD]));

for (const [name, installed, start, keywords] of TARGETS)
  describe(`from Dovecot to ${name}`, { skip: without({ Dovecot: DOVECOT, [name]: installed }) }, () => {
    const suite = new Endings();
    let source: Receiver;
    let target: Receiver;
    let house: Installation;
    before(async () => {
      source = await startDovecot(suite, { old: PASSWORD });
      target = await start(suite, USERS);
      await source.fill('old', MAIL);
      const person = await imapSession(suite, source, 'old', PASSWORD);
      await person('SELECT INBOX', `STORE 1:${KEYWORDS} +FLAGS ($Forwarded)`);
      house = install(suite, [
        account(source, 'old'),
        ...Object.keys(USERS).map((user) => account(target, user)),
      ]);
      assert.equal((await house.json('sync', 'old')).code, 0);
    });
    after(async () => {
      await suite.end();
    });

    test('the same messages with the same flags and dates, and nothing the second time', async (t) => {
      const { code, answer } = await restored(house, 'whole');
      const { wanted, restored: went, there, failed, missing, proved, proof } = answer;
      assert.deepEqual([wanted, went, there, failed, missing], [COUNT, COUNT, 0, 0, 0]);
      assert.deepEqual(
        [code, proved, proof?.otherDates, proof?.otherFlags, proof?.unkept],
        [0, true, 0, 0, keywords ? 0 : KEYWORDS],
      );
      if (process.env['MAILKEEP_CIRCLE'] !== undefined)
        t.diagnostic(`${answer.seconds} s, ${answer.bytes} octets`);
      await sameAs(t, house, [target, keywords], 'whole');
      const again = await restored(house, 'whole');
      assert.deepEqual([again.code, again.answer.restored, again.answer.there], [0, 0, COUNT]);
    });

    test('a dry run tells the same and writes nothing', async (t) => {
      const { code, answer } = await restored(house, 'asked', '--dry-run');
      assert.deepEqual([code, answer.restored, answer.there, answer.proved], [0, COUNT, 0, false]);
      const person = await imapSession(t, target, 'asked', PASSWORD);
      assert.equal((await person('LIST "" "*"')).filter((line) => line.startsWith('* LIST')).length, 1);
    });

    test('a server that is killed in the middle: it goes on when it is back, once each', async (t) => {
      const run = house.line.start('restore', 'account:old', '--to', 'server', '--json', '--verbose');
      await until(() => /APPEND[\s\S]*\[\d+ octets\]/.test(run.said()), run.said);
      await target.kill();
      await target.revive();
      const { code, stdout, stderr } = await run.ended;
      assert.equal(code, 0, stdout + stderr.slice(-2000));
      await sameAs(t, house, [target, keywords], 'server');
    });

    test('a client that is killed, again and again: the last one completes it, once each', async (t) => {
      for (const chunks of [1, 40, 90]) {
        const run = house.line.start('restore', 'account:old', '--to', 'client', '--json', '--verbose');
        await until(
          () => !run.alive() || (run.said().match(/\[\d+ octets\]/g)?.length ?? 0) >= chunks,
          run.said,
        );
        await run.kill('SIGKILL');
      }
      const { code, answer } = await restored(house, 'client');
      assert.deepEqual([code, answer.proved, (answer.there ?? 0) > 0], [0, true, true]);
      await sameAs(t, house, [target, keywords], 'client');
    });
  });

/** What `mailkeep restore --json` answers, as far as it is looked at. */
interface Restored {
  readonly wanted?: number;
  readonly restored?: number;
  readonly there?: number;
  readonly failed?: number;
  readonly missing?: number;
  readonly proved?: boolean;
  readonly seconds?: number;
  readonly bytes?: number;
  readonly proof?: {
    readonly otherDates: number;
    readonly otherFlags: number;
    readonly unkept: number;
  } | null;
}

async function restored(
  house: Installation,
  to: string,
  ...more: readonly string[]
): Promise<{ readonly code: number | null; readonly answer: Restored }> {
  const { code, stdout } = await house.line.run('restore', 'account:old', '--to', to, '--json', ...more);
  const answer: Restored = JSON.parse(stdout);
  return { code, answer };
}

/** Syncs the account into an archive of its own, and holds it against the first one. */
async function sameAs(
  t: TestContext,
  house: Installation,
  [target, keywords]: readonly [Receiver, boolean],
  user: string,
): Promise<void> {
  const second = install(t, [account(target, user)]);
  assert.equal((await second.json('sync')).code, 0);
  const [old, now] = [house.journal('old'), second.journal(user)].map((lines) =>
    lines
      .filter(({ op }) => op === 'seen')
      .map((line) => facts(line, target, keywords))
      .toSorted(),
  );
  assert.equal(now?.length, COUNT);
  assert.deepEqual(now, old);
  assert.deepEqual([...second.stored().values()].toSorted(), [...house.stored().values()].toSorted());
}

/** Folder, hash, date and flags of a line of the journal. */
function facts(line: Record<string, unknown>, target: Receiver, keywords: boolean): string {
  const flags = Array.isArray(line['flags']) ? line['flags'].map(String) : [];
  const folder = String(line['folder']).replace(target.nameOf('x').slice(0, -1), '');
  const kept = flags.filter((one) => one !== '\\Recent' && (keywords || one.startsWith('\\')));
  return [folder, line['id'], line['received'], ...kept.toSorted()].join(' ');
}

function account({ host, ports, ca }: Receiver, user: string): Record<string, unknown> {
  const receive = { protocol: 'imap', host, port: ports.imaps, tls: 'implicit', ca, schedule: '0 0 1 1 *' };
  return { name: user, address: `${user}@mail.test`, user, password: PASSWORD, receive };
}
