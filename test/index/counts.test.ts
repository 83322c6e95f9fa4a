import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '../../src/archive/entry.ts';
import { commit, messagesOf } from '../../src/index/commit.ts';
import { closeIndex, openIndex, type Index } from '../../src/index/database.ts';
import { accountFigures, coverage, wholeOf } from '../../src/index/status.ts';
import type { Uid, UidValidity } from '../../src/model/ids.ts';
import { chance, type Chance } from '../support/random.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { documentOf, idOf } from './document.ts';
import { makeOlder } from './older.ts';

/** What status tells, and the same counted row by row. */
function told(db: Index): unknown {
  const stored = accountFigures(db, 0).map((one) => [one.name, one.stored]);
  return { stored, ...wholeOf(db) };
}

function counted(db: Index): unknown {
  return {
    stored: db
      .prepare(
        `SELECT account, (SELECT count(DISTINCT row) FROM location WHERE location.account = journal.account)
         FROM journal ORDER BY account`,
      )
      .raw()
      .all(),
    ...(db
      .prepare('SELECT count(*) AS messages, ifnull(sum(size), 0) AS octets FROM message')
      .get() as object),
  };
}

/** Batches by chance: new messages and known ones, places that turn to another message, what is gone, what is read late. */
function batchByChance(db: Index, by: Chance, at: string): void {
  const text = (): string => `message ${by.upTo(60)} ${'x'.repeat(by.upTo(3))}`;
  const texts = [text(), text(), text()];
  const place = { folder: by.of(['INBOX', 'Work', '归档']), validity: 1 as UidValidity };
  const seen = texts.map((one): Entry => {
    const id = idOf(one);
    const uid = (1 + by.upTo(30)) as Uid;
    return {
      op: 'seen',
      at,
      ...place,
      uid,
      id,
      path: `undated/${id}.eml`,
      size: 1,
      received: null,
      flags: [],
    };
  });
  const gone: Entry = { op: 'gone', at, ...place, uid: (1 + by.upTo(30)) as Uid };
  const account = by.of(['home', 'work']);
  commit(db, {
    account,
    entries: [...seen, gone],
    documents: texts.map((one) => documentOf(one)),
    offset: 1,
  });
  const late = documentOf(by.of(texts), { date: by.upTo(1000) * 1000, size: by.upTo(500) });
  db.transaction(() => messagesOf(db).replace(late))();
}

test('what is counted as it is written is what a count of all rows gives, whatever comes and goes', (t) => {
  const db = openIndex(temporaryDirectory(t), 'write');
  t.after(() => closeIndex(db));
  assert.deepEqual(told(db), { stored: [], messages: 0, octets: 0 });
  const by = chance(11);
  for (let round = 0; round < 150; round += 1) {
    batchByChance(db, by, '2026-01-02T03:04:05.000Z');
    assert.deepEqual(told(db), counted(db), `after batch ${round}`);
  }
});

test('a batch that is taken back takes its counts with it', (t) => {
  const db = openIndex(temporaryDirectory(t), 'write');
  t.after(() => closeIndex(db));
  batchByChance(db, chance(5), '2026-01-02T03:04:05.000Z');
  const before = told(db);
  const id = idOf('nowhere');
  const place = { folder: 'INBOX', validity: 1 as UidValidity, uid: 99 as Uid };
  const lost: Entry = { op: 'seen', at: '', ...place, id, path: '', size: 1, received: null, flags: [] };
  assert.throws(() =>
    commit(db, { account: 'home', entries: [lost], documents: [documentOf('new')], offset: 2 }),
  );
  assert.deepEqual(told(db), before);
});

test('an index of the form before is counted once', (t) => {
  const data = temporaryDirectory(t);
  const db = openIndex(data, 'write');
  const by = chance(7);
  for (let round = 0; round < 30; round += 1) batchByChance(db, by, '2026-01-02T03:04:05.000Z');
  const before = told(db);
  makeOlder(db, 7);
  closeIndex(db);
  const again = openIndex(data, 'write');
  t.after(() => closeIndex(again));
  assert.deepEqual(told(again), before);
  batchByChance(again, by, '2026-01-02T03:04:05.000Z');
  assert.deepEqual(told(again), counted(again));
});

test('reasons why a message is read only partly are counted from the most frequent down', async (t) => {
  const data = temporaryDirectory(t);
  const db = openIndex(data, 'write');
  t.after(() => closeIndex(db));
  const partly = (text: string, reason: string): ReturnType<typeof documentOf> =>
    documentOf(text, { state: 'partly', reason });
  const documents = [partly('a', 'torn'), partly('b', 'large'), partly('c', 'large'), documentOf('d')];
  commit(db, { account: 'home', entries: [], documents, offset: 0 });
  const { messages, indexed, partly: unread, reasons } = await coverage(db, data);
  assert.deepEqual([messages, indexed, unread], [4, 1, 3]);
  assert.deepEqual(reasons, [
    { reason: 'large', messages: 2 },
    { reason: 'torn', messages: 1 },
  ]);
});
