// POP3 servers whose listings do not agree, whose bodies do not end, and who greet too much; and when QUIT is said.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { HastyClock } from '../support/hasty-clock.ts';
import { openTestHouse } from '../support/house.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { accountOf, textOf } from './scripted-imap.ts';
import { pop3, retrieved } from './scripted-pop3.ts';

test('numbers that only one of LIST and UIDL knows are fetched all the same', async (t) => {
  const server = await startScriptedServer(t, (peer) =>
    pop3(peer, { sizes: ['4 90', '1 90', '2 90'], names: ['2 b', '5 e', '1 a', '4 d'] }),
  );
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(accountOf(server, 'pop3'));
  assert.deepEqual([report.ok, report.stored], [true, 4]);
  assert.equal((await house.files()).length, 4);
});

test('a unique-id that is a path becomes none', async (t) => {
  const server = await startScriptedServer(t, (peer) =>
    pop3(peer, { sizes: ['1 90', '2 90'], names: ['1 ../../../x', `2 /etc/${'a'.repeat(900)}`] }),
  );
  const house = await openTestHouse(t, new HastyClock());
  assert.equal((await house.poll(accountOf(server, 'pop3'))).stored, 2);
  assert.deepEqual(readdirSync(`${house.data}/journal`), ['pop3.jsonl']);
  for (const path of await house.files()) assert.match(path, /^\d{4}\/\d\d\/[0-9a-f]{64}\.eml$/);
});

test('a message whose end never comes fails alone, and the others are stored', async (t) => {
  const server = await startScriptedServer(t, (peer) =>
    pop3(peer, {
      sizes: ['1 90', '2 90', '3 90'],
      names: ['1 a', '2 b', '3 c'],
      // Exchange 2000 put the last dot behind the text: no line consists of it.
      retr: (number) => (number === 2 ? `+OK\r\n${textOf(number)}glued.\r\n` : retrieved(number)),
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  const account = { ...accountOf(server, 'pop3'), timeouts: { connect: 30_000, idle: 1000 } };
  const report = await house.poll(account);
  assert.deepEqual([report.ok, report.stored, report.failed], [false, 2, 1]);
});

test('a greeting with a listing behind it ends the session before the password', async (t) => {
  const server = await startScriptedServer(t, async (peer) => {
    await peer.lines('+OK 2 messages (320 octets)', '1 120', '2 200', '.');
    await peer.stall();
  });
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(accountOf(server, 'pop3'));
  assert.deepEqual([report.ok, report.error?.kind], [false, 'protocol']);
  for (let nth = 0; nth < server.connections; nth++) assert.doesNotMatch(server.heard(nth), /PASS|secret/);
});

test('a maildrop that lists fewer messages than it counts is not well, and nothing is gone from it', async (t) => {
  let sizes = ['1 90', '2 90', '3 90'];
  const server = await startScriptedServer(t, (peer) => pop3(peer, { sizes, counts: 3 }));
  const house = await openTestHouse(t, new HastyClock());
  const account = accountOf(server, 'pop3');
  assert.equal((await house.poll(account)).ok, true);
  sizes = sizes.slice(0, 1);
  for (let polls = 0; polls < 3; polls++) {
    const { ok, failed, pending } = await house.poll(account);
    assert.deepEqual([ok, failed, pending], [false, 2, 2]);
  }
  assert.equal(house.db.prepare('SELECT count(*) FROM location WHERE gone IS NOT NULL').pluck().get(), 0);
});

test('QUIT is not said where the disk has failed', async (t) => {
  const server = await startScriptedServer(t, (peer) => pop3(peer, { sizes: ['1 90'], names: ['1 a'] }));
  const house = await openTestHouse(t, new HastyClock());
  const mail = join(house.data, 'mail');
  rmSync(mail, { recursive: true });
  writeFileSync(mail, 'no directory any more');
  const failed = await house.poll(accountOf(server, 'pop3'));
  assert.deepEqual([failed.ok, failed.error?.kind, failed.stored], [false, 'storage', 0]);
  assert.match(server.heard(0), /RETR 1/);
  assert.doesNotMatch(server.heard(0), /QUIT/);
});

test('a message behind which the server hangs up is stored, where it has as many octets as were told', async (t) => {
  const server = await startScriptedServer(t, (peer) =>
    pop3(peer, {
      sizes: [1, 2, 3].map((number) => `${number} ${textOf(number).length}`),
      names: ['1 a', '2 b', '3 c'],
      hangsUp: true, // its patience ran out while it sent
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(accountOf(server, 'pop3'));
  assert.deepEqual([report.stored, report.failed, report.error?.kind], [3, 0, undefined]);
  assert.ok(server.connections <= 4, 'one for each');
});

test('QUIT is not said where a message came as nothing', async (t) => {
  const server = await startScriptedServer(t, (peer) =>
    pop3(peer, {
      sizes: ['1 90', '2 90'],
      names: ['1 a', '2 b'],
      retr: (number) => (number === 1 ? '+OK\r\n.\r\n' : retrieved(number)),
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(accountOf(server, 'pop3'));
  assert.deepEqual([report.stored, report.failed], [1, 1]);
  assert.doesNotMatch(server.heard(0), /QUIT/);
});

test('messages whose lines end in LF alone, at a server that itself says CRLF, are stored as they are', async (t) => {
  const server = await startScriptedServer(t, (peer) =>
    pop3(peer, {
      sizes: ['1 90', '2 90', '3 90'],
      retr: (number) => `+OK\r\n${textOf(number).replaceAll('\r\n', '\n')}..stuffed\n.\r\n`,
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  const account = { ...accountOf(server, 'pop3'), timeouts: { connect: 30_000, idle: 2000 } };
  const first = await house.poll(account);
  assert.deepEqual([first.ok, first.stored], [true, 3]);
  const [path = ''] = await house.files();
  assert.match(readFileSync(house.archive.absolute(path), 'latin1'), /^[^\r]*\ntext\n\.stuffed\n$/);
});
