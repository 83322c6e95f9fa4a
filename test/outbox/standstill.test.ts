// An outbox that hangs says so; one that works for long, or only rests, does not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Standstill } from '../../src/outbox/standstill.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { accountAt, LI, message, PostOffice, provider } from './post-office.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test('a look that comes to no end is noticed, and one that goes on is well again', async (t) => {
  const server = await provider(t);
  server.faults.recipients.set(LI, '450 4.2.1 mailbox busy');
  const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  t.after(() => release());
  // The archive takes the report of a late letter, and never answers.
  const reached = new Promise<void>((resolve) => {
    office.outbox({
      keepSent: () => {
        resolve();
        return held;
      },
    });
  });
  office.put('x.eml', message(LI));
  await office.settled();
  assert.equal(office.only().state, 'deferred');
  const outbox = office.outbox();
  await outbox.start();
  await outbox.answer();
  await office.clock.wind(4 * HOUR);
  await reached;
  await office.clock.wind(9 * MINUTE);
  await outbox.answer();
  // What was being delivered beside it ends, and nothing begins any more.
  let stuck = '';
  while (stuck === '') {
    await office.clock.wind(12 * MINUTE);
    await outbox.answer().catch((thrown: unknown) => (stuck = String(thrown)));
  }
  assert.match(stuck, /stands still/);
  release();
  // Its row is written then, which is a sign of life, as the next look is.
  while (await outbox.answer().then(() => false, () => true)) await office.clock.wind(MINUTE);
  await outbox.answer();
}); // prettier-ignore

test('a folder of a network that hangs is waited for, in this process as in another one', async () => {
  const clock = new FakeClock(0);
  const standstill = new Standstill({ changes: () => 0 }, clock);
  for (const isLocal of [false, true, false]) {
    standstill.look();
    standstill.looked(isLocal);
    await clock.wind(HOUR);
    if (isLocal) assert.throws(() => standstill.answer(), /stands still/);
    else standstill.answer();
  }
});
