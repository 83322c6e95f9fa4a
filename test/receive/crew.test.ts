// Polls with several sessions: folders side by side, batches of a large folder shared, and one report that is exact,
// whatever becomes of any session but the first.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Receiving } from '../../src/receive/open-source.ts';
import { HastyClock } from '../support/hasty-clock.ts';
import { openTestHouse, type TestHouse } from '../support/house.ts';
import type { Peer } from '../support/peer.ts';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.ts';
import { accountOf, bodyOf, imap, rowsOf, upTo, type ImapScript } from './scripted-imap.ts';

const FOLDERS = ['INBOX', 'Sent', 'Lists', 'Work', 'Old'];
const EACH = 110;

/** Some folders with as many messages each. */
const script = (folders: readonly string[], each: number): ImapScript => ({
  folders,
  examine: () => `* ${each} EXISTS\r\n* OK [UIDVALIDITY 5]\r\n`,
  list: () => rowsOf(upTo(each)),
  bodies: (uids, folder) => uids.map((uid) => bodyOf(uid, folder)).join(''),
});

/** A server whose first connection tells no body before the second is at work: so both are. */
function bothAtWork(one: ImapScript): (peer: Peer) => Promise<void> {
  let work: () => void = () => {};
  const atWork = new Promise<void>((resolve) => (work = resolve));
  return (peer) =>
    imap(peer, {
      ...one,
      bodies: async (uids, folder) => {
        if (peer.nth === 0) await atWork;
        else work();
        return uids.map((uid) => bodyOf(uid, folder)).join('');
      },
    });
}

test('two sessions take folders side by side, and each message is stored once', async (t) => {
  const server = await startScriptedServer(t, bothAtWork(script(FOLDERS, EACH)));
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(accountWith(server, 2));
  assert.deepEqual([report.ok, report.stored, report.pending], [true, FOLDERS.length * EACH, 0]);
  assert.deepEqual(report.folders.map(({ name, stored }) => `${name} ${stored}`).toSorted(), each(EACH));
  await storedOnce(house, FOLDERS.length * EACH);
  assert.equal(server.connections, 2);
  assert.match(server.heard(1), /EXAMINE/);
  for (const nth of [0, 1]) assert.match(server.heard(nth), /LOGOUT/);
});

test('folders that are shut to the second session only are read by the first', async (t) => {
  let isRefused: () => void = () => {};
  const refused = new Promise<void>((resolve) => (isRefused = resolve));
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, {
      ...script(FOLDERS, EACH),
      opened: () => {
        if (peer.nth === 0) return 'OK done';
        isRefused();
        return 'NO [INUSE] another session has the mailbox';
      },
      bodies: async (uids, folder) => {
        await refused;
        return uids.map((uid) => bodyOf(uid, folder)).join('');
      },
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(accountWith(server, 2));
  assert.deepEqual([report.ok, report.stored, report.error], [true, FOLDERS.length * EACH, null]);
  await storedOnce(house, FOLDERS.length * EACH);
});

test('two sessions share the batches of one large folder', async (t) => {
  const server = await startScriptedServer(t, bothAtWork(script(['INBOX'], 800)));
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(accountWith(server, 2));
  assert.deepEqual([report.ok, report.stored, report.pending], [true, 800, 0]);
  await storedOnce(house, 800);
  assert.match(server.heard(1), /UID FETCH \S+ \(UID FLAGS INTERNALDATE BODY/);
});

test('a poll that finds little makes no second login', async (t) => {
  const server = await startScriptedServer(t, (peer) => imap(peer, script(['INBOX'], 60)));
  const house = await openTestHouse(t, new HastyClock());
  assert.equal((await house.poll(accountWith(server, 4))).stored, 60);
  assert.equal(server.connections, 1);
});

for (const [what, second] of [
  ['the greeting', (peer: Peer) => peer.lines('* BYE [ALERT] Too many connections.')],
  [
    'the login',
    (peer: Peer) =>
      imap(peer, { ...script([], 0), login: 'NO [ALERT] Too many simultaneous connections. (Failure)' }),
  ],
  [
    'a login that looks like a wrong password',
    (peer: Peer) => imap(peer, { ...script([], 0), login: 'NO [AUTHENTICATIONFAILED] Invalid' }),
  ],
  ['a reset', (peer: Peer) => Promise.resolve(peer.reset())],
] as const)
  test(`a second session refused by ${what} is no error, and is not tried again in this run`, async (t) => {
    const one = script(FOLDERS, EACH);
    const server = await startScriptedServer(t, [(peer) => imap(peer, one), second, second]);
    const house = await openTestHouse(t, new HastyClock());
    const report = await house.poll(accountWith(server, 2));
    assert.deepEqual([report.ok, report.stored, report.error], [true, FOLDERS.length * EACH, null]);
    assert.equal(server.connections, 2);
  });

test('a second session that breaks in the middle leaves nothing undone and nothing twice', async (t) => {
  const one = script(FOLDERS, EACH);
  let broken: () => void = () => {};
  const broke = new Promise<void>((resolve) => (broken = resolve));
  const server = await startScriptedServer(t, [
    (peer) => imap(peer, { ...one, bodies: async (uids, folder) => (await broke, bodies(uids, folder)) }),
    (peer) =>
      imap(peer, {
        ...one,
        bodies: async (uids, folder) => {
          await peer.send(bodies(uids.slice(0, 30), folder));
          broken();
          return peer.hangUp();
        },
      }),
  ]);
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(accountWith(server, 2));
  assert.deepEqual(
    [report.ok, report.stored, report.failed, report.pending],
    [true, FOLDERS.length * EACH, 0, 0],
  );
  await storedOnce(house, FOLDERS.length * EACH);
  assert.equal(server.connections, 2);
});

test('a session that sees another UIDVALIDITY takes no batch of the folder', async (t) => {
  const one = script(['INBOX'], 800);
  let listed: () => void = () => {};
  const seen = new Promise<void>((resolve) => (listed = resolve));
  const server = await startScriptedServer(t, [
    (peer) => imap(peer, { ...one, bodies: async (uids, folder) => (await seen, bodies(uids, folder)) }),
    (peer) =>
      imap(peer, {
        ...one,
        examine: () => {
          listed();
          return '* 800 EXISTS\r\n* OK [UIDVALIDITY 6]\r\n';
        },
      }),
  ]);
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(accountWith(server, 2));
  assert.deepEqual([report.ok, report.stored], [true, 800]);
  assert.match(server.heard(1), /EXAMINE/);
  assert.doesNotMatch(server.heard(1), /BODY/);
});

test('one stop ends all sessions, and the next poll brings the rest', async (t) => {
  const server = await startScriptedServer(t, bothAtWork(script(FOLDERS, EACH)));
  const house = await openTestHouse(t, new HastyClock());
  const stop = new AbortController();
  const account = accountWith(server, 2);
  const cut = await house.poll(account, {
    signal: stop.signal,
    progress: (done) => void (done > 0 && stop.abort()),
  });
  assert.equal(cut.error?.kind, 'cancelled');
  const rest = await house.poll(account);
  assert.deepEqual([rest.ok, cut.stored + rest.stored], [true, FOLDERS.length * EACH]);
  await storedOnce(house, FOLDERS.length * EACH);
});

test('when the first session cannot go on, the run ends with its error, and the second ends too', async (t) => {
  const one = script(FOLDERS, EACH);
  const server = await startScriptedServer(t, [
    (peer) =>
      imap(peer, { ...one, fetch: ({ tag }) => peer.lines(`${tag} NO [OVERQUOTA] Account exceeded limits`) }),
    (peer) => imap(peer, one),
  ]);
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(accountWith(server, 2));
  assert.deepEqual([report.ok, report.error?.kind], [false, 'busy']);
  const listed = report.folders.reduce((sum, { stored, pending }) => sum + stored + pending, 0);
  assert.equal(report.stored + report.pending, listed);
});

function bodies(uids: readonly number[], folder: string): string {
  return uids.map((uid) => bodyOf(uid, folder)).join('');
}

function each(count: number): string[] {
  return FOLDERS.map((name) => `${name} ${count}`).toSorted();
}

function accountWith(server: ScriptedServer, connections: number): Receiving {
  return { ...accountOf(server, 'imap', connections), timeouts: { connect: 20_000, idle: 20_000 } };
}

/** The journal has so many messages, each once. */
async function storedOnce(house: TestHouse, count: number): Promise<void> {
  const uids: string[] = [];
  for await (const { entry } of house.journal.replay('imap', 0))
    if (entry.op === 'seen' && 'uid' in entry) uids.push(`${entry.folder} ${entry.uid}`);
  assert.deepEqual([uids.length, new Set(uids).size], [count, count]);
}
