// PURE: octets → text, when what they claim to be may be a lie. UTF-8 where it is valid, else what was declared (gb2312
// and gbk are read as GB18030), else what the octets look like. It never throws, and never gives up a readable part.
import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { detect } from 'jschardet';
import { decodeShifted, isShifted } from './seven-bit.ts';

/** Decodes octets. `declared` is a charset label as some header or HTML gave it, or null. A BOM is obeyed and dropped. */
export function decodeBytes(bytes: Buffer, declared: string | null): string {
  const bom = byteOrderMark(bytes);
  if (bom !== null) return decodeAs(bytes, bom);
  const label = charsetOf(declared);
  if (isAscii(bytes)) return decodeAscii(bytes, label);
  if (label === 'utf-16le' || label === 'utf-16be') return decodeAs(bytes, label);
  if (isUtf8(bytes) && !(MULTIBYTE.has(label ?? '') && onlyPairs(bytes))) return bytes.toString('utf8');
  if (label !== null && !(SINGLE_BYTE_LIARS.has(label) && looksChinese(bytes))) {
    const text = decodeAs(bytes, label);
    if (isMostlySound(text)) return text;
  }
  return decodeAs(bytes, guess(bytes));
}

/** A charset label as TextDecoder knows it, or null where it says nothing: unknown, or 7-bit by a text that is not. */
export function charsetOf(declared: string | null): string | null {
  if (declared === null) return null;
  const name = declared
    .toLowerCase()
    .replace(/^(?:=?3d|charset=|["'\s])+|["'\s;]+$/g, '')
    .slice(0, 40);
  const alias = ALIASES.find(([pattern]) => pattern.test(name));
  if (alias !== undefined) return alias[1];
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return null;
  }
}

/** What mail calls its charsets beside the labels that the web knows (M-001). */
const ALIASES: readonly (readonly [RegExp, string | null])[] = [
  [/^(?:us-?ascii|ascii|ansi.*|default.*|unknown.*|x-unknown|x-user-defined|7bit|8bit|binary)$/, null],
  [/^(?:x-)?(?:gb_?2312.*|gbk|gb-?18030|euc-?cn|eucgb2312.*|(?:cp|ms|windows-)?936)$/, 'gb18030'],
  [/^(?:x-x-|x-)?(?:big-?5.*|(?:cp|ms|windows-)950)$/, 'big5'],
  [/^(?:x-)?(?:ks_?c_?5601.*|korean|uhc|(?:cp|ms|windows-)949)$/, 'euc-kr'],
  [/^(?:x-)?(?:s(?:hift)?[-_]?jis|(?:cp|ms|windows-)932|windows-31j)$/, 'shift_jis'],
  [/^iso-?2022-?jp.*$/, 'iso-2022-jp'],
  [/^(?:utf-?8.*|unicode-1-1-utf-8)$/, 'utf-8'],
  [/^(?:unicode-1-1-)?utf-?7$/, 'utf-7'],
  [/^hz(?:-gb-?2312)?$/, 'hz'],
  [/^iso-?2022-?kr$/, 'iso-2022-kr'],
];

const MULTIBYTE: ReadonlySet<string> = new Set(['gb18030', 'big5', 'euc-kr', 'shift_jis', 'euc-jp']);

/** Labels that decode anything, and that senders set without looking. */
const SINGLE_BYTE_LIARS: ReadonlySet<string> = new Set(['windows-1252', 'iso-8859-15']);

function byteOrderMark(bytes: Buffer): string | null {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  return a === 0xfe && b === 0xff ? 'utf-16be' : null;
}

function decodeAscii(bytes: Buffer, label: string | null): string {
  if (label !== null && isShifted(label)) return decodeShifted(bytes, label, decodeAs);
  if (label === 'utf-16le' || label === 'utf-16be') {
    if (bytes.includes(0)) return decodeAs(bytes, label);
  } else if (bytes.includes(ISO_2022_JP) || bytes.includes(ISO_2022_JP_KANJI)) {
    // Undeclared ISO-2022-JP passes for ASCII; its escapes are in no other text.
    return decodeAs(bytes, 'iso-2022-jp');
  }
  return bytes.toString('latin1');
}

const ISO_2022_JP = '\x1b$B';
const ISO_2022_JP_KANJI = '\x1b$@';

const decoders = new Map<string, TextDecoder>();

function decodeAs(bytes: Buffer, label: string): string {
  if (label === 'windows-1252') return decodeWestern(bytes);
  let decoder = decoders.get(label);
  if (decoder === undefined) {
    decoder = new TextDecoder(isShifted(label) ? 'gb18030' : label);
    decoders.set(label, decoder);
  }
  return decoder.decode(bytes);
}

/** windows-1252 by hand: the TextDecoder of Node 20 takes it for ISO-8859-1, and loses quotes and dashes. */
function decodeWestern(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[\x80-\x9f]/g, (char) => WESTERN.charAt(char.charCodeAt(0) - 0x80));
}

const WESTERN = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** Some octets of a cut or damaged text may be wrong; many mean that it is another charset. */
function isMostlySound(text: string): boolean {
  let wrong = 0;
  for (let at = text.indexOf('\ufffd'); at !== -1; at = text.indexOf('\ufffd', at + 1)) wrong++;
  return wrong <= 1 + text.length / 50;
}

/** Valid UTF-8 of two-octet sequences only may as well be GBK: "模" is C4 A3 there, and "ģ" in UTF-8. */
function onlyPairs(bytes: Buffer): boolean {
  return bytes.every((byte) => byte < 0xe0);
}

function guess(bytes: Buffer): string {
  if (looksChinese(bytes)) return 'gb18030';
  const first = bytes.findIndex((byte) => byte >= 0x80);
  const sample = bytes.subarray(first, first + SAMPLE);
  if (isScattered(sample)) return 'windows-1252';
  const found = charsetOf(detect(sample).encoding);
  if (found !== null && found !== 'utf-8' && isMostlySound(decodeAs(bytes, found))) return found;
  return isMostlySound(decodeAs(bytes, 'gb18030')) ? 'gb18030' : 'windows-1252';
}

/** So many octets tell the language; more only cost time. */
const SAMPLE = 2048;

/** Accented letters of a western text stand alone among plain ones. */
function isScattered(sample: Buffer): boolean {
  let alone = 0;
  let all = 0;
  for (let at = 0; at < sample.length; at++) {
    if ((sample[at] ?? 0) < 0x80) continue;
    all++;
    if ((sample[at - 1] ?? 0) < 0x80 && (sample[at + 1] ?? 0) < 0x80) alone++;
  }
  return alone * 10 > all * 7;
}

/** True for octets that read as everyday Chinese in GB2312: most of it is among its first 3,755 characters. */
function looksChinese(bytes: Buffer): boolean {
  let pairs = 0;
  let common = 0;
  let late = 0;
  const end = Math.min(bytes.length, 8192) - 1;
  for (let at = 0; at < end; at++) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x81) continue;
    const trail = bytes[++at] ?? 0;
    const isPlain = trail >= 0xa1;
    // Punctuation, full-width letters and the lines that people draw speak neither for it nor against it.
    if (isPlain && lead >= 0xa1 && lead <= 0xa9 && lead !== 0xa4 && lead !== 0xa5) continue;
    pairs++;
    if (isPlain && lead >= 0xb0 && lead <= 0xd7) common++;
    // EUC-KR keeps all its hangul below C9; Chinese is spread over the whole range.
    if (isPlain && lead >= 0xc9 && lead <= 0xd7) late++;
  }
  // A few characters tell no detector anything: here, they are Chinese where they can be.
  return pairs < 4 ? pairs > 0 && common === pairs : common * 100 >= pairs * 80 && late * 10 >= pairs;
}
