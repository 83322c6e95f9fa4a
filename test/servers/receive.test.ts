// Receiving from real servers, one suite for all: every way in, folders with Chinese names and folders in folders, and every
// stored file equal to the server's bytes; flags, what goes, and a server that dies.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { mailbox, type Made } from '../bench/mailbox.ts';
import { Endings } from '../support/endings.ts';
import { openTestHouse, type TestHouse } from '../support/house.ts';
import { startCourier } from './courier.ts';
import { startCyrus } from './cyrus.ts';
import { startDovecot } from './dovecot.ts';
import { imapSession, quoted } from './imap-session.ts';
import { COURIER, CYRUS, DOVECOT, without } from './installed.ts';
import { accountOf, type Receiver, type StartReceiver } from './receiver.ts';

const PASSWORD = 'gehe"im \\ 密码';
/** Each test that changes a mailbox has one of its own. */
const USERS = Object.fromEntries(['keeper', 'flo', 'greta', 'nils'].map((name) => [name, PASSWORD]));
const MAIL: readonly Made[] = [...mailbox(300)];

const SERVERS: readonly [name: string, installed: string | undefined, start: StartReceiver][] = [
  ['Dovecot', DOVECOT, startDovecot],
  ['Cyrus', CYRUS, startCyrus],
  ['Courier', COURIER, startCourier],
];

for (const [name, installed, start] of SERVERS) {
  describe(`from ${name}`, { skip: without({ [name]: installed }) }, () => {
    let server: Receiver;
    const ends = new Endings();
    before(async () => {
      server = await start(ends, USERS);
      await server.fill('keeper', MAIL);
    });
    after(async () => {
      await ends.end();
    });

    for (const way of ['imaps', 'imap', 'pop3s', 'pop3'] as const) {
      test(`over ${way}: every message, byte for byte, and nothing the second time`, async (t) => {
        const house = await openTestHouse(t, systemClock);
        const account = accountOf(server, way, 'keeper', PASSWORD);
        const first = await house.poll(account);
        assert.deepEqual([first.error, first.ok, first.pending], [null, true, 0]);
        const wanted = account.receive.protocol === 'imap' ? MAIL : MAIL.filter(inInbox);
        assert.deepEqual(difference(places(house), expected(server, wanted)), SAME);
        assert.deepEqual(difference(await ids(house), wanted.map(idOf)), SAME);
        assert.equal(first.stored, wanted.length);
        const second = await house.poll(account);
        assert.deepEqual([second.ok, second.stored, second.known], [true, 0, wanted.length]);
      });
    }

    test('flags come along, and a changed one is seen without a download', async (t) => {
      await server.fill('flo', [letter('new', ''), letter('read', 'FS')]);
      const house = await openTestHouse(t, systemClock);
      const account = accountOf(server, 'imaps', 'flo', PASSWORD);
      await house.poll(account);
      const flags = house.db
        .prepare('SELECT flags FROM location JOIN message USING (row) ORDER BY subject')
        .pluck();
      assert.deepEqual(flags.all(), ['', '\\Flagged \\Seen']);
      const person = await imapSession(t, server, 'flo', PASSWORD);
      await person('SELECT INBOX', 'STORE 1:2 -FLAGS (\\Flagged)', 'STORE 1:2 +FLAGS (\\Answered)');
      const second = await house.poll(account);
      assert.deepEqual([second.ok, second.stored], [true, 0]);
      assert.deepEqual(flags.all(), ['\\Answered', '\\Answered \\Seen']);
    });

    test('what a person deletes is gone after two listings without it, and stays in the archive', async (t) => {
      await server.fill('greta', [letter('1', ''), letter('2', ''), letter('客户', '', '客户往来')]);
      const house = await openTestHouse(t, systemClock);
      const account = accountOf(server, 'imaps', 'greta', PASSWORD);
      await house.poll(account);
      const gone = house.db.prepare('SELECT gone IS NOT NULL FROM location ORDER BY folder, uid').pluck();
      const person = await imapSession(t, server, 'greta', PASSWORD);
      for (const folder of ['INBOX', '客户往来'])
        await person(`SELECT ${quoted(server.nameOf(folder))}`, 'STORE 1 +FLAGS (\\Deleted)', 'EXPUNGE');
      const polls: unknown[] = [];
      for (let n = 0; n < 3; n++) {
        const { ok, stored } = await house.poll(account);
        assert.deepEqual([ok, stored], [true, 0]);
        polls.push(gone.all().join());
      }
      assert.deepEqual(polls, ['0,0,0', '1,0,1', '1,0,1']);
      assert.equal((await ids(house)).length, 3);
    });

    test('mail that comes between polls is found, wherever the server sorts it', async (t) => {
      const house = await openTestHouse(t, systemClock);
      const account = accountOf(server, 'imaps', 'nils', PASSWORD);
      const mail: Made[] = [];
      for (const subject of ['one', 'two', 'three', 'four']) {
        const made = letter(subject, '');
        mail.push(made);
        await server.fill('nils', [made]);
        const { stored, known } = await house.poll(account);
        assert.deepEqual([stored, known], [1, mail.length - 1]);
      }
      assert.deepEqual(difference(await ids(house), mail.map(idOf)), SAME);
    });

    test('a server that is killed and comes back loses and doubles nothing', async (t) => {
      const house = await openTestHouse(t, systemClock);
      const account = accountOf(server, 'imaps', 'keeper', PASSWORD);
      const cut = await house.poll(account, { progress: (done) => void (done > 0 && server.kill()) });
      assert.equal(cut.ok, false);
      assert.ok(cut.stored > 0 && cut.stored < MAIL.length, `${cut.stored} before the end`);
      await server.revive();
      const rest = await house.poll(account);
      assert.deepEqual([rest.error, rest.pending], [null, 0]);
      assert.deepEqual(difference(places(house), expected(server, MAIL)), SAME);
      assert.deepEqual(difference(await ids(house), MAIL.map(idOf)), SAME);
    });
  });
}

function letter(subject: string, flags: string, folder: string = 'INBOX'): Made {
  const text = `Date: Fri, 20 Nov 2026 10:00:00 +0800\r\nFrom: a@mail.test\r\nSubject: ${subject}\r\n\r\n你好\r\n`;
  return { folder, bytes: Buffer.from(text), flags };
}

function inInbox({ folder }: Made): boolean {
  return folder === 'INBOX';
}

function idOf({ bytes }: Made): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The stored files, each of which is named by its content. */
async function ids(house: TestHouse): Promise<string[]> {
  return (await house.files()).map((path) => path.replace(/^.*\/|\.eml$/g, ''));
}

/** What one list has more often than the other. */
function difference(have: readonly string[], wanted: readonly string[]): typeof SAME {
  const extra = [...have];
  const missing = wanted.filter((one) => {
    const at = extra.indexOf(one);
    if (at >= 0) extra.splice(at, 1);
    return at < 0;
  });
  return { missing, extra };
}

const SAME: { readonly missing: readonly string[]; readonly extra: readonly string[] } = {
  missing: [],
  extra: [],
};

/** `folder id` of each place in which the index says that a message lies. */
function places(house: TestHouse): string[] {
  const query = "SELECT l.folder || ' ' || lower(hex(m.id)) FROM location l JOIN message m USING (row)";
  return house.db.prepare<[], string>(query).pluck().all();
}

function expected(server: Receiver, mail: readonly Made[]): string[] {
  return mail.map((made) => `${server.nameOf(made.folder)} ${idOf(made)}`);
}
