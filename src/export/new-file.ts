// A file that appears whole, or not at all, and in nobody's place: written under another name, synced, then renamed.
import { lstatSync } from 'node:fs';
import { open, rename, rm, unlink, utimes } from 'node:fs/promises';
import { targetError } from './target-error.ts';

/** Writes the pieces to `beside` and renames it to `path`. `date` (milliseconds) is what the file says of its age. */
export async function writeNewFile(
  path: string,
  beside: string,
  pieces: AsyncIterable<Buffer>,
  date: number | null,
): Promise<void> {
  try {
    // What an export that was cut has left goes, and whatever else has that name: nothing is written through a link.
    await rm(beside, { force: true });
    const file = await open(beside, 'wx', 0o600);
    try {
      for await (const piece of pieces) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    if (date !== null) await utimes(beside, date / 1000, date / 1000);
    await rename(beside, path);
  } catch (thrown) {
    await unlink(beside).catch(() => undefined);
    throw targetError(thrown, `writing ${path}`);
  }
}

/** True where something has that name. */
export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
