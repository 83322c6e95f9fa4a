// `verify --server` against real servers, as a person sees it: what is missing from the archive, changed on the disk, and
// absent at the server; and the damaged file fetched again.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { bulkMessage } from '../messages/bulk.ts';
import { Endings } from '../support/endings.ts';
import { install, type Installation } from '../support/installation.ts';
import type { Ending } from '../support/temporary.ts';
import { startCourier } from './courier.ts';
import { startCyrus } from './cyrus.ts';
import { startDovecot } from './dovecot.ts';
import { imapSession } from './imap-session.ts';
import { COURIER, CYRUS, DOVECOT, without } from './installed.ts';
import type { Receiver, StartReceiver } from './receiver.ts';

const PASSWORD = 'correct horse';
const COUNT = 6;

const SERVERS: readonly [name: string, installed: string | undefined, start: StartReceiver][] = [
  ['Dovecot', DOVECOT, startDovecot],
  ['Cyrus', CYRUS, startCyrus],
  ['Courier', COURIER, startCourier],
];

for (const [name, installed, start] of SERVERS) {
  describe(`verify --server against ${name}`, { skip: without({ [name]: installed }) }, () => {
    let server: Receiver;
    const ends = new Endings();
    before(async () => {
      server = await start(ends, { imap: PASSWORD, pop3: PASSWORD, more: PASSWORD });
      for (const user of ['imap', 'pop3', 'more']) await server.fill(user, letters(1, COUNT));
    });
    after(async () => {
      await ends.end();
    });

    for (const protocol of ['imap', 'pop3'] as const) {
      test(`over ${protocol}: proved; then late mail, a lost file, a changed one, and one deleted there`, async (t) => {
        const home = await synced(t, server, protocol, protocol);
        const well = await home.line.run('verify', '--server');
        assert.equal(well.code, 0, well.stdout + well.stderr);
        assert.match(
          well.stdout,
          new RegExp(`✓ box INBOX: ${COUNT} at the server, ${COUNT} of them stored\n`),
        );
        assert.match(well.stdout, /proved: all 6 messages that the server shows are stored\nall is well\n$/);

        const [first, second] = [fileOf(home, 1), fileOf(home, 2)];
        chmodSync(first, 0o640);
        appendFileSync(first, 'x');
        rmSync(second);
        const plain = await home.line.run('verify');
        assert.equal(plain.code, 1);
        assert.match(plain.stdout, new RegExp(`damaged: ${idOf(1)}\nmissing: ${idOf(2)}\n`));
        assert.match(plain.stderr, /hint: `mailkeep verify --server` fetches them again/);

        const mended = await home.line.run('verify', '--server');
        assert.equal(mended.code, 0, mended.stdout + mended.stderr);
        for (const nth of [1, 2]) {
          assert.match(mended.stdout, new RegExp(`fetched again: ${idOf(nth)}, from box INBOX\n`));
          assert.equal(hashOf(readFileSync(fileOf(home, nth))), idOf(nth));
        }
        assert.equal(readdirSync(join(home.data, 'quarantine')).length, 1);

        await server.fill(protocol, letters(7, 7));
        const person = await imapSession(t, server, protocol, PASSWORD);
        await person('SELECT INBOX', 'STORE 3 +FLAGS (\\Deleted)', 'EXPUNGE');
        const told = await home.line.run('verify', '--server');
        assert.equal(told.code, 1, told.stdout + told.stderr);
        assert.match(
          told.stdout,
          /✗ box INBOX: 6 at the server, 5 of them stored, 1 missing, 1 stored and not there\n/,
        );
        if (protocol === 'imap')
          assert.match(told.stdout, /missing from the archive: 7\n {4}stored, and not at the server: 3\n/);
        assert.match(told.stdout, /NOT proved\nNOT all is proved: see above\n$/);
        const { code, answer } = await home.json('verify', '--server');
        assert.deepEqual([code, answer.ok], [1, false]);
        assert.match(JSON.stringify(answer.accounts), /"missing":\["?\w[^\]]*\].*"proved":false/);
        assert.equal((await home.line.run('sync')).code, 0);
        assert.equal((await home.line.run('verify', '--server', '--subset', '1/4')).code, 0);
        const log = await home.line.run('status', '--json');
        assert.equal(log.code, 0, log.stdout);
      });
    }

    test('another user of the same archive holds nobody up: accounts can be named', async (t) => {
      const home = await synced(t, server, 'imap', 'more');
      const one = await home.line.run('verify', '--server', 'box', '--json');
      assert.equal(one.code, 0, one.stdout + one.stderr);
      assert.equal((await home.line.run('verify', '--subset', '0/4')).code, 2);
      assert.equal((await home.line.run('verify', 'nobody')).code, 2);
    });
  });
}

async function synced(
  t: Ending,
  { host, ports }: Receiver,
  protocol: 'imap' | 'pop3',
  user: string,
): Promise<Installation> {
  const receive = { protocol, host, port: ports[protocol], tls: 'none', push: false };
  const home = install(t, [{ name: 'box', address: `${user}@mail.test`, user, password: PASSWORD, receive }]);
  const { code, stdout, stderr } = await home.line.run('sync');
  assert.equal(code, 0, stdout + stderr);
  return home;
}

function letters(from: number, to: number) {
  return Array.from({ length: to - from + 1 }, (_, n) => ({
    folder: 'INBOX',
    bytes: bulkMessage(from + n),
    flags: '',
  }));
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function idOf(nth: number): string {
  return hashOf(bulkMessage(nth));
}

function fileOf({ data }: Installation, nth: number): string {
  const mail = join(data, 'mail');
  const name = readdirSync(mail, { recursive: true, encoding: 'utf8' }).find((one) =>
    one.endsWith(`${idOf(nth)}.eml`),
  );
  return join(mail, name ?? `missing/${idOf(nth)}`);
}
