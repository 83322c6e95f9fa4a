import assert from 'node:assert/strict';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { closeIndex, openIndex } from '../../src/index/database.ts';
import { MailError } from '../../src/model/error.ts';
import { temporaryDirectory } from '../support/temporary.ts';

function refusal(hint: RegExp, kind: string = 'storage'): (thrown: unknown) => true {
  return (thrown) => {
    assert.ok(thrown instanceof MailError);
    assert.equal(thrown.kind, kind);
    assert.match(thrown.hint ?? '', hint);
    return true;
  };
}

test('an absent index is made for writing, and named with its cure for reading', (t) => {
  const data = temporaryDirectory(t);
  assert.throws(() => openIndex(data, 'read'), refusal(/mailkeep sync.*mailkeep reindex/));
  closeIndex(openIndex(data, 'write'));
  const db = openIndex(data, 'read');
  assert.throws(() => db.exec("INSERT INTO journal VALUES ('a', 1)"), /readonly/);
  closeIndex(db);
});

test('other users of the machine cannot read an index', (t) => {
  const data = temporaryDirectory(t);
  const db = openIndex(data, 'write');
  db.exec("INSERT INTO journal VALUES ('a', 1)");
  for (const end of ['', '-wal', '-shm'])
    assert.equal(statSync(join(data, `index.db${end}`)).mode & 0o077, 0, `index.db${end}`);
  closeIndex(db);
});

test('of an index whose log was taken away while it was in use that is told, and no full disk', (t) => {
  const data = temporaryDirectory(t);
  const db = openIndex(data, 'write');
  rmSync(join(data, 'index.db-wal'));
  const cure = /^Its log .* was taken away .* restart the service/;
  assert.throws(() => openIndex(data, 'read').prepare('SELECT * FROM message').all(), refusal(cure));
  db.close();
});

test('a damaged index is refused with `mailkeep reindex` as its cure', (t) => {
  const data = temporaryDirectory(t);
  writeFileSync(join(data, 'index.db'), 'this is not a database, '.repeat(200));
  for (const mode of ['read', 'write'] as const)
    assert.throws(() => openIndex(data, mode), refusal(/mailkeep reindex/));
});

test('an index of a newer mailkeep is refused and left as it is', (t) => {
  const data = temporaryDirectory(t);
  const db = openIndex(data, 'write');
  db.pragma('user_version = 999');
  closeIndex(db);
  const before = readFileSync(join(data, 'index.db'));
  for (const mode of ['read', 'write'] as const)
    assert.throws(() => openIndex(data, mode), refusal(/newer mailkeep|reindex/, 'config'));
  assert.deepEqual(readFileSync(join(data, 'index.db')), before);
});

test('a reader sees what was committed while the writer goes on', (t) => {
  const data = temporaryDirectory(t);
  const writer = openIndex(data, 'write');
  const reader = openIndex(data, 'read');
  writer.exec("BEGIN IMMEDIATE; INSERT INTO journal VALUES ('a', 1)");
  assert.deepEqual(reader.prepare('SELECT * FROM journal').all(), []);
  writer.exec('COMMIT');
  assert.deepEqual(reader.prepare('SELECT * FROM journal').all(), [{ account: 'a', offset: 1 }]);
  closeIndex(reader);
  closeIndex(writer);
});
