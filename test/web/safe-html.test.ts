import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { simpleParser } from 'mailparser';
import { safeHtml, type SafeHtml } from '../../src/web/safe-html.ts';
import { vectors } from '../browser/vectors.ts';
import { offence } from './offence.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const safe = (html: string, remote = false): SafeHtml =>
  safeHtml(html, {
    remote,
    image: (cid) => ({ 'a@b': PNG, 'svg@b': Buffer.from('<svg onload=pwned()>') })[cid],
  });
const bodyOf = (html: string, remote = false): string => safe(html, remote).html.split('<body>\n')[1] ?? '';

describe('the HTML of a mail, made safe', () => {
  for (const { name, html } of vectors())
    it(`holds known tags and attributes only: ${name}`, () => {
      assert.equal(offence(safe(html).html), null);
      assert.equal(offence(safe(html, true).html, true), null);
    });

  const dompurify = '../shared/data/devpack/html/dompurify/expect.json';
  const missing = existsSync(dompurify) ? false : 'needs ../shared/data';
  it('holds known tags and attributes only: what another sanitiser is tested with', { skip: missing }, () => {
    const cases = JSON.parse(readFileSync(dompurify, 'utf8')) as { payload: string }[];
    assert.ok(cases.length > 200);
    cases.forEach(({ payload }, index) => assert.equal(offence(safe(payload).html), null, `case ${index}`));
  });

  const devpack = '../shared/data/devpack';
  it('holds known tags and attributes only: real mail', { skip: missing }, async () => {
    let count = 0;
    for (const name of readdirSync(devpack, { recursive: true, encoding: 'utf8' })) {
      const octets = statSync(join(devpack, name)).isFile()
        ? readFileSync(join(devpack, name))
        : Buffer.alloc(0);
      if (!/^content-type: *text\/html/im.test(octets.toString('latin1'))) continue;
      const { html } = await simpleParser(octets, { skipTextToHtml: true, skipImageLinks: true });
      if (html === false) continue;
      count++;
      assert.equal(offence(safe(html).html), null, name);
    }
    assert.ok(count > 100, `${count}`);
  });

  it('is the same when it is made safe twice', () => {
    for (const { name, html } of vectors()) {
      const once = bodyOf(html);
      assert.equal(bodyOf(once), once, name);
    }
  });

  const cases: readonly (readonly [string, string])[] = [
    ['<p>Grüße, 你好 &amp; &lt;b&gt; &nbsp;</p>', '<p>Grüße, 你好 &amp; &lt;b&gt; \u00a0</p>'],
    ['<P ALIGN=center onclick=x()>x', '<p align="center">x'],
    ['a<script>b</script>c<title>d</title>e', 'ace'],
    ['<svg><text>x</text></svg>y<svg/>z', 'yz'],
    ['<svg><p>what nobody closed hides nothing', '<p>what nobody closed hides nothing'],
    ['<noscript>x</noscript><object>y</object><form>z<button>w</button></form>', 'xyzw'],
    ['<o:p>x</o:p><unknown a=b>y</unknown>', 'xy'],
    [
      '<a href="https://user:secret@example.org/?a=1&amp;b=2">x</a>',
      LINK('https://example.org/?a=1&amp;b=2'),
    ],
    ['<a href="https://bücher.example/">x</a>', LINK('https://xn--bcher-kva.example/')],
    ['<a href="mailto:someone@example.org">x</a>', LINK('mailto:someone@example.org')],
    ['<a href="#chapter">x</a><a name=chapter>y</a>', '<a href="#chapter">x</a><a name="chapter">y</a>'],
    ['<a href="relative.html">x</a>', '<a>x</a>'],
    ['<img src="cid:a@b" alt=x>', `<img src="data:image/png;base64,${PNG.toString('base64')}" alt="x">`],
    ['<img src="cid:%3Ca%40b%3E">', `<img src="data:image/png;base64,${PNG.toString('base64')}">`],
    ['<img src="cid:svg@b" alt="drawn">', '<img alt="drawn">'],
    [`<td style="background:url('x') #fff">`, '<td style="background:#fff">'],
    ['<img src="https://example.org/x.png" alt=x width=2>', '<img alt="x" width="2">'],
    [
      '<td style="COLOR: #F00; background:url(x) #fff no-repeat; mso-x:1; width:calc(1px + 2%)">',
      '<td style="color:#F00;background:#fff no-repeat;width:calc(1px + 2%)">',
    ],
    [
      `<p style="font-family:'Microsoft YaHei',宋体;margin:0 -1.5em !important">`,
      '<p style="font-family:&quot;Microsoft YaHei&quot;,宋体;margin:0 -1.5em !important">',
    ],
    [
      '<style>a:hover, td > .x[width="1"]{color:red;top:1px} b{top:1px} @media (max-width:600px){i{width:100%!important}}</style>',
      '<style>a:hover, td > .x[width="1"]{color:red}\n@media (max-width:600px){i{width:100%!important}\n}\n</style>',
    ],
  ];
  for (const [html, expected] of cases)
    it(`keeps what a reader needs: ${html.slice(0, 60)}`, () => assert.equal(bodyOf(html), expected));

  it('counts what it would have fetched from elsewhere, and fetches images when asked', () => {
    const mail =
      '<img src=http://a.example/1><img src=//b.example/2><body background=http://c.example/3>' +
      '<p style="background:url(http://d.example/4)">x<img src="data:,x"><style>@import "http://e.example/5"</style>';
    assert.equal(safe(mail).blocked, 5);
    assert.doesNotMatch(safe(mail).html, /example/);
    assert.match(
      bodyOf(mail, true),
      /^<img src="http:\/\/a\.example\/1" referrerpolicy="no-referrer"><img src="https:\/\/b\.example\/2"/,
    );
    assert.doesNotMatch(bodyOf(mail, true), /[de]\.example/);
  });

  it('says that something ran, or would have', () => {
    assert.equal(safe('<p>x</p>').disarmed, 0);
    assert.equal(safe(`<script>x</script><p onclick=x><a href="java&#10;script:x">`).disarmed, 3);
  });

  it('puts an image into the document as often as there is room, and no more', () => {
    const image = Buffer.concat([PNG, Buffer.alloc(4 * 1024 * 1024)]);
    const { html } = safeHtml('<img src=cid:x>'.repeat(5000), { image: () => image, remote: false });
    assert.ok(html.length < 34 * 1024 * 1024);
    assert.equal(html.match(/<img src="data:/g)?.length, 5);
  });

  it('stops nesting before a browser would choke, and loses no text', () => {
    for (const tag of ['div', 'b', 'table', 'blockquote']) {
      const body = bodyOf(`${`<${tag}>`.repeat(100_000)}kept${`</${tag}>`.repeat(100_000)}`);
      assert.ok(body.length < 20_000, tag);
      assert.match(body, /kept/);
      assert.equal(body.split(`<${tag}>`).length, body.split(`</${tag}>`).length);
    }
  });
});

function LINK(href: string): string {
  return `<a href="${href}" target="_blank" rel="noopener noreferrer nofollow">x</a>`;
}
