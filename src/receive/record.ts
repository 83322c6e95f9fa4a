// What a look at a folder showed of the messages that are stored already: into the journal, and from there into the index.
import type { Entry } from '../archive/entry.ts';
import { known, otherValidities, OUTSIDE, setMissed } from '../index/positions.ts';
import type { UidValidity } from '../model/ids.ts';
import { labelled, type Folder, type RemoteKey } from '../model/mailbox.ts';
import { placeOf } from './batch.ts';
import type { FolderRun } from './folder-run.ts';
import { remoteKey, type Plan } from './plan.ts';

/** Flags, "gone" and "back again" go into the journal; a first absence only into the index, and none unless `complete`. */
export async function recordChanges(
  run: FolderRun,
  folder: Folder,
  validity: UidValidity | null,
  todo: Plan,
  complete: boolean,
): Promise<void> {
  const at = new Date(run.clock.now()).toISOString();
  const place = (key: RemoteKey) => placeOf(folder, validity, key);
  const changes: Entry[] = [
    ...todo.flagged.map((one) => {
      const { key, flags } = one;
      return { op: 'flags' as const, at, ...place(key), flags, ...labelled(one) };
    }),
    ...todo.back.map((key) => ({ op: 'back' as const, at, ...place(key) })),
    ...(complete ? todo.gone : []).map((key) => ({ op: 'gone' as const, at, ...place(key) })),
  ];
  if (changes.length > 0) await run.keeper.keep(run.account, [], changes);
  if (complete) setMissed(run.db, run.account, todo.missed.map(place), 1);
  if (complete) setMissed(run.db, run.account, todo.outside.map(place), OUTSIDE);
  setMissed(run.db, run.account, todo.found.map(place), 0);
}

/**
 * All that is stored under any other UIDVALIDITY than this one is gone: after a change of it all is stored under the new
 * UIDs, and the old ones name nothing any more. With null: the folder is there no more, or has no UIDs.
 */
export async function leaveBehind(
  run: FolderRun,
  folder: Folder,
  validity: UidValidity | null,
): Promise<void> {
  const at = new Date(run.clock.now()).toISOString();
  for (const before of otherValidities(run.db, run.account, folder.name, validity)) {
    const old = [...known(run.db, run.account, folder.name, before)].filter(([, place]) => !place.gone);
    const gone = old.map(([key]) => ({
      op: 'gone' as const,
      at,
      ...placeOf(folder, before, remoteKey(key)),
    }));
    if (gone.length > 0) await run.keeper.keep(run.account, [], gone);
  }
}
