// What lies in the spool and stands in no row: a claim that a crash cut off, whose file still lies in the drop folder, or a letter
// whose row is lost. The first is cleared away and taken anew; the second is the only copy there is, and comes back in failed/.
import { existsSync } from 'node:fs';
import { hashFile } from '../archive/hash-file.ts';
import type { Clock } from '../model/clock.ts';
import { isTaken } from './claim.ts';
import { DropFolder } from './drop-folder.ts';
import type { Journal } from './journal.ts';
import type { Letter, Origin } from './letter.ts';
import type { OutboxLog } from './outbox-log.ts';
import type { Spool } from './spool.ts';
import { putBack } from './taking-back.ts';

/** Opens the spool and removes what is of no use any more. Returns the ids that are for `rescue`. Throws MailError `storage`. */
export function tidied(spool: Spool, journal: Journal): Promise<string[]> {
  const failed = journal.failed();
  failed.forEach(putBack);
  const wanted = [...journal.open(), ...failed.filter(isThere)].map(({ id }) => id);
  return spool.open(new Set(wanted), (id) => journal.letter(id) !== undefined);
}

function isThere({ landed }: Letter): boolean {
  return landed !== null && existsSync(landed);
}

/** What it works with. `folders`: where letters are dropped. */
interface RescueTools {
  readonly spool: Spool;
  readonly journal: Journal;
  readonly folders: readonly string[];
  readonly clock: Clock;
  readonly log: OutboxLog;
}

const LOST =
  'the queue (outbox.db) does not know it any more, nor whether it was sent; look for it in the Sent folder first';

/** Sees to the files with these ids. A crash in between does no harm. Throws MailError `storage`. */
export async function rescue(ids: readonly string[], tools: RescueTools): Promise<void> {
  const { spool, journal, clock, log } = tools;
  for (const id of ids) {
    const origin = await originOf(spool.path(id, 'raw'));
    if (await lies(origin, id, tools.folders)) {
      await spool.remove(id);
      continue;
    }
    const file = `rescued-${id}.eml`;
    journal.claim({ id, file, folder: null, verdict: LOST, origin }, clock.now());
    log.error(`a message in the spool comes back in failed/ as ${file}: ${LOST}`, { id });
  }
}

/** Of no file that is known: only its octets can be compared. */
async function originOf(path: string): Promise<Origin> {
  const { id, size } = await hashFile(path);
  return { dev: 0n, ino: 0n, mtimeNs: 0n, size, sha256: id };
}

/** True where a file with its octets is still to be taken, or is hidden for its removal. */
async function lies(origin: Origin, id: string, folders: readonly string[]): Promise<boolean> {
  for (const path of folders) {
    const folder = await DropFolder.open(path, null);
    try {
      for (const name of [...(await folder.letters()), DropFolder.hidden(id)]) {
        const file = await folder.stat(name);
        if (file?.regular !== true || file.size !== BigInt(origin.size)) continue;
        if (await isTaken(folder, name, origin)) return true;
      }
    } finally {
      await folder.close();
    }
  }
  return false;
}
