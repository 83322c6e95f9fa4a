// A folder of `.eml` files, octet for octet, with readable names. What is there already is compared and left; nothing is ever
// overwritten.
import { join } from 'node:path';
import { hashFile } from '../archive/hash-file.ts';
import { emlName } from '../formats/file-name.ts';
import { syncDirectory } from '../runtime/atomic-file.ts';
import { makeFolder } from '../runtime/make-folder.ts';
import type { Chosen } from './chosen.ts';
import type { Content } from './content.ts';
import { isThere, writeNewFile } from './new-file.ts';
import { Refused, type Target } from './target.ts';
import { targetError } from './target-error.ts';

/** Opens the folder at `path`, making it where it is not. Throws MailError `storage`. */
export async function emlFolder(path: string): Promise<Target> {
  try {
    await makeFolder(path, 0o777);
  } catch (thrown) {
    throw targetError(thrown, `making ${path}`);
  }
  return {
    lanes: 16,
    put: (message, content) => put(path, message, content),
    end: () => syncDirectory(path),
    abandon: async () => undefined,
  };
}

async function put(folder: string, message: Chosen, content: Content): Promise<'written' | 'known'> {
  const { id, date, subject, received } = message;
  for (const digits of [16, 64]) {
    const place = join(folder, emlName(date, subject, id, digits));
    if (!isThere(place)) {
      await writeNewFile(place, join(folder, `.${id}.mailkeep-part`), octets(content), received ?? date);
      return 'written';
    }
    const found = await hashFile(place, Buffer.allocUnsafe(1 << 16)).catch(() => undefined);
    if (found?.id === id) return 'known';
  }
  throw new Refused('a file with its name is there already, and is another');
}

async function* octets(content: Content): AsyncGenerator<Buffer> {
  for await (const { piece } of content.pieces()) yield piece;
}
