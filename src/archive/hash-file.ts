// A stored file → the hash of its bytes: how the archive tells whether a file still is the message that its name says.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { MessageId } from '../model/ids.ts';

/**
 * Reads the file at `path` through `buffer` (1 MB where none is given) and returns its SHA-256 and its octets. Throws what
 * the file system threw, or the signal's reason.
 */
export async function hashFile(
  path: string,
  buffer: Buffer = Buffer.allocUnsafe(1 << 20),
  signal?: AbortSignal,
): Promise<{ readonly id: MessageId; readonly size: number }> {
  const file = await open(path, 'r');
  try {
    const hash = createHash('sha256');
    let size = 0;
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return { id: hash.digest('hex') as MessageId, size };
      hash.update(buffer.subarray(0, bytesRead));
      size += bytesRead;
    }
  } finally {
    await file.close();
  }
}
