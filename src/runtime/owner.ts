// What root makes in the archive by hand is given to whoever owns the archive. It would be closed to the service, which runs as a user
// of its own: it would not even start. (Node.js 20 lets no process change its user, so that this is done behind each command.)
// Root goes there through open folders, and follows no link: whoever owns the archive shall not get what is elsewhere.
import {
  closeSync,
  constants,
  existsSync,
  fchownSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
} from 'node:fs';
import { join } from 'node:path';
import { codeOf } from './storage-error.ts';

/** This process may give files away, and open what is root's. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

interface Gift {
  readonly uid: number;
  readonly gid: number;
  /** Folders deep in it that were not changed since are passed over: there may be a million files. */
  readonly since: number;
  /** A path in it that is not the archive's, such as a drop folder. */
  readonly but: string;
}

/**
 * Gives what is root's at `data` and below it, but not at `but`, to the owner of `data`, where this process is root's and that is not.
 * `since`: when the command began, milliseconds since 1970.
 */
export function giveToOwner(data: string, but: string, since: number): void {
  if (!isRoot() || !existsSync(data)) return;
  const owner = lstatSync(data);
  if (!owner.isDirectory() || owner.uid === 0) return;
  // The folder may be another's, as one that a container was given: what was made in it before tells.
  const journal = lstatSync(join(data, 'journal'), { throwIfNoEntry: false });
  if (journal?.uid === 0) return;
  try {
    give(data, data, { uid: owner.uid, gid: owner.gid, since, but }, 0);
  } catch (thrown) {
    // Nothing was made where nothing can be written.
    if (codeOf(thrown) !== 'EROFS') throw thrown;
  }
}

/** Below this depth only what was changed is looked at: `mail/2024/05`. */
const DEEP = 3;

/** `place` is `path` as it is reached from the folder above, which is open. */
function give(path: string, place: string, gift: Gift, depth: number): void {
  if (path === gift.but) return;
  const fd = opened(place);
  if (fd === undefined) return;
  try {
    const found = fstatSync(fd);
    const folder = found.isDirectory();
    // What has another name may be another's.
    if (found.uid === 0 && (folder || (found.isFile() && found.nlink === 1)))
      fchownSync(fd, gift.uid, gift.gid);
    if (!folder || (depth >= DEEP && found.mtimeMs < gift.since)) return;
    const here = `/proc/self/fd/${fd}`;
    for (const name of readdirSync(here)) give(join(path, name), join(here, name), gift, depth + 1);
  } finally {
    closeSync(fd);
  }
}

/** Undefined for a link, and for what is no file or folder, or has gone. */
function opened(place: string): number | undefined {
  try {
    return openSync(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (thrown) {
    if (['ELOOP', 'ENOENT', 'ENXIO'].includes(codeOf(thrown) ?? '')) return undefined;
    throw thrown;
  }
}
