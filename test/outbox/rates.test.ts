// How fast an account sends, and that none waits for another: per minute, per day, per connection; a server that is slow, in
// trouble or silent; a clock that jumps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayBegin } from '../../src/outbox/rate.ts';
import { until } from '../support/command-line.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { accountAt, LI, message, PostOffice, provider, WANG, ZHAO } from './post-office.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function put(office: PostOffice, count: number, from: string = WANG, folder: string = ''): void {
  for (let n = 0; n < count; n++)
    office.put(
      `${folder}m${n}.eml`,
      message(LI).replace('one@', `${folder.length}m${n}@`).replace(WANG, from),
    );
}

test('so many go in a minute, and the rest in those that follow', async (t) => {
  const server = await provider(t);
  const rate = { perMinute: 3, perDay: 100, perConnection: 2 };
  const office = new PostOffice(t, [accountAt(server.ports.smtp, { rate })]);
  put(office, 8);
  await office.settled();
  assert.equal(server.submissions.length, 3);
  await office.later(MINUTE - 4000);
  assert.equal(server.submissions.length, 3);
  await office.later(5000);
  assert.equal(server.submissions.length, 6);
  await office.later(MINUTE);
  assert.equal(server.submissions.length, 8);
});

test('so many go in a day, over restarts; what waits for that has failed nothing', async (t) => {
  const server = await provider(t);
  const rate = { perMinute: 100, perDay: 4, perConnection: 20 };
  const office = new PostOffice(t, [accountAt(server.ports.smtp, { rate })]);
  put(office, 6);
  await office.settled();
  await office.stop();
  await office.later(23 * HOUR);
  assert.equal(server.submissions.length, 4);
  assert.deepEqual(
    office.list().flatMap(({ state, attempts }) => (state === 'sent' ? [] : [attempts])),
    [0, 0],
  );
  await office.later(HOUR);
  assert.equal(server.submissions.length, 6);
});

test('a server that says nothing, one that is in trouble and one that refuses the login delay their own accounts alone', async (t) => {
  const sound = await provider(t);
  const busy = await provider(t);
  busy.faults.answers.set('SMTP GREETING', '421 4.3.2 not now');
  let reached: () => void = () => undefined;
  const there = new Promise<void>((resolve) => (reached = resolve));
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const mute = await startScriptedServer(t, async () => {
    reached();
    await released;
  });
  const office = new PostOffice(t, [
    { ...accountAt(mute.port, {}, 'a', LI), timeouts: { connect: 600_000, idle: 600_000 } },
    accountAt(busy.ports.smtp, {}, 'b', ZHAO),
    accountAt(sound.ports.smtp, {}, 'c', WANG),
  ]);
  await office.pass();
  put(office, 2, LI, 'a/');
  put(office, 2, ZHAO, 'b/');
  put(office, 5, WANG, 'c/');
  const passing = office.pass();
  await there;
  // The silent one still holds its connection when all of the sound one have gone.
  await until(() => sound.submissions.length === 5, 'the sound one has all').finally(release);
  assert.equal(mute.connections, 1);
  await passing;
  const states = (account: string): string[] =>
    office.list().flatMap((letter) => (letter.account === account ? [letter.state] : []));
  assert.deepEqual(
    [states('a'), states('b')],
    [
      ['due', 'due'],
      ['due', 'due'],
    ],
  );
  assert.equal(busy.connections('SMTP'), 1, 'the breaker is open after the first');
  busy.faults.answers.clear();
  await office.later(2 * MINUTE);
  assert.equal(busy.submissions.length, 2);
});

test('a clock that jumps ahead or back for a year holds up nothing for long, and never lets more through in a minute', async (t) => {
  const server = await provider(t);
  const rate = { perMinute: 2, perDay: 100, perConnection: 20 };
  const office = new PostOffice(t, [accountAt(server.ports.smtp, { rate })]);
  put(office, 2);
  server.faults.answers.set('SMTP MAIL', '451 4.3.0 try later');
  await office.settled();
  server.faults.answers.clear();
  office.clock.put(-365 * DAY);
  await office.pass();
  assert.equal(server.submissions.length, 2, 'what was to be tried in a year from now is tried now');
  put(office, 4, WANG, '');
  await office.settled();
  office.clock.put(365 * DAY);
  await office.later(MINUTE);
  await office.later(2 * MINUTE);
  assert.equal(server.submissions.length, 6);
});

test('times that are yet to come count for no rate', () => {
  const rate = { perMinute: 1, perDay: 2 };
  assert.equal(mayBegin([5 * DAY, 6 * DAY], rate, DAY), DAY);
  assert.equal(mayBegin([DAY - 1000], rate, DAY), DAY - 1000 + MINUTE);
});
