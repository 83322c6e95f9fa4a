// POP3 maildrops of which a poll could settle a part only: what was left is looked at again, and what was settled is not, however
// often all is read.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bulkMessage } from '../messages/bulk.ts';
import { accountAt } from '../support/account.ts';
import { HastyClock } from '../support/hasty-clock.ts';
import { openTestHouse } from '../support/house.ts';
import type { StoredMessage } from '../support/provider/mailbox.ts';
import { startProvider } from '../support/provider/provider.ts';
import type { Ending } from '../support/temporary.ts';

const ADDRESS = 'ann@mail.test';
const PASSWORD = 'correct horse';

describe('names given to messages of the same size', () => {
  test('are seen through by a later poll where the server could read none of these', async (t) => {
    const { provider, house, poll } = await begin(t, 0);
    const fresh = await givenAway(provider, poll);
    provider.faults.refuse = (message) => fresh.indexOf(message) > 0;
    assert.equal((await poll()).stored, 1);
    provider.faults.refuse = () => false;
    await poll();
    assert.equal((await house.files()).length, 74);
  });

  test('are asked for their headers once, and no more when all is stored', async (t) => {
    const { provider, poll, retrieved, asked } = await begin(t, 0);
    await givenAway(provider, poll);
    for (let polls = 0; polls < 4; polls++) await poll();
    const before = [asked(), retrieved()] as const;
    await poll();
    assert.ok(asked() - before[0] < 70, 'only what is in doubt');
    assert.equal(retrieved(), before[1]);
  });
});

describe('a poll of all', () => {
  test('stores once more, and not each time, what something writes into at each visit', async (t) => {
    const { provider, house, poll } = await begin(t, 6);
    const plain = provider.messages(ADDRESS, 'INBOX').map((message) => ({ message, bytes: message.bytes }));
    provider.faults.claim = ({ bytes }) => bytes.length - 'X-Scanned: 0\r\n'.length;
    for (let visit = 0; visit < 6; visit++) {
      for (const { message, bytes } of plain)
        Object.assign(message, { bytes: Buffer.concat([Buffer.from(`X-Scanned: ${visit}\r\n`), bytes]) });
      assert.equal((await poll(visit % 2 === 1 ? { full: true } : {})).ok, true);
    }
    assert.equal((await house.files()).length, 12);
  });

  test('downloads nothing where it is only looked what it would do', async (t) => {
    const { provider, poll, retrieved } = await begin(t, 6);
    provider.faults.claim = ({ bytes }) => bytes.length + 100;
    await poll();
    const before = retrieved();
    await poll({ full: true, dryRun: true });
    assert.equal(retrieved(), before);
  });
});

describe('Gmail, where no QUIT followed what fills all that it shows', () => {
  test('is asked on', async (t) => {
    const { house, poll } = await stuck(t);
    await poll();
    assert.equal((await house.files()).length, 270);
  });

  test('is asked on though one of these comes as nothing now', async (t) => {
    const { provider, house, poll } = await stuck(t);
    const [bad] = provider.messages(ADDRESS, 'INBOX');
    const told = bad?.bytes.length ?? 0;
    Object.assign(bad ?? {}, { bytes: Buffer.alloc(0) });
    provider.faults.claim = ({ bytes }) => bytes.length || told;
    await poll();
    assert.equal((await house.files()).length, 270);
  });

  test('is asked on though a new one comes as nothing', async (t) => {
    const { provider, house, poll } = await stuck(t);
    const bad = provider.messages(ADDRESS, 'INBOX')[130];
    provider.faults.sessionWindow = 131;
    Object.assign(bad ?? {}, { bytes: Buffer.alloc(0) });
    provider.faults.claim = ({ bytes }) => bytes.length || 500;
    await poll();
    assert.equal((await house.files()).length, 269);
  });
});

/** Of 70 messages of one size the names of the first four are given to others, of which one has another size. */
async function givenAway(
  provider: Awaited<ReturnType<typeof startProvider>>,
  poll: () => Promise<unknown>,
): Promise<StoredMessage[]> {
  const sized = (n: number, octets: number): Buffer =>
    Buffer.from(`Message-ID: <${n}@x>\r\nSubject: ${n}\r\n\r\n${'x'.repeat(octets)}\r\n`);
  for (let n = 10; n < 80; n++) provider.deliver(ADDRESS, 'INBOX', sized(n, n < 20 ? 500 : 400 + n));
  await poll();
  const old = provider.messages(ADDRESS, 'INBOX').slice(0, 4);
  provider.remove(ADDRESS, 'INBOX', old);
  const fresh = old.map((_, n) => provider.deliver(ADDRESS, 'INBOX', sized(90 + n, n === 0 ? 900 : 500)));
  const names = new Map(fresh.map((message, n) => [message, old[n]?.uidl ?? '']));
  provider.faults.uidl = (message) => names.get(message) ?? message.uidl;
  return fresh;
}

/** 130 of 270 messages are stored, and shown for ever, as none is asked for but what is new. */
async function stuck(t: Ending) {
  const begun = await begin(t, 130);
  const { provider, poll } = begun;
  provider.faults.answers.set('POP3 QUIT', '-ERR not now');
  await poll();
  provider.faults.answers.clear();
  provider.faults.extras.push('X-GOOGLE-RICO');
  provider.faults.sessionWindow = 130;
  for (let n = 131; n <= 270; n++) provider.deliver(ADDRESS, 'INBOX', bulkMessage(n));
  return begun;
}

async function begin(t: Ending, count: number) {
  const provider = await startProvider({ users: { [ADDRESS]: PASSWORD } });
  t.after(() => provider.stop());
  for (let n = 1; n <= count; n++) provider.deliver(ADDRESS, 'INBOX', bulkMessage(n));
  const house = await openTestHouse(t, new HastyClock());
  const account = accountAt(provider, 'pop3s', ADDRESS, PASSWORD);
  const heard = (verb: string): number =>
    provider.heard('POP3').filter(({ line }) => line.startsWith(`${verb} `)).length;
  return {
    provider,
    house,
    poll: (how: { full?: boolean; dryRun?: boolean } = {}) => house.poll(account, how),
    retrieved: () => heard('RETR'),
    asked: () => heard('TOP'),
  };
}
