// A folder with all those above it. Node's own way (mkdir, recursive) asks for ever where the kernel lets nothing be made in a folder
// that is there, as in /proc: here that is an error like any other.
import { existsSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from './storage-error.ts';

/** Makes the folder at `path` where there is none; those above it are made with the same `mode`. Throws what mkdir(2) says. */
export async function makeFolder(path: string, mode: number): Promise<void> {
  if (await isMade(path, mode)) return;
  const above = dirname(path);
  if (!existsSync(above)) await makeFolder(above, mode);
  // Another may have made the one above in the meantime.
  if (!(await isMade(path, mode)))
    throw Object.assign(new Error(`no folder can be made in ${above}`), { code: 'ENOENT' });
}

/** False where the kernel says that one above it is missing. */
async function isMade(path: string, mode: number): Promise<boolean> {
  try {
    await mkdir(path, { mode });
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST' && (await stat(path)).isDirectory()) return true;
    if (codeOf(thrown) === 'ENOENT') return false;
    throw thrown;
  }
}
