// The header of a message in the spool, with its blank line: for what is read from it after the message was made ready.
import { open } from 'node:fs/promises';
import { endOfHead, MAX_HEAD } from './header.ts';

/** The octets of the header of the file at `path`; as much as a header may have where no blank line ends it. Throws as `open` does. */
export async function headAt(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_HEAD + 4), 0, MAX_HEAD + 4, 0);
    const bytes = buffer.subarray(0, bytesRead);
    const end = endOfHead(bytes);
    return end < 0 ? bytes : bytes.subarray(0, end);
  } finally {
    await file.close();
  }
}
