// A wake-up when something happens in the drop folder, and nothing more: events get lost (inotify overflows in silence, NFS
// sends none), so that each one, each error and each minute only means "list again". Nothing is listed here: with thousands of
// files that would cost more than to take them.
import { statSync, watch as watchFolder, type FSWatcher } from 'node:fs';

/** A running watch. */
export interface Watch {
  /**
   * Watches anew what was removed, replaced or could not be watched before. True: all folders are watched now. Call it before
   * each listing, so that what came in between is listed.
   */
  renew(): boolean;
  close(): void;
}

/** Calls `wake` whenever one of these folders may have changed. `failed` is told once where the system cannot watch them. */
export function watch(folders: readonly string[], wake: () => void, failed: (error: unknown) => void): Watch {
  const watched = new Map<string, { readonly place: string; readonly watcher: FSWatcher }>();
  let told = false;
  const leave = (folder: string): void => {
    watched.get(folder)?.watcher.close();
    watched.delete(folder);
  };
  const tell = (error: unknown): void => {
    if (!told) failed(error);
    told = true;
  };
  const renew = (): boolean => {
    for (const folder of folders) {
      const place = placeOf(folder);
      if (place !== null && watched.get(folder)?.place === place) continue;
      leave(folder);
      // A folder that is not there is the listing's business.
      if (place === null) continue;
      try {
        const watcher = watchFolder(folder, wake);
        watcher.on('error', (error) => {
          leave(folder);
          tell(error);
          wake();
        });
        watched.set(folder, { place, watcher });
      } catch (thrown) {
        tell(thrown);
      }
    }
    return watched.size === folders.length;
  };
  renew();
  // What was dropped between the first listing and this moment is no event.
  wake();
  return { renew, close: () => folders.forEach(leave) };
}

/** Which directory it is now; null where there is none. */
function placeOf(folder: string): string | null {
  try {
    const { dev, ino } = statSync(folder, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}
