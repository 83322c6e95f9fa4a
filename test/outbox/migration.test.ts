// A queue of an earlier form: the service brings it to the new one and loses nothing; who only reads says what to do.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { counts, list } from '../../src/outbox/list.ts';
import { openJournal } from '../../src/outbox/open-journal.ts';
import { SCHEMA } from '../../src/outbox/schema.ts';
import { temporaryDirectory } from '../support/temporary.ts';

test('a queue of each earlier form is brought to the new one, with its letters', (t) => {
  for (let form = 1; form < SCHEMA.length; form++) {
    const data = temporaryDirectory(t);
    const db = new Database(join(data, 'outbox.db'));
    for (const part of SCHEMA.slice(0, form)) db.exec(part);
    db.exec(
      `INSERT INTO entry (id, file, state, sender, account, created, changed, attempts, doubts, dev, ino, mtime, size, sha256,
       unlinked, placed, kept) VALUES ('a1', 'x.eml', 'sent', 'a@x', 'ann', 1, 2, 1, 0, '1', '2', '3', 4, 'f', 1, 1, 1)`,
    );
    db.pragma(`user_version = ${form}`);
    db.close();
    assert.throws(() => list(data), { kind: 'storage', hint: /Restart the service/ });
    openJournal(data, 'write').close();
    const [letter, ...others] = list(data);
    assert.deepEqual(
      [letter?.file, letter?.state, letter?.sentCopy, others.length],
      ['x.eml', 'sent', null, 0],
    );
    assert.equal(counts(data).unfiled, 0, 'what was sent before has no copy to be given up');
  }
});

test('a queue of a later form is left alone', (t) => {
  const data = temporaryDirectory(t);
  openJournal(data, 'write').close();
  const db = new Database(join(data, 'outbox.db'));
  db.pragma('user_version = 99');
  db.close();
  for (const mode of ['read', 'write'] as const)
    assert.throws(() => (mode === 'read' ? openJournal(data, mode) : openJournal(data, mode)), {
      kind: 'config',
      hint: /newer one/,
    });
});
