// Polls of the service, and what their ends mean for the next ones.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { createLog } from '../../src/runtime/log.ts';
import { Scheduler } from '../../src/schedule/scheduler.ts';
import { emptyReport } from '../../src/receive/report.ts';
import { Polls } from '../../src/service/polls.ts';
import { tell } from '../../src/service/tell.ts';
import { accountOf, bodyOf, imap, rowsOf } from '../receive/scripted-imap.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { openTestHouse } from '../support/house.ts';
import { startScriptedServer } from '../support/scripted-server.ts';

for (const [words, isPaused, others] of [
  ['NO no such folder', false, 'OK done'],
  ['NO [INUSE] locked', true, 'OK done'],
  ['NO no such folder', true, 'NO no such folder'],
  ['NO no such folder', true, 'NO [INUSE] locked'],
] as const)
  // prettier-ignore
  test(`after folders that are refused by "${words}", and others that get "${others}", each time the next polls ${isPaused ? 'wait' : 'come in their time'}`, async (t) => {
    const server = await startScriptedServer(t, (peer) =>
      imap(peer, {
        folders: ['Calendar', 'INBOX'],
        examine: () => '* 1 EXISTS\r\n* OK [UIDVALIDITY 5]\r\n',
        opened: (folder) => (folder === 'INBOX' ? others : words),
        list: () => rowsOf([1]),
        bodies: () => bodyOf(1),
      }),
    );
    const clock = new FakeClock();
    const house = await openTestHouse(t, clock);
    const scheduler = new Scheduler(clock);
    t.after(() => scheduler.stop());
    const log = createLog({ level: 'error', format: 'json', to: new PassThrough().resume() });
    const polls = new Polls({
      scheduler,
      db: house.db,
      log,
      poll: (account, signal, options) => house.poll(account, { signal, ...options }),
    });
    const account = { ...accountOf(server), timeouts: { connect: 30_000, idle: 30_000 } };
    polls.add(account, null);
    for (let polled = 0; polled < 3; polled++) {
      const report = await polls.now(account.name, { retry: false });
      assert.match(report.error?.message ?? '', /"Calendar" refused/);
    }
    assert.equal(scheduler.pausedUntil(account.name) > clock.now(), isPaused);
    assert.equal((await house.files()).length, others === 'OK done' ? 1 : 0);
  });

test('a login that would come too soon for its server is no failure in the log', () => {
  const said = new PassThrough();
  const log = createLog({ level: 'info', format: 'json', to: said });
  const busy = {
    kind: 'busy',
    retry: 'later',
    message: 'allows a login each 900 seconds',
    hint: null,
    after: 1,
  } as const;
  tell(log, { ...emptyReport('pop'), error: { ...busy, code: 'TOO-SOON' } }, null);
  tell(log, { ...emptyReport('pop'), error: busy }, null);
  const lines = String(said.read()).trim().split('\n');
  assert.deepEqual(
    lines.map((line) => /"level":"(\w+)"/.exec(line)?.[1]),
    ['info', 'error'],
  );
});
