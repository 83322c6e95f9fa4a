import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from '../../src/search/query.ts';
import { filterTermsIn, hasTerm, termOf, withoutTerm, withTerm } from '../../src/web/terms.ts';

describe('a filter changes the query', () => {
  const added: readonly (readonly [query: string, term: string, result: string])[] = [
    ['', 'account:qq', 'account:qq'],
    ['  ', 'account:qq', 'account:qq'],
    ['invoice', 'account:qq', 'invoice account:qq'],
    ['a OR b', 'on:2024', '(a OR b) on:2024'],
    ['(a OR b) c', 'on:2024', '(a OR b) c on:2024'],
    ['发票 OR 收据', 'in:"Sent Items"', '(发票 OR 收据) in:"Sent Items"'],
    ['"a OR b"', 'has:attachment', '"a OR b" has:attachment'],
    ['-(a OR b)', 'has:attachment', '-(a OR b) has:attachment'],
  ];
  for (const [query, term, result] of added)
    it(`adds ${term} to ${JSON.stringify(query)}`, () => {
      assert.equal(withTerm(query, term), result);
      assert.ok(hasTerm(result, term));
      assert.doesNotThrow(() => parse(result));
    });

  it('takes out what it added, and nothing that only looks like it', () => {
    assert.equal(withoutTerm('a account:qq b', 'account:qq'), 'a b');
    assert.equal(withoutTerm('account:qq', 'account:qq'), '');
    assert.equal(withoutTerm('a -has:attachment', '-has:attachment'), 'a');
    assert.equal(withoutTerm('"x account:qq y"', 'account:qq'), '"x account:qq y"');
    assert.equal(withoutTerm('(account:qq OR b) c', 'account:qq'), '(account:qq OR b) c');
    assert.equal(withoutTerm('account:qq2', 'account:qq'), 'account:qq2');
  });

  it('sees a term only where all messages must meet it', () => {
    assert.ok(hasTerm('a on:2024', 'on:2024'));
    assert.ok(!hasTerm('a OR on:2024', 'on:2024'));
    assert.ok(!hasTerm('-on:2024', 'on:2024'));
    assert.ok(!hasTerm('(on:2024)', 'on:2024'));
    assert.ok(!hasTerm('"unclosed on:2024', 'on:2024'));
  });

  it('shows the terms of filters and no words', () => {
    assert.deepEqual(filterTermsIn('发票 account:qq -has:attachment from:"a b" subject:x'), [
      'account:qq',
      '-has:attachment',
      'from:"a b"',
    ]);
    assert.deepEqual(filterTermsIn('a OR account:qq'), []);
  });

  const values = [
    'INBOX',
    '客户往来',
    'Sent Items',
    'a(b)',
    'x*',
    'say "hi"',
    'INBOX/Sub',
    '-x',
    'a:b',
    '27" “宽”',
  ];
  for (const value of values)
    it(`writes the folder ${value} so that the query language reads it back`, () => {
      const tree = parse(termOf('in', value));
      assert.deepEqual(tree, { kind: 'folder', name: value });
    });
});
