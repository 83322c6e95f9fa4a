// PURE: what a folder holds minus what is stored = what to do. The positions are the set of stored keys, never a
// maximum: a UID below one that is stored may still be new, and absence is not deletion (safety.md, Receiving 3 and 6).
import type { KnownKey, KnownPlace } from '../index/positions.ts';
import type { Uid, Uidl } from '../model/ids.ts';
import type { RemoteKey } from '../model/mailbox.ts';
import type { FolderState, Listed } from './source.ts';

/** What one listing asks for. */
export interface Plan {
  /** To fetch, newest first. */
  readonly fetch: readonly Listed[];
  /** Stored, with other flags now. */
  readonly flagged: readonly { readonly key: RemoteKey; readonly flags: readonly string[] }[];
  /** Marked gone, and there again. */
  readonly back: readonly RemoteKey[];
  /** Missing from this listing for the first time. */
  readonly missed: readonly RemoteKey[];
  /** Missing for the second time in a row. */
  readonly gone: readonly RemoteKey[];
  /** Missing before and listed now: its count starts anew. */
  readonly found: readonly RemoteKey[];
  /** Listed and stored already. */
  readonly known: number;
  /** Listed, not stored, and not to be tried before a later time. */
  readonly waiting: number;
}

/** The plan for a complete listing. `notYet` tells which keys failed before and are not due again. */
export function plan(
  listed: readonly Listed[],
  known: ReadonlyMap<KnownKey, KnownPlace>,
  notYet: (key: KnownKey) => boolean,
): Plan {
  const fetch: Listed[] = [];
  const flagged: Plan['flagged'][number][] = [];
  const back: RemoteKey[] = [];
  const found: RemoteKey[] = [];
  const seen = new Set<KnownKey>();
  let waiting = 0;
  let stored = 0;
  for (const item of listed) {
    const key = plainKey(item.key);
    if (seen.has(key)) continue; // I-126: a server may list a UID twice
    seen.add(key);
    const place = known.get(key);
    if (place === undefined) {
      if (notYet(key)) waiting++;
      else fetch.push(item);
      continue;
    }
    stored++;
    if (place.gone) back.push(item.key);
    else if (place.missed > 0) found.push(item.key);
    if ('uid' in item.key && joinFlags(item.flags) !== place.flags)
      flagged.push({ key: item.key, flags: item.flags });
  }
  const missed: RemoteKey[] = [];
  const gone: RemoteKey[] = [];
  for (const [key, place] of known) {
    if (seen.has(key) || place.gone) continue;
    (place.missed === 0 ? missed : gone).push(remoteKey(key));
  }
  return { fetch: newestFirst(fetch), flagged, back, missed, gone, found, known: stored, waiting };
}

/**
 * True when nothing can have changed since the last finished listing: then no listing is needed. Without HIGHESTMODSEQ
 * (RFC 7162 §3.1.2.1) flags may have changed unseen, and for POP3 only a listing tells.
 */
export function unchanged(now: FolderState, then: FolderState | undefined): boolean {
  return (
    then !== undefined &&
    now.validity !== null &&
    now.validity > 0 &&
    now.modseq !== null &&
    now.modseq !== '0' &&
    now.uidNext !== null &&
    now.validity === then.validity &&
    now.exists === then.exists &&
    now.uidNext === then.uidNext &&
    now.modseq === then.modseq
  );
}

/** At most so many messages, and so many octets by the server's claims, are fetched and stored together. */
export const BATCH: { readonly messages: number; readonly octets: number } = {
  messages: 100,
  octets: 16 * 2 ** 20,
};

/** What a message is taken to weigh where the server told no size. */
const UNKNOWN_SIZE = 100_000;

/** Cuts the wanted messages into batches, in their order; a message over the limit is a batch of its own. */
export function batches(wanted: readonly Listed[], limit: typeof BATCH = BATCH): RemoteKey[][] {
  const cut: RemoteKey[][] = [];
  let batch: RemoteKey[] = [];
  let octets = 0;
  for (const { key, size } of wanted) {
    const weight = size ?? UNKNOWN_SIZE;
    if (batch.length > 0 && (batch.length >= limit.messages || octets + weight > limit.octets)) {
      cut.push(batch);
      batch = [];
      octets = 0;
    }
    batch.push(key);
    octets += weight;
  }
  if (batch.length > 0) cut.push(batch);
  return cut;
}

/** The key as a map holds it. */
export function plainKey(key: RemoteKey): KnownKey {
  return 'uid' in key ? key.uid : key.uidl;
}

/** The key that `plainKey` made plain. */
export function remoteKey(key: KnownKey): RemoteKey {
  return typeof key === 'number' ? { uid: key as Uid } : { uidl: key as Uidl };
}

/** Flags as they are stored: without `\Recent` (RFC 3501 §2.3.2: of this session only), sorted, joined by spaces. */
export function joinFlags(flags: readonly string[]): string {
  return flags
    .filter((flag) => flag.toLowerCase() !== '\\recent')
    .toSorted()
    .join(' ');
}

/** IMAP: UIDs ascend with time. POP3: the listing does, in practice; a first sync is then useful within minutes. */
function newestFirst(fetch: readonly Listed[]): Listed[] {
  const uid = ({ key }: Listed): number => ('uid' in key ? key.uid : 0);
  return fetch.toReversed().toSorted((a, b) => uid(b) - uid(a));
}
