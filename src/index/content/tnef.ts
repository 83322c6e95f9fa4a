// PURE: a winmail.dat (TNEF, [MS-OXTNEF]) → the message that Outlook hid in it: its subject and text, and its attachments as
// contents of their own. What comes before the first lie is kept.
import { decodeBytes } from '../charset.ts';
import { htmlText } from '../html-text.ts';
import type { Content } from './content.ts';
import { LONGEST_TEXT, UNREAD } from './content.ts';
import { Cursor, PT_STRING8, PT_UNICODE, readProperties } from './mapi.ts';
import type { Property } from './mapi.ts';
import { readRtf, unpackRtf } from './rtf.ts';

/** What a winmail.dat holds. */
export interface Tnef {
  readonly text: string;
  readonly attachments: readonly Content[];
  /** Why it is not read to its end; null where it is. */
  readonly unread: string | null;
}

const ATTRIBUTE = {
  subject: 0x8004,
  body: 0x800c,
  properties: 0x9003,
  codePage: 0x9007,
  begin: 0x9002,
  title: 0x8010,
  data: 0x800f,
  attachment: 0x9005,
} as const;

const PROPERTY = {
  subject: 0x0037,
  body: 0x1000,
  rtf: 0x1009,
  html: 0x1013,
  longName: 0x3707,
  shortName: 0x3704,
  displayName: 0x3001,
  data: 0x3701,
  type: 0x370e,
} as const;

const MOST_ATTACHMENTS = 200;

interface Found {
  subject: string;
  body: string;
  readonly attachments: { name: string; type: string; octets: Buffer }[];
  charset: string | null;
}

/** Reads a winmail.dat; without its signature it is damaged. */
export function readTnef(octets: Buffer): Tnef {
  const at = new Cursor(octets);
  if (at.u32() !== 0x223e9f78) return { text: '', attachments: [], unread: UNREAD.damaged };
  at.u16();
  const found: Found = { subject: '', body: '', attachments: [], charset: null };
  while (!at.isEnd && at.isWhole && found.attachments.length <= MOST_ATTACHMENTS) {
    at.u8(); // message or attachment: the number says it too
    const id = at.u16();
    at.u16();
    const value = at.take(at.u32());
    take(found, id, value);
    at.u16(); // a checksum, which tells nothing that is worth losing a text for
  }
  const { subject, body, attachments, charset } = found;
  return {
    text: [subject, body].filter((text) => text !== '').join('\n'),
    attachments: attachments
      .slice(0, MOST_ATTACHMENTS)
      .map((one) => ({ ...one, type: one.type || 'application/octet-stream', charset })),
    unread: !at.isWhole ? UNREAD.damaged : attachments.length > MOST_ATTACHMENTS ? UNREAD.many : null,
  };
}

function take(found: Found, id: number, value: Buffer): void {
  const last = found.attachments.at(-1);
  switch (id) {
    case ATTRIBUTE.codePage:
      found.charset = value.length < 4 ? null : `windows-${value.readUInt32LE(0)}`;
      break;
    case ATTRIBUTE.subject:
      found.subject ||= text(value, found.charset);
      break;
    case ATTRIBUTE.body:
      found.body ||= text(value, found.charset);
      break;
    case ATTRIBUTE.properties:
      takeMessage(found, readProperties(value));
      break;
    case ATTRIBUTE.begin:
      found.attachments.push({ name: '', type: '', octets: Buffer.alloc(0) });
      break;
    case ATTRIBUTE.title:
      if (last !== undefined) last.name ||= text(value, found.charset);
      break;
    case ATTRIBUTE.data:
      if (last !== undefined) last.octets = value;
      break;
    case ATTRIBUTE.attachment:
      if (last !== undefined) takeAttachment(last, readProperties(value), found.charset);
      break;
    default:
  }
}

function takeMessage(found: Found, properties: ReadonlyMap<number, Property>): void {
  const subject = textOf(properties.get(PROPERTY.subject), found.charset);
  if (subject !== '') found.subject = subject;
  const plain = textOf(properties.get(PROPERTY.body), found.charset);
  const html = properties.get(PROPERTY.html);
  const rtf = properties.get(PROPERTY.rtf);
  if (plain !== '') found.body = plain;
  else if (html !== undefined) {
    const source =
      html.type === PT_UNICODE ? html.value.toString('utf16le') : decodeBytes(html.value, found.charset);
    found.body = htmlText(source, LONGEST_TEXT);
  } else if (rtf !== undefined) {
    const unpacked = unpackRtf(rtf.value);
    if (unpacked !== null) found.body = readRtf(unpacked).text;
  }
}

function takeAttachment(
  last: Found['attachments'][number],
  properties: ReadonlyMap<number, Property>,
  charset: string | null,
): void {
  const name = [PROPERTY.longName, PROPERTY.shortName, PROPERTY.displayName]
    .map((id) => textOf(properties.get(id), charset))
    .find((one) => one !== '');
  if (name !== undefined) last.name = name;
  last.type = textOf(properties.get(PROPERTY.type), charset).toLowerCase();
  const data = properties.get(PROPERTY.data)?.value;
  // A message in the message stands behind the 16 octets of its interface's id.
  if (data !== undefined) last.octets = isNested(data) ? data.subarray(16) : data;
}

function isNested(data: Buffer): boolean {
  return data.length > 20 && data.readUInt32LE(16) === 0x223e9f78;
}

function textOf(property: Property | undefined, charset: string | null): string {
  if (property === undefined) return '';
  if (property.type === PT_UNICODE) return property.value.toString('utf16le').replaceAll('\0', '').trim();
  return property.type === PT_STRING8 ? text(property.value, charset) : '';
}

/** Strings end with a NUL. */
function text(value: Buffer, charset: string | null): string {
  return decodeBytes(value.subarray(0, value.includes(0) ? value.indexOf(0) : value.length), charset).trim();
}
