// Reads a document that was made safe by a grammar of its own, far narrower than HTML, and names the first thing that does not
// fit. It shares nothing with what it checks.

const TAGS = new Set(
  (
    'a abbr acronym address area article aside b bdi bdo big blockquote body br caption center cite code col colgroup dd del ' +
    'details dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr html i img ins kbd li main map ' +
    'mark menu nav nobr ol p pre q rp rt ruby s samp section small span strike strong sub summary sup table tbody td tfoot th ' +
    'thead time tr tt u ul var wbr'
  ).split(' '),
);

const ATTRIBUTES = new Set(
  (
    'abbr align alink alt background bgcolor border cellpadding cellspacing class clear color colspan compact coords dir face frame ' +
    'height href hspace id lang link name noshade nowrap open referrerpolicy rel reversed role rowspan rules scope shape size span ' +
    'src start style summary target text title type usemap valign value vlink vspace width'
  ).split(' '),
);

const TAG = /^<(\/?)([a-z][a-z0-9]*)((?: [a-z]+="[^"<>]*")*)>/;

/** What a document holds that it must not; null where all is well. */
export function offence(document: string, remote = false): string | null {
  const [head, body] = document.split('<body>\n');
  if (head === undefined || body === undefined || !head.startsWith('<!doctype html>')) return 'no head';
  let rest = body;
  while (rest !== '') {
    const text = /^[^<]+/.exec(rest)?.[0] ?? '';
    if (/[\0-\x08\x0b\x0e-\x1f]/.test(text)) return `a control character: ${text.slice(0, 80)}`;
    rest = rest.slice(text.length);
    if (rest === '') break;
    const style = /^<style>([^<]*)<\/style>/.exec(rest);
    const tag = TAG.exec(rest);
    const found =
      style !== null ? sheet(style[1] ?? '') : tag === null ? rest.slice(0, 80) : wrong(tag, remote);
    if (found !== null) return found;
    rest = rest.slice((style ?? tag)?.[0].length);
  }
  return null;
}

function wrong([all, , name = '', attributes = '']: RegExpExecArray, remote: boolean): string | null {
  if (!TAGS.has(name)) return all;
  for (const [one, key = '', value = ''] of attributes.matchAll(/ ([a-z]+)="([^"]*)"/g)) {
    if (!ATTRIBUTES.has(key)) return one;
    if (key === 'href' && !/^(?:https?:\/\/|mailto:|#)/.test(value)) return one;
    if (key === 'href' && !value.startsWith('#') && !/ rel="noopener noreferrer nofollow"/.test(attributes))
      return one;
    if ((key === 'src' || key === 'background') && !isImage(value, remote)) return one;
    if (key === 'style' && sheet(value) !== null) return one;
  }
  return null;
}

function isImage(value: string, remote: boolean): boolean {
  return (
    /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]*$/.test(value) ||
    (remote && /^https?:\/\//.test(value))
  );
}

/** CSS of names, numbers and punctuation: no function that fetches, no at-rule but one, no escape, no comment. */
function sheet(css: string): string | null {
  const bad =
    /[\\<]|\/\*|\*\/|\b(?:url|src|image|image-set|var|expression|attr|env|paint|element)\(|@(?!media )|--|(?<![\w-])(?:position|behavior|content|cursor|filter|mask|animation|transition|transform|z-index|inset|top|left)\s*:/i;
  return bad.exec(css)?.[0] ?? null;
}
