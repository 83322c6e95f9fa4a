// What is left to do for a letter that is over: it lands in sent/ or failed/, a sent one is kept in the archive too, its copy
// in the Sent folder is seen to (sent-copies), and its files leave the spool. Each step is written down; each is tried again
// until it is done, and none can make it unsent.
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asMailError, MailError, textOf } from '../model/error.ts';
import type { Clock } from '../model/clock.ts';
import { syncDirectory } from '../runtime/atomic-file.ts';
import { codeOf, storageError } from '../runtime/storage-error.ts';
import type { Journal } from './journal.ts';
import type { Letter } from './letter.ts';
import { isOver } from './entry.ts';
import { type InChinese, reasonText } from './reason.ts';
import { land, landingPath, sentCopy } from './report.ts';
import type { Spool } from './spool.ts';
import { tellSender } from './telling-sender.ts';

/** Puts a message that was sent into the archive; safe to repeat. `path` is only valid until the promise settles. */
export type KeepSent = (account: string, path: string, queueId: string) => Promise<void>;

/** What finishing works with. */
export interface FinishTools {
  readonly outbox: string;
  readonly spool: Spool;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly keepSent: KeepSent;
  /** Our name in EHLO. */
  readonly name: string;
  readonly inChinese: InChinese;
}

/** Does what can be done now. The errors are for the log; call it again later while there are some. */
export async function finish(letter: Letter, tools: FinishTools): Promise<MailError[]> {
  if (!isOver(letter)) return [];
  const errors: MailError[] = [];
  let now = letter;
  try {
    noteCopy(letter, tools);
  } catch (thrown) {
    return [asMailError(thrown, { kind: 'storage', retry: 'later', message: textOf(thrown) })];
  }
  for (const part of [placed, kept, reported]) {
    try {
      now = await part(now, tools);
    } catch (thrown) {
      errors.push(asMailError(thrown, { kind: 'storage', retry: 'later', message: textOf(thrown) }));
    }
  }
  const copy = tools.journal.copies.of(letter.id);
  // What failed may be sent again, octet for octet, as long as it is remembered.
  if (now.state === 'sent' && now.placed && now.kept && copy?.state !== 'open')
    await tools.spool.remove(letter.id);
  return errors;
}

/** What was taken back by hand is known to whoever did that. */
async function reported(letter: Letter, tools: FinishTools): Promise<Letter> {
  if (letter.reported) return letter;
  if (letter.state === 'failed') await tellSender(letter, 'failed', tools);
  const after: Letter = { ...letter, reported: true };
  tools.journal.save(after, tools.clock.now());
  return after;
}

/** Before all else, so that no crash forgets it. */
function noteCopy(letter: Letter, { journal }: FinishTools): void {
  const reached = letter.recipients.some(({ state }) => state === 'sent');
  if (reached && !letter.kept) journal.copies.begin(letter.id);
}

async function placed(letter: Letter, tools: FinishTools): Promise<Letter> {
  if (letter.placed) return letter;
  const { outbox, spool, journal, clock, inChinese } = tools;
  const folder = join(outbox, letter.state === 'sent' ? 'sent' : 'failed');
  await made(folder);
  let { landed } = letter;
  if (landed === null || !landed.startsWith(`${folder}/`)) {
    landed = landingPath(folder, letter, taken(journal));
    journal.save({ ...letter, landed }, clock.now());
  }
  await land(letter, landed, folder, spool, (name) => reasonText(letter, name, clock.now(), inChinese));
  const after: Letter = { ...letter, landed, placed: true };
  journal.save(after, clock.now());
  return after;
}

/** Somebody may tidy up and remove the whole folder; one that is gone with the drop folder itself is not made. */
async function made(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o770 });
    await syncDirectory(dirname(folder));
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw storageError(thrown, `making ${folder}`);
  }
}

/** Names that were chosen and perhaps not yet written. */
function taken(journal: Journal): Set<string> {
  return new Set(journal.landings());
}

/** A message that reached only some is kept as well; for one that reached nobody there is nothing to keep. */
async function kept(letter: Letter, { spool, journal, clock, keepSent }: FinishTools): Promise<Letter> {
  if (letter.kept) return letter;
  if (letter.account !== null && letter.recipients.some(({ state }) => state === 'sent')) {
    try {
      await keepSent(letter.account, await sentCopy(letter, spool), letter.id);
    } catch (thrown) {
      throw new MailError({
        kind: 'storage',
        retry: 'later',
        message: `${letter.file} was sent, and is not yet in the archive: ${textOf(thrown)}`,
        cause: thrown,
      });
    }
  }
  const after: Letter = { ...letter, kept: true };
  journal.save(after, clock.now());
  return after;
}
