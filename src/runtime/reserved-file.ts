// Room for a file's next content, taken before it is known: what comes then cannot be lost for want of disk, and the time
// in which a crash may lose it is that of one write. What a crash left complete beside the file is the file's next content.
import { open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from './atomic-file.ts';
import { codeOf, storageError } from './storage-error.ts';

/** Room beside a file. Use one of the two, once. */
export interface Room {
  /** Makes `text` the file's content, durably. Throws MailError `storage`. */
  fill(text: string): Promise<void>;
  /** Gives the room back. */
  leave(): Promise<void>;
}

const beside = (path: string): string => `${path}.next`;

/** Takes room for `octets` beside `path`; only one process may do so at a time. `mode` is exact. Throws MailError `storage`. */
export async function reserve(path: string, octets: number, mode: number): Promise<Room> {
  const place = beside(path);
  const leave = async (): Promise<void> => {
    await unlink(place).catch(() => undefined);
  };
  try {
    await unlink(place).catch(ignoreMissing);
    const file = await open(place, 'wx', mode);
    try {
      await file.writeFile(' '.repeat(octets));
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (thrown) {
    await leave();
    throw storageError(thrown, `making room for ${path}`);
  }
  return { fill: (text) => fill(path, text), leave };
}

async function fill(path: string, text: string): Promise<void> {
  const place = beside(path);
  try {
    const bytes = Buffer.from(text);
    const file = await open(place, 'r+');
    try {
      await file.write(bytes, 0, bytes.length, 0);
      await file.truncate(bytes.length);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(place, path);
    await syncDirectory(dirname(path));
  } catch (thrown) {
    throw storageError(thrown, `writing ${path}`);
  }
}

/**
 * Ends what a crash left beside `path`: content that `isWhole` becomes the file's, anything else goes. Resolves with what was
 * found. Only one process may do so at a time. Throws MailError `storage`.
 */
export async function recover(
  path: string,
  isWhole: (text: string) => boolean,
): Promise<'nothing' | 'whole' | 'part'> {
  const place = beside(path);
  try {
    const text = await readFile(place, 'utf8').catch(ignoreMissing);
    if (text === undefined) return 'nothing';
    if (!isWhole(text)) {
      await unlink(place);
      return 'part';
    }
    await fill(path, text);
    return 'whole';
  } catch (thrown) {
    throw storageError(thrown, `recovering ${path}`);
  }
}

function ignoreMissing(thrown: unknown): undefined {
  if (codeOf(thrown) !== 'ENOENT') throw thrown;
}
