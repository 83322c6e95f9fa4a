// What lies in the drop folder and in no queue yet, for whoever looks at it beside a running service or without one: how much of it
// waits to be taken, and what never will be as it is.
import { join } from 'node:path';
import { hashOf, untouchable } from './claim.ts';
import { DropFolder, type DroppedName } from './drop-folder.ts';
import type { LeftFile } from './gathered.ts';
import type { Journal } from './journal.ts';
import { openJournal } from './open-journal.ts';
import { conflictCopy, numbered, twinOf } from './sync-copies.ts';

/** What was found. */
export interface Dropped {
  readonly waiting: number;
  readonly left: readonly LeftFile[];
}

/** Looks into the drop folder at `outbox` and those of the accounts; one that cannot be read holds none. Throws MailError `storage`. */
export async function dropped(data: string, outbox: string, accounts: readonly string[]): Promise<Dropped> {
  const journal = openJournal(data, 'read');
  const left: LeftFile[] = [];
  let waiting = 0;
  try {
    for (const account of [null, ...accounts]) {
      const path = account === null ? outbox : join(outbox, account);
      const folder = await DropFolder.open(path, account).catch(() => undefined);
      if (folder === undefined) continue;
      try {
        const closed = await folder.closed();
        // The rights of whoever looks are not those of the service.
        const why = closed?.by === 'disk' ? closed.why : null;
        for (const name of await folder.letters()) {
          const reason = why ?? (await whyLeft(folder, name, journal));
          const file = account === null ? name.shown : `${account}/${name.shown}`;
          if (reason === null) waiting++;
          else left.push({ file, reason });
        }
      } finally {
        await folder.close();
      }
    }
    return { waiting, left };
  } finally {
    journal?.close();
  }
}

async function whyLeft(
  folder: DropFolder,
  name: DroppedName,
  journal: Journal | null,
): Promise<string | null> {
  const file = await folder.stat(name);
  const why = file === undefined ? null : (untouchable(file) ?? conflictCopy(name.shown));
  const first = numbered(name.shown);
  if (why !== null || first === null || journal === null) return why;
  const hash = await hashOf(folder, name).catch(() => '');
  return journal.knows(first, hash) ? twinOf(first) : null;
}
