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
