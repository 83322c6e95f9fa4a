import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { QueryError } from '../../src/search/query-error.ts';
import { parse } from '../../src/search/query.ts';
import type { Query } from '../../src/search/tree.ts';

/** A tree on one line: `(and a subject="b c" not(is=gone))`. */
function show(query: Query): string {
  if (query.kind === 'and' || query.kind === 'or') return `(${query.kind} ${query.of.map(show).join(' ')})`;
  if (query.kind === 'not') return `not(${show(query.of)})`;
  if (query.kind === 'text')
    return `${query.column === null ? '' : `${query.column}=`}[${query.text}]${query.prefix ? '*' : ''}`;
  const { kind, ...rest } = query;
  const values = Object.values(rest).map((value: unknown) => JSON.stringify(value).replaceAll(/["{}]/g, ''));
  return values.length === 0 ? kind : `${kind}=${values.join(':')}`;
}

describe('a query with a mistake is refused, with the place of the mistake', () => {
  const wrong: readonly (readonly [query: string, says: RegExp, at: number, length: number])[] = [
    ['(', /never closed/, 0, 1],
    [')', /closes nothing/, 0, 1],
    ['a)', /closes nothing/, 1, 1],
    ['()', /nothing between/, 0, 2],
    ['（invoice', /never closed/, 0, 1],
    ['(a (b)', /never closed/, 0, 1],
    ['a (b OR', /must follow/, 5, 2],
    ['(a OR)', /must follow/, 3, 2],
    ['OR', /OR needs a term/, 0, 2],
    ['OR a', /OR needs a term on both sides/, 0, 2],
    ['a OR', /must follow/, 2, 2],
    ['a AND', /must follow/, 2, 3],
    ['a AND OR b', /OR needs a term/, 6, 2],
    ['NOT', /must follow/, 0, 3],
    ['-', /nothing to leave out/, 0, 1],
    ['a - b', /nothing to leave out/, 2, 1],
    ['--a', /nothing to leave out/, 0, 1],
    ['(a -)', /nothing to leave out/, 3, 1],
    ['"abc', /quote is never closed/, 0, 1],
    ['发票 “abc', /quote is never closed/, 3, 1],
    ['""', /no letter or digit/, 0, 2],
    ['a & b', /no letter or digit/, 2, 1],
    ['!!!', /no letter or digit/, 0, 3],
    ['🎉', /no letter or digit/, 0, 2],
    ['*', /no letter or digit/, 0, 1],
    ['in*voice', /end of a word/, 2, 1],
    ['*voice', /end of a word/, 0, 1],
    ['subject:a**', /end of a word/, 9, 1],
    ['re:x', /^there is no field re:; to search/, 0, 3],
    ['frm:anna', /no field frm: \(the nearest is from:\)/, 0, 4],
    ['回复：发票', /no field 回复:/, 0, 3],
    ['constructor:a', /no field constructor:/, 0, 12],
    ['from:', /from: needs a value/, 0, 5],
    ['from: anna', /from: needs a value/, 0, 5],
    ['(from:)', /from: needs a value/, 1, 5],
    ['in:" "', /in: needs a value/, 3, 3],
    ['from:()', /nothing between/, 5, 2],
    ['from:(a subject:b)', /inside from:/, 8, 8],
    ['from:(a', /never closed/, 5, 1],
    ['is:lost', /is: knows/, 3, 4],
    ['is:constructor', /is: knows/, 3, 11],
    ['has:money', /has: knows/, 4, 5],
    ['before:soon', /a date is written/, 7, 4],
    ['before:2024-13', /no such date/, 7, 7],
    ['on:0099', /no such date/, 3, 4],
    ['on:2023-02-29', /no such date/, 3, 10],
    ['after:2024-00-01', /no such date/, 6, 10],
    ['larger:big', /a size is written/, 7, 3],
    ['id:abc', /an id is/, 3, 3],
    ['id:zzzzzzzzz', /an id is/, 3, 9],
    [`${'('.repeat(40)}a${')'.repeat(40)}`, /too deep/, 30, 1],
    [Array.from({ length: 201 }, () => 'a').join(' '), /too many/, 400, 1],
  ];
  for (const [query, says, at, length] of wrong) {
    it(query.length > 40 ? `${query.slice(0, 30)}…` : query, () => {
      assert.throws(
        () => parse(query),
        (error) => {
          assert.ok(error instanceof QueryError, String(error));
          assert.match(error.message, says);
          assert.ok(error.said.en === error.message && /\p{sc=Han}/u.test(error.said.zh));
          assert.deepEqual([error.at, error.length, error.kind], [at, length, 'usage']);
          return true;
        },
      );
    });
  }
});

describe('a query becomes a tree', () => {
  const right: readonly (readonly [query: string, tree: string])[] = [
    ['', 'all'],
    [' \t　', 'all'],
    ['invoice', '[invoice]'],
    ['invoice 发票', '(and [invoice] [发票])'],
    ['a AND b', '(and [a] [b])'],
    ['a b OR c d', '(or (and [a] [b]) (and [c] [d]))'],
    ['a (b OR c) d', '(and [a] (or [b] [c]) [d])'],
    ['a (b c)', '(and [a] [b] [c])'],
    ['a OR (b OR c)', '(or [a] [b] [c])'],
    ['（a OR b）　c', '(and (or [a] [b]) [c])'],
    ['or and not', '(and [or] [and] [not])'],
    ['a ＯＲ b', '(or [a] [b])'],
    ['发票 ＡＮＤ ＮＯＴ 报告', '(and [发票] not([报告]))'],
    ['主题：ＯＲ ｏｒ', '(and subject=[ＯＲ] [ｏｒ])'],
    ['"OR" x', '(and [OR] [x])'],
    ['-a', 'not([a])'],
    ['a -b', '(and [a] not([b]))'],
    ['a NOT b', '(and [a] not([b]))'],
    ['NOT -a', 'not(not([a]))'],
    ['-(a OR b)', 'not((or [a] [b]))'],
    ['－垃圾', 'not([垃圾])'],
    ['e-mail', '[e-mail]'],
    ['"an exact phrase"', '[an exact phrase]'],
    ['“增值税 发票”', '[增值税 发票]'],
    ['"他说“好”"', '[他说“好”]'],
    ['a"b c"', '(and [a] [b c])'],
    ['invo*', '[invo]*'],
    ['"tax inv"*', '[tax inv]*'],
    ['"2 * 3"', '[2 * 3]'],
    ['mail.qq.com', '[mail.qq.com]'],
    ['SO-2024-0001', '[SO-2024-0001]'],
    ['anna@example.com', '[anna@example.com]'],
    ['/var/lib/x', '[/var/lib/x]'],
    ['https://example.com/a?b=c', '[https://example.com/a?b=c]'],
    ['12:30', '[12:30]'],
    ['from:anna', 'sender=[anna]'],
    ['FROM:anna', 'sender=[anna]'],
    ['发件人:张三', 'sender=[张三]'],
    ['發件人：張三', 'sender=[張三]'],
    ['收件人:a cc:b bcc:c', '(and recipients=[a] cc=[b] bcc=[c])'],
    ['主题：发票 正文:b 附件名:x.pdf', '(and subject=[发票] body=[b] files=[x.pdf])'],
    ['subject:re:hello', 'subject=[re:hello]'],
    ['subject:"a b" -from:c*', '(and subject=[a b] not(sender=[c]*))'],
    ['subject:-5', 'subject=[-5]'],
    ['subject:OR', 'subject=[OR]'],
    ['from:(anna OR -ben)', '(or sender=[anna] not(sender=[ben]))'],
    ['in:INBOX account:qq', '(and folder=INBOX account=qq)'],
    ['文件夹:"Work/2024 (a)" 账户:qq', '(and folder=Work/2024 (a) account=qq)'],
    ['in:[Gmail]/*', 'folder=[Gmail]/*'],
    ['in:(A OR B)', '(or folder=A folder=B)'],
    ['label:重要 is:UNREAD is:星标 是:已回复', '(and label=重要 is=unread is=flagged is=answered)'],
    ['has:attachment 有:附件', '(and attachment attachment)'],
    ['type:PDF type:*.docx', '(and type=pdf type=docx)'],
    ['list:<dev.example.org> msgid:<a:b@c>', '(and list=<dev.example.org> msgid=a:b@c)'],
    ['id:DEADBEEF01', 'id=deadbeef01'],
    [
      'before:2024 after:2024-05 on:2024-5-6',
      '(and date=before:year:2024 date=after:year:2024,month:5 date=on:year:2024,month:5,day:6)',
    ],
    [
      '之前:2024年5月 之后:2024/05/06',
      '(and date=before:year:2024,month:5 date=after:year:2024,month:5,day:6)',
    ],
    [
      'after:7d before:3M on:2w after:1y',
      '(and date=after:ago:7,unit:d date=before:ago:3,unit:m date=on:ago:2,unit:w date=after:ago:1,unit:y)',
    ],
    [
      'before:２０２４ 之后：２０２４－０５ 日期：２０２４年５月６日 after:７ｄ larger:１．５Ｍ',
      '(and date=before:year:2024 date=after:year:2024,month:5 date=on:year:2024,month:5,day:6 date=after:ago:7,unit:d size=larger:1572864)',
    ],
    ['on:2024-02-29', 'date=on:year:2024,month:2,day:29'],
    [
      'larger:2M smaller:10k larger:500 larger:1.5GB',
      '(and size=larger:2097152 size=smaller:10240 size=larger:500 size=larger:1610612736)',
    ],
  ];
  for (const [query, tree] of right)
    it(query === '' ? '(empty)' : query, () => assert.equal(show(parse(query)), tree));
});
