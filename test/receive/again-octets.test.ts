// What a change of UIDVALIDITY costs, counted in octets on the wire and not in bodies: with 10,000 messages of a mailbox as people
// have it, under 1 % of what the first sync cost. MAILKEEP_MESSAGES=10000 runs it with as many; here it is fewer, of which the
// sample is a larger part.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { furnished, pass, ADDRESS } from '../bench/limit-steps.ts';
import { mailbox } from '../bench/mailbox.ts';

const COUNT = Number(process.env['MAILKEEP_MESSAGES'] ?? 2000);
/** What the messages are on average, at the least: of smaller ones the listing alone is a larger part. */
const MEAN = 20_000;

test(`a change of UIDVALIDITY costs under 1 % of the octets of the first sync (${COUNT} messages)`, async (t) => {
  let octets = 0;
  const { provider, house } = await furnished(t, 'imap', (provider) => {
    let at = Date.UTC(2020, 0, 1);
    for (const { bytes } of mailbox(COUNT)) {
      octets += bytes.length;
      provider.deliver(ADDRESS, 'INBOX', bytes, { internalDate: (at += 3_600_000) });
    }
  });
  const first = await pass(provider, house, 'imap');
  assert.deepEqual([first.stored, first.pending], [COUNT, 0]);
  assert.ok(first.octets > octets && octets > COUNT * MEAN, 'the bodies came, and are counted');
  provider.renumber(ADDRESS, 'INBOX');
  const after = await pass(provider, house, 'imap');
  const share = (100 * after.octets) / first.octets;
  const told = `${first.octets} octets at first, ${after.octets} after the change: ${share.toFixed(2)} %, ${after.commands} commands`;
  t.diagnostic(told);
  assert.equal(after.stored + after.known, COUNT);
  assert.ok(after.stored > 0 && after.octets > COUNT * 30, 'all were listed anew, and a sample came');
  assert.ok(share < 1, told);
  assert.equal(house.stored().size, COUNT);
  const idle = await pass(provider, house, 'imap');
  assert.deepEqual([idle.stored, idle.known], [0, COUNT]);
});
