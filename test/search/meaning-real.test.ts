// One meaning, over mail that people wrote: random questions with words out of it, answered by the index and by a look at every message.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeIndex } from '../../src/index/database.ts';
import { facets } from '../../src/search/facets.ts';
import { count, rowsMatching } from '../../src/search/search.ts';
import { chance } from '../support/random.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { indexOf, SEARCHED_AT } from './mailbox.ts';
import { IS_THERE, realMail, wishesFor } from './real-mail.ts';
import { question } from './slow.ts';

const skip = IS_THERE ? false : 'needs ../shared/data';
const when = { now: SEARCHED_AT };

test('questions to real mail are answered as a look at every message does', { skip }, async (t) => {
  const { messages, documents } = await realMail();
  const db = indexOf(temporaryDirectory(t), messages, documents);
  t.after(() => closeIndex(db));
  const idOf = new Map(
    db.prepare<[], [number, string]>('SELECT row, lower(hex(id)) FROM message').raw().all(),
  );
  const by = chance(Number(process.env['SEED'] ?? 2004));
  const wishes = wishesFor(messages, by);
  let telling = 0;
  const rounds = Number(process.env['ROUNDS'] ?? 600);
  for (let round = 0; round < rounds; round += 1) {
    const { typed, holds } = question(by, round % 5, wishes);
    const expected = messages.filter(holds).map(({ id }) => id as string);
    const found = [...rowsMatching(db, typed, when)].map((row) => idOf.get(row) ?? '');
    // The number of the question is told, and not its words: they are out of people's mail.
    assert.deepEqual(found.sort(), expected.sort(), `question ${round}${process.env['TELL'] ? typed : ''}`);
    if (round % 10 === 0)
      assert.deepEqual(
        [count(db, typed, when), facets(db, typed, when).total],
        [expected.length, expected.length],
        `question ${round}`,
      );
    if (expected.length > 0 && expected.length < messages.length) telling += 1;
  }
  t.diagnostic(`${telling} of ${rounds} questions told messages apart`);
  assert.ok(telling > rounds / 2, `only ${telling} questions told messages apart`);
});
