// Which folders are kept.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WireName } from '../../src/model/ids.ts';
import { isKept } from '../../src/receive/choose.ts';

const folder = (name: string, ...attributes: string[]) => ({
  wire: name as WireName,
  name,
  delimiter: '/',
  attributes,
});

test('isKept() obeys globs and special-use attributes', () => {
  const rows: [string, string[], string[], string[], boolean][] = [
    ['INBOX', [], ['*'], [], true],
    ['Inbox', [], ['INBOX'], [], true],
    ['work', [], ['Work'], [], false],
    ['Archive/2019', [], ['Archive*'], [], true],
    ['客户往来', [], ['客户*'], [], true],
    ['Junk', [], ['*'], ['Junk'], false],
    ['Spam', ['\\Junk'], ['*'], ['\\junk'], false],
    ['Sent', ['\\Sent'], ['\\Sent'], [], true],
    ['[Gmail]', ['\\Noselect'], ['*'], [], false],
    ['ghost', ['\\NonExistent'], ['*'], [], false],
    ['a+b (c)', [], ['a+b (c)'], [], true],
    ['aab c', [], ['a+b c'], [], false],
  ];
  for (const [name, attributes, include, exclude, kept] of rows) {
    assert.equal(isKept(folder(name, ...attributes), { include, exclude }), kept, name);
  }
});
