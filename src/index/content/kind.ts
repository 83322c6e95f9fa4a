// PURE: name, claimed type and first octets → which reader a content is for. The octets have the first word, because types
// and names lie: a PDF comes as application/octet-stream, a Word file as a zip, a web page as text.
import { isUtf8 } from 'node:buffer';

/** The readers. */
export type Kind = 'pdf' | 'zip' | 'tnef' | 'rtf' | 'html' | 'calendar' | 'message' | 'text';

/** Octets that are enough to tell. */
export const LOOK_AT = 4096;

/**
 * Which reader `head` (the first LOOK_AT octets, or all) is for; null where there is no text to be read, and `damaged` or
 * `encrypted` where it claims to be a document and is none that can be opened.
 */
export function kindOf(name: string, type: string, head: Buffer): Kind | 'damaged' | 'encrypted' | null {
  if (head.length === 0) return null;
  const signed = bySignature(head);
  if (signed !== null) return signed;
  const ending = /\.([a-z0-9]{1,10})\s*$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  // Readers take a PDF that has junk before its first line.
  if ((ending === 'pdf' || type.endsWith('pdf')) && head.includes('%PDF-')) return 'pdf';
  // A protected Office file is an OLE container that holds the encrypted zip.
  if (isOle(head)) return OFFICE.has(ending) || type.includes('openxmlformats') ? 'encrypted' : null;
  if (isBinary(head)) return DOCUMENTS.has(ending) || CLAIMS.test(type) ? 'damaged' : null;
  if (type === 'text/html' || type === 'application/xhtml+xml' || looksHtml(head)) return 'html';
  if (type === 'message/rfc822' || type === 'message/global' || (ending === 'eml' && hasField(head)))
    return 'message';
  if (DOCUMENTS.has(ending) || CLAIMS.test(type)) return 'damaged';
  if (type.startsWith('text/') || TEXTS.has(type) || TEXT_ENDINGS.has(ending)) return 'text';
  // An unnamed claim of nothing in particular: read where it is plainly text.
  return GENERIC.has(type) && ending === '' && isUtf8(whole(head)) ? 'text' : null;
}

/** The end of what kindOf() was shown may cut a character in two. */
function whole(head: Buffer): Buffer {
  let end = head.length;
  if (end < LOOK_AT) return head;
  while (end > head.length - 4 && ((head[end - 1] ?? 0) & 0xc0) === 0x80) end--;
  return head.subarray(0, Math.max(0, end - 1));
}

function bySignature(head: Buffer): Kind | null {
  const begin = head.toString('latin1', 0, 1024);
  if (begin.startsWith('%PDF-')) return 'pdf';
  if (/^PK(?:\x03\x04|\x05\x06|\x07\x08)/.test(begin)) return 'zip';
  if (begin.startsWith('\x78\x9f\x3e\x22')) return 'tnef';
  const text = begin.replace(/^(?:\xef\xbb\xbf|\s)+/, '');
  if (text.startsWith('{\\rtf')) return 'rtf';
  return /^BEGIN:V(?:CALENDAR|CARD)\s/i.test(text) ? 'calendar' : null;
}

function isOle(head: Buffer): boolean {
  return head.toString('latin1', 0, 8) === '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1';
}

/** NULs are in no text but UTF-16, which then has a byte order mark, or a NUL in every other octet. */
function isBinary(head: Buffer): boolean {
  if (/^(?:\xff\xfe|\xfe\xff)/.test(head.toString('latin1', 0, 2))) return false;
  const controls = head.toString('latin1').replace(/[^\x00-\x08\x0e-\x1a\x1c-\x1f]+/g, '').length;
  return controls * 50 > head.length;
}

function looksHtml(head: Buffer): boolean {
  return /^(?:\xef\xbb\xbf|\s|<!--[^>]{0,200}-->|<\?xml[^>]{0,200}\?>)*<(?:!doctype\s+html|html|head|body)\b/i.test(
    head.toString('latin1', 0, 1024),
  );
}

function hasField(head: Buffer): boolean {
  return /^(?:From [^\n]{1,200}\r?\n)?[!-9;-~]{1,60}:/.test(head.toString('latin1', 0, 300));
}

const OFFICE: ReadonlySet<string> = new Set(['docx', 'docm', 'dotx', 'xlsx', 'xlsm', 'pptx', 'pptm', 'ppsx']);
const DOCUMENTS: ReadonlySet<string> = new Set([...OFFICE, 'pdf', 'odt', 'ods', 'odp', 'zip', 'rtf', 'ics']);
const CLAIMS =
  /^application\/(?:pdf|x-pdf|rtf|zip|x-zip-compressed|ms-tnef|vnd\.ms-tnef|vnd\.openxmlformats-.*|vnd\.oasis\.opendocument\.(?:text|spreadsheet|presentation))$/;
const GENERIC: ReadonlySet<string> = new Set([
  'application/octet-stream',
  'application/x-unknown',
  'application/binary',
]);
const TEXTS: ReadonlySet<string> = new Set([
  'application/json',
  'application/xml',
  'application/yaml',
  'application/x-yaml',
  'application/javascript',
  'application/sql',
  'application/csv',
  'application/x-sh',
  'application/x-tex',
  'application/x-subrip',
]);
const TEXT_ENDINGS: ReadonlySet<string> = new Set(
  'txt text md csv tsv log json xml yaml yml toml ini conf cfg srt tex sql sh py js ts c h cpp java go rs diff patch asc nfo'.split(
    ' ',
  ),
);
