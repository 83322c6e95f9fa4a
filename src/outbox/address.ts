// PURE: the addresses of a raw From, To or Cc field, read strictly: what is not an address for certain is refused with a
// sentence, because a guess would send a letter to a stranger. Encoded words stay what they are; nothing is decoded.
import { domainToASCII } from 'node:url';

/** Addresses in order, each `local@domain` ready for a command; or why the field cannot be used. */
export type Addresses = { readonly addresses: readonly string[] } | { readonly refused: string };

/** Comments inside comments that are followed. */
const MAX_DEPTH = 16;
/** Octets of one field; safety against a field that is long only to be slow. */
const MAX_FIELD = 128 * 1024;

/** RFC 5322 §3.2.3 `atext`, with the octets of UTF-8 (RFC 6532 §3.2). */
const ATOM = /[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\x80-\xff]/;

type Token =
  | { readonly kind: 'atom' | 'quoted' | 'literal'; readonly text: string; readonly spaced: boolean }
  | { readonly kind: 'special'; readonly text: string; readonly spaced: boolean };

class Unreadable extends Error {}

/**
 * Reads an address list (RFC 5322 §3.4), unfolded and octet by octet as latin1. Groups are flattened, empty members are
 * skipped (§4.4), routes are dropped (RFC 5321 §3.3 wants them ignored), comments too.
 */
export function parseAddresses(value: string): Addresses {
  try {
    if (value.length > MAX_FIELD) throw new Unreadable(`it is longer than ${MAX_FIELD} octets`);
    return { addresses: list(tokens(value)) };
  } catch (thrown) {
    if (thrown instanceof Unreadable) return { refused: thrown.message };
    throw thrown;
  }
}

/** The same address in another spelling gives the same key; the local part keeps its case (RFC 5321 §2.4). */
export function addressKey(address: string): string {
  const at = address.lastIndexOf('@');
  return address.slice(0, at) + address.slice(at).toLowerCase();
}

/** True where a and b are the same person's address for a policy: there neither case matters nor how the domain is written. */
export function sameAddress(a: string, b: string): boolean {
  return policyKey(a) === policyKey(b);
}

function policyKey(address: string): string {
  const at = address.lastIndexOf('@') + 1;
  const domain = address.slice(at);
  return `${address.slice(0, at)}${/^[\x20-\x7e]*$/.test(domain) ? domain : domainToASCII(domain)}`.toLowerCase();
}

function list(all: readonly Token[]): string[] {
  const found: string[] = [];
  let group = false;
  let member: Token[] = [];
  const end = (): void => {
    if (member.length > 0) found.push(mailbox(member));
    member = [];
  };
  let angle = false;
  for (const token of all) {
    const sign = token.kind === 'special' ? token.text : '';
    if (sign === '<') angle = true;
    if (sign === '>') angle = false;
    if (sign === ',' && !angle) end();
    else if (sign === ':' && !angle) {
      if (group) throw new Unreadable('it holds a group inside a group');
      if (member.length === 0) throw new Unreadable('it holds a group without a name');
      if (member.some((t) => t.kind === 'special' && t.text !== '.')) {
        throw new Unreadable(`the name of a group is no name: ${show(member)}`);
      }
      group = true;
      member = [];
    } else if (sign === ';' && !angle) {
      if (!group) throw new Unreadable('it holds a ";" outside a group');
      end();
      group = false;
    } else member.push(token);
  }
  if (group) throw new Unreadable('it holds a group without its ";"');
  end();
  return found;
}

/** One mailbox: `name <address>` or the bare address. */
function mailbox(all: readonly Token[]): string {
  const open = all.findIndex((token) => isSign(token, '<'));
  if (open < 0) return address(all, all);
  const inside = all.slice(open + 1, -1);
  const last = all.at(-1);
  if (last === undefined || !isSign(last, '>') || inside.some((t) => isSign(t, '<') || isSign(t, '>'))) {
    throw new Unreadable(`angle brackets do not pair in ${show(all)}`);
  }
  // RFC 5322 §4.4: <@relay,@relay:user@domain> names the way that nobody goes any more.
  const colon = inside.findIndex((token) => isSign(token, ':'));
  if (colon >= 0) {
    const route = inside.slice(0, colon);
    if (route.some((t) => t.kind === 'quoted' || (t.kind === 'special' && !'@.,'.includes(t.text)))) {
      throw new Unreadable(`a route is not readable in ${show(all)}`);
    }
  }
  return address(inside.slice(colon + 1), all);
}

function address(all: readonly Token[], whole: readonly Token[]): string {
  const at = all.findIndex((token) => isSign(token, '@'));
  if (at < 0) throw new Unreadable(`there is no address in ${show(whole)}`);
  const local = all.slice(0, at);
  const domain = all.slice(at + 1);
  if (local.length === 0 || domain.length === 0) throw new Unreadable(`half an address: ${show(whole)}`);
  // `a b@c` and `a@b c` are two words and one address, or a missing comma: nobody can know.
  if ([...local.slice(1), ...domain].some((token) => token.spaced)) {
    throw new Unreadable(`there is a space inside an address: ${show(whole)}`);
  }
  const text = `${localPart(local, whole)}@${domainPart(domain, whole)}`;
  if (Buffer.byteLength(text) > 254)
    throw new Unreadable(`an address is longer than 254 octets: ${show(whole)}`);
  return text;
}

function localPart(all: readonly Token[], whole: readonly Token[]): string {
  const dotted = words(all);
  if (dotted === undefined || all.some((token) => token.kind === 'literal')) {
    throw new Unreadable(`the part before the @ is not readable in ${show(whole)}`);
  }
  const text = utf8(dotted.join('.'), whole);
  // QQ refuses it, and a reader that decodes before it parses would see another address here.
  if (/=\?.*\?=/.test(text))
    throw new Unreadable(`an address is hidden inside an encoded word: ${show(whole)}`);
  if (Buffer.byteLength(text) > 64)
    throw new Unreadable(`the part before the @ is longer than 64 octets: ${show(whole)}`);
  // RFC 5321 §4.1.2: what is no dot-string is sent as a quoted string.
  if (/^[^\s"(),.:;<>@[\\\]]+(\.[^\s"(),.:;<>@[\\\]]+)*$/.test(text)) return text;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function domainPart(all: readonly Token[], whole: readonly Token[]): string {
  const [first] = all;
  if (first?.kind === 'literal' && all.length === 1) {
    // RFC 5321 §4.1.3: [192.0.2.1], [IPv6:2001:db8::1]
    if (/^\[[A-Za-z0-9.:-]+\]$/.test(first.text)) return first.text;
    throw new Unreadable(`the domain is not readable in ${show(whole)}`);
  }
  const dotted = all.every((token) => token.kind === 'atom' || isSign(token, '.')) ? words(all) : undefined;
  const text = dotted === undefined ? '' : utf8(dotted.join('.'), whole);
  // RFC 5891 §4: a name beyond ASCII goes out as A-labels. ASCII ones stay away from that: it would "mend" them.
  const ascii = (/^[\x20-\x7e]*$/.test(text) ? text : domainToASCII(text)).toLowerCase();
  const labels = ascii.split('.');
  if (ascii.length > 253 || !labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))) {
    throw new Unreadable(`the domain is not readable in ${show(whole)}`);
  }
  return ascii;
}

/** `word.word.word` as its words; undefined where it is anything else. */
function words(all: readonly Token[]): string[] | undefined {
  const found: string[] = [];
  for (const [i, token] of all.entries()) {
    if (i % 2 === 1 ? !isSign(token, '.') : token.kind === 'special') return undefined;
    if (i % 2 === 0) found.push(token.text);
  }
  return all.length % 2 === 1 ? found : undefined;
}

function tokens(value: string): Token[] {
  const found: Token[] = [];
  let spaced = false;
  let at = 0;
  while (at < value.length) {
    const sign = value.charAt(at);
    if (sign === ' ' || sign === '\t') {
      spaced = true;
      at++;
    } else if (sign === '(') {
      at = behindComment(value, at);
      spaced = true;
    } else if (sign === '"') {
      const [text, next] = quotedString(value, at);
      found.push({ kind: 'quoted', text, spaced });
      [spaced, at] = [false, next];
    } else if (sign === '[') {
      const close = value.indexOf(']', at);
      if (close < 0) throw new Unreadable('it holds a "[" without its "]"');
      found.push({ kind: 'literal', text: value.slice(at, close + 1), spaced });
      [spaced, at] = [false, close + 1];
    } else if (ATOM.test(sign)) {
      let end = at + 1;
      while (end < value.length && ATOM.test(value.charAt(end))) end++;
      found.push({ kind: 'atom', text: value.slice(at, end), spaced });
      [spaced, at] = [false, end];
    } else if ('<>@,;:.'.includes(sign)) {
      // Space around a bracket, a comma or a colon parts nothing; around a dot or an @ it does.
      const parts = sign === '.' || sign === '@';
      found.push({ kind: 'special', text: sign, spaced: parts && spaced });
      [spaced, at] = [false, at + 1];
    } else if (sign < ' ' || sign === '\x7f') {
      throw new Unreadable('it holds a control character');
    } else {
      throw new Unreadable(`it holds a stray ${JSON.stringify(sign)}`);
    }
  }
  return found;
}

function quotedString(value: string, start: number): [text: string, next: number] {
  let text = '';
  for (let at = start + 1; at < value.length; at++) {
    const sign = value.charAt(at);
    if (sign === '"') return [text, at + 1];
    const real = sign === '\\' ? value.charAt(++at) : sign;
    if ((real < ' ' && real !== '\t') || real === '\x7f')
      throw new Unreadable('it holds a control character');
    text += real;
  }
  throw new Unreadable('it holds a quotation mark without its pair');
}

function behindComment(value: string, start: number): number {
  let depth = 0;
  for (let at = start; at < value.length; at++) {
    const sign = value.charAt(at);
    if (sign === '\\') at++;
    else if (sign === '(' && ++depth > MAX_DEPTH) {
      throw new Unreadable(`it holds comments nested deeper than ${MAX_DEPTH}`);
    } else if (sign === ')' && --depth === 0) return at + 1;
  }
  throw new Unreadable('it holds a "(" without its ")"');
}

function isSign(token: Token, sign: string): boolean {
  return token.kind === 'special' && token.text === sign;
}

function utf8(latin1: string, whole: readonly Token[]): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(latin1, 'latin1'));
  } catch {
    throw new Unreadable(`an address holds octets that are no UTF-8: ${show(whole)}`);
  }
}

function show(all: readonly Token[]): string {
  const text = all.map((token) => (token.spaced ? ' ' : '') + token.text).join('');
  const plain = text.trim().replace(/[^\x20-\x7e]/g, '?');
  return JSON.stringify(plain.length > 80 ? `${plain.slice(0, 80)}…` : plain);
}
