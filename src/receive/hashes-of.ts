// Messages are fetched to know them by their hash, and nothing of them is stored.
import { createHash, type Hash } from 'node:crypto';
import type { KnownKey } from '../index/positions.ts';
import type { MessageId } from '../model/ids.ts';
import type { RemoteKey } from '../model/mailbox.ts';
import type { Sink } from '../protocol/dialogue.ts';
import { batches, plainKey } from './plan.ts';
import type { Listed, Source } from './source.ts';

/** The SHA-256 of these, as far as they come. Throws what `Source.fetch` throws. */
export async function hashesOf(
  source: Pick<Source, 'fetch'>,
  keys: readonly RemoteKey[],
): Promise<Map<KnownKey, MessageId>> {
  const ids = new Map<KnownKey, MessageId>();
  if (keys.length === 0) return ids;
  const hashes = new Map<Sink, Hash>();
  await source.fetch(keys, {
    begin: () => {
      const hash = createHash('sha256');
      const sink: Sink = { write: (chunk) => void hash.update(chunk) };
      hashes.set(sink, hash);
      return sink;
    },
    complete: (sink, key) => {
      const hash = hashes.get(sink);
      if (hash !== undefined) ids.set(plainKey(key), hash.digest('hex') as MessageId);
    },
    abandon: (sink) => void hashes.delete(sink),
    refused: () => undefined,
  });
  return ids;
}

/** The same for messages of a listing, of whatever number and size: in batches. */
export async function fetchedIds(
  source: Pick<Source, 'fetch'>,
  items: readonly Listed[],
): Promise<Map<KnownKey, MessageId>> {
  const ids = new Map<KnownKey, MessageId>();
  for (const batch of batches(items)) for (const [key, id] of await hashesOf(source, batch)) ids.set(key, id);
  return ids;
}
