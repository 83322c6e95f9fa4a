import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, describe, it, test } from 'node:test';
import { MailError } from '../../src/model/error.ts';
import { commit } from '../../src/index/commit.ts';
import { closeIndex, openIndex } from '../../src/index/database.ts';
import { resolveId, search } from '../../src/search/search.ts';
import type { MessageId } from '../../src/model/ids.ts';
import { chance } from '../support/random.ts';
import { documentOf } from '../index/document.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { indexOf, makeMessages, SEARCHED_AT } from './mailbox.ts';
import type { Made } from './mailbox.ts';
import { stands } from './plain.ts';
import { question } from './slow.ts';

const messages = makeMessages(20250615, 300);
const data = temporaryDirectory({ after });
closeIndex(indexOf(data, messages));
const db = openIndex(data, 'read');
after(() => db.close());

const options = { now: SEARCHED_AT, limit: 1000 };

/** Newest first, as the rows are. */
function idsOf(found: readonly Made[]): string[] {
  return found.map(({ id }) => id).sort();
}

describe('search', () => {
  it('answers random questions as a look at every message does', () => {
    const by = chance(42);
    let answered = 0;
    for (let round = 0; round < 600; round += 1) {
      const { typed, holds } = question(by, round % 4);
      const expected = messages.filter(holds);
      const { total, hits } = search(db, typed, options);
      assert.deepEqual(hits.map(({ id }) => id as string).sort(), idsOf(expected), typed);
      assert.equal(total, expected.length, typed);
      if (expected.length > 0 && expected.length < messages.length) answered += 1;
    }
    assert.ok(answered > 250, `only ${answered} questions told messages apart`);
  });

  it('gives the newest first, and pages through them without a gap', () => {
    const by = chance(43);
    for (let round = 0; round < 60; round += 1) {
      const { typed } = question(by, 2);
      const { total, hits } = search(db, typed, options);
      const dates = hits.map(({ date }) => (date === null ? 0 : Math.floor(Date.parse(date) / 1000)));
      // Messages of one second lie in the next ones that are free.
      assert.ok(
        dates.every((date, at) => at === 0 || date <= (dates[at - 1] ?? 0) + 60),
        typed,
      );
      const paged = [0, 7, 14].flatMap(
        (offset) => search(db, typed, { now: SEARCHED_AT, limit: 7, offset }).hits,
      );
      assert.deepEqual(paged, hits.slice(0, 21), typed);
      assert.equal(search(db, typed, { now: SEARCHED_AT, limit: 0 }).total, total);
    }
  });

  it('orders by relevance without losing or inventing a hit, a subject before a body', () => {
    const sorted = search(db, '发票', { ...options, sort: 'relevance' });
    assert.deepEqual(
      sorted.hits.map(({ id }) => id as string).sort(),
      idsOf(messages.filter(({ fields }) => Object.values(fields).some((text) => stands(text, '发票')))),
    );
    const [first] = sorted.hits;
    assert.ok(stands(first?.subject ?? '', '发票'), first?.subject);
    assert.equal(search(db, 'is:unread', { ...options, sort: 'relevance' }).hits.length > 0, true);
  });

  it('weighs a subject most, then names, then attachment names, then the body', (t) => {
    const fields = { subject: 'x', sender: 'x', recipients: 'x', cc: '', bcc: '', files: 'x', body: 'x' };
    const template = messages[0] ?? assert.fail();
    const letter = (at: number, where: Partial<Made['fields']>): Made => ({
      ...template,
      id: createHash('sha256').update(`weighed ${at}`).digest('hex') as MessageId,
      date: SEARCHED_AT - at,
      fields: { ...fields, ...where },
    });
    const word = '权重 weight';
    const wanted = [
      letter(4, { subject: word }),
      letter(3, { sender: word }),
      letter(2, { files: word }),
      letter(1, { body: word }),
    ];
    const others = Array.from({ length: 20 }, (_, at) => letter(10 + at, {}));
    const weighed = indexOf(temporaryDirectory(t), [...others, ...wanted]);
    const found = search(weighed, word, { ...options, sort: 'relevance' }).hits;
    closeIndex(weighed);
    assert.deepEqual(
      found.map(({ id }) => id),
      wanted.map(({ id }) => id),
    );
  });

  it('marks what it found, in subject, sender and snippet', () => {
    for (const needle of [
      'invoice',
      '发票',
      'café',
      'パスワード',
      '智能',
      'mail.qq.com',
      'tax report',
      '𠮷',
      '확인',
      '重跑gen',
    ]) {
      const { hits } = search(db, `"${needle}"`, options);
      assert.ok(hits.length > 0, needle);
      for (const hit of hits) {
        const made = messages.find(({ id }) => id === hit.id);
        assert.equal(hit.marks.subject.length > 0, stands(hit.subject, needle), needle);
        assert.equal(hit.marks.from.length > 0, stands(hit.from, needle), needle);
        assert.equal(
          hit.marks.snippet.length > 0,
          stands(made?.fields.body ?? '', needle),
          `${needle}: ${hit.snippet}`,
        );
        for (const [from, to] of hit.marks.snippet)
          assert.ok(stands(hit.snippet.slice(from, to), needle), `${needle}: ${hit.snippet.slice(from, to)}`);
      }
    }
  });

  it('tells where each hit lies, and where it lay', () => {
    const made = messages.find(({ places }) => places.length > 2 && places.some(({ gone }) => gone));
    assert.ok(made !== undefined);
    const hit = search(db, `id:${made.id.slice(0, 12)}`, options).hits[0];
    assert.equal(hit?.id, made.id);
    assert.equal(hit?.path, `undated/${made.id}.eml`);
    const shape = made.places.map(
      ({ account, folder, gone }) => `${account}/${folder}${gone ? ' gone' : ''}`,
    );
    assert.deepEqual(
      hit?.locations.map(
        ({ account, folder, gone }) => `${account}/${folder}${gone === null ? '' : ' gone'}`,
      ),
      shape.sort(),
    );
    assert.ok(hit?.locations.every((at) => ('uid' in at ? at.uid > 0 : at.uidl !== '')));
  });

  it('counts days in the zone that it is given', () => {
    const made = messages.find(({ date }) => date !== null && new Date(date).getUTCHours() >= 17);
    const day = new Date((made?.date ?? 0) + 8 * 3_600_000).toISOString().slice(0, 10);
    const found = (zone: number): boolean =>
      search(db, `on:${day}`, { ...options, zone }).hits.some(({ id }) => id === made?.id);
    assert.deepEqual([found(480), found(0)], [true, false]);
  });

  it('takes nothing that is typed for syntax', () => {
    const quoted = search(db, '“tax" OR "invoice”', options).total;
    assert.equal(
      quoted,
      messages.filter(({ fields }) => Object.values(fields).some((text) => stands(text, 'tax or invoice')))
        .length,
    );
    assert.ok(quoted < search(db, 'tax OR invoice', options).total);
    for (const typed of [
      '"a" OR "b',
      'NEAR(a b)',
      'subject : a',
      'a^2',
      '{a b}:c',
      "a' OR 1=1",
      'body:a"b"',
      '-- a',
      '\0a',
    ])
      try {
        search(db, typed, options);
      } catch (error) {
        assert.ok(error instanceof MailError && error.kind === 'usage', `${typed}: ${String(error)}`);
      }
  });
});

describe('resolveId', () => {
  const wrong: readonly (readonly [name: string, prefix: string, says: RegExp])[] = [
    ['too short', 'abc', /is not an id/],
    ['no digits', 'not-an-id-at-all', /is not an id/],
    ['too long', 'a'.repeat(65), /is not an id/],
    ['unknown', '00000000', /no message/],
  ];
  for (const [name, prefix, says] of wrong)
    it(`refuses what is ${name}`, () =>
      assert.throws(
        () => resolveId(db, prefix),
        (error) => error instanceof MailError && error.kind === 'usage' && says.test(error.message),
      ));

  it('takes a whole id and any prefix of 8 or more, in any case', () => {
    for (const { id } of messages.slice(0, 20)) {
      assert.equal(resolveId(db, id), id);
      assert.equal(resolveId(db, id.slice(0, 8).toUpperCase()), id);
    }
  });
});

test('of many attachments that were not read the first are named', (t) => {
  const files = Array.from({ length: 5000 }, (_, at) => ({
    name: `f${at}.zip`,
    type: 'application/zip',
    size: 1,
  }));
  const reason = 'it has too many parts';
  const documents = [3, 5000].map((count) =>
    documentOf(`${count}`, {
      state: 'partly',
      reason,
      attachments: files.slice(0, count).map((file) => ({ ...file, unread: reason })),
    }),
  );
  const db = openIndex(temporaryDirectory(t), 'write');
  t.after(() => closeIndex(db));
  commit(db, { account: 'qq', entries: [], documents, offset: 0 });
  const { hits } = search(db, '', { now: 0 });
  assert.deepEqual(
    hits.map(({ partly }) => partly ?? '').sort((a, b) => a.length - b.length),
    [
      `${reason} (f0.zip, f1.zip, f2.zip)`,
      `${reason} (f0.zip, f1.zip, f2.zip, f3.zip, f4.zip, f5.zip, f6.zip, f7.zip, f8.zip, f9.zip and 4990 more)`,
    ],
  );
});
