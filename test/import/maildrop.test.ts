// What is imported into the folder of an account is nothing that its server ever held: no poll misses it, and no proof asks for it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { closeIndex, openIndex } from '../../src/index/database.ts';
import { holdings } from '../../src/index/holdings.ts';
import { maildropPlaces } from '../../src/index/maildrop.ts';
import { oldPlaces } from '../../src/index/old-places.ts';
import { known } from '../../src/index/positions.ts';
import { crlf, FROM, ImportHome, letter } from './imported.ts';
import { arrived, openHouse, uidl } from '../index/archive.ts';

test('beside a message of a POP3 maildrop, an imported one is none of its maildrop', async (t) => {
  const home = new ImportHome(t);
  const house = await openHouse(t, home.data);
  await house.keeper.keep('qq', [arrived(house, crlf(letter('polled')), uidl('one'))]);
  await house.close();
  const path = home.put('box', `${FROM}${letter('imported')}`);
  assert.equal((await home.import(path, '--account', 'qq', '--folder', 'INBOX')).stored, 1);
  const db = openIndex(home.data, 'read');
  t.after(() => closeIndex(db));
  assert.deepEqual([...known(db, 'qq', 'INBOX', null).keys()], ['one']);
  assert.deepEqual([...holdings(db, 'qq', 'INBOX', null).keys()], ['one']);
  assert.deepEqual(
    maildropPlaces(db, 'qq', 'INBOX').map((place) => place.uidl),
    ['one'],
  );
  assert.deepEqual(
    oldPlaces(db, 'qq', 'INBOX', Date.UTC(2100, 0, 1)).map((place) => place.uidl),
    ['one'],
  );
});
