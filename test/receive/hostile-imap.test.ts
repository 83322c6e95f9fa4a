// IMAP servers that stall, refuse, rename and pretend: no message is lost by it, none is taken for another, and a poll ends.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { bulkMessage } from '../messages/bulk.ts';
import type { WireName } from '../../src/model/ids.ts';
import { MailError } from '../../src/model/error.ts';
import { openSource } from '../../src/receive/open-source.ts';
import { accountAt, dialled } from '../support/account.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { HastyClock } from '../support/hasty-clock.ts';
import { openTestHouse } from '../support/house.ts';
import { startProvider } from '../support/provider/provider.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { accountOf, bodyOf, imap, rowsOf, textOf, upTo, type ImapScript } from './scripted-imap.ts';

const OPEN = (count: number): string => `* ${count} EXISTS\r\n* OK [UIDVALIDITY 5]\r\n* OK [UIDNEXT 99]\r\n`;
const HONEST: ImapScript = {
  examine: () => OPEN(4),
  list: () => rowsOf(upTo(4)),
  bodies: (uids) => uids.map((uid) => bodyOf(uid)).join(''),
};

test('a body that stalls before its end fails alone, and the others are stored', async (t) => {
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, {
      ...HONEST,
      bodies: async (uids) => {
        for (const uid of uids) {
          if (uid !== 2) await peer.send(bodyOf(uid));
          else {
            await peer.send('* 2 FETCH (UID 2 BODY[] {1000}\r\nSubject: and no more');
            await peer.stall();
          }
        }
        return '';
      },
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  const account = { ...accountOf(server), timeouts: { connect: 30_000, idle: 1000 } };
  const report = await house.poll(account);
  assert.deepEqual([report.ok, report.stored, report.failed], [false, 3, 1]);
  assert.equal((await house.files()).length, 3);
});

test('a folder that lists none of its messages is told as unread, and nothing of it is gone', async (t) => {
  let silent = false;
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, { ...HONEST, list: () => (silent ? '' : rowsOf(upTo(4))) }),
  );
  const house = await openTestHouse(t, new HastyClock());
  assert.equal((await house.poll(accountOf(server))).stored, 4);
  silent = true;
  for (let polls = 0; polls < 3; polls++) {
    const report = await house.poll(accountOf(server), { full: true });
    assert.match(report.error?.message ?? '', /lists none of the 4 messages/);
  }
  assert.equal(house.db.prepare('SELECT count(*) FROM location WHERE gone = 1').pluck().get(), 0);
});

test('what is listed without its flags keeps those that it had, and is not deleted', async (t) => {
  let flags = 'FLAGS (\\Seen) ';
  const script: ImapScript = {
    ...HONEST,
    capabilities: 'IMAP4rev1 UIDPLUS',
    list: () => rowsOf(upTo(4)).replace(/FLAGS \(\S*\) /g, flags),
  };
  const server = await startScriptedServer(t, (peer) => imap(peer, script));
  const clock = new HastyClock();
  const house = await openTestHouse(t, clock);
  const plain = accountOf(server);
  const account = { ...plain, receive: { ...plain.receive, delete: { after: 1000, maxPerRun: 9 } } };
  await house.poll(plain);
  await house.poll(plain, { full: true });
  const kept = house.db.prepare('SELECT DISTINCT flags FROM location').pluck();
  assert.deepEqual(kept.all(), ['\\Seen']);
  flags = '';
  await clock.wind(900 * 86_400_000);
  const [folder] = (await house.poll(account)).folders;
  assert.deepEqual(kept.all(), ['\\Seen']);
  assert.deepEqual(
    folder?.deletions?.map(({ reason }) => reason),
    Array<string>(4).fill('the server does not tell its flags'),
  );
});

test('a server that gives one message a login is not logged in to without a pause', async (t) => {
  const waits: number[] = [];
  const clock = new (class extends FakeClock {
    override sleep(ms: number): Promise<void> {
      waits.push(ms);
      return new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, {
      ...HONEST,
      examine: () => OPEN(12),
      list: () => rowsOf(upTo(12)),
      fetch: async ({ uids }) => {
        await peer.send(bodyOf(uids[0] ?? 0));
        peer.hangUp();
      },
    }),
  );
  const house = await openTestHouse(t, clock);
  const report = await house.poll(accountOf(server));
  assert.equal(report.stored, 12);
  assert.ok(waits.filter((ms) => ms === 5000).length >= 5, waits.join());
});

test('a message that is larger than any may be fails alone, before an octet of it is read', async (t) => {
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, {
      ...HONEST,
      bodies: async (uids) => {
        for (const uid of uids) {
          if (uid !== 2) await peer.send(bodyOf(uid));
          else await peer.send(`* 2 FETCH (UID 2 BODY[] {${512 * 2 ** 20 + 1}}\r\n`);
        }
        return '';
      },
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(accountOf(server));
  assert.deepEqual([report.ok, report.stored, report.failed], [false, 3, 1]);
});

test('a server that says BAD to every fetch is asked few times, and its BYE ends it', async (t) => {
  let asked = 0;
  const server = await startScriptedServer(t, (peer) => {
    let bad = 0;
    return imap(peer, {
      ...HONEST,
      examine: () => OPEN(90),
      list: () => rowsOf(upTo(90)),
      fetch: async ({ tag }) => {
        asked++;
        await peer.lines(`${tag} BAD Command Argument Error. 1${++bad % 2}`);
        if (bad < 10) return;
        await peer.lines('* BYE Connection closed. 14');
        peer.hangUp();
      },
    });
  });
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(accountOf(server));
  assert.deepEqual([report.ok, report.stored], [false, 0]);
  assert.ok(asked <= 60, `${asked} fetches`);
  assert.ok(server.connections <= 15, `${server.connections} connections`);
});

test('a notice of Exchange in place of a message is not taken for it', async (t) => {
  let readable = false;
  const notice =
    'Subject: Retrieval using the IMAP4 protocol failed for the following message: 3\r\n' +
    'From: "Microsoft Exchange Server" <.MISSING-HOST-NAME.>\r\n\r\nThe message could not be read.\r\n';
  const forwarded = notice.replace('<.MISSING-HOST-NAME.>', '<ann@mail.test>');
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, {
      ...HONEST,
      bodies: (uids) =>
        uids
          .map((uid) => {
            const text = uid === 2 ? forwarded : uid === 3 && !readable ? notice : textOf(uid);
            return `* 1 FETCH (UID ${uid} BODY[] {${text.length}}\r\n${text})\r\n`;
          })
          .join(''),
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  const first = await house.poll(accountOf(server));
  assert.deepEqual([first.ok, first.stored, first.failed], [false, 3, 1]);
  assert.match(
    String(house.db.prepare('SELECT reason FROM pending').pluck().get()),
    /a notice in place of the message/,
  );
  readable = true;
  const second = await house.poll(accountOf(server), { full: true });
  assert.deepEqual([second.ok, second.stored, (await house.files()).length], [true, 1, 4]);
});

test('a folder that is named like a path becomes none', async (t) => {
  const names = [
    '../../../../tmp/mailkeep-never',
    'a/../../b',
    'C:\\\\x',
    '.',
    '/etc/passwd',
    'a'.repeat(5000),
    'INBOX',
  ];
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, { ...HONEST, folders: names.map((name) => `"${name}"`) }),
  );
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(accountOf(server));
  assert.equal(report.folders.length, names.length);
  const made = readdirSync(house.data).filter((name) => !name.startsWith('index.db'));
  assert.deepEqual(made.toSorted(), ['journal', 'mail']);
  assert.deepEqual(readdirSync(`${house.data}/journal`), ['imap.jsonl']);
  for (const path of await house.files()) assert.match(path, /^(\d{4}\/\d\d|undated)\/[0-9a-f]{64}\.eml$/);
  assert.ok(!existsSync('/tmp/mailkeep-never'));
});

test('after a folder that cannot be opened nothing is fetched from the one before', async (t) => {
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, {
      ...HONEST,
      examine: (folder) => (folder === 'Shut' ? '* 9 EXISTS\r\nA0004 NO shut\r\n' : OPEN(4)),
    }),
  );
  const account = accountOf(server);
  const source = openSource(account, dialled(account), new Map());
  await source.open();
  const folder = (name: string) => ({ wire: name as WireName, name, delimiter: '/', attributes: [] });
  await source.enter(folder('INBOX'));
  await assert.rejects(
    source.enter(folder('Shut')),
    (thrown) => thrown instanceof MailError && thrown.kind === 'refused',
  );
  await assert.rejects(source.list(), /no folder is open/);
  source.abort();
  assert.doesNotMatch(server.heard(), /FETCH/);
});

test('the UIDs of a folder of more than 100,000 messages are not asked for in one line', async (t) => {
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, { ...HONEST, capabilities: 'IMAP4rev1 ESEARCH', examine: () => OPEN(100_001) }),
  );
  const account = accountOf(server);
  const source = openSource(account, dialled(account), new Map());
  await source.open();
  await source.enter({ wire: 'INBOX' as WireName, name: 'INBOX', delimiter: '/', attributes: [] });
  assert.equal(await source.uids(), null);
  source.abort();
  assert.doesNotMatch(server.heard(), /SEARCH/);
});

test('a message that lies in several folders is one file, and known in each of them', async (t) => {
  const provider = await startProvider({ users: { 'ann@mail.test': 'correct horse' } });
  t.after(() => provider.stop());
  for (const folder of ['INBOX', 'Sent', '客户往来'])
    provider.deliver('ann@mail.test', folder, bulkMessage(1));
  const house = await openTestHouse(t, new HastyClock());
  await house.poll(accountAt(provider, 'imaps', 'ann@mail.test', 'correct horse'));
  assert.equal((await house.files()).length, 1);
  const folders = house.db.prepare('SELECT count(*) FROM location').pluck().get();
  assert.deepEqual(folders, 3);
});
