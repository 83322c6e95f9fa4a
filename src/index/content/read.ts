// Octets that somebody attached → what a person can read in them. Which reader they get is told by the octets first, and by
// name and type after that; contents in contents (a message, a winmail.dat) are handed back to be read the same way.
import { decodeBytes } from '../charset.ts';
import { htmlText, metaCharset } from '../html-text.ts';
import { readCalendar } from './calendar.ts';
import { NOTHING, reading, UNREAD } from './content.ts';
import type { Content, Reading } from './content.ts';
import { kindOf, LOOK_AT } from './kind.ts';
import { readZip } from './office.ts';
import { readRtf } from './rtf.ts';
import { readTnef } from './tnef.ts';

/** What the caller does with a content that holds others. */
export interface Inside {
  /** Reads an unpacked message. */
  message(octets: Buffer): Promise<Reading>;
  /** Reads what was attached to a message, in order. */
  contents(contents: readonly Content[]): Promise<Reading>;
}

/** Octets of a text that are looked at; more hold more text than is indexed. */
const LONGEST = 4 * 2 ** 20;

/** Octets of a content of this kind that its reader wants; null: all. */
export function wantedOf(kind: ReturnType<typeof kindOf>): number | null {
  return kind === 'text' || kind === 'html' || kind === 'calendar' ? LONGEST + 1 : null;
}

/** Reads a content, at most `limit` UTF-16 units of it. It never rejects: what cannot be read says why. */
export async function readContent(content: Content, limit: number, inside: Inside): Promise<Reading> {
  try {
    return await read(content, limit, inside);
  } catch {
    return { ...NOTHING, unread: UNREAD.damaged };
  }
}

async function read(content: Content, limit: number, inside: Inside): Promise<Reading> {
  const { name, type, charset, octets } = content;
  const kind = kindOf(name, type, octets.subarray(0, LOOK_AT));
  switch (kind) {
    case null:
      return NOTHING;
    case 'damaged':
    case 'encrypted':
      return { ...NOTHING, unread: UNREAD[kind] };
    case 'pdf': {
      // Most threads never need it.
      const { readPdf } = await import('./pdf.ts');
      return readPdf(octets, limit);
    }
    case 'zip':
      return readZip(octets, limit);
    case 'rtf':
      return readRtf(octets, limit);
    case 'message':
      return inside.message(octets);
    case 'tnef': {
      const { text, attachments, unread } = readTnef(octets);
      const within = await inside.contents(attachments);
      const read = reading([text, within.text].filter((one) => one !== '').join('\n'), limit, within.names);
      return { ...read, unread: unread ?? within.unread ?? read.unread };
    }
    case 'calendar':
      return cutAt(octets, readCalendar(decoded(octets, charset), limit));
    case 'html':
      return shortened(htmlText(decoded(octets, charset ?? metaCharset(octets)), LONGEST), octets, limit);
    case 'text':
      return shortened(decoded(octets, charset), octets, limit);
  }
}

function decoded(octets: Buffer, charset: string | null): string {
  return decodeBytes(octets.subarray(0, LONGEST), charset).replace(/\r\n/g, '\n');
}

function shortened(text: string, octets: Buffer, limit: number): Reading {
  return cutAt(octets, reading(text.trim(), limit));
}

/** What decoded() left out is said. */
function cutAt({ length }: Buffer, read: Reading): Reading {
  return length > LONGEST ? { ...read, unread: UNREAD.long } : read;
}
