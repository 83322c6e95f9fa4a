// One stored file → its Document: cut, decoded, put into reading order, its attachments read, folded for the search, packed.
// It runs in a worker; whatever goes wrong, what could be read comes back, marked `partly` with the reason.
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { dateOf } from '../archive/layout.ts';
import { textOf } from '../model/error.ts';
import { readAttachments } from './attachments.ts';
import type { Attached } from './attachments.ts';
import { LONGEST_TEXT } from './content/content.ts';
import { Cutter } from './cut.ts';
import type { CutMessage } from './cut-message.ts';
import type { Document, ExtractJob } from './document.ts';
import { withDomainForms } from './domain-forms.ts';
import { headerFacts } from './headers.ts';
import { readingText } from './reading-text.ts';
import { tokens } from './text.ts';
import type { Octets } from './transfer.ts';

/** How far a message is read: less, where more of it has cost a reader before. */
export interface Effort {
  /** False: the headers only. */
  readonly text: boolean;
  /** Attachments before this one are read. */
  readonly attachments: number;
  /** Why no more is read; null where all is. */
  readonly reason: string | null;
}

/** All of it. */
export const WHOLE: Effort = { text: true, attachments: Number.POSITIVE_INFINITY, reason: null };

/** All but its attachments, for whoever reads it outside of a worker. */
export const OWN_TEXT: Effort = { text: true, attachments: 0, reason: null };

/** How the reason begins where the file could not be read at all. */
export const UNREADABLE = 'it could not be read';

/** Octets read at a time, at most. */
const CHUNK = 262_144;

/** As small as the default, and cheaper to set up for texts of a few KB. */
const PACKED = { level: 6, memLevel: 7, windowBits: 14 } as const;

/** Octets of the file that are read where only its headers are wanted. */
const HEADERS_ONLY = 262_144;

/** UTF-16 units beyond which a text is not folded here, so that many long ones do not wait for their writer at twice their size. */
const LONG = 65_536;

/** Reads a message. `onAttachment` is called with the number of each attachment before it is read. Never rejects. */
export async function readMessage(
  mailRoot: string,
  job: ExtractJob,
  effort: Effort = WHOLE,
  onAttachment: (attachment: number) => void = () => {},
): Promise<Document> {
  let cut = new Cutter().end();
  let file: number | undefined;
  try {
    file = openSync(join(mailRoot, job.path), 'r');
    cut = cutFile(file, job, effort.text ? Number.POSITIVE_INFINITY : HEADERS_ONLY);
    if (!effort.text) return documentOf(job, cut, '', bare(cut), effort.reason);
    const text = await readingText(cut);
    const { attachments: before, reason } = effort;
    const isOwn = before === 0 && reason === null;
    const attached = isOwn
      ? bare(cut)
      : await readAttachments(cut, octetsOf(file), { before, reason, onBegin: onAttachment });
    return documentOf(job, cut, text, attached, cut.reason);
  } catch (thrown) {
    return documentOf(job, cut, '', bare(cut), `${UNREADABLE}: ${textOf(thrown)}`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function cutFile(file: number, { size }: ExtractJob, most: number): CutMessage {
  const cutter = new Cutter();
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(0, size) + 1));
  for (let left = most; left > 0;) {
    const octets = readSync(file, chunk, 0, Math.min(left, chunk.length), null);
    if (octets === 0) break;
    left -= octets;
    cutter.write(chunk.subarray(0, octets));
  }
  return cutter.end();
}

function octetsOf(file: number): Octets {
  return (from, length) => {
    const octets = Buffer.allocUnsafe(length);
    let at = 0;
    while (at < length) {
      const read = readSync(file, octets, at, length - at, from + at);
      if (read === 0) break;
      at += read;
    }
    return octets.subarray(0, at);
  };
}

/** Attachments of which nothing is read. */
function bare({ attachments }: CutMessage): Attached {
  return {
    facts: attachments.map(({ name, type, size }) => ({ name, type, size })),
    texts: [],
    names: [],
    unread: null,
  };
}

function documentOf(
  job: ExtractJob,
  cut: CutMessage,
  own: string,
  attached: Attached,
  reason: string | null,
): Document {
  const facts = headerFacts(cut.fields);
  const files = [...attached.facts.map(({ name }) => name), ...attached.names].join('\n');
  const texts = attached.texts.map(({ name, text }) => `${plain(name)}\n${plain(text)}`);
  const text = [plain(own.slice(0, LONGEST_TEXT)), ...texts].join('\f');
  const why =
    reason ??
    (own.length > LONGEST_TEXT ? 'it holds more text than is indexed' : null) ??
    (attached.unread === null ? null : `the text of an attachment is not all here: ${attached.unread}`);
  return {
    ...job,
    ...facts,
    date: dateOf(cut.head) ?? job.date,
    attachments: attached.facts,
    body: deflateRawSync(text, PACKED),
    fts: {
      subject: tokens(facts.subject),
      sender: tokens(withDomainForms(facts.sender)),
      recipients: tokens(withDomainForms(facts.recipients)),
      cc: tokens(withDomainForms(facts.cc)),
      bcc: tokens(withDomainForms(facts.bcc)),
      files: tokens(files),
      body: text.length > LONG ? null : tokens(text),
    },
    state: why === null ? 'full' : 'partly',
    reason: why,
  };
}

/** What SQLite cannot keep, and what parts attachments, are in no text. */
function plain(text: string): string {
  return text.replace(/[\0\f]/g, ' ').trim();
}
