// PURE: where a link of a mail may lead: another site, or a mail to somebody. An address is written as a browser reads it
// (international host names in ASCII, so that a look-alike shows), without name and password.

const WEB = new Set(['http:', 'https:']);

/** The address of a link; undefined where it may not be one. `#place` inside the mail stays. */
export function safeLink(href: string): string | undefined {
  const link = trimmed(href);
  if (/^#[\w.:-]+$/.test(link)) return link;
  const url = absolute(link);
  return url !== undefined && (WEB.has(url.protocol) || url.protocol === 'mailto:') ? url.href : undefined;
}

/** The address of an image elsewhere; undefined for what is no image elsewhere. */
export function farImage(src: string): string | undefined {
  const link = trimmed(src);
  const url = absolute(/^[\\/]{2}/.test(link) ? `https:${link}` : link);
  return url !== undefined && WEB.has(url.protocol) ? url.href : undefined;
}

/** The content id that `cid:` names, without its brackets; undefined for another address. */
export function contentId(src: string): string | undefined {
  const found = /^cid:(.{1,998})$/i.exec(trimmed(src))?.[1];
  if (found === undefined) return undefined;
  return unescaped(found).replace(/^<|>$/g, '');
}

/** As the URL Standard reads an address: without control characters and spaces around it, tabs and line ends in it. */
function trimmed(address: string): string {
  return address.slice(0, LONGEST).replace(/^[\0- ]+|[\0- ]+$|[\t\n\r]/g, '');
}

/** Longer addresses are of no use to anybody. `data:` images are read elsewhere. */
const LONGEST = 16_384;

function absolute(link: string): URL | undefined {
  if (!URL.canParse(link)) return undefined;
  const url = new URL(link);
  url.username = '';
  url.password = '';
  return url;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
