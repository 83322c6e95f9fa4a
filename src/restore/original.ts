// A stored message on its way out: read once to be sure that it still is what its name says, and to see whether it holds what
// no server takes; small ones stay in memory between that and the sending.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Archive } from '../archive/store.ts';
import { textOf } from '../model/error.ts';
import type { Outgoing } from '../protocol/imap/append.ts';
import type { Wanted } from './plan.ts';

/** A message ready to be sent. */
export interface Original extends Outgoing {
  readonly wanted: Wanted;
}

/** Octets up to which a message is held. */
const HELD = 256 * 1024;
const CHUNK = 64 * 1024;

/** What a server takes. */
export interface Bounds {
  /** Octets of a message at most; null: not told. */
  readonly limit: number | null;
  /** It takes NULs (BINARY). */
  readonly binary: boolean;
  /** Those of a message's flags that it can keep. */
  readonly flags: (flags: readonly string[]) => string[];
}

/** The message, or the reason why it cannot go. */
export async function original(archive: Archive, wanted: Wanted, bounds: Bounds): Promise<Original | string> {
  const { size, received } = wanted;
  if (bounds.limit !== null && size > bounds.limit)
    return `it has ${size} octets, and the server takes ${bounds.limit} at most`;
  const path = archive.absolute(wanted.path);
  const held: Buffer[] = [];
  const hash = createHash('sha256');
  let binary = false;
  let octets = 0;
  try {
    for await (const chunk of chunksOf(path)) {
      hash.update(chunk);
      octets += chunk.length;
      binary ||= chunk.includes(0);
      if (size <= HELD) held.push(chunk);
    }
  } catch (thrown) {
    return `its file cannot be read: ${textOf(thrown)}`;
  }
  if (hash.digest('hex') !== wanted.id) return 'its file is damaged: see `mailkeep verify`';
  // RFC 9051 §4.3: a literal holds no NUL
  if (binary && !bounds.binary) return 'it holds a NUL, and the server takes none (no BINARY)';
  const from = (): AsyncIterable<Buffer> => (size <= HELD ? these(held) : chunksOf(path));
  return { wanted, octets, from, flags: bounds.flags(wanted.flags), received, binary };
}

async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK }))
    if (Buffer.isBuffer(chunk)) yield chunk;
}

async function* these(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}
