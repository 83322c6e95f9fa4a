import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Entry, Place } from '../../src/archive/entry.ts';
import { commit, messagesOf } from '../../src/index/commit.ts';
import { closeIndex, openIndex } from '../../src/index/database.ts';
import type { Index } from '../../src/index/database.ts';
import { FreeRows } from '../../src/index/free-rows.ts';
import { remembered } from '../../src/index/folders.ts';
import { pendingOf, recordPending } from '../../src/index/pending.ts';
import { known } from '../../src/index/positions.ts';
import type { MessageId, Uid, Uidl, UidValidity } from '../../src/model/ids.ts';
import type { Labelled } from '../../src/model/mailbox.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { documentOf, idOf } from './document.ts';

const AT = '2026-01-02T03:04:05.000Z';
const validity = 7 as UidValidity;

function index(t: TestContext): Index {
  const db = openIndex(temporaryDirectory(t), 'write');
  t.after(() => closeIndex(db));
  return db;
}

function uid(number: number, folder = 'INBOX'): Place {
  return { folder, validity, uid: number as Uid };
}

function seen(id: MessageId, place: Place, flags: string[] = [], told: Labelled = {}): Entry {
  return {
    op: 'seen',
    at: AT,
    id,
    path: `undated/${id}.eml`,
    size: 1,
    received: null,
    flags,
    ...place,
    ...told,
  };
}

function dump(db: Index): unknown {
  return ['message', 'location', 'pending', 'folder', 'journal', 'sync']
    .map((table) => db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all())
    .concat(db.prepare("SELECT rowid FROM fts WHERE fts MATCH 'hello' ORDER BY rowid").all());
}

test('an entry without its message leaves the index as it was', (t) => {
  const db = index(t);
  const before = dump(db);
  const entries = [seen(idOf('hello 1'), uid(1)), seen(idOf('unknown'), uid(2))];
  assert.throws(
    () => commit(db, { account: 'a', entries, documents: [documentOf('hello 1')], offset: 9 }),
    /was neither indexed nor handed over/,
  );
  assert.deepEqual(dump(db), before);
});

test('the same batch twice changes nothing', (t) => {
  const db = index(t);
  const entries: Entry[] = [
    seen(idOf('hello 1'), uid(1), ['\\Seen', '$Work']),
    seen(idOf('hello 2'), uid(2)),
    seen(idOf('hello 2'), { folder: 'INBOX', uidl: 'x y' as Uidl }),
    { op: 'flags', at: AT, flags: ['\\Flagged'], ...uid(2) },
    { op: 'gone', at: AT, ...uid(1) },
  ];
  const documents = [documentOf('hello 1'), documentOf('hello 2')];
  commit(db, { account: 'a', entries, documents, offset: 100 });
  const once = dump(db);
  commit(db, { account: 'a', entries, documents, offset: 100 });
  assert.deepEqual(dump(db), once);
});

test('flags, gone and back are the last that was said', (t) => {
  const db = index(t);
  const say = (...entries: Entry[]): void =>
    commit(db, { account: 'a', entries, documents: [documentOf('hello')], offset: 1 });
  say(seen(idOf('hello'), uid(1), ['\\Seen']));
  assert.deepEqual(known(db, 'a', 'INBOX', validity).get(1), {
    flags: '\\Seen',
    labels: null,
    missed: 0,
    gone: false,
    received: null,
    size: 5,
  });
  say({ op: 'flags', at: AT, flags: ['\\Seen', '\\Answered'], ...uid(1) }, { op: 'gone', at: AT, ...uid(1) });
  assert.deepEqual(known(db, 'a', 'INBOX', validity).get(1), {
    flags: '\\Seen \\Answered',
    labels: null,
    missed: 0,
    gone: true,
    received: null,
    size: 5,
  });
  say({ op: 'back', at: AT, ...uid(1) });
  assert.equal(known(db, 'a', 'INBOX', validity).get(1)?.gone, false);
});

test('labels and ids are the last that was told; a line without them leaves them as they were', (t) => {
  const db = index(t);
  const say = (...entries: Entry[]): void =>
    commit(db, { account: 'a', entries, documents: [documentOf('hello')], offset: 1 });
  const row = () => db.prepare('SELECT flags, labels, email, thread FROM location').raw().get();
  say(seen(idOf('hello'), uid(1), [], { labels: ['Work', '\\Inbox'], emailId: '7', threadId: '8' }));
  say({ op: 'flags', at: AT, flags: ['\\Seen'], ...uid(1) });
  assert.deepEqual(row(), ['\\Seen', '\x1fWork\x1f\\Inbox\x1f', '7', '8']);
  say({ op: 'flags', at: AT, flags: ['\\Seen'], labels: [], ...uid(1) });
  assert.deepEqual(row(), ['\\Seen', '', '7', '8']);
});

test('one message in two accounts is one row with two locations', (t) => {
  const db = index(t);
  const documents = [documentOf('hello')];
  commit(db, { account: 'a', entries: [seen(idOf('hello'), uid(1))], documents, offset: 1 });
  commit(db, { account: 'b', entries: [seen(idOf('hello'), uid(5, 'Archiv'))], documents: [], offset: 2 });
  assert.deepEqual(db.prepare('SELECT count(*) AS n FROM message').get(), { n: 1 });
  assert.deepEqual(db.prepare('SELECT account, folder FROM location ORDER BY account').all(), [
    { account: 'a', folder: 'INBOX' },
    { account: 'b', folder: 'Archiv' },
  ]);
  assert.equal(messagesOf(db).pathOf(idOf('hello')), `undated/${idOf('hello')}.eml`);
});

test('storing a message clears that it was pending, and no other', (t) => {
  const db = index(t);
  recordPending(db, 'a', uid(1), 'cut', 0);
  recordPending(db, 'a', uid(2), 'cut', 0);
  commit(db, {
    account: 'a',
    entries: [seen(idOf('hello'), uid(1))],
    documents: [documentOf('hello')],
    offset: 1,
  });
  assert.deepEqual([...pendingOf(db, 'a', 'INBOX', validity).keys()], [2]);
});

test('rows follow the date, and a message of a taken second gets the next free row', (t) => {
  const db = index(t);
  const dates = [5000, 7000, 5999, 6500, 5000, null, null];
  const documents = dates.map((date, at) => documentOf(`hello ${at}`, { date }));
  commit(db, { account: 'a', entries: [], documents, offset: 0 });
  assert.deepEqual(
    documents.map(({ id }) => messagesOf(db).rowOf(id)),
    [5, 7, 6, 8, 9, 0, 1],
  );
});

test(
  'a hundred thousand messages of one second do not each walk past all others',
  { timeout: 180_000 },
  (t) => {
    const free = new FreeRows(index(t));
    for (let at = 0; at < 100_000; at++) assert.equal(free.take(1000), 1000 + at);
    assert.equal(free.take(999), 999);
    assert.equal(free.take(500), 500);
    assert.equal(free.take(999), 101_000);
  },
);

test('a new process finds the free rows after those that are taken', (t) => {
  const db = index(t);
  const documents = Array.from({ length: 300 }, (_, at) => documentOf(String(at), { date: 1_000_000 }));
  commit(db, { account: 'a', entries: [], documents, offset: 0 });
  assert.equal(new FreeRows(db).take(1000), 1300);
});

test('a folder never listed has no state', (t) => {
  assert.equal(remembered(index(t), 'a', 'INBOX'), undefined);
});
