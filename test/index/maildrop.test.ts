// What the index tells of a maildrop, and of old places, is told in one go however large they are.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openIndex } from '../../src/index/database.ts';
import { maildropPlaces } from '../../src/index/maildrop.ts';
import { oldPlaces } from '../../src/index/old-places.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';

const COUNT = 30_000;

test(
  'a maildrop of thirty thousand is not gone through for each of its messages',
  { timeout: 20_000 },
  (t) => {
    const db = large(t);
    const places = maildropPlaces(db, 'a', 'INBOX');
    assert.equal(places.length, COUNT + 1);
    assert.deepEqual(
      places.filter(({ renamed }) => renamed).map(({ uidl }) => uidl),
      ['u1'],
    );
  },
);

test('nor are the messages that may be old enough to go', { timeout: 20_000 }, (t) => {
  const db = large(t);
  db.exec("UPDATE location SET flags = '\\Seen \\FLAGGED' WHERE uidl = 'u2'");
  db.exec("INSERT INTO pending VALUES ('a', 'INBOX', NULL, NULL, 'u3', 'why', 1, 0, 0)");
  db.exec("UPDATE location SET missed = 1 WHERE uidl = 'u4'");
  db.exec("UPDATE location SET uidl = ' #5/' WHERE uidl = 'u5'");
  const old = oldPlaces(db, 'a', 'INBOX', 9000);
  assert.deepEqual(
    old.map(({ uidl }) => uidl),
    ['u1', 'u6', 'u7', 'u8', 'u9'],
  );
});

/** Message n has the name `un` and is dated n seconds after 1970; the first had another name before. */
function large(t: Ending) {
  const db = openIndex(temporaryDirectory(t), 'write');
  t.after(() => void db.close());
  const message = db.prepare(
    `INSERT INTO message (row, id, path, date, size, subject, sender, recipients, attachments, state, body)
     VALUES (?, ?, 'x', ?, 100, 's', '', '', '[]', 0, x'')`,
  );
  const place = db.prepare(
    "INSERT INTO location (account, folder, uidl, row, flags, gone) VALUES ('a', 'INBOX', ?, ?, '', ?)",
  );
  db.transaction(() => {
    for (let n = 1; n <= COUNT; n++) {
      message.run(n, Buffer.from(String(n).padStart(32, '0')), n * 1000);
      place.run(`u${n}`, n, null);
    }
    place.run('before', 1, 5);
  })();
  return db;
}
