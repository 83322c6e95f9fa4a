// An index that was lost comes back in two steps: places and positions at once, the text behind; in the end it is as it was.
import assert from 'node:assert/strict';
import { closeSync, existsSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Journal } from '../../src/archive/journal.ts';
import { Archive } from '../../src/archive/store.ts';
import { Extractor } from '../../src/index/extract.ts';
import { commit } from '../../src/index/commit.ts';
import { Keeper } from '../../src/index/keep.ts';
import { closeIndex, openIndex, type Index } from '../../src/index/database.ts';
import { countLate } from '../../src/index/late-text.ts';
import { recordPending } from '../../src/index/pending.ts';
import { known, recordSync } from '../../src/index/positions.ts';
import { rebuild } from '../../src/index/rebuild.ts';
import { openOrRenew } from '../../src/index/renew.ts';
import { coverage } from '../../src/index/status.ts';
import type { UidValidity } from '../../src/model/ids.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { arrived, contents, openHouse, uid, uidl } from './archive.ts';
import { documentOf, idOf } from './document.ts';
import { makeOlder } from './older.ts';

const VALIDITY = 7 as UidValidity;
const SIGNAL = new AbortController().signal;

function message(subject: string, body: string, second: number): string {
  const date = new Date(Date.UTC(2025, 0, 1, 0, 0, second)).toUTCString();
  return `From: a@example.org\r\nDate: ${date}\r\nSubject: ${subject}\r\n\r\n${body}\r\n`;
}

const texts = (n: number): string[] =>
  Array.from({ length: n }, (_, at) => message(`number ${at}`, `invoice ${at}`, at * 2));

/** 250 messages: three transactions of text. */
async function stored(t: TestContext): Promise<{ data: string; before: unknown }> {
  const data = temporaryDirectory(t);
  const house = await openHouse(t, data);
  await house.keeper.keep(
    'imap',
    texts(250).map((text, at) => arrived(house, text, uid(at + 1))),
  );
  await house.keeper.keep('pop', [arrived(house, message('number 0', 'invoice 0', 0), uidl('a'))]);
  recordSync(house.db, 'imap', 1000, null);
  recordPending(house.db, 'imap', uid(777), 'cut', 0);
  const before = contents(house.db);
  await house.close();
  return { data, before };
}

/** As the service opens it. */
async function renewed(t: TestContext, data: string) {
  const { db, lost } = openOrRenew(data, true);
  const archive = await Archive.open(data, { write: true });
  const journal = new Journal(data);
  const extractor = new Extractor({ mailRoot: join(data, 'mail'), workers: 1 });
  t.after(() => extractor.close().then(() => closeIndex(db)));
  return { db, lost, archive, keeper: new Keeper({ archive, journal, extractor, db, clock: systemClock }) };
}

const found = (db: Index, word: string): unknown =>
  db.prepare('SELECT count(*) FROM fts WHERE fts MATCH ?').pluck().get(word);

test('positions are there at once, mail goes on coming in, and the text follows', async (t) => {
  const { data, before } = await stored(t);
  rmSync(join(data, 'index.db'));
  const { db, lost, archive, keeper } = await renewed(t, data);
  assert.match(lost ?? '', /is missing/);
  assert.equal(await keeper.catchUp(undefined, true), 251);
  assert.equal(known(db, 'imap', 'INBOX', VALIDITY).size, 250);
  assert.deepEqual([countLate(db).unread, found(db, 'invoice')], [250, 0]);

  const incoming = archive.incoming();
  incoming.write(Buffer.from(message('new', 'invoice', 900)));
  await keeper.keep('imap', [{ incoming, location: uid(251), received: null, flags: [] }]);
  assert.deepEqual([countLate(db).unread, found(db, 'invoice')], [250, 1]);

  const steps: number[] = [];
  assert.equal(await keeper.readLate(SIGNAL, false, (done) => void steps.push(done)), 250);
  assert.deepEqual(steps, [100, 200, 250]);
  assert.deepEqual([countLate(db).unread, found(db, 'invoice')], [0, 251]);
  db.prepare('DELETE FROM location WHERE uid = 251').run();
  db.prepare("DELETE FROM fts WHERE rowid = (SELECT row FROM message WHERE subject = 'new')").run();
  db.prepare("DELETE FROM message WHERE subject = 'new'").run();
  db.prepare('UPDATE journal SET offset = 0').run();
  const now = contents(db);
  assert.deepEqual(rowsOf(now), rowsOf(before), 'the same rows, text and places');
});

test('what is stopped half-way is gone on with, newest messages first', async (t) => {
  const { data } = await stored(t);
  rmSync(join(data, 'index.db'));
  const first = await renewed(t, data);
  await first.keeper.catchUp(undefined, true);
  const stop = new AbortController();
  await assert.rejects(
    first.keeper.readLate(stop.signal, false, () => stop.abort(new Error('stopped'))),
    /stopped/,
  );
  assert.equal(countLate(first.db).unread, 150);
  assert.equal(found(first.db, '"number 249"'), 1);
  assert.equal(found(first.db, '"number 0"'), 0);
  closeIndex(first.db);
  const second = await renewed(t, data);
  assert.equal(second.lost, null);
  assert.equal(await second.keeper.readLate(SIGNAL, false), 150);
  assert.equal(found(second.db, 'invoice'), 250);
});

for (const [what, damage] of [
  ['garbage', (path: string) => writeFileSync(path, Buffer.alloc(100_000, 'garbage'))],
  ['cut short', (path: string) => truncateSync(path, 5 * 4096)],
] as const) {
  test(`an index that is ${what} is noticed, and put aside`, async (t) => {
    const { data } = await stored(t);
    damage(join(data, 'index.db'));
    const { db, lost, keeper } = await renewed(t, data);
    assert.match(lost ?? '', /is damaged/);
    assert.equal(existsSync(join(data, 'index.db.damaged')), false);
    assert.equal(await keeper.catchUp(undefined, true), 251);
    await keeper.readLate(SIGNAL, false);
    assert.equal(found(db, 'invoice'), 250);
  });
}

test('an index with one damaged page is noticed, and what it knew of accounts is kept', async (t) => {
  const { data } = await stored(t);
  const opened = openOrRenew(data, true);
  assert.equal(opened.lost, null, 'a sound one is left as it is');
  const page = opened.db.prepare("SELECT rootpage FROM sqlite_master WHERE name = 'location'").pluck().get();
  closeIndex(opened.db);
  const file = openSync(join(data, 'index.db'), 'r+');
  writeSync(file, Buffer.alloc(4096, 0x55), 0, 4096, (Number(page) - 1) * 4096);
  closeSync(file);
  const { db, lost } = await renewed(t, data);
  assert.match(lost ?? '', /is damaged/);
  assert.equal(db.prepare('SELECT last_good FROM sync').pluck().get(), 1000);
  assert.equal(db.prepare('SELECT count(*) FROM pending').pluck().get(), 1);
});

test('where nothing is stored yet, nothing is lost', async (t) => {
  const { lost, db } = openOrRenew(temporaryDirectory(t), true);
  closeIndex(db);
  assert.equal(lost, null);
});

/** Messages and places; what each account was like is carried over only from an index that can be read. */
function rowsOf(of: unknown): unknown {
  assert.ok(typeof of === 'object' && of !== null && 'messages' in of && 'locations' in of && 'found' in of);
  return [of.messages, of.locations, of.found];
}

/** What a version before this one knew of these messages: no text of attachments, and no list of what is late. */
function asBefore(data: string): void {
  const db = openIndex(data, 'write');
  for (const row of db.prepare<[], number>('SELECT row FROM message').pluck().all()) {
    db.prepare('DELETE FROM fts WHERE rowid = ?').run(row);
    db.prepare("INSERT INTO fts (rowid, body, files) VALUES (?, 'cover', 'report.txt')").run(row);
  }
  makeOlder(db, 4);
  closeIndex(db);
}

function withReport(at: number): string {
  return (
    `From: a@example.org\r\nDate: ${new Date(Date.UTC(2025, 0, 1, 0, 0, at * 2)).toUTCString()}\r\nSubject: ${at}\r\n` +
    'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ncover\r\n--b\r\n' +
    `Content-Type: application/octet-stream; name=report.txt\r\n\r\nfigures ${at}\r\n--b--\r\n`
  );
}

async function upgraded(t: TestContext): Promise<string> {
  const data = temporaryDirectory(t);
  const house = await openHouse(t, data);
  const mails = [...Array.from({ length: 150 }, (_, at) => withReport(at)), message('plain', 'cover', 999)];
  await house.keeper.keep(
    'imap',
    mails.map((text, at) => arrived(house, text, uid(at + 1))),
  );
  await house.close();
  asBefore(data);
  return data;
}

test('after an upgrade messages with attachments are read again behind, and found by their old text meanwhile', async (t) => {
  const data = await upgraded(t);
  const first = await renewed(t, data);
  assert.equal(first.lost, null);
  assert.deepEqual(countLate(first.db), { unread: 0, again: 150 });
  assert.deepEqual([found(first.db, 'cover'), found(first.db, 'figures')], [151, 0]);
  assert.equal((await coverage(first.db, data)).late, 150);
  assert.equal(await first.keeper.readLate(SIGNAL, false), 0, 'a single sync has no time for that');

  const stop = new AbortController();
  await assert.rejects(
    first.keeper.readLate(stop.signal, true, () => stop.abort(new Error('stopped'))),
    /stopped/,
  );
  assert.deepEqual(countLate(first.db), { unread: 0, again: 50 });
  assert.deepEqual([found(first.db, '"figures 149"'), found(first.db, '"figures 0"')], [1, 0]);
  closeIndex(first.db);

  const second = await renewed(t, data);
  assert.equal(await second.keeper.readLate(SIGNAL, true), 50);
  assert.deepEqual([found(second.db, 'cover'), found(second.db, 'figures')], [151, 150]);
  assert.equal((await coverage(second.db, data)).late, 0);
  assert.equal(known(second.db, 'imap', 'INBOX', VALIDITY).size, 151, 'places are as they were');
});

test('a file that is away when its message is to be read again takes no text from the index', async (t) => {
  const data = await upgraded(t);
  const { db, keeper } = await renewed(t, data);
  const path = db.prepare<[], string>("SELECT path FROM message WHERE subject = '7'").pluck().get() ?? '';
  rmSync(join(data, 'mail', path));
  assert.equal(await keeper.readLate(SIGNAL, true), 150);
  assert.deepEqual([found(db, 'cover'), found(db, 'figures')], [151, 149]);
  assert.deepEqual(countLate(db), { unread: 0, again: 0 });
});

test('reindex finds what is in attachments, and leaves nothing late', async (t) => {
  const data = await upgraded(t);
  await rebuild(data, { workers: 1 });
  const { db } = await renewed(t, data);
  assert.deepEqual([countLate(db), found(db, 'figures')], [{ unread: 0, again: 0 }, 150]);
});

test('only messages with characters that are folded since are read again after an upgrade', (t) => {
  const data = temporaryDirectory(t);
  const db = openIndex(data, 'write');
  // As the form before had it: 覆 is a word of its own.
  const documents = [documentOf('回 覆'), documentOf('回 复'), documentOf('plain')];
  commit(db, { account: 'a', entries: [], documents, offset: 0 });
  makeOlder(db, 8);
  closeIndex(db);
  const again = openIndex(data, 'write');
  t.after(() => closeIndex(again));
  assert.deepEqual(countLate(again), { unread: 0, again: 1 });
  const late = again.prepare('SELECT lower(hex(id)) FROM late JOIN message USING (row)').pluck().all();
  assert.deepEqual(late, [idOf('回 覆')]);
});
