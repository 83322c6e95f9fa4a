import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messagesOf } from '../../src/index/commit.ts';
import { closeIndex, openIndex } from '../../src/index/database.ts';
import type { Index } from '../../src/index/database.ts';
import { indexOfLetters } from '../search/letters.ts';
import { indexOf, makeMessages } from '../search/mailbox.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { documentOf } from './document.ts';
import { makeOlder } from './older.ts';

function briefs(db: Index): unknown {
  return db
    .prepare(
      'SELECT brief.*, address, name FROM brief LEFT JOIN person ON person.id = brief.person ORDER BY row',
    )
    .all()
    .map((row) => ({ ...(row as object), person: null }));
}

/** Each place's name by its number, and by its names. */
function places(db: Index): unknown {
  return db
    .prepare(
      `SELECT location.account, location.folder, place.account AS of, place.folder AS in_, row, uid, uidl FROM location
       LEFT JOIN place ON id = place ORDER BY row, location.account, location.folder`,
    )
    .all();
}

test('an index of the form before gets short rows and numbered folders, the same that a new one has', (t) => {
  const data = temporaryDirectory(t);
  const db = indexOf(data, makeMessages(3, 200));
  const expected = [briefs(db), places(db)];
  makeOlder(db, 3);
  closeIndex(db);
  assert.throws(() => openIndex(data, 'read'), /older form/);
  const again = openIndex(data, 'write');
  t.after(() => closeIndex(again));
  assert.deepEqual([briefs(again), places(again)], expected);
});

test('a short row says who wrote, and whether it answers something that it does not name', (t) => {
  const db = indexOfLetters(temporaryDirectory(t), [
    { name: 'a', subject: 'May', from: 'anna@example.com', files: ['x.pdf', 'y.pdf'], size: 7 },
    { name: 'b', subject: 'Re: May', from: 'Anna <ANNA@example.com>' },
    { name: 'c', subject: 'Re: May', from: 'Anne <anna@example.com>', refs: 'a@x' },
    { name: 'd', at: null },
  ]);
  t.after(() => closeIndex(db));
  const rows = db
    .prepare(
      'SELECT size, attached, answers, address, name FROM brief LEFT JOIN person ON id = person ORDER BY row',
    )
    .raw()
    .all();
  assert.deepEqual(rows, [
    [100, 0, 0, null, null],
    [7, 2, 0, 'anna@example.com', 'Anna'],
    [100, 0, 1, 'anna@example.com', 'Anna'],
    [100, 0, 0, 'anna@example.com', 'Anna'],
  ]);
  const topics = db.prepare('SELECT count(DISTINCT topic) FROM brief WHERE topic IS NOT NULL').pluck().get();
  assert.equal(topics, 1);
});

test('what is read late takes its short row along', (t) => {
  const db = indexOfLetters(temporaryDirectory(t), [{ name: 'a', at: null }]);
  t.after(() => closeIndex(db));
  const read = documentOf('a', { date: Date.UTC(2024, 4), sender: 'anna@example.com', subject: 'May' });
  db.transaction(() => messagesOf(db).replace(read))();
  assert.deepEqual(db.prepare('SELECT row, date, address FROM brief JOIN person ON id = person').all(), [
    { row: Date.UTC(2024, 4) / 1000, date: Date.UTC(2024, 4), address: 'anna@example.com' },
  ]);
});
