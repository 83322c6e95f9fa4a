// What the index tells of a maildrop, and of old places; in one go, however large they are.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openIndex } from '../../src/index/database.ts';
import { oldPlaces } from '../../src/index/old-places.ts';
import { temporaryDirectory, type Ending } from '../support/temporary.ts';

const COUNT = 30_000;
const run = promisify(execFile);

test('a maildrop of thirty thousand is not gone through for each of its messages', async (t) => {
  const data = large(t);
  // In a process of its own, which can be ended: gone through for each, it takes minutes.
  const [index, maildrop] = ['database', 'maildrop'].map((name) =>
    fileURLToPath(new URL(`../../src/index/${name}.js`, import.meta.url)),
  );
  const code = `
    import { openIndex } from '${index}';
    import { maildropPlaces } from '${maildrop}';
    const places = maildropPlaces(openIndex('${data}', 'read'), 'a', 'INBOX');
    console.log(places.length, places.filter(({ renamed }) => renamed).map(({ uidl }) => uidl).join());`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { timeout: 180_000 });
  assert.equal(stdout, `${COUNT + 1} u1\n`);
});

test('only messages that nothing speaks for may be old enough to go', (t) => {
  const db = openIndex(large(t), 'write');
  t.after(() => void db.close());
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

/** The data directory of an index. Message n has the name `un`, is dated n seconds after 1970; the first had another name. */
function large(t: Ending): string {
  const data = temporaryDirectory(t);
  const db = openIndex(data, 'write');
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
  db.close();
  return data;
}
