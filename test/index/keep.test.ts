import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { closeIndex, openIndex } from '../../src/index/database.ts';
import { recordPending } from '../../src/index/pending.ts';
import { known, recordSync } from '../../src/index/positions.ts';
import { rebuild } from '../../src/index/rebuild.ts';
import { coverage } from '../../src/index/status.ts';
import { MailError } from '../../src/model/error.ts';
import type { UidValidity } from '../../src/model/ids.ts';
import { isMailError } from '../support/mail-error.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { arrived, contents, openHouse, uid, uidl } from './archive.ts';
import type { House } from './archive.ts';

const AT = '2026-01-02T03:04:05.000Z';
const VALIDITY = 7 as UidValidity;

function message(subject: string, body: string, second: number): string {
  const date = new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toUTCString();
  return `From: a@example.org\r\nDate: ${date}\r\nSubject: ${subject}\r\n\r\n${body}\r\n`;
}

const FAPIAO = Buffer.from('发票 invoice').toString('latin1');

/** Two accounts, one message in both, equal dates, a message that only its headers can be read of, and changes. */
async function fill(house: House): Promise<void> {
  const shared = message('quarterly', FAPIAO, 5);
  const { keeper } = house;
  await keeper.keep('imap', [
    arrived(house, shared, uid(1), ['\\Seen']),
    arrived(house, message('two', 'invoice', 5), uid(2)),
    arrived(house, message('two', 'invoice', 5), uid(3)),
    arrived(house, message('undated', 'café', 9).replace(/^Date.*\r\n/m, ''), uid(4)),
  ]);
  await keeper.keep('pop', [
    arrived(house, shared, uidl('x y')),
    arrived(house, message('three', 'inner', 5), uidl('z')),
    arrived(house, '', uidl('empty')),
  ]);
  await keeper.keep(
    'imap',
    [arrived(house, message('long', 'word '.repeat(300_000), 1), uid(9, '发票'))],
    [
      { op: 'flags', at: AT, flags: ['\\Seen', '\\Flagged'], ...uid(1) },
      { op: 'gone', at: AT, ...uid(2) },
      { op: 'gone', at: AT, ...uid(3) },
      { op: 'back', at: AT, ...uid(3) },
    ],
  );
}

async function filled(t: TestContext): Promise<{ house: House; data: string }> {
  const data = temporaryDirectory(t);
  const house = await openHouse(t, data);
  await fill(house);
  return { house, data };
}

test('of all that bring a message at once, to whatever account, one has brought what is new', async (t) => {
  const house = await openHouse(t, temporaryDirectory(t));
  const same = message('same', 'hello', 1);
  const kept = await Promise.all(
    ['a', 'b', 'a'].map(async (account, at) =>
      house.keeper.keep(account, [arrived(house, same, uid(at)), arrived(house, same, uid(at + 10))]),
    ),
  );
  assert.equal(kept.flat().filter(({ isNew }) => isNew).length, 1);
  const [again] = await house.keeper.keep('a', [arrived(house, same, uid(20))]);
  assert.equal(again?.isNew, false);
});

test('what is kept lies in its file, in the journal and in the index', async (t) => {
  const { house, data } = await filled(t);
  const [kept, again] = await house.keeper.keep('imap', [
    arrived(house, message('new', 'hello', 7), uid(20)),
    arrived(house, message('new', 'hello', 7), uid(21)),
  ]);
  assert.ok(kept !== undefined && again !== undefined);
  assert.equal(readFileSync(join(data, 'mail', kept.path), 'latin1'), message('new', 'hello', 7));
  assert.deepEqual([kept.fresh, again.fresh, again.id], [true, false, kept.id]);
  assert.deepEqual([...known(house.db, 'imap', 'INBOX', VALIDITY).keys()], [1, 2, 3, 4, 20, 21]);
  assert.deepEqual(await coverage(house.db, data), {
    messages: 7,
    indexed: 6,
    partly: 1,
    behind: 0,
    late: 0,
    reasons: [{ reason: 'it holds more text than is indexed', messages: 1 }],
  });
});

test('an index that was lost is the same again after a catch-up', async (t) => {
  const { house, data } = await filled(t);
  const before = contents(house.db);
  await house.close();
  for (const end of ['', '-wal', '-shm']) rmSync(join(data, `index.db${end}`), { force: true });
  const after = await openHouse(t, data);
  assert.equal(await after.keeper.catchUp(), 12);
  assert.deepEqual(contents(after.db), before);
  assert.equal(await after.keeper.catchUp(), 0);
});

test('a journal that got ahead of the index is replayed before anything passes it', async (t) => {
  const { house, data } = await filled(t);
  house.db.exec(
    "CREATE TEMP TRIGGER full BEFORE INSERT ON location BEGIN SELECT RAISE(ABORT, 'disk full'); END",
  );
  await assert.rejects(
    house.keeper.keep('imap', [arrived(house, message('late', 'late', 30), uid(30))]),
    (thrown) => thrown instanceof MailError && thrown.kind === 'storage' && thrown.retry === 'later',
  );
  assert.equal(known(house.db, 'imap', 'INBOX', VALIDITY).has(30), false);
  assert.ok((await coverage(house.db, data)).behind > 0);
  house.db.exec('DROP TRIGGER full');
  await house.keeper.keep('imap', [arrived(house, message('next', 'next', 31), uid(31))]);
  assert.equal(known(house.db, 'imap', 'INBOX', VALIDITY).has(30), true);
  assert.equal(known(house.db, 'imap', 'INBOX', VALIDITY).has(31), true);
  assert.equal((await coverage(house.db, data)).behind, 0);
});

for (const [what, harm, mend] of [
  [
    'is taken away',
    (path: string) => renameSync(path, `${path}.away`),
    (path: string) => renameSync(`${path}.away`, path),
  ],
  [
    'is taken away with its directory',
    (path: string) => renameSync(dirname(path), `${dirname(path)}.away`),
    (path: string) => renameSync(`${dirname(path)}.away`, dirname(path)),
  ],
  [
    'is cut',
    (path: string) => {
      cpSync(path, `${path}.away`);
      truncateSync(path, statSync(path).size - 37);
    },
    (path: string) => renameSync(`${path}.away`, path),
  ],
] as const) {
  test(`where a journal ${what} while the index knows more, no new one hides that`, async (t) => {
    const { data } = await filled(t);
    // As after a start: nobody has written to it yet.
    const house = await openHouse(t, data);
    await house.keeper.catchUp();
    const path = join(data, 'journal/imap.jsonl');
    harm(path);
    const left = existsSync(path) ? readFileSync(path) : undefined;
    for (let round = 1; round <= 2; round++) {
      const late = house.keeper.keep('imap', [arrived(house, message('late', 'x', 1), uid(50))]);
      await assert.rejects(late, isMailError('storage', 'never', /where no line ends/));
      assert.deepEqual(
        existsSync(path) ? readFileSync(path) : undefined,
        left,
        'nothing is written, or cut off',
      );
    }
    // Another account goes on, unless its journal went too.
    if (existsSync(dirname(path)))
      await house.keeper.keep('pop', [arrived(house, message('other', 'x', 1), uidl('late'))]);
    mend(path);
    await house.keeper.keep('imap', [arrived(house, message('late', 'x', 1), uid(50))]);
    assert.ok(known(house.db, 'imap', 'INBOX', VALIDITY).has(50));
  });
}

test('a directory for unfinished files that goes away is made again', async (t) => {
  const { data, house } = await filled(t);
  rmSync(join(data, 'mail/.tmp'), { recursive: true });
  const kept = await house.keeper.keep('imap', [arrived(house, message('late', 'x', 1), uid(50))]);
  assert.equal(kept.length, 1);
});

test('many batches of several accounts at once all arrive', async (t) => {
  const data = temporaryDirectory(t);
  const house = await openHouse(t, data);
  const batches = Array.from({ length: 30 }, (_, batch) =>
    house.keeper.keep(
      `account${batch % 3}`,
      Array.from({ length: 5 }, (_item, at) => {
        const number = batch * 5 + at;
        return arrived(house, message(`m${number % 20}`, 'invoice', number % 20), uid(number + 1));
      }),
    ),
  );
  await Promise.all(batches);
  const count = house.db
    .prepare('SELECT count(*) AS locations, count(DISTINCT row) AS messages FROM location')
    .get();
  assert.deepEqual(count, { locations: 150, messages: 20 });
  assert.equal((await coverage(house.db, data)).behind, 0);
});

test('a rebuilt index equals the one that grew: messages, text, places, flags, positions', async (t) => {
  const { house, data } = await filled(t);
  recordSync(house.db, 'imap', 1000, null);
  recordPending(house.db, 'imap', uid(77), 'cut', 0);
  const before = contents(house.db);
  // As a kill leaves it: a write-ahead log beside the file, which must not be taken for the new index's.
  house.db.exec("UPDATE message SET subject = 'stale'");
  const files = ['index.db', 'index.db-wal'].map((name) => join(data, name));
  const killed = files.map((file) => readFileSync(file));
  await house.close();
  for (const [at, file] of files.entries()) writeFileSync(file, killed[at] ?? '');
  const seen: number[] = [];
  const done = await rebuild(data, { onProgress: (messages) => seen.push(messages) });
  assert.deepEqual(done, { messages: 6, resumed: 0, partly: 1, entries: 12 });
  assert.equal(seen.at(-1), 6);
  const after = await openHouse(t, data);
  assert.deepEqual(contents(after.db), before);
  assert.equal(await after.keeper.catchUp(), 0);
});

test('what a rebuild finds stored is no longer pending, over IMAP and POP3, and all else is still', async (t) => {
  const { house, data } = await filled(t);
  const stored = [uid(77), uidl('x y')];
  const others = [uid(78), uid(77, 'Work'), uid(77, 'INBOX', 8), uidl('x')];
  for (const place of [...stored, ...others]) recordPending(house.db, 'imap', place, 'cut', 0);
  recordPending(house.db, 'pop', uid(77), 'cut', 0);
  const files = ['index.db', 'index.db-wal'].map((name) => join(data, name));
  const before = files.map((file) => readFileSync(file));
  await house.keeper.keep(
    'imap',
    stored.map((place, at) => arrived(house, message(`late ${at}`, 'invoice', at), place)),
  );
  await house.close();
  // As a kill leaves it between the journal and the index.
  for (const [at, file] of files.entries()) writeFileSync(file, before[at] ?? '');
  await rebuild(data);
  const { db } = await openHouse(t, data);
  const pending = (account: string): unknown[] =>
    db
      .prepare('SELECT folder, validity, uid, uidl FROM pending WHERE account = ? ORDER BY rowid')
      .raw()
      .all(account);
  assert.equal(known(db, 'imap', 'INBOX', VALIDITY).has(77), true);
  assert.deepEqual(
    pending('imap'),
    others.map((at) =>
      'uid' in at ? [at.folder, at.validity, at.uid, null] : [at.folder, null, null, at.uidl],
    ),
  );
  assert.equal(pending('pop').length, 1);
});

test('a damaged index is rebuilt too, and a message that no journal names is found', async (t) => {
  const { house, data } = await filled(t);
  const before = contents(house.db);
  const orphan = house.archive.incoming();
  orphan.write(Buffer.from(message('orphan', 'hello', 40)));
  await house.archive.keep([{ incoming: orphan, received: null }]);
  await house.close();
  const file = join(data, 'index.db');
  rmSync(file);
  writeFileSync(file, 'garbage '.repeat(1000));
  assert.equal((await rebuild(data)).messages, 7);
  const db = openIndex(data, 'write');
  t.after(() => closeIndex(db));
  assert.equal(db.prepare("DELETE FROM message WHERE subject = 'orphan'").run().changes, 1);
  assert.deepEqual(contents(db), before);
});

test('a rebuild that is stopped leaves the index as it was, and the next one goes on where it came to', async (t) => {
  const { house, data } = await filled(t);
  const orphan = house.archive.incoming();
  orphan.write(Buffer.from(message('orphan', 'hello', 40)));
  await house.archive.keep([{ incoming: orphan, received: null }]);
  const before = contents(house.db);
  await house.close();
  const stop = new AbortController();
  const onProgress = (messages: number): void => {
    if (messages > 0) stop.abort(new Error('Ctrl-C'));
  };
  await assert.rejects(
    rebuild(data, { signal: stop.signal, onProgress }),
    (thrown) =>
      thrown instanceof MailError && thrown.kind === 'cancelled' && /--resume/.test(thrown.hint ?? ''),
  );
  const after = await openHouse(t, data);
  assert.deepEqual(contents(after.db), before);
  await after.close();
  const done = await rebuild(data, { resume: true });
  assert.deepEqual([done.messages, done.resumed, done.entries], [7, 6, 0]);
  assert.deepEqual(
    readdirSync(data).filter((name) => name.includes('.new')),
    [],
  );
  const whole = await openHouse(t, data);
  whole.db.prepare("DELETE FROM message WHERE subject = 'orphan'").run();
  assert.deepEqual(contents(whole.db), before);
});

test('a rebuild that resumes what is damaged, or nothing, begins anew', async (t) => {
  const { house, data } = await filled(t);
  await house.close();
  assert.deepEqual((await rebuild(data, { resume: true })).resumed, 0);
  writeFileSync(join(data, 'index.db.new'), 'garbage '.repeat(1000));
  const done = await rebuild(data, { resume: true });
  assert.deepEqual([done.messages, done.resumed], [6, 0]);
});
