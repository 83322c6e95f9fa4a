import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { html, joined } from '../../src/web/markup.ts';
import { languageFor } from '../../src/web/language.ts';

describe('markup', () => {
  it('escapes whatever stands in a template, between tags and in attributes', () => {
    const hostile = `<script>alert("x")</script>' onload='y' &amp;`;
    assert.equal(
      html`<p title="${hostile}">${hostile}</p>`.toString(),
      '<p title="&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39; onload=&#39;y&#39; &amp;amp;">' +
        '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39; onload=&#39;y&#39; &amp;amp;</p>',
    );
  });

  it('takes templates and lists of them as they are, and nothing for nothing', () => {
    const items = ['a', '<b>'].map((item) => html`<i>${item}</i>`);
    const some = html`${items}${null}${undefined}${false}${0}`;
    assert.equal(some.toString(), '<i>a</i><i>&lt;b&gt;</i>0');
    assert.equal(html`${joined(['a', html`<br />`], ' · ')}`.toString(), 'a · <br />');
  });

  it('is not forged by an object that looks like it', () => {
    const forged: unknown = JSON.parse('{"isEscaped": true, "html": "<b>"}');
    const text = html`${String(forged)}`.toString();
    assert.equal(text, '[object Object]');
  });

  it('lets no control and no sign that turns the direction through, and keeps line ends', () => {
    assert.equal(html`${'a\u001b[31m\u202eb\u2066\n\tc\u0000'}`.toString(), 'a [31m b \n\tc ');
  });

  it('keeps the spaces of values, and drops the indents of templates', () => {
    const pieces = Object.assign(['<p>\n    ', '\n  </p>'], { raw: [] });
    assert.equal(html(pieces, '  a\n   b').toString(), '<p>\n  a\n   b\n</p>');
  });
});

describe('the language', () => {
  const table: readonly (readonly [
    chosen: string | undefined,
    accept: string | undefined,
    wanted: 'en' | 'zh',
  ])[] = [
    [undefined, undefined, 'en'],
    [undefined, '', 'en'],
    [undefined, 'zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    [undefined, 'zh-TW', 'zh'],
    [undefined, 'de,en;q=0.5,zh;q=0.3', 'en'],
    [undefined, 'en;q=0.3, zh;q=0.5', 'zh'],
    [undefined, 'de-DE,fr', 'en'],
    [undefined, 'zh;q=0', 'en'],
    [undefined, 'zh;q=nonsense', 'en'],
    ['zh', 'en', 'zh'],
    ['en', 'zh', 'en'],
    ['fr', 'zh', 'zh'],
  ];
  for (const [chosen, accept, wanted] of table)
    it(`is ${wanted} for ${accept ?? 'no header'}, chosen: ${chosen ?? 'none'}`, () =>
      assert.equal(languageFor(chosen, accept), wanted));
});
