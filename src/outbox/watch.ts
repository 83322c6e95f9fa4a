// A wake-up when something happens in the drop folder, and nothing more: events get lost (inotify overflows in silence, NFS
// sends none), so that each one, each error and each minute only means "list again".
import { watch as watchFolders } from 'chokidar';
import { codeOf } from '../runtime/storage-error.ts';

/** A running watch. */
export interface Watch {
  close(): Promise<void>;
}

/** Calls `wake` whenever one of these folders may have changed. `failed` is told once where the system cannot watch them. */
export function watch(folders: readonly string[], wake: () => void, failed: (error: unknown) => void): Watch {
  let told = false;
  const watcher = watchFolders([...folders], {
    depth: 0,
    ignoreInitial: true,
    awaitWriteFinish: false,
    atomic: false,
    followSymlinks: false,
  });
  watcher.on('all', wake);
  // What was dropped between the first listing and this moment is no event to the watcher.
  watcher.on('ready', wake);
  // Without a listener ENOSPC or EMFILE would end the process.
  watcher.on('error', (error) => {
    // A file that may not be read is the listing's business; the folders around it are watched as before.
    const path: unknown = error instanceof Error && 'path' in error ? error.path : undefined;
    const ofFile =
      ['EACCES', 'EPERM', 'ENOENT'].includes(codeOf(error) ?? '') &&
      typeof path === 'string' &&
      !folders.includes(path);
    if (!told && !ofFile) failed(error);
    told ||= !ofFile;
    wake();
  });
  return { close: () => watcher.close() };
}
