// Stored messages under new UIDs: after a change of UIDVALIDITY, in a folder with a new name, or where UIDs turned out to be
// others'. Size, date and Message-ID match them; a sample is downloaded and must hash to the same. What matched takes its new
// place in the journal; all else is downloaded, so that a wrong guess costs octets only.
import type { Entry, Place } from '../archive/entry.ts';
import { storedAt, type Candidate } from '../index/candidates.ts';
import { messageIdIn } from '../index/headers.ts';
import type { Uid, UidValidity } from '../model/ids.ts';
import { labelled } from '../model/mailbox.ts';
import { spread } from './doubt.ts';
import type { Looking } from './look.ts';
import { joinFlags, plainKey } from './plan.ts';
import type { Listed } from './source.ts';

/** A listed message, and the stored one that it is by all evidence. */
export interface Match {
  readonly item: Listed;
  readonly was: Candidate;
}

/** What of a stored message its new place is written with. */
export type Stored = Pick<Candidate, 'id' | 'path' | 'size'>;

/** Messages whose Message-ID is asked for at once. */
const WINDOW = 10_000;
/** Matches that are downloaded, and must be what they are taken for. */
const SAMPLE = 10;
/** A sample is taken from messages up to this size where there are enough of them, in octets. */
const SAMPLE_SIZE = 30_000;
/** Journal lines that are written at once. */
const TOGETHER = 1000;

/**
 * The messages of `wanted` that are stored already. `proved`: a candidate's UID is its own under the same UIDVALIDITY, as
 * after a change of the folder's name, or its octets were read; elsewhere the Message-ID is read.
 */
export async function match(
  at: Pick<Looking, 'session' | 'folder' | 'state'>,
  wanted: readonly Listed[],
  candidates: readonly Candidate[],
  proved: (was: Candidate, item: Listed) => boolean,
): Promise<Match[]> {
  const alike = new Map<string, Candidate[]>();
  for (const one of candidates) {
    const facts = factsOf(one.size, one.received);
    const same = facts === undefined ? undefined : alike.get(facts);
    if (same !== undefined) same.push(one);
    else if (facts !== undefined) alike.set(facts, [one]);
  }
  const matches: Match[] = [];
  const unsure: Listed[] = [];
  for (const item of wanted) {
    const same = alike.get(factsOf(item.size, item.received) ?? '') ?? [];
    const was = same.find((one) => one.uid === plainKey(item.key) && proved(one, item));
    if (was !== undefined) matches.push({ item, was });
    else if (same.length > 0) unsure.push(item);
  }
  for (let from = 0; from < unsure.length; from += WINDOW) {
    const asked = unsure.slice(from, from + WINDOW);
    const uids = asked.map(({ key }) => plainKey(key) as Uid);
    const headers = (await at.session.source.messageIds?.(uids)) ?? new Map<Uid, string>();
    for (const item of asked) {
      const msgid = messageIdIn(headers.get(plainKey(item.key) as Uid) ?? '');
      const same = (alike.get(factsOf(item.size, item.received) ?? '') ?? []).filter(
        (one) => msgid !== null && one.msgid === msgid,
      );
      const [first] = same;
      // Two different messages with all of this in common: only their octets tell which it is.
      if (first === undefined || same.some(({ id }) => id !== first.id)) continue;
      matches.push({ item, was: bestOf(at, same, item) ?? first });
    }
  }
  return matches;
}

/** Dates are told in seconds. */
function factsOf(size: number | null, received: number | null | undefined): string | undefined {
  return size === null || received == null ? undefined : `${size} ${Math.floor(received / 1000)}`;
}

/** The place that it has already, else one that is not gone. */
function bestOf(
  at: Pick<Looking, 'folder' | 'state'>,
  same: readonly Candidate[],
  item: Listed,
): Candidate | undefined {
  return same.find((one) => isSamePlace(at, one, item)) ?? same.find(({ gone }) => !gone);
}

/** True where the stored message already is in the place where it is listed now. */
export function isSamePlace(
  { folder, state }: Pick<Looking, 'folder' | 'state'>,
  was: Candidate,
  item: Listed,
): boolean {
  return was.folder === folder.name && was.validity === state.validity && was.uid === plainKey(item.key);
}

/** The matches to download first. */
export function sampleOf(matches: readonly Match[]): Listed[] {
  const light = matches.filter(({ item }) => (item.size ?? 0) <= SAMPLE_SIZE);
  return spread(light.length >= SAMPLE ? light : matches, SAMPLE).map(({ item }) => item);
}

/** True where every message of the sample that came is the one it was taken for, and one came at least. */
export function holdsTrue(
  { run, folder }: Looking,
  validity: UidValidity,
  sample: readonly Listed[],
  matches: readonly Match[],
): boolean {
  const uids = sample.map(({ key }) => plainKey(key) as Uid);
  const came = storedAt(run.db, run.account, folder.name, validity, uids);
  const sampled = matches.filter(({ item }) => came.has(plainKey(item.key) as Uid));
  return (
    sampled.length > 0 && sampled.every(({ item, was }) => came.get(plainKey(item.key) as Uid)?.id === was.id)
  );
}

/** Writes the matched messages' new places into the journal and the index. */
export async function takePlaces(
  { run, folder }: Looking,
  validity: UidValidity,
  matches: readonly { readonly item: Listed; readonly was: Stored }[],
): Promise<void> {
  const at = new Date(run.clock.now()).toISOString();
  const seen = matches.map(({ item, was }): Entry => {
    const place: Place = { folder: folder.name, validity, uid: plainKey(item.key) as Uid };
    const { id, path, size } = was;
    const received = item.received == null ? null : new Date(item.received).toISOString();
    const flags = joinFlags(item.flags).split(' ').filter(Boolean);
    return { op: 'seen', at, ...place, id, path, size, received, flags, ...labelled(item) };
  });
  for (let from = 0; from < seen.length; from += TOGETHER) {
    await run.keeper.keep(run.account, [], seen.slice(from, from + TOGETHER));
  }
}
