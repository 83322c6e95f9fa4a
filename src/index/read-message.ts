// One stored file → its Document: cut, decoded, put into reading order, folded for the search, packed. It runs in a
// worker; whatever goes wrong, what could be read comes back, marked `partly` with the reason.
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { dateOf } from '../archive/layout.ts';
import { textOf } from '../model/error.ts';
import { decodeBytes } from './charset.ts';
import { Cutter } from './cut.ts';
import type { CutMessage, TextPart } from './cut.ts';
import type { Document, ExtractJob } from './document.ts';
import { headerFacts } from './headers.ts';
import { htmlText, metaCharset } from './html-text.ts';
import { tokens } from './text.ts';
import { decodeTransfer } from './transfer.ts';

/** At most so many UTF-16 units of text are kept of a message. */
const LONGEST_TEXT = 1_048_576;

/** Octets read at a time, at most. */
const CHUNK = 262_144;

/** As small as the default, and cheaper to set up for texts of a few KB. */
const PACKED = { level: 6, memLevel: 7, windowBits: 14 } as const;

/** Octets of the file that are read where only its headers are wanted. */
const HEADERS_ONLY = 262_144;

/** Reads a message. `giveUp`: why only its headers are to be read (it killed a worker before). Never rejects. */
export async function readMessage(
  mailRoot: string,
  job: ExtractJob,
  giveUp: string | null,
): Promise<Document> {
  let cut = new Cutter().end();
  try {
    cut = cutFile(mailRoot, job, giveUp === null ? Number.POSITIVE_INFINITY : HEADERS_ONLY);
    if (giveUp !== null) return documentOf(job, cut, '', giveUp);
    const text = await readingText(cut);
    const isLong = text.length > LONGEST_TEXT;
    const reason = cut.reason ?? (isLong ? 'it holds more text than is indexed' : null);
    return documentOf(job, cut, isLong ? text.slice(0, LONGEST_TEXT) : text, reason);
  } catch (thrown) {
    return documentOf(job, cut, '', `it could not be read: ${textOf(thrown)}`);
  }
}

function cutFile(mailRoot: string, { path, size }: ExtractJob, most: number): CutMessage {
  const cutter = new Cutter();
  const file = openSync(join(mailRoot, path), 'r');
  try {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(0, size) + 1));
    for (let left = most; left > 0;) {
      const octets = readSync(file, chunk, 0, Math.min(left, chunk.length), null);
      if (octets === 0) break;
      left -= octets;
      cutter.write(chunk.subarray(0, octets));
    }
  } finally {
    closeSync(file);
  }
  return cutter.end();
}

/** The text of all parts in the order of the message; of alternatives, the one that says more. */
async function readingText({ parts }: CutMessage): Promise<string> {
  const octets = await decodeTransfer(parts);
  const texts = parts.map((part, index) => partText(part, octets[index] ?? Buffer.alloc(0)));
  const longest = new Map<string, number>();
  for (const [index, { alternative, html }] of parts.entries()) {
    const key = `${alternative} ${html}`;
    longest.set(key, (longest.get(key) ?? 0) + (texts[index]?.length ?? 0));
  }
  return texts
    .filter((_, index) => {
      const { alternative = 0, html = false } = parts[index] ?? {};
      if (alternative === 0) return true;
      const plain = longest.get(`${alternative} false`) ?? 0;
      // A plain text that only says "your program cannot show this message" stands beside a long HTML.
      const isHtmlBetter = (longest.get(`${alternative} true`) ?? 0) > plain * 2;
      return html === isHtmlBetter;
    })
    .join('\n\n')
    .replaceAll('\0', ' ')
    .trim();
}

function partText({ html, charset }: TextPart, octets: Buffer): string {
  if (!html) return decodeBytes(octets, charset).replaceAll('\r\n', '\n').trim();
  return htmlText(decodeBytes(octets, charset ?? metaCharset(octets)), LONGEST_TEXT);
}

function documentOf(job: ExtractJob, cut: CutMessage, text: string, reason: string | null): Document {
  const facts = headerFacts(cut.fields);
  const files = cut.attachments.map(({ name }) => name).join('\n');
  return {
    ...job,
    ...facts,
    date: dateOf(cut.head) ?? job.date,
    attachments: cut.attachments,
    body: deflateRawSync(text, PACKED),
    fts: {
      subject: tokens(facts.subject),
      sender: tokens(facts.sender),
      recipients: tokens(facts.recipients),
      cc: tokens(facts.cc),
      bcc: tokens(facts.bcc),
      files: tokens(files),
      body: tokens(text),
    },
    state: reason === null ? 'full' : 'partly',
    reason,
  };
}
