// One service for one drop folder. Two archives may name the same folder, by mistake; each of the two services would take what the
// other one is just removing, and both would send it.
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MailError, textOf } from '../model/error.ts';
import { acquireLock, type Lock } from '../runtime/lock.ts';
import { codeOf } from '../runtime/storage-error.ts';
import type { OutboxLog } from './outbox-log.ts';

/** Of no use where the folder cannot be written to: nothing is taken from it then. */
const NONE: Lock = { release: () => Promise.resolve() };

/** Takes the drop folder for this process. Throws MailError `locked` where another one has it. */
export async function soleUser(outbox: string, log: OutboxLog): Promise<Lock> {
  const place = join(outbox, '.mailkeep');
  try {
    await mkdir(place, { recursive: true, mode: 0o700 });
    return await acquireLock(join(place, 'lock'), { unseen: true });
  } catch (thrown) {
    const isTaken = thrown instanceof MailError && thrown.kind === 'locked';
    if (isTaken || (await isAnothers(place))) throw taken(outbox, place, thrown);
    log.warn(`whether another service uses the drop folder ${outbox} cannot be told: ${textOf(thrown)}`);
    return NONE;
  }
}

/** True where only another user's mailkeep can have made it. */
async function isAnothers(place: string): Promise<boolean> {
  try {
    return (await stat(place)).uid !== process.geteuid?.();
  } catch (thrown) {
    return codeOf(thrown) === 'EACCES';
  }
}

function taken(outbox: string, place: string, cause: unknown): MailError {
  const [process] = /\(process \d+\)/.exec(textOf(cause)) ?? ['of another user'];
  return new MailError({
    kind: 'locked',
    retry: 'later',
    message: `the drop folder ${outbox} is in use by another mailkeep ${process}`,
    hint: `Each archive needs a drop folder of its own: change outbox: in the configuration of one of them. If there is no other one, remove ${place}.`,
    cause,
  });
}
