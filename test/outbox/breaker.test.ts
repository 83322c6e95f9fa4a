// Whether a letter has waited for a day with nobody there to try it: each by its own time, and for a day from then on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Breaker } from '../../src/outbox/breaker.ts';
import { openJournal } from '../../src/outbox/open-journal.ts';
import { accountAt, LI, message, PostOffice } from './post-office.ts';

const HOUR = 3_600_000;

test('a machine that comes back finds overdue what waited for a day, and nothing whose time came later', async (t) => {
  const post = new PostOffice(t, [accountAt(1, {})]);
  post.put('x.eml', message(LI, 'X-Mailkeep-Send-At: 2027-01-01T00:00:00Z\n'));
  await post.settled();
  await post.stop();
  const { clock } = post;
  const journal = openJournal(post.data, 'write');
  t.after(() => journal.close());
  const [letter] = journal.letters();
  assert.ok(letter !== undefined);
  const log = { error: assert.fail, warn: assert.fail, info: assert.fail };
  const breaker = new Breaker({ journal, clock, log, random: () => 0.5 });
  const began = clock.now();
  const isOverdue = (hours: number): boolean => breaker.isOverdue({ ...letter, next: began - hours * HOUR });
  assert.equal(isOverdue(23), false, 'nobody was missed for a day');
  assert.equal(isOverdue(24), true);
  assert.equal(isOverdue(23), false, 'its own time came later');
  // From here on it is tried, and the account pauses between the tries.
  for (const [hours, wanted] of [
    [12, true],
    [11.9, true],
    [0.1, false],
  ] as const) {
    await clock.wind(hours * HOUR);
    const until = clock.now();
    journal.accounts.setPause('wang', { until, failures: 1, reason: 'no network', kind: 'dns' });
    assert.equal(isOverdue(24), wanted);
    assert.equal(isOverdue(23), false);
  }
});
