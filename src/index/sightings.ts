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

/** No line is older than the program that writes them. */
const FIRST_LINE = Date.UTC(2025, 0, 1);
const DAY = 86_400_000;

/**
 * Of the places in `wanted` (by `placeKey`), those that were written down by `before` (milliseconds), as last seen until then.
 * It reads no further than to the first line that is younger. A line that was written while the clock stood back, earlier than
 * those before it by more than a day or than there was such a program, tells no time: it counts from the next one that does.
 * Throws MailError `storage`.
 */
export async function sightings(
  journal: Journal,
  account: string,
  wanted: ReadonlySet<string>,
  before: number,
): Promise<Map<string, Sighting>> {
  const found = new Map<string, Sighting>();
  const untimed = new Map<string, Sighting>();
  let latest = FIRST_LINE;
  for await (const { entry } of journal.replay(account, 0)) {
    const at = Date.parse(entry.at);
    if (Number.isNaN(at) || at > before) break;
    const isTimed = at >= Math.max(FIRST_LINE, latest - DAY);
    if (isTimed) {
      latest = Math.max(latest, at);
      for (const [key, sighting] of untimed) found.set(key, sighting);
      untimed.clear();
    }
    if (entry.op !== 'seen') continue;
    const key = placeKey(entry);
    if (!wanted.has(key)) continue;
    (isTimed ? found : untimed).set(key, { id: entry.id, path: entry.path, size: entry.size });
  }
  return found;
}
