import assert from 'node:assert/strict';
import { test } from 'node:test';
import { htmlText } from '../../src/index/html-text.ts';

const PAGES: [string, string, string][] = [
  ['nothing', '', ''],
  ['half a tag', '<', '<'],
  ['an unclosed script', 'seen<script>hidden', 'seen'],
  ['half an entity', 'a &am b &#x; c', 'a &am b &#x; c'],
  ['plain text', 'a  b\r\n\tc', 'a b\nc'],
  [
    'head, style, script and comments',
    '<head><title>t</title><style>a{}</style></head><!-- c -->x<script>1<2</script>y',
    'xy',
  ],
  ['inline elements', 'in<b>vo</b>ice', 'invoice'],
  ['blocks', '<p>one<p>two<div>three</div>four<br>five', 'one\ntwo\nthree\nfour\nfive'],
  ['tables', '<table><tr><td>1<td>2</tr><tr><th>3<th>4</table>', '1 2\n\n3 4'],
  ['entities', '&lt;caf&eacute;&gt;&nbsp;&#21457;&#x7968;', '<café> 发票'],
  ['pictures', '<img src=x alt="fa&ccedil;ade"><IMG ALT=two>', 'façade two'],
  ['lists', '<ul><li>one<li>two</ul><ol><li>three</ol>', 'one\ntwo\n\nthree'],
  ['tables in tables', '<table><tr><td>a<table><tr><td>b<td>c</table><td>d</table>', 'a\n\nb c\nd'],
  [
    'what is hidden from the eye',
    '<p style="display:none">preview</p><div hidden>more</div>seen',
    'preview\n\nmore\nseen',
  ],
  [
    'conditional comments',
    '<!--[if mso]><p>Outlook only</p><![endif]-->all<![if !mso]> others<![endif]>',
    'all others',
  ],
  ['a sign of greater in an attribute', '<a title="1 > 0" href=x>link</a><br/>next', 'link\nnext'],
  ['entities of windows-1252', 'it&#146;s &#8364;5 &#x1F600;&amp;amp;', 'it’s €5 😀&amp;'],
  ['a style in the middle of the text', 'a<style type="text/css">p > b {}</style >b', 'ab'],
  ['half a page', '<p>one<p>tw', 'one\ntw'],
  ['upper case', '<P>one<STYLE>x</STYLE><BR>two', 'one\ntwo'],
];
for (const [what, html, text] of PAGES) {
  test(`${what} in HTML: what a person reads`, () => {
    assert.equal(htmlText(html, 1000), text);
  });
}

test('the text of a page ends at the limit', () => {
  assert.equal(htmlText('<p>word '.repeat(100_000), 1000).length <= 1000, true);
});
