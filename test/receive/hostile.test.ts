// Polls of servers that lie, cut and change their minds: what is told of them must be true, and every poll must end.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { HastyClock } from '../support/hasty-clock.ts';
import { openTestHouse } from '../support/house.ts';
import type { Peer } from '../support/peer.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { accountOf, bodyOf, imap, rowsOf, textOf, upTo } from './scripted-imap.ts';

test('messages that an IMAP server counts and does not list are told as not got', async (t) => {
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, {
      examine: () => '* 3 EXISTS\r\n* OK [UIDVALIDITY 5]\r\n',
      list: () => '* 1 FETCH (UID 1 FLAGS ())\r\n',
      bodies: (uids) => uids.map((uid) => bodyOf(uid)).join(''),
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(accountOf(server));
  assert.deepEqual([report.ok, report.stored, report.pending], [false, 1, 2]);
});

test('a UIDVALIDITY that changes at each EXAMINE, and cuts, do not keep a poll going for ever', async (t) => {
  let examined = 0;
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, {
      examine: () => `* 3 EXISTS\r\n* OK [UIDVALIDITY ${++examined}]\r\n`,
      list: () => [1, 2, 3].map((uid) => `* ${uid} FETCH (UID ${uid} FLAGS ())\r\n`).join(''),
      bodies: async (uids) => {
        await peer.send(bodyOf(uids.at(-1) ?? 0));
        return peer.hangUp();
      },
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(accountOf(server));
  assert.equal(report.ok, false);
  assert.ok(server.connections < 20, `${server.connections} connections`);
});

test('Courier forgets what it numbered under EXAMINE: a message that takes the UID of another is stored too', async (t) => {
  const numbered = ['old'];
  let fresh = ['later'];
  const all = (): string[] => [...numbered, ...fresh.toSorted((a, b) => (a < b ? -1 : 1))];
  const state = (): string => `* ${all().length} EXISTS\r\n* OK [UIDVALIDITY 5]\r\n`;
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, {
      name: 'Courier-IMAP ready. Copyright 1998-2019 Double Precision, Inc.',
      examine: state,
      select: () => {
        numbered.splice(0, Infinity, ...all());
        fresh = [];
        return state();
      },
      list: () => rowsOf(upTo(all().length)),
      bodies: (uids) =>
        uids
          .map((uid) => [uid, textOf(all()[uid - 1] ?? '')] as const)
          .map(([uid, text]) => `* ${uid} FETCH (UID ${uid} BODY[] {${text.length}}\r\n${text})\r\n`)
          .join(''),
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  assert.equal((await house.poll(accountOf(server))).stored, 2);
  fresh.push('earlier');
  assert.equal((await house.poll(accountOf(server))).stored, 1);
  assert.equal((await house.files()).length, 3);
});

test('what a poll stores before it must begin a folder again is not counted as known too', async (t) => {
  let listings = 0;
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, {
      examine: () => '* 3 EXISTS\r\n* OK [UIDVALIDITY 5]\r\n',
      list: () => {
        listings++;
        if (listings === 2) return peer.hangUp();
        return [1, 2, 3].map((uid) => `* ${uid} FETCH (UID ${uid} FLAGS ())\r\n`).join('');
      },
      bodies: (uids) =>
        uids
          .filter((uid) => uid !== 2)
          .map((uid) => bodyOf(uid))
          .join(''),
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  const { ok, stored, known, failed, pending } = await house.poll(accountOf(server));
  assert.deepEqual(
    { ok, stored, known, failed, pending },
    { ok: false, stored: 2, known: 0, failed: 1, pending: 1 },
  );
});

test('a message that cannot be fetched is not forgotten when another one leaves its folder', async (t) => {
  let uids = [1, 2, 3];
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, {
      examine: () =>
        `* ${uids.length} EXISTS\r\n* OK [UIDVALIDITY 5]\r\n* OK [UIDNEXT 4]\r\n* OK [HIGHESTMODSEQ ${uids.length}]\r\n`,
      list: () => uids.map((uid) => `* ${uid} FETCH (UID ${uid} FLAGS ())\r\n`).join(''),
      bodies: (asked) =>
        asked
          .filter((uid) => uid !== 2)
          .map((uid) => bodyOf(uid))
          .join(''),
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  for (let polls = 0; polls < 3; polls++) await house.poll(accountOf(server));
  uids = [1, 2];
  for (let polls = 0; polls < 3; polls++) {
    const { known, pending } = await house.poll(accountOf(server));
    assert.deepEqual([known, pending], [1, 1], `poll ${polls}`);
  }
});

test('a POP3 maildrop whose STAT says it is empty is listed all the same', async (t) => {
  const server = await startScriptedServer(t, (peer) =>
    pop3(peer, '+OK 0 0', ['1 90', '2 90'], ['1 a', '2 b']),
  );
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(accountOf(server, 'pop3'));
  assert.deepEqual([report.ok, report.stored], [true, 2]);
});

test('a refused LIST of an empty maildrop is no failure', async (t) => {
  const server = await startScriptedServer(t, (peer) => pop3(peer, '+OK 0 0', null, null));
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(accountOf(server, 'pop3'));
  assert.deepEqual([report.ok, report.stored, report.error], [true, 0, null]);
});

test('a poll leaves no listener on the signal that would stop it', async (t) => {
  const server = await startScriptedServer(t, (peer) => pop3(peer, '+OK 1 90', ['1 90'], ['1 a']));
  const house = await openTestHouse(t, new HastyClock());
  const { signal } = new AbortController();
  await house.poll(accountOf(server, 'pop3'), { signal });
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('a poll whose end cannot be recorded still gives its report', async (t) => {
  const server = await startScriptedServer(t, (peer) => pop3(peer, '+OK 1 90', ['1 90'], ['1 a']));
  const house = await openTestHouse(t, new HastyClock());
  house.db.exec('DROP TABLE sync');
  const report = await house.poll(accountOf(server, 'pop3'));
  assert.deepEqual([report.stored, report.ok, report.error?.kind], [1, false, 'storage']);
  assert.equal(report.unrecorded, true);
});

/** A POP3 server; null: refused. */
async function pop3(
  peer: Peer,
  stat: string,
  sizes: readonly string[] | null,
  names: readonly string[] | null,
): Promise<void> {
  await peer.lines('+OK ready');
  for (;;) {
    const [, command = '', argument = ''] = await peer.expect(/^(\S+) ?(.*)$/);
    const listing = command === 'LIST' ? sizes : command === 'UIDL' ? names : undefined;
    if (command === 'STAT') await peer.lines(stat);
    else if (command === 'CAPA') await peer.lines('-ERR unknown command');
    else if (listing === null) await peer.lines('-ERR no messages');
    else if (listing !== undefined) await peer.lines('+OK', ...listing, '.');
    else if (command === 'RETR') await peer.send(`+OK\r\n${textOf(argument)}.\r\n`);
    else await peer.lines('+OK');
  }
}
