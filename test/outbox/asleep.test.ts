// A machine that was off, or asleep, for days: what waited on it is not given up at the first trouble after that, while the network
// is not there yet, and is given up where a day of trying brings nothing.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { MailError } from '../../src/model/error.ts';
import type { OutboxTools } from '../../src/outbox/parts.ts';
import type { Provider } from '../support/provider/provider.ts';
import { accountAt, LI, message, PostOffice, provider } from './post-office.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** An office without a network, which `online` gives it, and the letters `a` and `b`. */
async function offline(t: TestContext): Promise<{
  readonly office: PostOffice;
  readonly start: () => void;
  readonly online: () => void;
  readonly offline: () => void;
  readonly states: () => string[];
  readonly server: Provider;
}> {
  const server = await provider(t);
  const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
  let isOnline = false;
  const usual = office.tools().connect;
  const connect: OutboxTools['connect'] = (...all) =>
    isOnline
      ? usual(...all)
      : Promise.reject(
          new MailError({ kind: 'dns', retry: 'later', message: 'no such name: smtp.mail.test' }),
        );
  const start = (): void => void office.outbox({ connect });
  start();
  for (const name of ['a', 'b']) office.put(`${name}.eml`, message(LI).replace('one@', `${name}@`));
  await office.settled();
  return {
    office,
    start,
    online: () => void (isOnline = true),
    offline: () => void (isOnline = false),
    states: () => office.list().map(({ state }) => state),
    server,
  };
}

for (const how of ['asleep', 'off'])
  test(`a machine that was ${how} for a week sends what waited, although its network comes late`, async (t) => {
    const { office, start, online, states, server } = await offline(t);
    if (how === 'off') await office.stop();
    office.clock.put(7 * DAY);
    if (how === 'off') start();
    for (let hour = 0; hour < 20; hour++) await office.later(HOUR);
    assert.deepEqual(states(), ['due', 'due'], 'it was tried, and is kept');
    online();
    await office.later(HOUR);
    assert.deepEqual([states(), server.submissions.length], [['sent', 'sent'], 2]);
  });

test('those that wait behind the first one have the day too', async (t) => {
  const { office, online, offline: away, states, server } = await offline(t);
  office.clock.put(7 * DAY);
  server.faults.answers.set('SMTP RCPT', '421 4.3.2 not now');
  online();
  await office.later(HOUR);
  away();
  for (let hour = 0; hour < 20; hour++) await office.later(HOUR);
  assert.deepEqual(states(), ['due', 'due']);
});

test('a machine that comes back and finds no network for more than a day gives up what is older than five', async (t) => {
  const { office, states } = await offline(t);
  office.clock.put(7 * DAY);
  for (let hour = 0; hour < 30; hour++) await office.later(HOUR);
  assert.deepEqual(states(), ['failed', 'failed']);
  assert.match(office.read('failed/a.reason.txt'), /no such name/i);
});

test('without a network for five days in a row it is given up, although it was always the first to be tried', async (t) => {
  const { office, states } = await offline(t);
  for (let hour = 0; hour < 119; hour++) await office.later(HOUR);
  assert.deepEqual(states(), ['due', 'due']);
  for (let hour = 0; hour < 5; hour++) await office.later(HOUR);
  assert.deepEqual(states(), ['failed', 'failed']);
});
