// The log hears of what lasts once, however often it is met: a full disk that fails each letter at each look would fill it.
import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { accountAt, LI, message, PostOffice } from './post-office.ts';

test('letters that the spool cannot take are told of once, and are taken when it can', async (t) => {
  const post = new PostOffice(t, [accountAt(1)]);
  await post.pass();
  const spool = join(post.data, 'spool');
  rmSync(spool, { recursive: true });
  writeFileSync(spool, '');
  for (const name of ['a', 'b']) post.put(`${name}.eml`, message(LI));
  for (let n = 0; n < 3; n++) await post.later(60_000);
  assert.equal(post.log.filter((line) => /writing .*\/spool\//.test(line)).length, 1, post.log.join('\n'));
  rmSync(spool);
  await post.stop();
  assert.equal((await post.settled()).claimed, 2);
});

test('a letter that cannot be prepared is told of once while that lasts', async (t) => {
  const post = new PostOffice(t, [accountAt(1)]);
  post.put('x.eml', message(LI, 'X-Mailkeep-Send-At: 2027-01-01T00:00:00Z\n'));
  await post.settled();
  await post.stop();
  const db = new Database(join(post.data, 'outbox.db'));
  db.exec("UPDATE entry SET state = 'claimed'");
  db.close();
  const raw = join(post.data, 'spool', `${post.only().id}.raw`);
  renameSync(raw, `${raw}-aside`);
  for (let n = 0; n < 3; n++) await post.later(60_000);
  assert.equal(
    post.log.filter((line) => line.includes('cannot be prepared yet')).length,
    1,
    post.log.join('\n'),
  );
});
