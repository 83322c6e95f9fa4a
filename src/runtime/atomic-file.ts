// Files that are there whole or not at all: written beside their place, synced, renamed, and the directory synced.
// Without the last step a rename may be forgotten by a power cut, though the program saw it happen.
import { randomBytes } from 'node:crypto';
import { open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf, storageError } from './storage-error.ts';

/** Replaces the file at `path` by `bytes`, durably. `mode` is given exactly, whatever the umask. Throws MailError `storage`. */
export async function writeAtomic(path: string, bytes: string | Uint8Array, mode: number): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(beside, 'wx', mode);
    try {
      await file.writeFile(bytes);
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
    await syncDirectory(dirname(path));
  } catch (thrown) {
    await unlink(beside).catch(() => undefined);
    throw storageError(thrown, `writing ${path}`);
  }
}

/** Makes the names in a directory durable. Throws MailError `storage`. */
export async function syncDirectory(directory: string): Promise<void> {
  try {
    await sync(directory);
  } catch (thrown) {
    // Some network and user-space file systems cannot sync a directory; they keep names in order by themselves.
    const code = codeOf(thrown);
    if (code !== 'EINVAL' && code !== 'ENOTSUP') throw storageError(thrown, `syncing ${directory}`);
  }
}

/** Makes the octets of a file durable, whoever wrote them; its name is another thing. Throws MailError `storage`. */
export async function syncFile(path: string): Promise<void> {
  await sync(path).catch((thrown: unknown) => {
    throw storageError(thrown, `syncing ${path}`);
  });
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
