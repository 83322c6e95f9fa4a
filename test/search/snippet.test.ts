import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { marksIn, phrasesIn } from '../../src/search/highlight.ts';
import type { Range } from '../../src/search/highlight.ts';
import { parse } from '../../src/search/query.ts';
import { snippetOf } from '../../src/search/snippet.ts';

/** Marks as brackets. */
function shown(text: string, marks: readonly Range[]): string {
  return marks
    .toReversed()
    .reduce((out, [from, to]) => `${out.slice(0, from)}[${out.slice(from, to)}]${out.slice(to)}`, text);
}

function marked(query: string, text: string): string {
  return shown(text, marksIn(text, phrasesIn(parse(query), 'body')));
}

describe('marks', () => {
  const table: readonly (readonly [name: string, query: string, text: string, expected: string])[] = [
    ['nothing where nothing matches', 'invoice', 'invoices in voice', 'invoices in voice'],
    ['no word that the query excludes', 'a -b', 'a b', '[a] b'],
    ['no word of another column', 'subject:a b', 'a b', 'a [b]'],
    ['no half of a phrase', '"tax invoice"', 'tax, then invoice', 'tax, then invoice'],
    ['whole words in any case', 'invoice', 'Invoice INVOICE', '[Invoice] [INVOICE]'],
    ['beginnings where a star allows', 'inv*', 'Invoice in', '[Invoice] in'],
    ['accents, composed or not', 'cafe', 'Café cafe\u0301!', '[Café] [cafe\u0301]!'],
    ['full width', 'abc', 'ＡＢＣ abc', '[ＡＢＣ] [abc]'],
    ['traditional for simplified', '发票', '您的發票', '您的[發票]'],
    ['simplified for traditional', '發票', '发票。', '[发票]。'],
    ['Chinese across a line end', '发票', '发\n票', '[发\n票]'],
    ['Latin beside Chinese', 'gen', '重跑gen后', '重跑[gen]后'],
    ['half-width kana in whole', 'パス', 'ﾊﾟｽﾜｰﾄﾞ', '[ﾊﾟｽ]ﾜｰﾄﾞ'],
    ['a character outside the basic plane', '𠮷野', '𠮷野家', '[𠮷野]家'],
    ['a ligature in whole', 'fi', 'ﬁ', '[ﬁ]'],
    ['a word with a soft hyphen', 'invoice', 'in\u00advoice.', '[in\u00advoice].'],
    ['addresses as phrases', 'mail.qq.com', 'see mail.qq.com/x', 'see [mail.qq.com]/x'],
    ['overlapping hits as one', '数据 OR 据库', '数据库', '[数据库]'],
    ['both sides of OR', 'a OR b', 'a b c', '[a] [b] c'],
  ];
  for (const [name, query, text, expected] of table)
    it(name, () => assert.equal(marked(query, text), expected));
});

function snippet(query: string, text: string, length?: number): string {
  const found = snippetOf(text, phrasesIn(parse(query), 'body'), length);
  return shown(found.text, found.marks);
}

describe('a snippet', () => {
  it('is the beginning where nothing is found', () => {
    assert.equal(snippet('x', ''), '');
    assert.equal(snippet('x', 'Dear Anna,\r\n\r\n  hello\tthere'), 'Dear Anna, hello there');
    assert.equal(snippet('x', 'word '.repeat(100), 20), 'word word word word…');
  });

  it('surrounds the hit, with dots where text was left out', () => {
    const text = `${'before '.repeat(50)}the invoice ${'after '.repeat(50)}`;
    assert.match(snippet('invoice', text, 80), /^…(before )+the \[invoice\] (after )+a?f?t?e?r?…$/);
    assert.ok(snippetOf(text, phrasesIn(parse('invoice'), 'body')).text.length <= 162);
  });

  it('prefers the place that shows most of the query', () => {
    const text = `invoice ${'x '.repeat(300)} invoice and tax ${'y '.repeat(300)}`;
    assert.match(snippet('invoice tax', text), /\[invoice\] and \[tax\]/);
  });

  it('shows nothing that steers a terminal or turns the writing', () => {
    assert.equal(snippet('x', 'a\0\x1b(31m b\x07\u202eevil\u2066 \x9b2J'), 'a (31m b evil 2J');
    assert.equal(snippet('evil', '\u202eevil\x1b'), '[evil]');
  });

  it('never cuts a character in two', () => {
    for (let length = 41; length < 60; length += 1) {
      const { text } = snippetOf('𠮷'.repeat(200), phrasesIn(parse('家'), 'body'), length);
      assert.ok(!/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text), text);
      const hit = snippetOf(
        `${'𠮷'.repeat(100)}家${'𠮷'.repeat(100)}`,
        phrasesIn(parse('家'), 'body'),
        length,
      );
      assert.ok(!/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(hit.text));
      assert.match(shown(hit.text, hit.marks), /\[家\]/);
    }
  });

  it('finds a hit deep in a long text, also on a seam between pieces', () => {
    for (const before of [32_760, 32_768 - 256 - 3, 32_768 - 256, 40_000, 1_000_000])
      assert.match(
        snippet('发票', `${'x '.repeat(before / 2)}发票 ${'y '.repeat(50)}`),
        /\[发票\]/,
        String(before),
      );
  });
});
