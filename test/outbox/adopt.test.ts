// Accounts that come, change and go while the outbox runs: each letter goes out once, by its account as it is then.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dial } from '../../src/net/dial.ts';
import { accountAt, LI, message, PostOffice, provider, WANG, ZHAO } from './post-office.ts';

const MINUTE = 60_000;

test('an account that is added sends, with a folder of its own; one that is removed does not', async (t) => {
  const server = await provider(t);
  const office = new PostOffice(t, [accountAt(server.ports.smtp)]);
  await office.pass();
  await office.outbox().adopt([accountAt(server.ports.smtp, {}, 'li', LI)]);
  office.put('li/hello.eml', message(ZHAO).replace(WANG, LI));
  office.put('wang.eml', message(ZHAO).replace('<one@', '<two@'));
  const report = await office.settled();
  assert.deepEqual([report.sent, report.failed], [1, 1]);
  assert.equal(server.submissions[0]?.from, LI);
  assert.match(office.read('failed/wang.reason.txt'), /No account sends for wang@mail\.test/);
});

test('a letter that waits in a pause goes out within a minute once its account was put right', async (t) => {
  const server = await provider(t);
  const office = new PostOffice(t, [accountAt(1)]);
  office.put('hello.eml', message(LI));
  await office.settled();
  for (let tries = 0; tries < 6; tries++) await office.later(60 * MINUTE);
  assert.notEqual(office.only().state, 'sent');
  await office.outbox().adopt([accountAt(server.ports.smtp)]);
  await office.later(MINUTE);
  assert.equal(office.only().state, 'sent');
  assert.equal(server.submissions.length, 1);
});

test('what is under way is finished as it was begun, and the next letter goes by the changed account', async (t) => {
  const server = await provider(t);
  const before = accountAt(server.ports.smtp);
  const after = accountAt(server.ports.smtp, { from: ['other@mail.test'] });
  const office = new PostOffice(t, [before]);
  const by: unknown[] = [];
  const outbox = office.outbox({
    connect: async (account, signal) => {
      by.push(account);
      if (account === before) await outbox.adopt([after]);
      if (account.send === undefined) throw new Error('no send');
      return dial(account.send, account.timeouts, { signal });
    },
  });
  office.put('one.eml', message(LI));
  office.put('two.eml', message(LI).replace('<one@', '<two@'));
  await office.settled();
  await office.pass();
  assert.deepEqual(by, [before, after]);
  assert.equal(server.submissions.length, 2);
  assert.deepEqual(
    office.list().map(({ state }) => state),
    ['sent', 'sent'],
  );
});
