// One stored message taken apart for `show` and the page: its readable headers and text as the index reads them, charsets that lie
// included; its HTML and attachments by mailparser, up to a size that this process can hold.
import { createReadStream } from 'node:fs';
import { access, open } from 'node:fs/promises';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { simpleParser } from 'mailparser';
import type { ParsedMail } from 'mailparser';
import type { Archive } from '../archive/store.ts';
import { decodeBytes } from '../index/charset.ts';
import type { AttachmentFacts } from '../index/document.ts';
import { OWN_TEXT, readMessage, type Effort } from '../index/read-message.ts';
import { MailError, textOf } from '../model/error.ts';
import type { Hit } from '../search/hit.ts';
import { systemReason } from '../runtime/storage-error.ts';

/** A message, read. Texts are as the mail has them. */
export interface OpenMessage {
  readonly hit: Hit;
  /** Absolute path of its file. */
  readonly file: string;
  readonly cc: string;
  readonly bcc: string;
  readonly messageId: string | null;
  readonly text: string;
  /** It has HTML. */
  readonly html: boolean;
  /** Why not all of its text is here; null where all is. */
  readonly partly: string | null;
  /** In the order in which --attachment counts them. */
  readonly attachments: readonly AttachmentFacts[];
}

/** An attachment with its decoded octets. */
export interface Attachment extends AttachmentFacts {
  readonly content: Buffer;
}

/** Octets of a message that are taken apart here at most; a larger one is still there as --raw. */
const LARGEST = 100 * 1024 * 1024;
const HEADERS: Effort = { text: false, attachments: 0, reason: 'it is too large' };
/** Octets of a header block that are shown. */
const LONGEST_HEAD = 1_048_576;

/** Reads headers, text and the list of attachments. A message that cannot be parsed still shows what could be read. */
export async function openMessage(archive: Archive, hit: Hit): Promise<OpenMessage> {
  const file = archive.absolute(hit.path);
  const mailRoot = join(archive.data, 'mail');
  const date = hit.date === null ? null : Date.parse(hit.date);
  const job = { id: hit.id, path: hit.path, size: hit.size, date };
  const facts = await readMessage(mailRoot, job, hit.size > LARGEST ? HEADERS : OWN_TEXT);
  const parts = await partsOf(file, hit).catch(() => ({ html: null, attachments: facts.attachments }));
  return {
    hit: { ...hit, from: facts.sender, to: facts.recipients, subject: facts.subject },
    file,
    cc: facts.cc,
    bcc: facts.bcc,
    messageId: facts.msgid,
    text: inflateRawSync(facts.body).toString('utf8'),
    html: parts.html !== null,
    partly: hit.partly ?? facts.reason,
    attachments: named(parts.attachments, facts.attachments),
  };
}

/** The attachments, decoded. Throws MailError `message` for what is too large or cannot be taken apart. */
export async function attachmentsOf(file: string, hit: Hit): Promise<readonly Attachment[]> {
  return (await partsOf(file, hit)).attachments;
}

/** The HTML as sent. Throws MailError `message` where there is none. */
export async function htmlOf(file: string, hit: Hit): Promise<string> {
  const { html } = await partsOf(file, hit);
  if (html !== null) return html;
  throw new MailError({ kind: 'message', message: 'this message has no HTML', retry: 'never' });
}

/** The header block as text, in the order of the file. */
export async function readHeaders(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(LONGEST_HEAD), 0, LONGEST_HEAD, 0);
    const octets = buffer.subarray(0, bytesRead);
    const text = octets.toString('latin1');
    const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
    return decodeBytes(octets.subarray(0, end), null);
  } finally {
    await handle.close();
  }
}

/** What a message is made of, decoded: its HTML as sent, and its parts. */
export interface MailParts {
  readonly html: string | null;
  /** Parts that the HTML may name by `cid:`; `cid` without angle brackets. */
  readonly inline: readonly { readonly cid: string; readonly type: string; readonly content: Buffer }[];
  readonly attachments: readonly Attachment[];
}

/** All parts at once. Throws MailError `message` for what is too large or cannot be taken apart. */
export async function partsOf(file: string, hit: Hit): Promise<MailParts> {
  const { html, attachments } = await parsed(file, hit);
  return {
    html: html === false || html === '' ? null : html,
    inline: attachments.flatMap(({ cid, contentType, content }) =>
      cid === undefined ? [] : [{ cid, type: contentType, content }],
    ),
    attachments: attachments.map(({ filename = '', contentType, size, content }) => ({
      name: filename,
      type: contentType,
      size,
      content,
    })),
  };
}

async function parsed(file: string, { size }: Hit): Promise<ParsedMail> {
  if (size > LARGEST) throw unreadable('it is too large to be taken apart here', undefined);
  try {
    const options = { skipHtmlToText: true, skipTextToHtml: true, skipTextLinks: true, skipImageLinks: true };
    return await simpleParser(createReadStream(file), options);
  } catch (thrown) {
    throw unreadable(textOf(thrown), thrown);
  }
}

function unreadable(why: string, cause: unknown): MailError {
  return new MailError({
    kind: 'message',
    message: `this message cannot be taken apart: ${why}`,
    retry: 'never',
    hint: '`mailkeep show ID --raw --output FILE` writes it whole.',
    cause,
  });
}

/** Throws MailError `storage` where a message's file is gone or unreadable. */
export async function mustExist(file: string): Promise<void> {
  try {
    await access(file);
  } catch (thrown) {
    throw new MailError({
      kind: 'storage',
      message: `the file ${file} of this message cannot be read: ${systemReason(thrown)}`,
      retry: 'never',
      hint: '`mailkeep verify` tells what else is missing.',
      cause: thrown,
    });
  }
}

/**
 * Without their octets. The index reads names better where charsets lie; both lists are in the order of the message, but one may
 * hold a mail where the other holds what is in it.
 */
function named(
  parts: readonly AttachmentFacts[],
  facts: readonly AttachmentFacts[],
): readonly AttachmentFacts[] {
  const known = parts.length === facts.length ? facts : [];
  return parts.map(({ name, type, size }, index) => {
    const better = known[index]?.type === type ? known[index].name : '';
    return { name: better || name, type, size };
  });
}
