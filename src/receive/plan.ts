// PURE: what a folder holds minus what is stored = what to do. The positions are the set of stored keys, never a
// maximum: a UID below one that is stored may still be new, and absence is not deletion.
import type { KnownKey, KnownPlace } from '../index/positions.ts';
import { joinLabels } from '../index/labels.ts';
import type { Uid, Uidl } from '../model/ids.ts';
import { labelled, type Labelled, type RemoteKey } from '../model/mailbox.ts';
import type { Listed } from './source.ts';

/** A message and its flags, and its labels where the server has such. */
export interface Marked extends Labelled {
  readonly key: RemoteKey;
  readonly flags: readonly string[];
}

/** What one listing asks for. */
export interface Plan {
  /** To fetch, newest first. */
  readonly fetch: readonly Listed[];
  /** Stored, with other flags or labels now. */
  readonly flagged: readonly Marked[];
  /** Marked gone, and there again. */
  readonly back: readonly RemoteKey[];
  /** Missing from this listing for the first time. */
  readonly missed: readonly RemoteKey[];
  /** Missing for the second time in a row. */
  readonly gone: readonly RemoteKey[];
  /** Missing, and below all that a server shows that may show a part only: it may have slid out of what is shown. */
  readonly outside: readonly RemoteKey[];
  /** Missing before and listed now: its count starts anew. */
  readonly found: readonly RemoteKey[];
  /** Listed under a known UID, and perhaps another message. */
  readonly doubtful: readonly Listed[];
  /** Listed and stored already, the doubtful among them. */
  readonly known: number;
  /** Listed, not stored, and not to be tried before a later time. */
  readonly waiting: number;
  /** Listed at all, each once. */
  readonly listed: number;
}

/** How to take a listing. */
export interface Taking {
  /** Which keys failed before and are not due again. */
  readonly notYet: (key: KnownKey) => boolean;
  /** Which known keys count as absent where the listing is without them; default: all. */
  readonly absent?: (key: KnownKey) => boolean;
  /** `all`: a UID that is known is taken for known (default). `alike`: not with another date or size. `none`: it proves nothing. */
  readonly trust?: 'all' | 'alike' | 'none';
}

/** The plan for a listing. */
export function plan(
  listed: readonly Listed[],
  known: ReadonlyMap<KnownKey, KnownPlace>,
  { notYet, absent = () => true, trust = 'all' }: Taking,
): Plan {
  const fetch: Listed[] = [];
  const flagged: Marked[] = [];
  const back: RemoteKey[] = [];
  const found: RemoteKey[] = [];
  const doubtful: Listed[] = [];
  const seen = new Set<KnownKey>();
  let waiting = 0;
  let stored = 0;
  for (const item of listed) {
    const key = plainKey(item.key);
    if (seen.has(key)) continue; // I-126: a server may list a UID twice
    seen.add(key);
    const place = trust === 'none' ? undefined : known.get(key);
    if (place === undefined) {
      if (notYet(key)) waiting++;
      else fetch.push(item);
      continue;
    }
    stored++;
    if (trust === 'alike' && isUnlike(item, place)) {
      doubtful.push(item);
      continue;
    }
    if (place.gone) back.push(item.key);
    else if (place.missed !== 0) found.push(item.key);
    // In the order in which they are compared the next time: in a server's own they would seem changed for ever.
    if ('uid' in item.key && item.flagless !== true && hasChanged(item, place))
      flagged.push({ key: item.key, flags: sorted(item.flags), ...labelled(item) });
  }
  const missed: RemoteKey[] = [];
  const gone: RemoteKey[] = [];
  for (const [key, place] of known) {
    if (seen.has(key) || place.gone || place.missed < 0 || !absent(key)) continue;
    (place.missed === 0 ? missed : gone).push(remoteKey(key));
  }
  return {
    fetch: newestFirst(fetch),
    flagged,
    back,
    missed,
    gone,
    outside: [],
    found,
    doubtful,
    known: stored,
    waiting,
    listed: seen.size,
  };
}

/** The plans of several parts of a folder as one; their order is kept. */
export function joined(plans: readonly Plan[]): Plan {
  const sum = (count: (one: Plan) => number): number => plans.reduce((total, one) => total + count(one), 0);
  return {
    fetch: plans.flatMap((one) => one.fetch),
    flagged: plans.flatMap((one) => one.flagged),
    back: plans.flatMap((one) => one.back),
    missed: plans.flatMap((one) => one.missed),
    gone: plans.flatMap((one) => one.gone),
    outside: plans.flatMap((one) => one.outside),
    found: plans.flatMap((one) => one.found),
    doubtful: plans.flatMap((one) => one.doubtful),
    known: sum((one) => one.known),
    waiting: sum((one) => one.waiting),
    listed: sum((one) => one.listed),
  };
}

function hasChanged({ flags, labels }: Listed, place: KnownPlace): boolean {
  return joinFlags(flags) !== place.flags || (labels !== undefined && joinLabels(labels) !== place.labels);
}

/** I-015, I-038, I-080: of a server that may show a part only, what lies below the lowest UID that it shows is not missing. */
export function inWindow(whole: Plan, lowest: number): Plan {
  const isOut = (key: RemoteKey): boolean => 'uid' in key && key.uid < lowest;
  const isIn = (key: RemoteKey): boolean => !isOut(key);
  const outside = [...whole.missed, ...whole.gone].filter(isOut);
  return { ...whole, outside, missed: whole.missed.filter(isIn), gone: whole.gone.filter(isIn) };
}

/**
 * I-095: neither INTERNALDATE (RFC 9051 §2.3.3) nor the size of a message ever changes, so that a UID with others may be
 * another message's. A doubt only: servers err about both (I-066).
 */
export function isUnlike(
  { received, size }: Pick<Listed, 'received' | 'size'>,
  place: Pick<KnownPlace, 'received' | 'size'>,
): boolean {
  const otherDate = received != null && place.received !== null && received !== place.received;
  return otherDate || (size !== null && place.size !== null && size !== place.size);
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
  for (const one of wanted) {
    const { key } = one;
    const weight = weightOf(one);
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

/** Both halves of a batch of two or more. */
export function halves(keys: readonly RemoteKey[]): RemoteKey[][] {
  const middle = Math.ceil(keys.length / 2);
  return [keys.slice(0, middle), keys.slice(middle)];
}

/** Octets that a message is taken to have. */
export function weightOf({ size }: Listed): number {
  return size ?? UNKNOWN_SIZE;
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
  return sorted(flags).join(' ');
}

function sorted(flags: readonly string[]): string[] {
  return flags.filter((flag) => flag.toLowerCase() !== '\\recent').toSorted();
}

/** IMAP: UIDs ascend with time. POP3: the listing does, in practice; a first sync is then useful within minutes. */
function newestFirst(fetch: readonly Listed[]): Listed[] {
  const uid = ({ key }: Listed): number => ('uid' in key ? key.uid : 0);
  return fetch.toReversed().toSorted((a, b) => uid(b) - uid(a));
}
