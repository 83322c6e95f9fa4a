// The entries of a directory by their very names. They are asked for as octets: where a file system does not tell what its entries
// are, as that of a CD, Node looks at each under its name, and finds it only so.
import { readdir } from 'node:fs/promises';
import { pathOctets } from './paths.ts';

/** One entry. */
export interface Entry {
  /** Octets as latin1. */
  readonly name: string;
  readonly is: 'directory' | 'file' | 'link' | 'other';
}

/** Of the directory at `path` (octets as latin1), in order of their names. Throws what the file system threw. */
export async function entriesAt(path: string): Promise<Entry[]> {
  const found = await readdir(pathOctets(path), { withFileTypes: true, encoding: 'buffer' });
  return found
    .map((entry): Entry => ({
      name: entry.name.toString('latin1'),
      is: entry.isDirectory()
        ? 'directory'
        : entry.isFile()
          ? 'file'
          : entry.isSymbolicLink()
            ? 'link'
            : 'other',
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
