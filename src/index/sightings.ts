// What a journal on the disk says of places: the proof that a message was written down, and when. The index is a projection,
// and proves nothing.
import type { Place } from '../archive/entry.ts';
import type { Journal } from '../archive/journal.ts';
import type { MessageId } from '../model/ids.ts';

/** A message was stored and seen in a place. */
export interface Sighting {
  readonly id: MessageId;
  /** Below `<data>/mail`. */
  readonly path: string;
  readonly size: number;
}

/** A place as the key of a map. */
export function placeKey(at: Place): string {
  return JSON.stringify('uid' in at ? [at.folder, at.validity, at.uid] : [at.folder, at.uidl]);
}

/**
 * Of the places in `wanted` (by `placeKey`), those that were written down by `before` (milliseconds), as last seen until then.
 * It reads no further than to the first line that is younger. Throws MailError `storage`.
 */
export async function sightings(
  journal: Journal,
  account: string,
  wanted: ReadonlySet<string>,
  before: number,
): Promise<Map<string, Sighting>> {
  const found = new Map<string, Sighting>();
  for await (const { entry } of journal.replay(account, 0)) {
    if (!(Date.parse(entry.at) <= before)) break;
    if (entry.op !== 'seen') continue;
    const key = placeKey(entry);
    if (wanted.has(key)) found.set(key, { id: entry.id, path: entry.path, size: entry.size });
  }
  return found;
}
