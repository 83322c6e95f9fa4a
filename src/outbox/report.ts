// The end of a letter's way: sent/NAME.eml, or failed/NAME.eml with NAME.reason.txt beside it. The name is chosen and
// written down first, so that a crash in between gives one file and not two; no name is ever used twice.
import { createReadStream, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { storageError } from '../runtime/storage-error.ts';
import { ONLY_TO } from './envelope.ts';
import { fieldsNamed, splitHead, withCrlf } from './header.ts';
import type { Letter } from './letter.ts';
import { draftAt, type Spool } from './spool.ts';
import { headAt } from './spooled-head.ts';

/** Octets of a file name that are used, so that `.2.reason.txt` still fits. */
const LONGEST = 180;

/**
 * A free path for a letter in `folder` (sent/ or failed/), by its own name: `x.eml`, else `x.2.eml`, `x.3.eml` … It waits
 * for nothing, so that of two letters that end at once neither gets the path of the other. Throws MailError `storage`.
 */
export function landingPath(folder: string, letter: Letter, taken: ReadonlySet<string>): string {
  const base = baseOf(letter.file);
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base}.${n}`;
    const path = join(folder, `${name}.eml`);
    if (!taken.has(path) && !exists(path) && !exists(join(folder, `${name}.reason.txt`))) return path;
  }
}

/**
 * Writes a letter to the path that was chosen for it, with its reason where it failed: `reasonOf` it by its name in failed/. Safe to
 * repeat. Throws MailError `storage`.
 */
export async function land(
  letter: Letter,
  path: string,
  folder: string,
  spool: Spool,
  reasonOf: (name: string) => string,
): Promise<void> {
  if (letter.state === 'sent') {
    await copy(await sentCopy(letter, spool), path, folder, null);
    return;
  }
  const name = path.slice(folder.length + 1);
  const reason = await draftAt(folder, path.replace(/\.eml$/, '.reason.txt'), FILE_MODE);
  try {
    await reason.write(Buffer.from(reasonOf(name)));
    await reason.commit();
  } finally {
    await reason.discard();
  }
  const { from, before } = await contentOf(letter, spool);
  await copy(from, path, folder, before);
}

/** What lies in failed/: a path in the spool, and what stands before its octets. Throws MailError `storage`. */
export async function contentOf(
  letter: Letter,
  spool: Spool,
): Promise<{ readonly from: string; readonly before: Buffer | null }> {
  const reached = letter.recipients.some(({ state }) => state === 'sent');
  // Moved back, it has to be the same message for those that have it, or may have it; one that nobody has is as it was dropped.
  if (!reached && letter.doubts === 0) return { from: spool.path(letter.id, 'raw'), before: null };
  const from = await sentCopy(letter, spool);
  if (!reached) return { from, before: null };
  const rest = letter.recipients.filter(({ state }) => state !== 'sent').map(({ address }) => address);
  const name = ONLY_TO.replace(/\b[a-z]/g, (c) => c.toUpperCase());
  return { from, before: Buffer.from(`${name}: ${rest.join(',\r\n ')}\r\n`) };
}

/** The octets that were sent, with the Bcc fields that were taken out: what the sender keeps. A path in the spool. */
export async function sentCopy(letter: Letter, spool: Spool): Promise<string> {
  const frozen = spool.path(letter.id, 'eml');
  const bcc = await bccOf(spool.path(letter.id, 'raw'));
  if (bcc.length === 0) return frozen;
  const draft = await spool.draft(letter.id, 'copy');
  try {
    await draft.write(bcc);
    for await (const chunk of createReadStream(frozen)) if (Buffer.isBuffer(chunk)) await draft.write(chunk);
    await draft.commit();
    return spool.path(letter.id, 'copy');
  } finally {
    await draft.discard();
  }
}

/** Group members of the outbox may move what lies there. */
const FILE_MODE = 0o660;

async function copy(from: string, to: string, folder: string, before: Buffer | null): Promise<void> {
  const draft = await draftAt(folder, to, FILE_MODE);
  try {
    if (before !== null) await draft.write(before);
    for await (const chunk of createReadStream(from)) if (Buffer.isBuffer(chunk)) await draft.write(chunk);
    await draft.commit();
  } catch (thrown) {
    throw storageError(thrown, `writing ${to}`);
  } finally {
    await draft.discard();
  }
}

async function bccOf(raw: string): Promise<Buffer> {
  const head = splitHead(await headAt(raw));
  if ('refused' in head) return Buffer.alloc(0);
  const fields = [...fieldsNamed(head.fields, 'bcc'), ...fieldsNamed(head.fields, 'resent-bcc')];
  return Buffer.concat(fields.map(({ raw }) => withCrlf(raw)));
}

/** The name without `.eml`, cut to a length that leaves room, at a character's bounds. */
function baseOf(file: string): string {
  const bytes = Buffer.from(file.replace(/\.eml$/i, '').replaceAll('/', '_'));
  let end = Math.min(bytes.length, LONGEST);
  while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (thrown) {
    throw storageError(thrown, `looking for ${path}`);
  }
}
