// The proof of completeness: it says of every message at the server whether it is stored, and nothing that is not so.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, chmodSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { lastChecks } from '../../src/archive/verified.ts';
import type { Clock } from '../../src/model/clock.ts';
import { checkFiles, checkServers, type FilesChecked } from '../../src/receive/checking.ts';
import { openSource, type Receiving } from '../../src/receive/open-source.ts';
import type { AccountProof, FolderProof } from '../../src/receive/proof.ts';
import { bulkMessage } from '../messages/bulk.ts';
import { accountAt, dialled, type Way } from '../support/account.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { HastyClock } from '../support/hasty-clock.ts';
import { openTestHouse, type TestHouse } from '../support/house.ts';
import type { StoredMessage } from '../support/provider/mailbox.ts';
import { startProvider } from '../support/provider/provider.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import type { Ending } from '../support/temporary.ts';
import { accountOf, bodyOf, imap, rowsOf, upTo } from './scripted-imap.ts';
import { pop3 } from './scripted-pop3.ts';

const ADDRESS = 'ann@mail.test';
const PASSWORD = 'correct horse';

for (const way of ['imaps', 'pop3s'] as const) {
  describe(`a proof over ${way}`, () => {
    test('says that all is stored, and reads no body for it', async (t) => {
      const { prove } = await begin(t, way, 5);
      const { proof, proved, fetched } = await prove();
      const none = { missing: [], changed: [], extra: [], damaged: [], notes: [] };
      assert.deepEqual(proof, { name: 'INBOX', server: 5, stored: 5, ...none, proved: true });
      assert.equal(proved, true);
      assert.equal(fetched(), 0);
    });

    test('names a message that the server has and the archive has not', async (t) => {
      const { provider, prove, keyOf } = await begin(t, way, 3);
      const late = provider.deliver(ADDRESS, 'INBOX', bulkMessage(4));
      const { proof, proved } = await prove();
      assert.deepEqual([proof?.server, proof?.stored, proof?.missing], [4, 3, [keyOf(late)]]);
      assert.deepEqual([proof?.proved, proved], [false, false]);
    });

    test('names a message whose row was lost from the index', async (t) => {
      const { house, prove, keyOf, there } = await begin(t, way, 3);
      const [, second] = there();
      const row = house.db.prepare('SELECT row FROM message WHERE id = ?').pluck().get(bytesOf(second));
      house.db.prepare('DELETE FROM location WHERE row = ?').run(row);
      assert.deepEqual((await prove()).proof?.missing, [keyOf(second)]);
    });

    test('names a file that is gone, or has another size, without reading it', async (t) => {
      const { house, prove, keyOf, there } = await begin(t, way, 4);
      const [first, second] = there();
      rmSync(fileOf(house, first));
      damage(house, second);
      const { proof, proved } = await prove();
      assert.deepEqual([proof?.damaged, proof?.stored, proved], [[keyOf(first), keyOf(second)], 4, false]);
    });

    test('tells what is stored and not there, and holds nobody to blame for it', async (t) => {
      const { provider, prove, keyOf, there } = await begin(t, way, 4);
      const [first] = there();
      provider.remove(ADDRESS, 'INBOX', first === undefined ? [] : [first]);
      const { proof, proved } = await prove();
      assert.deepEqual([proof?.extra, proof?.server, proved], [[keyOf(first)], 3, true]);
    });

    test('takes sizes for what they are where all of them lie: a sample is fetched', async (t) => {
      const { provider, prove } = await begin(t, way, 60);
      provider.faults.sizeLie = 7;
      provider.faults.claim = ({ bytes }) => bytes.length + 7;
      const { proof, fetched } = await prove();
      assert.deepEqual([proof?.proved, proof?.changed, fetched()], [true, [], 20]);
      assert.match(proof?.notes.join() ?? '', /sizes or dates are not exact.*60 differ/);
    });

    test('names a message that became another under its name: its octets say so, not its size', async (t) => {
      const { prove, keyOf, there } = await begin(t, way, 30);
      const [, second, third] = there();
      replace(second, Buffer.concat([bytesAt(second), Buffer.from('more\r\n')]));
      const { proof, proved, fetched } = await prove();
      assert.deepEqual([proof?.changed, proof?.missing, proved], [[keyOf(second)], [], false]);
      assert.equal(fetched(), 1);
      assert.notEqual(keyOf(second), keyOf(third));
    });

    test('does not know of a message that cannot be fetched to compare it, and says so', async (t) => {
      const { provider, prove, there } = await begin(t, way, 30);
      const [, second] = there();
      replace(second, Buffer.concat([bytesAt(second), Buffer.from('more\r\n')]));
      provider.faults.refuse = (message) => message === second;
      const { proof, proved } = await prove();
      assert.deepEqual([proof?.changed, proved], [[], false]);
      assert.match(
        proof?.notes.join() ?? '',
        /1 of other size or date than what is stored could not be fetched/,
      );
    });

    test('fetches what is damaged and what is missing again, and keeps the damaged file', async (t) => {
      const { house, check, prove, there } = await begin(t, way, 6);
      const [first, second] = there();
      damage(house, first);
      rmSync(fileOf(house, second));
      const before = await check(false);
      assert.deepEqual([before.damaged, before.missing], [[idOf(first)], [idOf(second)]]);
      assert.deepEqual((await lastChecks(house.data, 0)).damaged, [idOf(first)]);
      const after = await check(true);
      assert.deepEqual([after.ok, after.damaged, after.missing], [true, [], []]);
      const mended = [idOf(first), idOf(second)].toSorted();
      assert.deepEqual(after.mended.map(({ id }) => String(id)).toSorted(), mended);
      for (const one of [first, second]) assert.equal(hashOf(readFileSync(fileOf(house, one))), idOf(one));
      const aside = readdirSync(join(house.data, 'quarantine'));
      assert.equal(aside.length, 1);
      assert.match(aside[0] ?? '', new RegExp(`^${idOf(first)}\\.`));
      const kept = readFileSync(join(house.data, 'quarantine', aside[0] ?? ''));
      assert.deepEqual(kept, Buffer.concat([bytesAt(first), Buffer.from('x')]));
      assert.deepEqual((await lastChecks(house.data, 0)).damaged, []);
      assert.equal((await prove()).proved, true);
    });

    test('takes nothing but the very octets: what changed at the server mends nothing', async (t) => {
      const { house, check, there } = await begin(t, way, 3);
      const [first] = there();
      const was = idOf(first);
      const path = fileOf(house, first);
      damage(house, first);
      const bad = readFileSync(path);
      replace(first, Buffer.concat([bytesAt(first), Buffer.from('y')]));
      const after = await check(true);
      assert.deepEqual([after.ok, after.damaged, after.mended], [false, [was], []]);
      assert.deepEqual(readFileSync(path), bad);
      assert.equal(existsSync(join(house.data, 'quarantine')), false);
      assert.equal((await house.files()).length, 3, 'what came in its stead is not stored by this');
    });

    test('a refused login mends and proves nothing, and is told', async (t) => {
      const { provider, house, check, prove, there } = await begin(t, way, 2);
      damage(house, there()[0]);
      provider.setPassword(ADDRESS, 'another');
      const { mended, troubles, ok } = await check(true);
      assert.deepEqual([mended, troubles.map(({ kind }) => kind), ok], [[], ['auth'], false]);
      const { proved, error } = await prove();
      assert.deepEqual([proved, error?.kind], [false, 'auth']);
      assert.equal((await lastChecks(house.data, 0)).proofs[way]?.proved, false);
    });
  });
}

test('a UID that came to mean another message of the same size is named: its date raises the doubt', async (t) => {
  const { prove, keyOf, there } = await begin(t, 'imaps', 30);
  const [, second, third] = there();
  assert.ok(second !== undefined && third !== undefined);
  replace(second, Buffer.concat([bytesAt(second).subarray(0, -6), Buffer.from('0000\r\n')]));
  for (const one of [second, third]) Object.assign(one, { internalDate: one.internalDate + 60_000 });
  const { proof, proved, fetched } = await prove();
  assert.deepEqual([proof?.changed, proof?.missing, proved, fetched()], [[keyOf(second)], [], false, 2]);
});

test('under new UIDs messages are known by what they are, and nothing is missing', async (t) => {
  const { provider, prove, fetchedFrom } = await begin(t, 'imaps', 40);
  provider.renumber(ADDRESS, 'INBOX');
  const { proof } = await prove();
  assert.deepEqual([proof?.proved, proof?.stored, proof?.missing], [true, 40, []]);
  assert.match(proof?.notes.join() ?? '', /40 messages have new UIDs/);
  assert.equal(fetchedFrom(0) - 40, 10, 'a sample');
});

test('a POP3 message that came cut short is fetched whole, once, by the poll that follows its proof', async (t) => {
  const { house, provider, account, prove, there } = await begin(t, 'pop3s', 0);
  const [cut, ...rest] = [1, 2, 3].map((n) => provider.deliver(ADDRESS, 'INBOX', bulkMessage(n)));
  const whole = bytesAt(cut);
  replace(cut, whole.subarray(0, whole.length - 100));
  provider.faults.claim = (one) => (one === cut ? whole.length : one.bytes.length);
  await house.poll(account);
  replace(cut, whole);
  assert.equal((await house.poll(account)).stored, 0, 'sizes are lies, mostly: its header is the same');
  const full: boolean[] = [];
  const poll = (_: Receiving, signal: AbortSignal, __: unknown, all: boolean) => {
    full.push(all);
    return house.poll(account, { signal, full: all });
  };
  const asking = { ...askingIn(house, account), poll };
  const [answer] = await checkServers(checking(house, new FakeClock()), asking, new Set());
  assert.deepEqual([answer?.proved, full, (await house.files()).length], [true, [false, true], 4]);
  assert.ok(existsSync(fileOf(house, cut)));
  const fetched = (): number => provider.heard('POP3').filter(({ line }) => line.startsWith('RETR')).length;
  const before = fetched();
  for (let polls = 0; polls < 4; polls++)
    assert.equal((await house.poll(account, { full: polls > 1 })).stored, 0);
  assert.deepEqual([(await prove()).proved, fetched() - before, there().length], [true, 0, rest.length + 1]);
});

test('at a POP3 server without unique-ids each message is known by its hash', async (t) => {
  const { provider, house, account, prove } = await begin(t, 'pop3s', 4, (faults) => {
    faults.uidl = () => '';
  });
  const { proof } = await prove();
  assert.deepEqual([proof?.proved, proof?.server, proof?.stored], [true, 4, 4]);
  provider.deliver(ADDRESS, 'INBOX', bulkMessage(5));
  const late = await prove();
  assert.deepEqual([late.proof?.proved, late.proof?.missing.length], [false, 1]);
  await house.poll(account);
  assert.equal((await prove()).proved, true);
});

test('what a window hides is not proved, and that is said', async (t) => {
  const { provider, account, prove } = await begin(t, 'pop3s', 6);
  provider.faults.window = 2;
  const windowed = { ...account, receive: { ...account.receive, window: true } };
  const { proof } = await prove(windowed);
  assert.deepEqual([proof?.proved, proof?.server, proof?.extra.length], [true, 2, 4]);
  assert.match(proof?.notes.join() ?? '', /only a part .* what it hides cannot be proved/);
});

test('a server that counts more than it lists proves nothing', async (t) => {
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, {
      examine: () => '* 3 EXISTS\r\n* OK [UIDVALIDITY 5]\r\n',
      list: () =>
        upTo(2)
          .map((uid) => `* ${uid} FETCH (UID ${uid} FLAGS () RFC822.SIZE 90)\r\n`)
          .join(''),
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  const { proof, proved } = await proveIn(house, accountOf(server), new HastyClock());
  assert.deepEqual([proof?.server, proof?.missing, proved], [3, [1, 2], false]);
  assert.match(proof?.notes.join() ?? '', /counts 1 more than it lists/);
});

test('a server that hangs up at a STATUS each time is proved all the same', async (t) => {
  const provider = await startProvider({ users: { [ADDRESS]: PASSWORD } });
  t.after(() => provider.stop());
  provider.faults.without.add('LIST-STATUS');
  provider.faults.hangUp.add('IMAP STATUS');
  provider.deliver(ADDRESS, 'INBOX', bulkMessage(1));
  const house = await openTestHouse(t, new HastyClock());
  const account = accountAt(provider, 'imaps', ADDRESS, PASSWORD);
  await house.poll(account);
  const { proved, error } = await proveIn(house, account, new HastyClock());
  assert.deepEqual([proved, error], [true, null]);
});

test('a folder that LIST leaves out is opened, and proved as all others; one that is gone is told', async (t) => {
  const provider = await startProvider();
  t.after(() => provider.stop());
  provider.addUser(ADDRESS, PASSWORD, ['Work']);
  provider.deliver(ADDRESS, 'Work', bulkMessage(1));
  const house = await openTestHouse(t, new HastyClock());
  const account = accountAt(provider, 'imaps', ADDRESS, PASSWORD);
  await house.poll(account);
  provider.faults.unlisted.add('Work');
  const prove = () => checkServers(checking(house, new HastyClock()), askingIn(house, account), new Set());
  const work = (proofs: readonly AccountProof[]): FolderProof | undefined =>
    proofs[0]?.folders.find(({ name }) => name === 'Work');
  const whole = work(await prove());
  assert.deepEqual([whole?.proved, whole?.server, whole?.notes], [true, 1, []]);
  provider.deliver(ADDRESS, 'Work', bulkMessage(2));
  const late = await prove();
  assert.deepEqual([late[0]?.proved, work(late)?.missing.length], [false, 1]);
  provider.rename(ADDRESS, 'Work', 'Elsewhere');
  const gone = work(await prove());
  assert.deepEqual(
    [gone?.proved, gone?.notes],
    [true, ['not at the server now; 1 of its messages are stored']],
  );
});

test('a maildrop that lists fewer messages than it counts is not proved', async (t) => {
  const server = await startScriptedServer(t, (peer) => pop3(peer, { sizes: ['1 22', '2 22'], counts: 3 }));
  const house = await openTestHouse(t, new HastyClock());
  await house.poll(accountOf(server, 'pop3'));
  const { proof, proved } = await proveIn(house, accountOf(server, 'pop3'), new HastyClock());
  assert.deepEqual([proof?.server, proof?.missing, proved], [3, [], false]);
  assert.match(proof?.notes.join() ?? '', /counts 1 more than it lists/);
});

test('a message that goes while its folder is listed leaves nothing unproved', async (t) => {
  let there = [1, 2, 3];
  let isGoing = false;
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, {
      examine: () => `* ${there.length} EXISTS\r\n* OK [UIDVALIDITY 5]\r\n`,
      list: () => {
        if (isGoing) there = [1, 3];
        return rowsOf(there);
      },
      bodies: (uids) => uids.map((uid) => bodyOf(uid)).join(''),
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  const account = { ...accountOf(server), timeouts: { connect: 30_000, idle: 30_000 } };
  assert.equal((await house.poll(account)).stored, 3);
  isGoing = true;
  const { proof, proved } = await proveIn(house, account, new HastyClock());
  assert.deepEqual([proof?.server, proof?.stored, proof?.extra, proved], [2, 2, [2], true]);
});

test('a lost connection is dialled again, and the folder proved from its start', async (t) => {
  let fetches = 0;
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, {
      examine: () => '* 2 EXISTS\r\n* OK [UIDVALIDITY 5]\r\n',
      list: () =>
        ++fetches === 1 ? peer.hangUp() : '* 1 FETCH (UID 1 FLAGS ())\r\n* 2 FETCH (UID 2 FLAGS ())\r\n',
    }),
  );
  const house = await openTestHouse(t, new HastyClock());
  const { proof } = await proveIn(house, accountOf(server), new HastyClock());
  assert.deepEqual([proof?.server, proof?.missing], [2, [1, 2]]);
});

async function begin(
  t: Ending,
  way: Way,
  messages: number,
  spoil: (faults: Awaited<ReturnType<typeof startProvider>>['faults']) => void = () => undefined,
) {
  const provider = await startProvider({ users: { [ADDRESS]: PASSWORD } });
  t.after(() => provider.stop());
  spoil(provider.faults);
  for (let n = 1; n <= messages; n++) provider.deliver(ADDRESS, 'INBOX', bulkMessage(n));
  const clock = new HastyClock();
  const house = await openTestHouse(t, clock);
  const plain = accountAt(provider, way, ADDRESS, PASSWORD);
  const account = { ...plain, receive: { ...plain.receive, folders: { include: ['INBOX'], exclude: [] } } };
  assert.equal((await house.poll(account)).stored, messages);
  const there = (): readonly StoredMessage[] => provider.messages(ADDRESS, 'INBOX');
  const keyOf = (message: StoredMessage | undefined): number | string | undefined =>
    way === 'imaps' ? message?.uid : message?.uidl;
  /** Bodies asked for from command `from` on. */
  const fetchedFrom = (from: number): number =>
    provider
      .heard()
      .slice(from)
      .reduce((sum, { line }) => sum + bodiesIn(line), 0);
  const prove = async (which: Receiving = account) => {
    const before = provider.heard().length;
    return { ...(await proveIn(house, which, clock)), fetched: () => fetchedFrom(before) };
  };
  const check = (asking: boolean): Promise<FilesChecked> =>
    checkFiles(checking(house, clock), {}, asking ? askingIn(house, account) : undefined);
  return { provider, house, account, prove, check, there, keyOf, fetchedFrom };
}

test('an account that a stop kept from being asked is not proved, and its last proof stays', async (t) => {
  const { house, account, there } = await begin(t, 'imaps', 2);
  assert.equal(there().length, 2);
  const clock = new FakeClock();
  const stop = new AbortController();
  const asking = askingIn(house, account);
  const accounts = [account, { ...account, name: 'second' }];
  const turn: typeof asking.turn = async (which, work) => {
    const done = await asking.turn(which, work);
    stop.abort();
    return done;
  };
  const part = { ...checking(house, clock), signal: stop.signal };
  const proofs = await checkServers(part, { ...asking, accounts, turn }, new Set());
  assert.deepEqual(
    proofs.map(({ name, proved, error }) => [name, proved, error?.kind]),
    [
      [account.name, true, undefined],
      ['second', false, 'cancelled'],
    ],
  );
  assert.deepEqual(Object.keys((await lastChecks(house.data, clock.now())).proofs), [account.name]);
});

test('a folder that is shut for now, or over which the server hangs up, is told; the others are proved', async (t) => {
  let isWell = true;
  const server = await startScriptedServer(t, (peer) =>
    imap(peer, {
      folders: ['Shut', 'INBOX', 'Deadly', 'Sent'],
      examine: (folder) =>
        isWell || folder !== 'Deadly' ? '* 2 EXISTS\r\n* OK [UIDVALIDITY 5]\r\n' : peer.hangUp(),
      opened: (folder) => (isWell || folder !== 'Shut' ? 'OK done' : 'NO [INUSE] locked'),
      list: () => rowsOf(upTo(2)),
      bodies: (uids, folder) => uids.map((uid) => bodyOf(uid, folder)).join(''),
    }),
  );
  const clock = new HastyClock();
  const house = await openTestHouse(t, clock);
  const account = { ...accountOf(server), timeouts: { connect: 30_000, idle: 30_000 } };
  assert.equal((await house.poll(account)).stored, 8);
  isWell = false;
  const [answer] = await checkServers(checking(house, clock), askingIn(house, account), new Set());
  assert.deepEqual([answer?.proved, answer?.error], [false, null]);
  assert.deepEqual(answer?.folders.map(({ name, proved, error }) => [name, proved, error?.kind]), [
    ['Shut', false, 'busy'],
    ['INBOX', true, undefined],
    ['Deadly', false, 'closed'],
    ['Sent', true, undefined],
  ]); // prettier-ignore
});

function checking(house: TestHouse, clock: Clock) {
  const { archive, journal } = house;
  return { archive, journal, clock, signal: new AbortController().signal };
}

function askingIn(house: TestHouse, account: Receiving) {
  return {
    db: house.db,
    accounts: [account],
    source: () => openSource(account, dialled(account), new Map()),
    turn: <T>(_: Receiving, work: (signal: AbortSignal, alive: () => void) => Promise<T>) =>
      work(new AbortController().signal, () => undefined),
  };
}

async function proveIn(house: TestHouse, account: Receiving, clock: Clock) {
  const [answer] = await checkServers(checking(house, clock), askingIn(house, account), new Set());
  const proof: FolderProof | undefined = answer?.folders[0];
  return { proof, proved: answer?.proved, error: answer?.error };
}

function bodiesIn(line: string): number {
  if (line.startsWith('RETR ')) return 1;
  const [, set] = /UID FETCH (\S+) \(.*BODY.PEEK\[\]/.exec(line) ?? [];
  return (set ?? '').split(',').reduce((sum, range) => {
    const [from = 0, to = from] = range.split(':').map(Number);
    return sum + (range === '' ? 0 : to - from + 1);
  }, 0);
}

function replace(message: StoredMessage | undefined, bytes: Buffer): void {
  if (message !== undefined) Object.assign(message, { bytes });
}

function bytesAt(message: StoredMessage | undefined): Buffer {
  return message?.bytes ?? Buffer.alloc(0);
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function idOf(message: StoredMessage | undefined): string {
  return hashOf(bytesAt(message));
}

function bytesOf(message: StoredMessage | undefined): Buffer {
  return Buffer.from(idOf(message), 'hex');
}

function fileOf(house: TestHouse, message: StoredMessage | undefined): string {
  const path = house.db.prepare('SELECT path FROM message WHERE id = ?').pluck().get(bytesOf(message));
  return join(house.data, 'mail', typeof path === 'string' ? path : 'nowhere');
}

/** One octet more at the end. */
function damage(house: TestHouse, message: StoredMessage | undefined): void {
  chmodSync(fileOf(house, message), 0o640);
  appendFileSync(fileOf(house, message), 'x');
}
