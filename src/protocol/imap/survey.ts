// All folders and what each of them holds by the server's own count, so that only those that changed need be opened: in
// one command where LIST-STATUS is offered (RFC 5819), by LIST and then STATUS elsewhere. It never takes an answer
// without folders for an account without folders (I-065).
import type { Folder } from '../../model/mailbox.ts';
import type { Dialogue } from '../dialogue.ts';
import type { Capabilities } from './capability.ts';
import { exchange } from './exchange.ts';
import { HeardFolders, list } from './list.ts';
import { readStatus, statuses, statusItems } from './status.ts';
import type { FolderStatus } from './status.ts';
import type { Tags } from './tags.ts';

/** What `MailError.avoid` names, and the caller's set of what to avoid holds, for an extended LIST. */
export const LIST_STATUS: string = 'LIST-STATUS';

/** A folder, and its status where the server told it. */
export interface Surveyed {
  readonly folder: Folder;
  readonly status: FolderStatus | null;
}

/** How to ask. */
export interface Surveying {
  readonly offered: Capabilities;
  /** Names are UTF-8. */
  readonly utf8: boolean;
  /** Commands in flight at most, 1 or more. */
  readonly window: number;
  /** What the host does not bear; LIST_STATUS is added where it turns out so. */
  readonly avoid: Set<string>;
  /** Which folders' status is wanted. */
  readonly kept: (folder: Folder) => boolean;
  /** Octets of each folder are wanted too. */
  readonly sizes?: boolean;
}

/** All folders, those that are not kept too. Throws MailError as `list`. */
export function* survey(host: string, tags: Tags, asking: Surveying): Dialogue<Surveyed[]> {
  if (asking.offered.has(LIST_STATUS) && !asking.avoid.has(LIST_STATUS)) {
    const found = yield* listStatus(host, tags, asking);
    if (found !== null) return found;
  }
  const folders = yield* list(host, tags, asking.utf8);
  const wires = folders.filter(asking.kept).map(({ wire }) => wire);
  const told = yield* statuses(host, tags, wires, statusItems(asking.offered, asking.sizes), asking.window);
  return folders.map((folder) => ({ folder, status: told.get(folder.wire) ?? null }));
}

/** Null where it was refused, or brought no folder; the host is not asked so again. */
function* listStatus(host: string, tags: Tags, asking: Surveying): Dialogue<Surveyed[] | null> {
  const { offered, utf8, avoid, sizes } = asking;
  const heard = new HeardFolders(host, utf8);
  const told = new Map<string, FolderStatus>();
  // RFC 5258 §3: RETURN options; RFC 6154 §3: where a folder is for is told in an extended LIST only when it is asked for.
  const use = offered.has('SPECIAL-USE') ? 'SPECIAL-USE ' : '';
  const answer = yield* exchange(
    host,
    tags,
    {
      name: LIST_STATUS,
      pieces: [`LIST "" "*" RETURN (${use}STATUS ${statusItems(offered, sizes)})`],
      phase: 'list',
    },
    {
      data: (data) => {
        const status = readStatus(data);
        if (status === undefined) heard.take(data);
        else told.set(status.wire, status.status);
      },
    },
  );
  if (answer.word === 'OK' && heard.size > 0)
    return heard.folders.map((folder) => ({ folder, status: told.get(folder.wire) ?? null }));
  avoid.add(LIST_STATUS);
  return null;
}
