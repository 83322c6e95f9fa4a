// A claimed letter becomes one that can be sent: its envelope and its account are read from the header, and its octets are
// frozen into the spool. Done again after a crash it gives the same octets, for all that is added comes from its row.
import { createReadStream } from 'node:fs';
import { storageError } from '../runtime/storage-error.ts';
import { adapt } from './adapt.ts';
import { bodyWriter } from './body.ts';
import { accountFor, envelopeOf, type Sending } from './envelope.ts';
import { freeze } from './freeze.ts';
import { splitHead } from './header.ts';
import type { Letter } from './letter.ts';
import { step } from './queue.ts';
import { MAX_LINE } from './mime.ts';
import type { Spool } from './spool.ts';
import { type Facts, Structure } from './structure.ts';
import { wishesOf } from './wishes.ts';

const CHUNK = 256 * 1024;
const LF = 0x0a;
const CRLF = Buffer.from('\r\n');

/**
 * The letter as it is after preparation: due, or failed with the reason. The caller saves it. Throws MailError `storage`
 * where the spool cannot be read or written: then it is tried again.
 */
export async function prepare(
  letter: Letter,
  accounts: readonly Sending[],
  spool: Spool,
  now: number,
): Promise<Letter> {
  const by = { now, random: 0.5, uncertain: 'retry' } as const;
  const fail = (from: Letter, reason: string): Letter => ({
    ...from,
    ...step(from, { type: 'refuse', reason }, by),
  });
  if (letter.verdict !== null) return fail(letter, letter.verdict);
  const facts = await factsOf(spool.path(letter.id, 'raw'));
  const split = splitHead(facts.head);
  if ('refused' in split) return fail(letter, split.refused);
  const envelope = envelopeOf(split.fields);
  if ('refused' in envelope) return fail(letter, envelope.refused);
  const { sender, recipients } = envelope;
  const wishes = wishesOf(split.fields, letter.created);
  if ('refused' in wishes) return fail(letter, wishes.refused);
  const { notBefore, atServer } = wishes;
  const wait = atServer ? undefined : (notBefore ?? undefined);
  const prepared = step(letter, { type: 'prepare', recipients, notBefore: wait }, by);
  const known: Letter = { ...letter, ...prepared, sender };
  const account = accountFor(accounts, letter.folder, sender);
  if ('refused' in account) return fail(known, account.refused);
  const chosen: Letter = { ...known, account: account.name };
  const frozen = freeze(facts, {
    date: notBefore ?? letter.created,
    messageId: messageIdFor(letter, sender),
  });
  if ('refused' in frozen) return fail(chosen, frozen.refused);
  const bodyAt = facts.head.length;
  const verbatim = facts.binary.map(({ from, to }) => ({ from: from - bodyAt, to: to - bodyAt }));
  const writer = bodyWriter(frozen.body, verbatim);
  let size = await write(letter.id, bodyAt, frozen.head, writer, facts.unended, spool);
  if (frozen.long) {
    const mended = await adapt(letter.id, { head: false, body: false, binary: false, long: true }, spool);
    const why = 'refused' in mended ? mended.refused : await stillLong(spool.path(letter.id, 'eml'));
    if (why !== null || 'refused' in mended)
      return fail(
        chosen,
        `its body has a line of ${facts.longestLine} octets, and mail allows ${MAX_LINE}; ${why}`,
      );
    ({ size } = mended);
  }
  const { messageId, eightBitBody, eightBitHead, binary } = frozen;
  return { ...chosen, messageId, size, eightBitBody, eightBitHead, binary };
}

/** A long line may stand where no part is: between the parts, or in the header of one. */
async function stillLong(path: string): Promise<string | null> {
  const { longestLine } = await factsOf(path);
  return longestLine > MAX_LINE ? 'it stands in no part that could be written anew' : null;
}

/** Unique, and the same after a crash: its time and its id (RFC 5322 §3.6.4). */
function messageIdFor({ id, created }: Letter, sender: string): string {
  const domain = sender.slice(sender.lastIndexOf('@') + 1).replace(/[[\]]/g, '');
  return `${new Date(created).toISOString().replace(/\D/g, '').slice(0, 14)}.${id}@${domain}`;
}

async function factsOf(path: string): Promise<Facts> {
  const structure = new Structure();
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK }))
      structure.push(asBuffer(chunk));
  } catch (thrown) {
    throw storageError(thrown, `reading ${path}`);
  }
  return structure.facts();
}

async function write(
  id: string,
  bodyAt: number,
  head: Buffer,
  body: ReturnType<typeof bodyWriter>,
  lines: boolean,
  spool: Spool,
): Promise<number> {
  const path = spool.path(id, 'raw');
  const draft = await spool.draft(id, 'eml');
  let size = 0;
  let last = LF;
  const put = async (chunk: Buffer): Promise<void> => {
    size += chunk.length;
    last = chunk.at(-1) ?? last;
    await draft.write(chunk);
  };
  try {
    await put(head);
    for await (const chunk of createReadStream(path, { start: bodyAt, highWaterMark: CHUNK })) {
      await put(body.push(asBuffer(chunk)));
    }
    await put(body.end());
    if (last !== LF && lines) await put(CRLF);
    await draft.commit();
    return size;
  } catch (thrown) {
    throw storageError(thrown, `reading ${path}`);
  } finally {
    await draft.discard();
  }
}

function asBuffer(chunk: unknown): Buffer {
  if (!Buffer.isBuffer(chunk)) throw new TypeError('a file gave no octets');
  return chunk;
}
