// `mailkeep folders`: every folder of the server with what it holds, and which are kept.
import assert from 'node:assert/strict';
import test from 'node:test';
import { furnishedHouse } from '../support/furnished-house.ts';
import { octets } from '../../src/runtime/octets.ts';

test('each folder is told with its messages and their size, as the server counts them', async (t) => {
  const { provider, house } = await furnishedHouse(t);
  const held = provider.messages('wang@mail.test', '客户往来');
  const bytes = held.reduce((sum, { bytes: one }) => sum + one.length, 0);
  const { code, stdout } = await house.line.run('folders', 'wang');
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^kept {4}客户往来 {2}${held.length} messages, ${octets(bytes)}`, 'm'));
  const told: unknown = JSON.parse((await house.line.run('folders', 'wang', '--json')).stdout);
  assert.ok(Array.isArray(told));
  assert.deepEqual(
    told.find((row: { name: string }) => row.name === '客户往来'),
    { name: '客户往来', attributes: ['\\HasNoChildren'], kept: true, messages: held.length, bytes },
  );
});

test('a server that counts no octets is asked for none', async (t) => {
  const { provider, house } = await furnishedHouse(t);
  provider.faults.without.add('STATUS=SIZE');
  const { code, stdout } = await house.line.run('folders', 'wang');
  assert.equal(code, 0);
  assert.match(stdout, /^kept {4}INBOX {2}\d+ messages(?:$| {2}\()/m);
});
