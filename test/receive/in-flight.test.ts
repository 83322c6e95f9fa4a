// Polls with several commands in flight: whatever the server makes of them, each message is stored once or accounted for,
// and a host that does not bear them is asked one at a time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Receiving } from '../../src/receive/open-source.ts';
import { HastyClock } from '../support/hasty-clock.ts';
import { dialledFromAfar } from '../support/account.ts';
import { openTestHouse, type TestHouse } from '../support/house.ts';
import type { Peer } from '../support/peer.ts';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.ts';
import {
  accountOf,
  bodyOf,
  imap,
  nextBodies,
  rowsOf,
  upTo,
  type BodyCommand,
  type ImapScript,
} from './scripted-imap.ts';

const COUNT = 600;

const folder = (fetch: ImapScript['fetch']): ImapScript => ({
  examine: () => `* ${COUNT} EXISTS\r\n* OK [UIDVALIDITY 5]\r\n`,
  list: () => rowsOf(upTo(COUNT)),
  ...(fetch === undefined ? {} : { fetch }),
});

/** Answers each command alone, and notes whether another was there before the answer. */
class OneByOne {
  pipelined = 0;
  readonly asked: number[] = [];
  readonly fetch = async (command: BodyCommand, peer: Peer): Promise<void> => {
    this.asked.push(...command.uids);
    if (await peer.readable(5)) this.pipelined++;
    await answer(command, peer);
  };
}

test('batches are asked for before those ahead of them are answered, the newest first', async (t) => {
  const asked: number[] = [];
  let most = 0;
  const server = await startScriptedServer(t, (peer) =>
    imap(
      peer,
      folder(async (first, client) => {
        const commands = await upToFour(first, client);
        most = Math.max(most, commands.length);
        for (const command of commands) {
          asked.push(...command.uids.toReversed());
          await answer(command, client);
        }
      }),
    ),
  );
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(patient(server));
  assert.deepEqual([report.ok, report.stored, report.pending], [true, COUNT, 0]);
  assert.deepEqual(asked, upTo(COUNT).toReversed());
  assert.equal(most, 4);
});

test('answers in another order than the commands lose nothing', async (t) => {
  const server = await startScriptedServer(t, (peer) =>
    imap(
      peer,
      folder(async (first, client) => {
        const commands = await upToFour(first, client);
        // Bodies of all, mixed, then the answers from last to first.
        const uids = commands.flatMap((command) => command.uids).toSorted((a, b) => (a % 7) - (b % 7));
        await client.send(uids.map((uid) => bodyOf(uid)).join(''));
        await client.lines(...commands.toReversed().map(({ tag }) => `${tag} OK done`));
      }),
    ),
  );
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(patient(server));
  assert.deepEqual([report.ok, report.stored, report.failed, report.pending], [true, COUNT, 0, 0]);
  assert.equal(server.connections, 1);
  await storedOnce(house, COUNT);
});

test('a connection that breaks with four in flight loses nothing, doubles nothing, and asks for no stored message again', async (t) => {
  const sent: number[] = [];
  const rest = new OneByOne();
  const server = await startScriptedServer(t, [
    (peer) =>
      imap(
        peer,
        folder(async (first, client) => {
          const commands = await upToFour(first, client);
          const [, second, third] = commands;
          const some = [
            ...first.uids.slice(0, 50),
            ...(second?.uids.slice(10, 20) ?? []),
            ...(third?.uids ?? []),
          ];
          sent.push(...some);
          await client.send(some.map((uid) => bodyOf(uid)).join(''));
          await client.cut(bodyOf(first.uids.at(-1) ?? 0), 60);
        }),
      ),
    (peer) => imap(peer, folder(rest.fetch)),
  ]);
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(patient(server));
  assert.deepEqual([report.ok, report.stored, report.failed, report.pending], [true, COUNT, 0, 0]);
  await storedOnce(house, COUNT);
  assert.deepEqual(
    rest.asked.toSorted((a, b) => a - b),
    upTo(COUNT).filter((uid) => !sent.includes(uid)),
  );
  assert.ok(rest.pipelined > 0, 'one drop was taken for more than chance');
});

test('a host that breaks twice over several in flight is asked one at a time', async (t) => {
  const breaking = (peer: Peer): Promise<void> =>
    imap(
      peer,
      folder(async ({ folder: open }, client) => {
        await nextBodies(client, open);
        client.hangUp();
      }),
    );
  const rest = new OneByOne();
  const server = await startScriptedServer(t, [breaking, breaking, (peer) => imap(peer, folder(rest.fetch))]);
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(patient(server));
  assert.deepEqual([report.ok, report.stored, report.pending], [true, COUNT, 0]);
  assert.deepEqual([server.connections, rest.pipelined], [3, 0]);
});

test('one NO among OKs is about its own messages only', async (t) => {
  const server = await startScriptedServer(t, (peer) =>
    imap(
      peer,
      folder(async (command, client) => {
        const bad = command.uids.includes(350);
        await client.send(
          command.uids
            .filter((uid) => uid !== 350)
            .map((uid) => bodyOf(uid))
            .join(''),
        );
        await client.lines(`${command.tag} ${bad ? 'NO [SERVERBUG] cannot' : 'OK done'}`);
      }),
    ),
  );
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(patient(server));
  assert.deepEqual([report.stored, report.failed, report.pending], [COUNT - 1, 1, 1]);
  assert.equal(server.connections, 1);
});

for (const [what, say] of [
  ['an untagged BAD and silence', (_: BodyCommand, peer: Peer) => peer.lines('* BAD Command!')],
  ['silence', () => Promise.resolve()],
  ['a tagged BAD', ({ tag }: BodyCommand, peer: Peer) => peer.lines(`${tag} BAD one at a time please`)],
  ['bodies without their UIDs', (_: BodyCommand, peer: Peer) => peer.send('* 1 FETCH (BODY[] {1}\r\nx)\r\n')],
] as const)
  test(`a host that answers several in flight by ${what} is asked one at a time`, async (t) => {
    const rest = new OneByOne();
    const server = await startScriptedServer(t, [
      (peer) =>
        imap(
          peer,
          folder(async (command, client) => {
            await nextBodies(client, command.folder);
            await say(command, client);
            await client.stall();
          }),
        ),
      (peer) => imap(peer, folder(rest.fetch)),
    ]);
    const house = await openTestHouse(t, new HastyClock());
    // It falls silent once, and is waited for; longer than a busy machine takes for any answer.
    const account = {
      ...patient(server),
      ...(what === 'silence' && { timeouts: { connect: 20_000, idle: 3000 } }),
    };
    const report = await house.poll(account);
    assert.deepEqual([report.ok, report.stored, report.failed, report.pending], [true, COUNT, 0, 0]);
    assert.deepEqual([server.connections, rest.pipelined], [2, 0]);
  });

test('a stop in the middle of a message is no failure of it', async (t) => {
  let stop = new AbortController();
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, {
      examine: () => '* 1 EXISTS\r\n* OK [UIDVALIDITY 5]\r\n',
      list: () => rowsOf([1]),
      fetch: async () => {
        await peer.send('* 1 FETCH (UID 1 BODY[] {500}\r\nSubject: cut\r\n');
        stop.abort();
        await peer.readable(60_000);
      },
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  for (let times = 1; times <= 3; times++) {
    stop = new AbortController();
    const report = await house.poll(patient(server), { signal: stop.signal });
    assert.deepEqual([report.ok, report.failed, report.error?.kind], [false, 0, 'cancelled']);
  }
  assert.equal(house.db.prepare('SELECT count(*) FROM pending').pluck().get(), 0);
});

test('a message at which the server hangs up fails alone, and the others are stored', async (t) => {
  const server = await startScriptedServer(t, (peer) =>
    imap(
      peer,
      folder(async (command, client) => {
        for (const uid of command.uids) await (uid === 350 ? client.hangUp() : client.send(bodyOf(uid)));
        await client.lines(`${command.tag} OK done`);
      }),
    ),
  );
  const house = await openTestHouse(t, new HastyClock());
  const report = await house.poll(patient(server));
  assert.deepEqual([report.stored, report.failed, report.pending, report.error], [COUNT - 1, 1, 1, null]);
  await storedOnce(house, COUNT - 1);
});

for (const name of [
  'QQMail XMIMAP4Server ready',
  'Coremail System IMap Server Ready(163com[10774b260cc7a37d26d71b52404dcf5c])',
  'AliYun IMAP Server Ready',
])
  test(`a server that greets as ${name.slice(0, 8)} is asked one at a time`, async (t) => {
    const all = new OneByOne();
    const server = await startScriptedServer(t, (peer) => imap(peer, { ...folder(all.fetch), name }));
    const house = await openTestHouse(t, new HastyClock());
    const report = await house.poll(patient(server));
    assert.deepEqual([report.ok, report.stored, all.pipelined], [true, COUNT, 0]);
  });

for (const [what, compress, connections] of [
  ['BAD', (tag: string, peer: Peer) => peer.lines(`${tag} BAD what`), 1],
  ['a hang-up', (_: string, peer: Peer) => Promise.resolve(peer.hangUp()), 2],
  ['garbage', (tag: string, peer: Peer) => peer.send(`${tag} OK\r\n\xff\xff not deflate\r\n`), 2],
] as const)
  test(`a host that answers COMPRESS by ${what} is spoken to without it`, async (t) => {
    const rest = new OneByOne();
    const compressing = { capabilities: 'IMAP4rev1 COMPRESS=DEFLATE', compress };
    const server = await startScriptedServer(t, (peer) =>
      imap(peer, { ...folder(rest.fetch), ...compressing }),
    );
    const house = await openTestHouse(t, new HastyClock());
    const account = patient(server);
    const clear = { ...account, receive: { ...account.receive, insecure: true } };
    const report = await house.poll(clear, {}, dialledFromAfar(clear));
    assert.deepEqual([report.ok, report.stored], [true, COUNT]);
    assert.equal(server.connections, connections);
    assert.match(server.heard(0), /COMPRESS DEFLATE/);
    if (connections > 1) assert.doesNotMatch(server.heard(1), /COMPRESS/);
  });

/** With more patience than a busy machine needs. */
function patient(server: ScriptedServer): Receiving {
  return { ...accountOf(server), timeouts: { connect: 20_000, idle: 20_000 } };
}

/** The commands in flight; it waits for a fourth as long as one may come. */
async function upToFour(first: BodyCommand, peer: Peer): Promise<BodyCommand[]> {
  const commands = [first];
  while (commands.length < 4 && (await peer.readable(500)))
    commands.push(await nextBodies(peer, first.folder));
  return commands;
}

async function answer({ tag, uids }: BodyCommand, peer: Peer): Promise<void> {
  await peer.send(`${uids.map((uid) => bodyOf(uid)).join('')}${tag} OK done\r\n`);
}

/** The journal has so many messages, each once. */
async function storedOnce(house: TestHouse, count: number): Promise<void> {
  const uids: string[] = [];
  for await (const { entry } of house.journal.replay('imap', 0))
    if (entry.op === 'seen' && 'uid' in entry) uids.push(`${entry.folder} ${entry.uid}`);
  assert.deepEqual([uids.length, new Set(uids).size], [count, count]);
}
