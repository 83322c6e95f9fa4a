// One batch: bodies stream into temporary files, and what came whole is handed to be kept. What was asked for and did
// not come is told, never guessed: "OK" from a server proves nothing (I-055, I-085, I-159).
import type { Archive, Incoming } from '../archive/store.ts';
import type { Place } from '../archive/entry.ts';
import type { Folder, RemoteKey } from '../model/mailbox.ts';
import type { UidValidity } from '../model/ids.ts';
import { MailError, asMailError } from '../model/error.ts';
import type { Sink } from '../protocol/dialogue.ts';
import type { KnownKey } from '../index/positions.ts';
import { joinFlags, plainKey } from './plan.ts';
import type { BodyFacts, Source } from './source.ts';

/** A body that came whole. */
export interface Whole {
  readonly incoming: Incoming;
  readonly location: Place;
  /** Milliseconds since 1970, or null. */
  readonly received: number | null;
  readonly flags: readonly string[];
}

/** What became of a batch. */
export interface Outcome {
  readonly whole: readonly Whole[];
  /** Asked for and not come. */
  readonly missing: readonly RemoteKey[];
  /** Refused one by one, with the reason. */
  readonly refused: readonly { readonly key: RemoteKey; readonly error: MailError }[];
  /** The connection did not survive it. */
  readonly lost: MailError | undefined;
}

/** Fetches one batch of the entered folder. Throws only `storage` and `cancelled`; whole bodies are then discarded. */
export async function fetchBatch(
  source: Source,
  archive: Archive,
  folder: Folder,
  validity: UidValidity | null,
  keys: readonly RemoteKey[],
): Promise<Outcome> {
  const open = new Map<Sink, Incoming>();
  const whole = new Map<KnownKey, Whole>();
  const refused = new Map<KnownKey, Outcome['refused'][number]>();
  const asked = new Set(keys.map(plainKey));
  let lost: MailError | undefined;
  const take = (sink: Sink): Incoming | undefined => {
    const incoming = open.get(sink);
    open.delete(sink);
    return incoming;
  };
  try {
    await source.fetch(keys, {
      begin: () => {
        const incoming = archive.incoming();
        open.set(incoming, incoming);
        return incoming;
      },
      complete: (sink, key, facts) => {
        const incoming = take(sink);
        if (incoming === undefined) return;
        if (!asked.has(plainKey(key)) || whole.has(plainKey(key))) return incoming.discard();
        whole.set(plainKey(key), wholeOf(incoming, folder, validity, key, facts));
      },
      abandon: (sink) => take(sink)?.discard(),
      refused: (key, error) => refused.set(plainKey(key), { key, error }),
    });
  } catch (thrown) {
    lost = asMailError(thrown, {
      kind: 'protocol',
      retry: 'now',
      message: `fetching from "${folder.name}" failed`,
    });
  }
  for (const incoming of open.values()) incoming.discard();
  if (lost?.kind === 'storage') {
    for (const { incoming } of whole.values()) incoming.discard();
    throw lost;
  }
  return {
    whole: [...whole.values()],
    missing: keys.filter((key) => !whole.has(plainKey(key)) && !refused.has(plainKey(key))),
    refused: [...refused.values()],
    lost,
  };
}

function wholeOf(
  incoming: Incoming,
  folder: Folder,
  validity: UidValidity | null,
  key: RemoteKey,
  facts: BodyFacts,
): Whole {
  const location = placeOf(folder, validity, key);
  const flags = joinFlags(facts.flags);
  return { incoming, location, received: facts.received, flags: flags === '' ? [] : flags.split(' ') };
}

/** Where `key` lies. */
export function placeOf(folder: Folder, validity: UidValidity | null, key: RemoteKey): Place {
  if ('uidl' in key) return { folder: folder.name, uidl: key.uidl };
  if (validity === null) throw new TypeError('a UID without a UIDVALIDITY');
  return { folder: folder.name, validity, uid: key.uid };
}
