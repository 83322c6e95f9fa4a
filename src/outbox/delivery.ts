// A letter of the queue as a try sees it: its frozen octets, those who are still to get it, and what it wishes; and the same
// letter with its octets made anew for a server that does not take them as they are.
import { open } from 'node:fs/promises';
import { MailError, textOf } from '../model/error.ts';
import { unreadable } from '../protocol/smtp/outgoing.ts';
import { adapt } from './adapt.ts';
import type { Unwanted } from './convert.ts';
import type { Refusal } from './envelope.ts';
import type { Delivery } from './fit.ts';
import { endOfHead, type Field, MAX_HEAD, splitHead } from './header.ts';
import type { Letter } from './letter.ts';
import { wanted } from './entry.ts';
import type { Spool } from './spool.ts';
import { wishesOf } from './wishes.ts';

/** The delivery of a letter whose try has begun. Throws MailError `storage`, phase `body`, where the letter cannot be read. */
export async function deliveryOf(letter: Letter, spool: Spool): Promise<Delivery> {
  const wishes = wishesOf(await fieldsAt(spool.path(letter.id, 'raw')), letter.created);
  // They were read when the letter was prepared.
  if ('refused' in wishes) throw new RangeError(wishes.refused);
  const { sender, size, messageId, eightBitBody, eightBitHead, binary } = letter;
  return {
    sender: sender ?? '',
    recipients: wanted(letter).map(({ address }) => address),
    path: spool.path(letter.id, 'eml'),
    size: size ?? 0,
    eightBitBody,
    eightBitHead,
    binary,
    messageId,
    // A person who sends it at once has another wish than its header.
    wishes: { ...wishes, notBefore: letter.notBefore ?? wishes.notBefore },
  };
}

/**
 * The letter with octets that hold nothing `unwanted`: they are in the spool when this resolves, and the caller saves the
 * letter. What somebody has, or may have, is not changed any more. Throws MailError `storage`.
 */
export async function adapted(
  letter: Letter,
  unwanted: Unwanted,
  spool: Spool,
): Promise<Letter | (Refusal & { readonly later?: boolean })> {
  if (letter.doubts > 0 || letter.recipients.some(({ state }) => state === 'sent')) {
    return { refused: 'others have it, or may have it, with the octets that it has now', later: true };
  }
  const made = await adapt(letter.id, unwanted, spool);
  if ('refused' in made) return made;
  const { eightBitHead, eightBitBody, binary } = letter;
  return {
    ...letter,
    size: made.size,
    eightBitHead: eightBitHead && !unwanted.head,
    eightBitBody: eightBitBody && !unwanted.body,
    binary: binary && !unwanted.binary,
  };
}

async function fieldsAt(path: string): Promise<readonly Field[]> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_HEAD + 4), 0, MAX_HEAD + 4, 0);
      const bytes = buffer.subarray(0, bytesRead);
      const end = endOfHead(bytes);
      const head = splitHead(end < 0 ? bytes : bytes.subarray(0, end));
      return 'refused' in head ? [] : head.fields;
    } finally {
      await file.close();
    }
  } catch (thrown) {
    throw thrown instanceof MailError ? thrown : unreadable(textOf(thrown), thrown);
  }
}
