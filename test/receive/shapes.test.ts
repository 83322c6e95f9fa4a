// What a server says of its folders' names is written down once, and again when it changes; an index made anew knows it, and a
// restore elsewhere goes by it.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { shapesOf } from '../../src/index/shapes.ts';
import { rebuild } from '../../src/index/rebuild.ts';
import { openIndex } from '../../src/index/database.ts';
import { placesMatching } from '../../src/search/places.ts';
import { bulkMessage } from '../messages/bulk.ts';
import { accountAt } from '../support/account.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { openTestHouse, type TestHouse } from '../support/house.ts';
import { Mailbox } from '../support/provider/mailbox.ts';
import { startProvider } from '../support/provider/provider.ts';

const ADDRESS = 'ann@mail.test';

test('delimiter and use of each folder are written down once, and again when they change', async (t) => {
  const provider = await startProvider({ users: { [ADDRESS]: 'correct horse' } });
  t.after(() => provider.stop());
  provider.addFolder(ADDRESS, 'Ausgang', new Mailbox('Ausgang', ['\\Sent', '\\Subscribed'], 7));
  provider.deliver(ADDRESS, 'Ausgang', bulkMessage(1));
  const house = await openTestHouse(t, new FakeClock());
  const account = accountAt(provider, 'imaps', ADDRESS, 'correct horse');
  assert.equal((await house.poll(account, { dryRun: true })).ok, true);
  assert.deepEqual(await shapes(house), []);
  assert.equal((await house.poll(account)).stored, 1);
  const first = await shapes(house);
  assert.ok(first.includes('Ausgang / \\Sent'), first.join('; '));
  assert.ok(first.includes('INBOX / '), first.join('; '));
  await house.poll(account);
  assert.deepEqual(await shapes(house), first);
  provider.addFolder(ADDRESS, 'Ausgang', new Mailbox('Ausgang', [], 8));
  await house.poll(account);
  assert.deepEqual(await shapes(house), first, 'that no use is told is no news');
  provider.addFolder(ADDRESS, 'Ausgang', new Mailbox('Ausgang', ['\\Archive'], 9));
  await house.poll(account);
  assert.deepEqual(await shapes(house), [...first, 'Ausgang / \\Archive']);
  await house.close();
  rmSync(join(house.data, 'index.db'));
  await rebuild(house.data);
  const db = openIndex(house.data, 'read');
  t.after(() => db.close());
  assert.deepEqual(shapesOf(db, 'imaps').get('Ausgang'), { delimiter: '/', uses: '\\Archive' });
  const [found] = placesMatching(db, 'in:Ausgang', { now: 0, zone: 0 });
  assert.equal(found?.at?.delimiter, '/');
});

/** `folder delimiter uses`, in the order of the journal. */
async function shapes(house: TestHouse): Promise<string[]> {
  const all: string[] = [];
  for await (const { entry } of house.journal.replay('imaps', 0))
    if (entry.op === 'folder') all.push(`${entry.folder} ${entry.delimiter} ${entry.use.join()}`);
  return all;
}
