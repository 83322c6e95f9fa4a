// A stored file → the hash of its bytes, or its header: how the archive tells whether a file still is the message that its name says.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { MessageId } from '../model/ids.ts';
import { headEnd, MAX_HEAD } from './head.ts';

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

/** The header of the file at `path`, without its blank line, at most 256 KB. Throws what the file system threw. */
export async function readHead(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    let head: Buffer = Buffer.alloc(0);
    // Most headers are in the first piece.
    for (const octets of [8192, MAX_HEAD]) {
      const buffer = Buffer.alloc(octets);
      const { bytesRead } = await file.read(buffer, 0, octets, 0);
      head = buffer.subarray(0, bytesRead);
      const end = headEnd(head);
      if (end !== undefined) return head.subarray(0, end);
      if (bytesRead < octets) break;
    }
    return head;
  } finally {
    await file.close();
  }
}
