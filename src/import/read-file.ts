// A file that is one message: an `.eml`, octet for octet, or a file of a Maildir, whose lines that end in LF get CRLF as the
// server had them.
import type { Incoming } from '../archive/store.ts';
import { CRLF, withCrlf } from '../formats/line-ends.ts';
import { idInName } from '../formats/maildir.ts';
import type { FileWindow } from '../runtime/file-window.ts';
import { filled } from './letter.ts';

/** The octets of an `.eml`, as they are. */
export function asItIs(file: FileWindow, begin: () => Incoming): Promise<Incoming> {
  return filled(begin(), own(file, false));
}

/**
 * The octets of a file in a Maildir. `name` is its name; where an export has put the message's id into it, and what this reads
 * has another, the other way of reading is tried.
 */
export async function fromMaildir(file: FileWindow, name: string, begin: () => Incoming): Promise<Incoming> {
  const toCrlf = (await file.find(CRLF, 0, file.size)) === undefined;
  const id = idInName(name);
  if (id !== undefined) {
    for (const way of [toCrlf, !toCrlf]) {
      const read = await filled(begin(), own(file, way));
      if (read.end().id === id) return read;
      read.discard();
    }
  }
  return filled(begin(), own(file, toCrlf));
}

async function* own(file: FileWindow, toCrlf: boolean): AsyncGenerator<Buffer> {
  for await (const { piece } of file.pieces(0, file.size)) yield toCrlf ? withCrlf(piece) : piece;
  // Half of one message and half of another is none that there ever was.
  if ((await file.since()) !== 'same') throw new Error('it changed while it was read: import it again');
}
