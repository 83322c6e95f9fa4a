// One folder, or one message, that a server cannot read, in whatever words it says so: the other folders are read and the other
// messages stored, and the server is not asked, or dialled, without end.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accountFigures } from '../../src/index/status.ts';
import { recordedError } from '../../src/model/recorded-error.ts';
import type { Receiving } from '../../src/receive/open-source.ts';
import { bulkMessage } from '../messages/bulk.ts';
import { accountAt } from '../support/account.ts';
import { HastyClock } from '../support/hasty-clock.ts';
import { openTestHouse } from '../support/house.ts';
import type { Peer } from '../support/peer.ts';
import { startProvider } from '../support/provider/provider.ts';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.ts';
import { accountOf, bodyOf, imap, rowsOf, upTo, type ImapScript } from './scripted-imap.ts';

const FOLDERS = ['Bad', 'INBOX', 'Worse', 'Sent'];
const OPEN = '* 2 EXISTS\r\n* OK [UIDVALIDITY 5]\r\n';
const WELL: ImapScript = {
  folders: FOLDERS,
  examine: () => OPEN,
  list: () => rowsOf(upTo(2)),
  bodies: (uids, folder) => uids.map((uid) => bodyOf(uid, folder)).join(''),
};
const isBad = (folder: string): boolean => folder === 'Bad' || folder === 'Worse';

for (const [what, login, opened, isTaken] of [
  ['a folder that is shut', 'OK done', 'NO [INUSE] locked', true],
  ['a login that is not taken for now', 'NO [UNAVAILABLE] later', 'OK done', false],
] as const)
  test(`${what} is recorded as such, so that the one does not pass for the other`, async (t) => {
    const server = await startScriptedServer(t, (peer) =>
      imap(peer, {
        ...WELL,
        ...(isTaken ? {} : { login }),
        opened: (folder) => (isBad(folder) ? opened : 'OK done'),
      }),
    );
    const house = await openTestHouse(t, new HastyClock());
    const report = await house.poll(patient(server));
    assert.equal(report.error?.kind, 'busy');
    const [figures] = accountFigures(house.db, Date.now());
    assert.equal(recordedError(figures?.error)?.signedIn, isTaken);
  });

describe('a folder that its server does not open', () => {
  for (const words of [
    'NO [INUSE] Timeout while waiting for lock',
    'NO [UNAVAILABLE] EXAMINE Server error - Please try again later',
    'NO Server Unavailable. 15',
    'NO System Error (Failure)',
    'NO [SERVERBUG] Internal error occurred',
  ])
    test(`for now ("${words}") holds up no other`, async (t) => {
      const opened = (folder: string): string => (isBad(folder) ? words : 'OK done');
      const server = await startScriptedServer(t, (peer) => imap(peer, { ...WELL, opened }));
      const house = await openTestHouse(t, new HastyClock());
      const report = await house.poll(patient(server));
      assert.deepEqual([report.ok, report.stored, server.connections], [false, 4, 1]);
      assert.match(report.error?.message ?? '', /"Bad" refused/);
      const unread = report.folders.filter(({ error }) => error !== undefined);
      assert.deepEqual(unread.map(({ name }) => name), ['Bad', 'Worse']); // prettier-ignore
    });

  for (const [what, say] of [
    ['hangs up', (peer: Peer) => peer.hangUp()],
    [
      'says BYE',
      async (peer: Peer) => (
        await peer.lines('* BYE Fatal error: Mailbox has been (re)moved'),
        peer.hangUp()
      ),
    ],
    ['announces nonsense', (peer: Peer) => peer.send('* 1 X {-1}\r\n')],
  ] as const)
    // prettier-ignore
    test(`but ${what} holds up no other, and is tried a few times`, async (t) => {
      const server = await startScriptedServer(t, (peer) =>
        imap(peer, {
          ...WELL,
          folders: FOLDERS.slice(0, 2),
          list: async (folder) => (isBad(folder) ? ((await say(peer)) ?? '') : rowsOf(upTo(2))),
        }),
      );
      const house = await openTestHouse(t, new HastyClock());
      const report = await house.poll(patient(server));
      assert.deepEqual([report.ok, report.stored], [false, 2]);
      assert.deepEqual(report.folders.map(({ name, stored, error }) => [name, stored, error?.kind]), [
        ['Bad', 0, what === 'announces nonsense' ? 'protocol' : 'closed'],
        ['INBOX', 2, undefined],
      ]); // prettier-ignore
      assert.ok(server.connections <= 7, `${server.connections} connections`);
    });

  test('while it opens no other either is asked for no more than three', async (t) => {
    const opened = (): string => 'NO [UNAVAILABLE] later';
    const folders = upTo(9).map((n) => `Folder${n}`);
    const server = await startScriptedServer(t, (peer) => imap(peer, { ...WELL, folders, opened }));
    const house = await openTestHouse(t, new HastyClock());
    const report = await house.poll(patient(server));
    assert.deepEqual([report.ok, report.error?.kind, server.connections], [false, 'busy', 1]);
    assert.equal(server.heard().match(/ EXAMINE /g)?.length, 3);
  });

  test('but hangs up at each of many is dialled no more than a dozen times', async (t) => {
    const folders = upTo(40).map((n) => `Folder${n}`);
    const server = await startScriptedServer(t, (peer) =>
      imap(peer, { ...WELL, folders, examine: () => peer.hangUp() }),
    );
    const house = await openTestHouse(t, new HastyClock());
    const report = await house.poll(patient(server));
    assert.deepEqual([report.ok, report.error?.kind], [false, 'closed']);
    assert.ok(server.connections <= 13, `${server.connections} connections`);
  });
});

test('a server that hangs up at a STATUS each time has its folders opened one by one', async (t) => {
  const provider = await startProvider({ users: { 'ann@mail.test': 'correct horse' } });
  t.after(() => provider.stop());
  provider.faults.without.add('LIST-STATUS');
  provider.faults.hangUp.add('IMAP STATUS');
  for (const folder of ['INBOX', 'Sent'])
    provider.deliver('ann@mail.test', folder, bulkMessage(folder.length));
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(accountAt(provider, 'imaps', 'ann@mail.test', 'correct horse'));
  assert.deepEqual([report.ok, report.stored, report.error], [true, 2, null]);
  assert.equal(provider.connections('IMAP'), 3);
});

test('a server that offers CONDSTORE and does not know it has its folders opened without', async (t) => {
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, {
      ...WELL,
      folders: ['INBOX'],
      capabilities: 'IMAP4rev1 CONDSTORE',
      examine: () => '* 2 EXISTS\r\n* OK [UIDVALIDITY 5]\r\n',
      opened: (_, command) => (command.includes('CONDSTORE') ? 'BAD unknown parameter' : 'OK open'),
      list: () => rowsOf(upTo(2)),
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(patient(server));
  assert.deepEqual([report.ok, report.stored, report.error], [true, 2, null]);
});

for (const words of ['BAD [CLIENTBUG] Unknown modifier', 'NO [SERVERBUG] CHANGEDSINCE failed'])
  test(`a folder whose changes are refused ("${words}") is listed in full`, async (t) => {
    let count = 2;
    const server = await startScriptedServer(t, (peer) =>
      imap(peer, {
        ...WELL,
        folders: ['INBOX'],
        capabilities: 'IMAP4rev1 CONDSTORE',
        examine: () =>
          `* ${count} EXISTS\r\n* OK [UIDVALIDITY 5]\r\n* OK [UIDNEXT ${count + 1}]\r\n* OK [HIGHESTMODSEQ ${count}]\r\n`,
        list: (_, command) =>
          command.includes('CHANGEDSINCE') ? `${command.split(' ')[0]} ${words}\r\n` : rowsOf(upTo(count)),
      }),
    );
    const house = await openTestHouse(t, new HastyClock());
    assert.equal((await house.poll(patient(server))).stored, 2);
    count++;
    const report = await house.poll(patient(server));
    assert.match(server.heard(1), /CHANGEDSINCE 2/);
    assert.deepEqual([report.ok, report.stored, report.error], [true, 1, null]);
  });

for (const [how, oneAtATime] of [
  ['one at a time', true],
  ['several at once', false],
] as const)
  // prettier-ignore
  for (const bad of [[1], [8], [2, 6], [1, 5]])
    test(`messages ${bad.join(' and ')} of 8 that a busy server does not send, asked for ${how}, hold up no other`, async (t) => {
      const server = await startScriptedServer(t, (peer) =>
        imap(peer, {
          ...WELL,
          folders: ['INBOX', 'Sent'],
          examine: () => `* 8 EXISTS\r\n* OK [UIDVALIDITY 5]\r\n`,
          list: () => rowsOf(upTo(8)),
          fetch: async ({ tag, uids, folder }, client) => {
            const refused = folder === 'INBOX' && uids.some((uid) => bad.includes(uid));
            const bodies = refused ? '' : uids.map((uid) => bodyOf(uid, folder)).join('');
            await client.send(`${bodies}${tag} ${refused ? 'NO System busy!' : 'OK done'}\r\n`);
          },
        }),
      );
      const house = await openTestHouse(t, new HastyClock());
      const account = patient(server);
      const report = await house.poll({ ...account, receive: { ...account.receive, oneAtATime } });
      assert.deepEqual([report.stored, report.failed, report.error], [16 - bad.length, bad.length, null]);
    });

test('a message that goes while its folder is listed is none that was not got', async (t) => {
  let there = [1, 2, 3, 4];
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, {
      ...WELL,
      folders: ['INBOX'],
      examine: () => `* ${there.length} EXISTS\r\n* OK [UIDVALIDITY 5]\r\n* OK [UIDNEXT 5]\r\n`,
      list: () => {
        there = [1, 3, 4];
        return `${rowsOf(there)}* 2 EXPUNGE\r\n`;
      },
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(patient(server));
  assert.deepEqual([report.ok, report.stored, report.failed, report.pending], [true, 3, 0, 0]);
});

test('what is counted and never listed holds up no other where UIDVALIDITY is new at each EXAMINE', async (t) => {
  let validity = 5;
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, {
      ...WELL,
      folders: ['INBOX'],
      examine: () => `* 3 EXISTS\r\n* OK [UIDVALIDITY ${validity++}]\r\n`,
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(patient(server));
  assert.deepEqual([report.stored, report.failed, report.error], [2, 1, null]);
  assert.equal(server.connections, 2);
});

test('a folder that is no longer listed, and is shut for now, is told to be unread', async (t) => {
  let isListed = true;
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, {
      ...WELL,
      folders: isListed ? ['INBOX', 'Bad'] : ['INBOX'],
      opened: (folder) => (isBad(folder) && !isListed ? 'NO [INUSE] locked' : 'OK done'),
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  assert.equal((await house.poll(patient(server))).stored, 4);
  isListed = false;
  const report = await house.poll(patient(server));
  assert.deepEqual([report.ok, report.error?.kind, server.connections], [false, 'busy', 2]);
  assert.match(report.folders.find(({ name }) => name === 'Bad')?.error?.message ?? '', /"Bad" refused/);
});

/** With more patience than a busy machine needs. */
function patient(server: ScriptedServer): Receiving {
  return { ...accountOf(server), timeouts: { connect: 30_000, idle: 30_000 } };
}
