// PURE: header fields beyond ASCII as every server takes them: encoded words for text and names (RFC 2047), extended
// parameters for file names (RFC 2231). What cannot be written so without a doubt is left, and said.
import { domainToASCII } from 'node:url';
import type { Field } from './header.ts';
import { valueOf, withCrlf } from './header.ts';

/** Fields whose words mean something to programs: an encoded word has no place there (RFC 2047 §5). */
const STRICT =
  /^(date|message-id|in-reply-to|references|received|return-path|mime-version|content-transfer-encoding|content-id|resent-date|resent-message-id|dkim-.*|arc-.*|authentication-results|list-(id|post|help|unsubscribe.*|subscribe|owner|archive))$/;
const NAMES =
  /^(resent-)?(from|sender|reply-to|to|cc|bcc)$|^(disposition-notification-to|return-receipt-to)$/;
const PARAMETERS = /^content-(type|disposition)$/;

/** The field in ASCII, with CRLF line ends; undefined where that cannot be done. One that is in ASCII stays as it is. */
export function asciiField(field: Field): Buffer | undefined {
  if (!field.raw.some((octet) => octet > 127)) return withCrlf(field.raw);
  if (STRICT.test(field.name)) return undefined;
  const text = utf8(Buffer.from(valueOf(field), 'latin1'));
  if (text === undefined) return undefined;
  const value = PARAMETERS.test(field.name)
    ? withParameters(text)
    : NAMES.test(field.name)
      ? withNames(text)
      : withWords(text);
  if (value === undefined || /[^\x09\x20-\x7e]/.test(value)) return undefined;
  const name = /^[^:]*:/.exec(field.raw.toString('latin1'))?.[0] ?? '';
  return Buffer.from(`${folded(`${name} ${value}`)}\r\n`, 'latin1');
}

/** RFC 2047 §2: an encoded word has at most 75 characters; 12 of them are `=?UTF-8?B?` and `?=`. */
const MOST = 45;

/** Text whose words beyond ASCII become encoded ones; the others stay as they are. */
function withWords(text: string): string {
  const pieces = text.split(/([ \t]+)/);
  let out = '';
  for (let at = 0; at < pieces.length; at += 2) {
    if (!isForeign(pieces[at])) {
      out += `${pieces[at] ?? ''}${pieces[at + 1] ?? ''}`;
      continue;
    }
    // White space between two encoded words is not shown (RFC 2047 §6.2): what stands there goes into the word.
    let run = isEncoded(pieces[at - 2]) ? (pieces[at - 1] ?? '') : '';
    run += pieces[at] ?? '';
    while (isForeign(pieces[at + 2])) {
      run += `${pieces[at + 1] ?? ''}${pieces[at + 2] ?? ''}`;
      at += 2;
    }
    if (isEncoded(pieces[at + 2])) run += pieces[at + 1] ?? '';
    out += `${encodedWords(run)}${pieces[at + 1] ?? ''}`;
  }
  return out;
}

function isForeign(piece: string | undefined): boolean {
  return piece !== undefined && /[^\x00-\x7f]/.test(piece);
}

function isEncoded(piece: string | undefined): boolean {
  return piece !== undefined && /^=\?.*\?=$/.test(piece);
}

/** RFC 2047 §5: each word holds whole characters. */
function encodedWords(text: string): string {
  const words: string[] = [];
  let part = '';
  for (const sign of text) {
    if (Buffer.byteLength(part + sign) > MOST) {
      words.push(part);
      part = '';
    }
    part += sign;
  }
  words.push(part);
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join(' ');
}

/**
 * An address list whose names become encoded words (RFC 2047 §5 rule 3), a quoted one without its quotation marks; comments
 * and addresses stay as they are, so that one of them beyond ASCII shows in the result.
 */
function withNames(text: string): string {
  let out = '';
  let phrase = '';
  let comments = '';
  const put = (words: string, sign: string): void => {
    const behind = sign.startsWith('<') ? ' ' : '';
    out += comments === '' ? words + sign : `${words.trimEnd()} ${comments}${behind}${sign}`;
    phrase = '';
    comments = '';
  };
  for (const [piece] of text.matchAll(NAME_PIECES)) {
    if (piece.startsWith('<')) put(named(phrase), `<${asciiDomain(piece.slice(1, -1))}>`);
    else if (piece === ':') put(named(phrase), piece);
    else if (piece === ',' || piece === ';') put(asciiDomain(phrase), piece);
    else if (!piece.startsWith('(')) phrase += piece;
    else comments += isForeign(piece) ? `(${encodedWords(unquoted(piece.slice(1, -1)))})` : piece;
  }
  put(asciiDomain(phrase), '');
  return out;
}

const NAME_PIECES = /"(?:[^"\\]|\\.)*"|\((?:[^()\\]|\\.)*\)|<[^<>]*>|[^"(<,:;]+|./gsu;

/** An address whose domain alone is beyond ASCII, with that as A-labels (RFC 5891 §4); anything else as it is. */
function asciiDomain(address: string): string {
  const [, local, domain, end = ''] = /^([\x20-\x7e]*@)([^\s@]+)(\s*)$/.exec(address) ?? [];
  if (local === undefined || domain === undefined || !isForeign(domain)) return address;
  const ascii = domainToASCII(domain);
  return ascii === '' ? address : `${local}${ascii}${end}`;
}

function unquoted(text: string): string {
  return text.replace(/\\(.)/gsu, '$1');
}

function named(phrase: string): string {
  if (!isForeign(phrase)) return phrase;
  const [, before = '', inside = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(phrase) ?? [];
  const words = inside.replace(/"((?:[^"\\]|\\.)*)"/gsu, (_, quoted: string) => unquoted(quoted));
  // An encoded word among them would be taken for text.
  return `${before}${/=\?.*\?=/.test(words) ? withWords(words) : encodedWords(words)}${after}`;
}

/** Parameters beyond ASCII in the extended form (RFC 2231 §3 and §4), in pieces that fit into a line. */
function withParameters(text: string): string {
  return text.replace(
    /;(\s*)([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/gu,
    (whole: string, space: string, name: string, quoted: string | undefined, plain: string | undefined) => {
      const value = quoted === undefined ? (plain ?? '') : unquoted(quoted);
      return isForeign(value) ? `;${space === '' ? ' ' : space}${extended(name, value)}` : whole;
    },
  );
}

function extended(name: string, value: string): string {
  const signs = Array.from(value, (sign) =>
    /^[A-Za-z0-9!#$&+.^_`{|}~-]$/.test(sign)
      ? sign
      : [...Buffer.from(sign)]
          .map((octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`)
          .join(''),
  );
  const pieces: string[] = [''];
  for (const sign of signs) {
    if ((pieces.at(-1) ?? '').length + sign.length > 55) pieces.push('');
    pieces[pieces.length - 1] += sign;
  }
  if (pieces.length === 1) return `${name}*=UTF-8''${pieces[0]}`;
  return pieces.map((piece, n) => `${name}*${n}*=${n === 0 ? "UTF-8''" : ''}${piece}`).join('; ');
}

/** RFC 5322 §2.1.1: lines near 78 characters, broken before white space. */
function folded(line: string): string {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > 78) {
    const found = [...rest.slice(0, 78).matchAll(/(?<=[^ \t:])[ \t]/g)].at(-1)?.index;
    const at = found ?? rest.slice(78).search(/[ \t]/) + 78;
    if (found === undefined && at < 78) break;
    if (rest.slice(at).trim() === '') break;
    lines.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return [...lines, rest].join('\r\n');
}

function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
