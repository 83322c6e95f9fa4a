// A wake-up when something happens in the drop folder, and nothing more: events get lost (inotify overflows in silence, NFS
// sends none), so that each one, each error and each minute only means "list again". The files themselves are not watched: with
// thousands of them that would cost more than to take them.
import { realpathSync, statSync } from 'node:fs';
import { watch as watchFolder, type FSWatcher } from 'chokidar';

/** A running watch. */
export interface Watch {
  /**
   * Watches anew what was removed, replaced or could not be watched before. True: all folders are watched now. Call it before
   * each listing, so that what came in between is listed.
   */
  renew(): boolean;
  /**
   * Watches nothing until `renew`: with each change chokidar asks the system about every file that lies there, and of thousands
   * that are just being taken each one is a change.
   */
  rest(): void;
  close(): void;
}

/** One folder under watch: which directory it was then, and whether the watch has begun. */
interface Watched {
  readonly place: string;
  readonly watcher: FSWatcher;
  isReady: boolean;
}

/** Calls `wake` whenever one of these folders may have changed. `failed` is told once where the system cannot watch them. */
export function watch(folders: readonly string[], wake: () => void, failed: (error: unknown) => void): Watch {
  const watched = new Map<string, Watched>();
  let told = false;
  const leave = (folder: string): void => {
    void watched.get(folder)?.watcher.close();
    watched.delete(folder);
  };
  const begin = (folder: string, { place, path }: Place): void => {
    const watcher = watchFolder(path, {
      depth: 0,
      ignored: (within) => within !== path,
      ignoreInitial: true,
      atomic: false,
      followSymlinks: false,
    });
    const one: Watched = { place, watcher, isReady: false };
    watched.set(folder, one);
    // The system's own events: those of the files that are not watched are among them.
    watcher.on('raw', wake);
    watcher.on('unlinkDir', wake);
    // What was dropped between the first listing and this moment is no event.
    watcher.on('ready', () => {
      if (watched.get(folder) !== one) return;
      one.isReady = true;
      wake();
    });
    // Without a listener ENOSPC or EMFILE would end the process.
    watcher.on('error', (error) => {
      if (watched.get(folder) !== one) return;
      leave(folder);
      if (!told) failed(error);
      told = true;
      // A watch that never began missed nothing that the listing before it had not seen, and would be begun again at once.
      if (one.isReady) wake();
    });
  };
  const renew = (): boolean => {
    for (const folder of folders) {
      const place = placeOf(folder);
      if (place !== null && watched.get(folder)?.place === place.place) continue;
      leave(folder);
      // A folder that is not there is the listing's business.
      if (place !== null) begin(folder, place);
    }
    return folders.every((folder) => watched.get(folder)?.isReady === true);
  };
  renew();
  const rest = (): void => folders.forEach(leave);
  return { renew, rest, close: rest };
}

interface Place {
  readonly place: string;
  readonly path: string;
}

/** Which directory it is now, and where it lies: of a link itself nothing is ever told. Null where there is none. */
function placeOf(folder: string): Place | null {
  try {
    const path = realpathSync(folder);
    const { dev, ino } = statSync(path, { bigint: true });
    return { place: `${dev}:${ino}`, path };
  } catch {
    return null;
  }
}
