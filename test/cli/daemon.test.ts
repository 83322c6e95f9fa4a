// `mailkeep daemon`: what it does without, and goes on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/command-line.ts';
import { furnishedHouse, wangAt } from '../support/furnished-house.ts';

test('a log file that cannot be opened is told, and mail is fetched all the same', async (t) => {
  const { house, provider } = await furnishedHouse(t);
  house.configure([wangAt(provider, { push: false })], { log: { file: '/proc/nowhere/mailkeep.log' } });
  const service = house.line.start('daemon');
  await until(() => service.said().includes('received'), service.said);
  assert.match(
    service.said(),
    /opening the log \/proc\/nowhere\/mailkeep\.log.*the log goes on without that file/,
  );
  assert.equal((await service.stop()).code, 0);
});
