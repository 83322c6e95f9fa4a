// Domains in their own script: either form of an address finds mail with the other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commit } from '../../src/index/commit.ts';
import { closeIndex, openIndex } from '../../src/index/database.ts';
import { withDomainForms } from '../../src/index/domain-forms.ts';
import { search } from '../../src/search/search.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { mailRoot } from './mail-root.ts';

test('addresses are followed by their other form, where they have one', () => {
  const table: readonly (readonly [string, string])[] = [
    ['', ''],
    ['Anna <anna@example.com>', 'Anna <anna@example.com>'],
    ['张三 <a@qq.com>', '张三 <a@qq.com>'],
    ['a@xn--fsqu00a.xn--0zwm56d', 'a@xn--fsqu00a.xn--0zwm56d, a@例子.测试'],
    ['B <b@bücher.example>, c@x', 'B <b@bücher.example>, c@x, b@xn--bcher-kva.example'],
    ['a@例子.测试, a@例子.测试', 'a@例子.测试, a@例子.测试, a@xn--fsqu00a.xn--0zwm56d'],
    ['a@XN--BCHER-KVA.example', 'a@XN--BCHER-KVA.example, a@bücher.example'],
    ['a@xn--.example, xn--', 'a@xn--.example, xn--'],
    ['@@例@@', '@@例@@, @xn--fsq'],
  ];
  for (const [addresses, both] of table) assert.equal(withDomainForms(addresses), both, addresses);
  assert.ok(withDomainForms('a@xn--fsqu00a '.repeat(100_000)).endsWith(', a@例子'));
});

test('mail is found by either form of an address', async (t) => {
  const db = openIndex(temporaryDirectory(t), 'write');
  t.after(() => closeIndex(db));
  const root = mailRoot(t);
  const documents = [
    await root.read('From: Z <zhang@xn--fsqu00a.xn--0zwm56d>\r\nTo: <user@b\xc3\xbccher.example>\r\n\r\nx'),
  ];
  commit(db, { account: 'qq', entries: [], documents, offset: 0 });
  const found = (query: string): number => search(db, query, { now: 0 }).total;
  for (const query of [
    'from:xn--fsqu00a',
    'from:例子',
    'from:子.测',
    'from:zhang@例子.测试',
    '发件人:zhang@xn--fsqu00a.xn--0zwm56d',
    'to:bucher',
    'to:user@BÜCHER.example',
    'to:user@xn--bcher-kva.example',
  ])
    assert.equal(found(query), 1, query);
  assert.equal(found('from:bücher OR to:例子'), 0);
});
