// What lies below `<data>/mail`: messages by their names, and anything else that does not belong there. Names only; no file
// is opened.
import { lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MessageId } from '../model/ids.ts';
import { codeOf, storageError } from '../runtime/storage-error.ts';
import { isPath } from './layout.ts';

/** A file that is named as a message. */
export interface Stored {
  readonly id: MessageId;
  /** Below `<data>/mail`. */
  readonly path: string;
  /** Octets. */
  readonly size: number;
}

/** A file; `id` is null where its name or place is not that of a message, and for a link. */
export type Found = Omit<Stored, 'id'> & { readonly id: MessageId | null };

/** All files in order of their paths, without the temporary ones. Throws MailError `storage`. */
export async function* walk(root: string): AsyncGenerator<Found> {
  yield* below(root, '');
}

async function* below(root: string, relative: string): AsyncGenerator<Found> {
  for (const entry of await entriesOf(join(root, relative))) {
    const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
    if (path === '.tmp') continue;
    if (entry.isDirectory()) {
      yield* below(root, path);
      continue;
    }
    const there = lstatSync(join(root, path), { throwIfNoEntry: false });
    if (there === undefined) continue; // removed in the meantime
    const id = entry.isFile() && isPath(path) ? (path.slice(-68, -4) as MessageId) : null;
    yield { id, path, size: there.size };
  }
}

async function entriesOf(directory: string) {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return [];
    throw storageError(thrown, `listing ${directory}`);
  }
}
