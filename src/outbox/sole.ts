// One service for one drop folder. Two archives may name the same folder, by mistake; each of the two services would take what the
// other one is just removing, and both would send it.
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MailError, textOf } from '../model/error.ts';
import { acquireLock, type Lock } from '../runtime/lock.ts';
import { codeOf } from '../runtime/storage-error.ts';
import type { OutboxLog } from './outbox-log.ts';

/** The drop folder at `outbox`, taken for this process. */
export class SoleUse {
  readonly #outbox: string;
  readonly #log: OutboxLog;
  readonly #place: string;
  #lock: Lock | undefined;
  /** The marks of locks that were given up, whose folder may come back. */
  readonly #given = new Set<string>();
  #isTold = false;

  constructor(outbox: string, log: OutboxLog) {
    this.#outbox = outbox;
    this.#log = log;
    this.#place = join(outbox, '.mailkeep');
  }

  /**
   * Takes it where that was not done, and anew where it was removed and made again, or another folder has its name: the lock went
   * with it. True: it is taken now and was not before. Throws MailError `locked` where another process has it. Where it cannot be
   * written to that is told, once: nothing is taken from it then.
   */
  async take(): Promise<boolean> {
    if (this.#lock?.isWhole === true) return false;
    if (this.#lock !== undefined) this.#given.add(this.#lock.mark);
    await this.release();
    try {
      await mkdir(this.#place, { mode: 0o700 }).catch((thrown: unknown) => {
        if (codeOf(thrown) !== 'EEXIST') throw thrown;
      });
      this.#lock = await acquireLock(join(this.#place, 'lock'), { unseen: true, given: this.#given });
      this.#isTold = false;
      return true;
    } catch (thrown) {
      const isTaken = thrown instanceof MailError && thrown.kind === 'locked';
      if (isTaken || (await isAnothers(this.#place))) throw taken(this.#outbox, this.#place, thrown);
      // That there is no folder is told by who lists it.
      if (!this.#isTold && codeOf(thrown) !== 'ENOENT')
        this.#log.warn(
          `whether another service uses the drop folder ${this.#outbox} cannot be told: ${textOf(thrown)}`,
        );
      this.#isTold = true;
      return false;
    }
  }

  async release(): Promise<void> {
    await this.#lock?.release();
    this.#lock = undefined;
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
