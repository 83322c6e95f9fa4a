// The largest things, by the real command: a message of 200 MB, and a tenth of 100,000 messages in a folder (over POP3 fewer),
// 10,000 folders and 100 accounts. Memory is bounded, nothing is lost, and ten times as many cost about ten times as much: in what is said, and in what
// is read and written. Times are told, never judged. At full size: npm run bench:limits.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test, type TestContext } from 'node:test';
import { accounts, ADDRESS, EACH, folders, large, many, type Pass } from '../bench/limit-steps.ts';
import { until } from '../support/command-line.ts';
import type { Installation } from '../support/installation.ts';
import type { Provider } from '../support/provider/provider.ts';

const MB = 2 ** 20;
/** Ten times as many may cost so many times as much; where it is the square it would be a hundred. */
const TENFOLD = 20;

for (const [protocol, count] of [
  ['imap', 10_000],
  ['pop3', 2000],
] as const) {
  describe(`over ${protocol}`, () => {
    test('a message of 200 MB is stored whole, and never held whole', async (t) => {
      const { provider, house, first } = await large(t, 200, protocol);
      assert.deepEqual([first.stored, first.pending], [1, 0]);
      same(provider, house);
      held(t, '200 MB', first, 280);
    });

    test(`${count} messages in a folder`, async (t) => {
      const few = await many(t, count / 10, protocol);
      const { provider, house, first, again, full } = await many(t, count, protocol);
      assert.deepEqual([first.stored, first.pending], [count, 0]);
      assert.deepEqual([again.stored, again.known, again.pending], [0, count, 0]);
      assert.deepEqual([full.stored, full.known, full.pending], [0, count, 0]);
      same(provider, house);
      held(t, 'first', first, 500);
      held(t, 'nothing new', again, 280);
      held(t, 'nothing new, --full', full, 280);
      linear('first', few.first, first);
      linear('nothing new', few.again, again);
      linear('nothing new, --full', few.full, full);
    });
  });
}

test('1,000 folders', async (t) => {
  const few = await folders(t, 100);
  const { house, first, again } = await folders(t, 1000);
  assert.deepEqual([first.stored, first.pending], [1000, 0]);
  assert.deepEqual([again.stored, again.pending], [0, 0]);
  assert.equal(house.stored().size, 1000);
  held(t, 'first', first, 330);
  held(t, 'nothing new', again, 330);
  linear('first', few.first, first);
  linear('nothing new', few.again, again);
});

test('10 accounts in a service', async (t) => {
  const { house, service, seconds, peak } = await accounts(t, 10);
  held(t, 'all have their mail', { seconds, peak }, 330);
  await until(() => house.stored().size === 10 * EACH, service.said);
  assert.equal((await service.stop()).code, 0);
});

/** All that lies in the INBOX is stored, octet for octet, and nothing else. */
function same(provider: Provider, house: Installation): void {
  const there = provider
    .messages(ADDRESS, 'INBOX')
    .map(({ bytes }) => createHash('sha256').update(bytes).digest('hex'));
  const stored = [...house.stored().values()];
  assert.equal(stored.length, there.length);
  assert.deepEqual(new Set(stored), new Set(there));
}

/** Holds the peak of memory to a bound; the time is only told. */
function held(
  t: TestContext,
  what: string,
  { peak, seconds }: Pick<Pass, 'peak' | 'seconds'>,
  most: number,
): void {
  const told = `${what}: ${Math.round(peak / MB)} MB at the peak of at most ${most}, ${seconds.toFixed(1)} s`;
  t.diagnostic(told);
  assert.ok(peak > 0 && peak < most * MB, told);
}

/** `ten` is what ten times as much as in `one` cost. */
function linear(what: string, one: Pass, ten: Pass): void {
  for (const cost of ['commands', 'octets', 'moved'] as const) {
    const told = `${what}: ${one[cost]} ${cost}, for ten times as much ${ten[cost]}`;
    assert.ok(one[cost] > 0 && ten[cost] <= TENFOLD * one[cost], told);
  }
}
