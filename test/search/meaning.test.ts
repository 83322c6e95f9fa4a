// One meaning everywhere: random questions to 2,000 messages, answered by the index and by a look at every message; and
// what the search, the count, the pages, the export, the restore and the filters make of the same words.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { closeIndex, openIndex } from '../../src/index/database.ts';
import { ask } from '../../src/search/ask.ts';
import { facets } from '../../src/search/facets.ts';
import { placesMatching } from '../../src/search/places.ts';
import { count, list, rowsMatching } from '../../src/search/search.ts';
import { compile } from '../../src/search/to-sql.ts';
import type { Compiled } from '../../src/search/to-sql.ts';
import { chance } from '../support/random.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { indexOf, makeMessages, SEARCHED_AT } from './mailbox.ts';
import { question } from './slow.ts';

const messages = makeMessages(20260101, 2000);
const data = temporaryDirectory({ after });
closeIndex(indexOf(data, messages));
const db = openIndex(data, 'read');
after(() => db.close());
const when = { now: SEARCHED_AT };

const idOf = new Map(db.prepare<[], [number, string]>('SELECT row, lower(hex(id)) FROM message').raw().all());

function found(typed: string): string[] {
  return [...rowsMatching(db, typed, when)].map((row) => idOf.get(row) ?? '').sort();
}

function rowsOf(compiled: Compiled | undefined): unknown[] {
  assert.ok(compiled !== undefined);
  const { match, where } = compiled;
  const words = match === null ? '1' : 'm.row IN (SELECT rowid FROM fts WHERE fts MATCH ?)';
  return db
    .prepare(`SELECT m.row FROM brief m WHERE ${words} AND ${where.sql} ORDER BY m.row`)
    .pluck()
    .all(...(match === null ? [] : [match]), ...where.params);
}

describe('a question to 2,000 messages', () => {
  it('is answered as a look at every message does, 2,400 times', () => {
    const by = chance(2026);
    let telling = 0;
    for (let round = 0; round < 2400; round += 1) {
      const { typed, holds } = question(by, 1 + (round % 5));
      const expected = messages.filter(holds).map(({ id }) => id as string);
      assert.deepEqual(found(typed), expected.sort(), typed);
      if (expected.length > 0 && expected.length < messages.length) telling += 1;
    }
    assert.ok(telling > 1200, `only ${telling} questions told messages apart`);
  });

  it('is answered the same whether the messages of a folder are read or looked up', () => {
    const by = chance(2028);
    let different = 0;
    for (let round = 0; round < 400; round += 1) {
      const { typed } = question(by, 1 + (round % 4));
      const { query, context } = ask(db, typed, when);
      const [many, few] = [false, true].map((answer) => compile(query, { ...context, few: () => answer }));
      if (many?.where.sql !== few?.where.sql) different += 1;
      assert.deepEqual(rowsOf(many), rowsOf(few), typed);
    }
    assert.ok(different > 60, `only ${different} questions are put in two ways`);
  });

  it('means the same to the count, the pages, the export, the restore and the filters', () => {
    const by = chance(2027);
    for (let round = 0; round < 40; round += 1) {
      const { typed } = question(by, 1 + (round % 4));
      const expected = found(typed);
      assert.equal(count(db, typed, when), expected.length, typed);
      assert.equal(facets(db, typed, when).total, expected.length, typed);
      const restored = new Set<string>(placesMatching(db, typed, when).map(({ id }) => id));
      assert.ok(
        [...restored].every((id) => expected.includes(id)),
        typed,
      );
      const paged: string[] = [];
      const options = { ...when, limit: 300 };
      let page = list(db, typed, options);
      for (;;) {
        paged.push(...page.hits.map(({ id }) => id));
        if (page.next === null) break;
        page = list(db, typed, { ...options, after: page.next });
      }
      assert.deepEqual(paged.sort(), expected, typed);
    }
  });
});
