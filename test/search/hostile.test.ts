// Queries that nobody types who means well: each is answered or refused with its place, and none of them reaches SQL or FTS5.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { closeIndex, openIndex } from '../../src/index/database.ts';
import { QueryError } from '../../src/search/query-error.ts';
import { facets } from '../../src/search/facets.ts';
import { search } from '../../src/search/search.ts';
import { chance } from '../support/random.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { indexOf, makeMessages, SEARCHED_AT } from './mailbox.ts';

const data = temporaryDirectory({ after });
closeIndex(indexOf(data, makeMessages(9, 200)));
const db = openIndex(data, 'read');
after(() => db.close());

/** True: answered. False: refused, with a place inside the query. Anything else that is thrown fails the test. */
function answers(query: string): boolean {
  try {
    for (const sort of ['date', 'relevance'] as const)
      search(db, query, { now: SEARCHED_AT, limit: 5, sort });
    facets(db, query, { now: SEARCHED_AT });
    return true;
  } catch (thrown) {
    assert.ok(thrown instanceof QueryError, `${query.slice(0, 80)}: ${String(thrown)}`);
    assert.ok(thrown.at >= 0 && thrown.length >= 1 && thrown.at <= query.length, query.slice(0, 80));
    assert.ok(thrown.said.en.length < 300 && /\p{sc=Han}/u.test(thrown.said.zh), thrown.said.zh);
    return false;
  }
}

function many(count: number, of: (at: number) => string, by: string): string {
  return Array.from({ length: count }, (_, at) => of(at)).join(by);
}

const REFUSED: readonly (readonly [what: string, query: string])[] = [
  ['1 MB of one word', 'a'.repeat(1_000_000)],
  ['1 MB of Chinese', '发票'.repeat(250_000)],
  ['10,000 words', many(10_000, (at) => `w${at}`, ' ')],
  ['10,000 words and OR', many(10_000, (at) => `w${at}`, ' OR ')],
  ['a phrase of 5,000 characters', `"${'增'.repeat(5000)}"`],
  ['10,000 parentheses', `${'('.repeat(10_000)}a${')'.repeat(10_000)}`],
  ['10,000 open ones', '('.repeat(10_000)],
  ['10,000 hyphens', '-'.repeat(10_000)],
  ['NOT a thousand times', `${'NOT '.repeat(1000)}a`],
  ['only operators', 'AND OR NOT AND OR NOT'],
  ['only stars', '* ** ***'],
  ['only signs', '!@#$%^&=+{}[]|;<>,.?/~`'],
  ['only quotes', '"""""'],
  ['NUL alone', '\0'],
  ['half of a pair alone', '\ud800'],
  ['a field with a name of 10,000 letters', `${'字'.repeat(10_000)}:a`],
  ['an id that is too long', `id:${'a'.repeat(65)}`],
  ['a number that is no size', `larger:${'9'.repeat(400)}x`],
];

const ANSWERED: readonly (readonly [what: string, query: string])[] = [
  ['200 words', many(200, (at) => `w${at}`, ' ')],
  ['200 words and OR', many(200, (at) => `w${at}`, ' OR ')],
  ['200 words to leave out', many(200, (at) => `-w${at}`, ' ')],
  ['200 words to leave out by OR', many(200, (at) => `-w${at}`, ' OR ')],
  ['200 conditions', many(200, (at) => `larger:${at}`, ' OR ')],
  ['200 folders', many(200, (at) => `in:f${at}`, ' ')],
  ['words and conditions by turns', many(66, (at) => `(w${at} OR -larger:${at} in:x${at})`, ' ')],
  ['29 levels', `${'('.repeat(29)}a${' OR b)'.repeat(29)}`],
  ['29 times not', `${'-('.repeat(14)}a${' b)'.repeat(14)}`],
  ['a phrase of a thousand characters', `"${'增'.repeat(1000)}"`],
  ['a star after a thousand characters', `${'a'.repeat(1000)}*`],
  ['a folder that is all stars', `in:${'*a'.repeat(900)}*b`],
  ['a list that is all stars', `list:${'*'.repeat(5000)}`],
  ['a type that is all wildcards', `type:${'%_\\'.repeat(3000)}`],
  ['a size beyond all numbers', `larger:${'9'.repeat(400)}G`],
  ['years beyond the calendar', 'after:99999y OR before:99999m OR on:9999-12-31 OR before:0100'],
  ['NUL among letters', 'in\0voice subject:发\0票 in:a\0b msgid:\0 list:\0x'],
  ['halves of pairs among letters', 'a\ud800 "\udc00b" in:\ud800x label:\udfff list:\udc00 msgid:\ud800'],
  ['FTS5: column filter', '"subject" "{subject body} x" "body : x"'],
  ['FTS5: NEAR', 'NEAR(a b, 5) '.replaceAll(/[(),]/g, ' ')],
  ['FTS5: quotes inside', `subject:'x" OR body:"y`.replaceAll('"', "''")],
  ['FTS5: boost and start', '^tax tax^2 +tax+invoice tax.invoice*'],
  ['SQL', `x'; DROP TABLE message OR 1=1 in:"'); --" account:"' OR '1'='1" label:"%' OR 1 --" 'y'`],
  ['JSON', 'in:[{\\u0022 label:]]}x list:\\u0000'],
  ['direction signs', '\u202etax\u2066 \u200finvoice'],
];

describe('a hostile query', () => {
  for (const [what, query] of REFUSED) it(`is refused: ${what}`, () => assert.equal(answers(query), false));
  for (const [what, query] of ANSWERED) it(`is answered: ${what}`, () => assert.equal(answers(query), true));

  it('put together by chance never gets further than a refusal', () => {
    const by = chance(31);
    const pieces = [
      ...Array.from('()（）"“”-－*:：\\^{}[]+,;\'%_\0\n\t　\ud83c\udf89\ud800é发票ﾊﾟaZ09'),
      ...' OR , AND , NOT ,OR,NEAR(,from:,主题：,in:,is:,has:attachment,type:,before:,larger:,id:,list:,msgid:,label:,2024,7d,2M,deadbeef01'.split(
        ',',
      ),
    ];
    let answered = 0;
    for (let round = 0; round < 1500; round += 1)
      if (answers(Array.from({ length: 1 + by.upTo(12) }, () => by.of(pieces)).join(''))) answered += 1;
    assert.ok(answered > 150, `only ${answered} were answered`);
  });
});
