// Messages that are wanted by their UIDs, and stored under others: after a change of UIDVALIDITY, under a folder's new
// name, or where UIDs prove nothing. What is found again is not downloaded again.
import type { Entry } from '../archive/entry.ts';
import { candidatesIn, storedByEmailId, type Candidate } from '../index/candidates.ts';
import { knownAmong, otherValidities, setMissed } from '../index/positions.ts';
import type { UidValidity } from '../model/ids.ts';
import { labelled } from '../model/mailbox.ts';
import type { InFolder } from './acquitted.ts';
import { placeOf } from './batch.ts';
import { Fetching } from './fetching.ts';
import type { Looking } from './look.ts';
import { joinFlags, plainKey, plan } from './plan.ts';
import { holdsTrue, isSamePlace, match, sampleOf, takePlaces, type Match } from './rekey.ts';
import type { FolderReport } from './report.ts';
import type { Listed } from './source.ts';

/** What is known of the folder. */
export interface Acquaintance {
  /** UIDs name what was stored under them. */
  readonly trusted: boolean;
  /** Its UIDVALIDITY is another one at each poll. */
  readonly restless: boolean;
  /** It was not there before, by this name. */
  readonly isNew: boolean;
  /** All of it was listed, so that what was not is absent. */
  readonly complete: boolean;
}

/** Returns those of `wanted` that have to be downloaded, and counts the others as known. */
export async function meetAgain(
  at: Looking,
  listed: readonly Listed[],
  folder: Acquaintance,
  report: FolderReport,
): Promise<readonly Listed[]> {
  const { validity } = at.state;
  const wanted = folder.restless ? listed : await withoutStored(at, listed, report);
  const nothing = wanted.length === 0 && !folder.restless;
  const candidates = validity === null || nothing ? [] : candidatesFor(at, folder);
  if (validity === null || candidates.length === 0) return wanted;
  // Under a new name and the same UIDVALIDITY, the same UIDs with the same sizes and dates are evidence enough.
  const read = validity === 0 ? readIn(at) : undefined;
  const proved = (was: Candidate, item: Listed) =>
    was.validity === validity &&
    (was.folder !== at.folder.name || (was.msgid === null && !was.gone && read?.has(item) === true));
  const matches = await match(at, wanted, candidates, proved);
  const met = folder.restless
    ? await byContent(at, candidates, matches, folder.complete)
    : await byPlace(at, validity, matches, report);
  report.known += met.known;
  report.pending -= met.known;
  const done = new Set(met.done.map(({ key }) => plainKey(key)));
  return wanted.filter(({ key }) => !done.has(plainKey(key)));
}

/** I-103: what has neither a UID that counts nor a Message-ID is known by its octets alone: to read them once while the process lives is enough. */
export function readIn({ run, folder, state }: Looking): InFolder {
  return run.acquitted.in(run.account, folder.name, state.validity);
}

function candidatesFor(
  { run, folder, state }: Looking,
  { trusted, restless, isNew }: Acquaintance,
): Candidate[] {
  const { db, account, missing } = run;
  const moved = otherValidities(db, account, folder.name, state.validity).length > 0;
  return [
    ...(!trusted || restless || moved ? candidatesIn(db, account, folder.name) : []),
    ...(isNew ? missing.flatMap((name) => candidatesIn(db, account, name)) : []),
  ];
}

/**
 * A message that its server calls by the same id wherever it lies (Gmail) is downloaded once. Such an id is for ever; the size
 * must be the same too, where it is told, so that even then a wrong guess costs octets only.
 */
async function withoutStored(
  at: Looking,
  listed: readonly Listed[],
  report: FolderReport,
): Promise<readonly Listed[]> {
  const { run, state } = at;
  if (state.validity === null) return listed;
  const stored = storedByEmailId(
    run.db,
    run.account,
    listed.flatMap(({ emailId }) => emailId ?? []),
  );
  const matches = listed.flatMap((item) => {
    const was = stored.get(item.emailId ?? '');
    return was !== undefined && (item.size ?? was.size) === was.size ? [{ item, was }] : [];
  });
  if (matches.length === 0) return listed;
  await takePlaces(at, state.validity, matches);
  report.known += matches.length;
  report.pending -= matches.length;
  const done = new Set(matches.map(({ item }) => item));
  return listed.filter((item) => !done.has(item));
}

/** What was met: so many are known now, and these are not to be downloaded (again). */
interface Met {
  readonly known: number;
  readonly done: readonly Listed[];
}

/** Gives what was met its new places, once a sample of it was downloaded and proved right. */
async function byPlace(
  at: Looking,
  validity: UidValidity,
  matches: readonly Match[],
  report: FolderReport,
): Promise<Met> {
  const { run, session, folder, state } = at;
  const same = matches.filter(({ was, item }) => isSamePlace(at, was, item) && !was.gone);
  const moved = matches.filter(({ was, item }) => !isSamePlace(at, was, item) || was.gone);
  await noteFlags(
    at,
    validity,
    same.map(({ item }) => item),
  );
  const unmoved = same.map(({ item }) => item);
  if (moved.length === 0) return { known: same.length, done: unmoved };
  const sample = sampleOf(moved);
  run.wanted(sample.length);
  await new Fetching(run, session, folder, state, report).run(sample);
  if (!holdsTrue(at, validity, sample, moved)) return { known: same.length, done: [...unmoved, ...sample] };
  const sampled = new Set(sample.map(({ key }) => plainKey(key)));
  const rest = moved.filter(({ item }) => !sampled.has(plainKey(item.key)));
  await takePlaces(at, validity, rest);
  return { known: same.length + rest.length, done: matches.map(({ item }) => item) };
}

/** I-104: new places would be worth nothing at the next poll, and would fill the journal: the first ones stay. */
async function byContent(
  { run }: Looking,
  candidates: readonly Candidate[],
  matches: readonly Match[],
  complete: boolean,
): Promise<Met> {
  const here = new Map(matches.map(({ item, was }) => [was, item]));
  const ids = new Set(matches.map(({ was }) => was.id));
  const at = new Date(run.clock.now()).toISOString();
  const entries: Entry[] = [];
  for (const was of candidates) {
    const place = { folder: was.folder, validity: was.validity, uid: was.uid };
    const item = here.get(was);
    const flags = item === undefined ? was.flags : joinFlags(item.flags);
    if (item !== undefined && was.gone) entries.push({ op: 'back', at, ...place });
    if (flags !== was.flags)
      entries.push({ op: 'flags', at, ...place, flags: flags.split(' ').filter(Boolean) });
    if (was.missed > 0 && ids.has(was.id)) setMissed(run.db, run.account, [place], 0);
    if (!complete || was.gone || ids.has(was.id)) continue;
    if (was.missed > 0) entries.push({ op: 'gone', at, ...place });
    else setMissed(run.db, run.account, [place], 1);
  }
  if (entries.length > 0) await run.keeper.keep(run.account, [], entries);
  return { known: matches.length, done: matches.map(({ item }) => item) };
}

/** Messages that are in their places all the same may have other flags. */
async function noteFlags(
  { run, folder }: Looking,
  validity: UidValidity,
  items: readonly Listed[],
): Promise<void> {
  const uids = items.map(({ key }) => Number(plainKey(key)));
  const stored = knownAmong(run.db, run.account, folder.name, validity, uids);
  const { flagged, found } = plan(items, stored, { notYet: () => false, absent: () => false });
  const at = new Date(run.clock.now()).toISOString();
  const entries = flagged.map((one): Entry => {
    const { key, flags } = one;
    return { op: 'flags', at, ...placeOf(folder, validity, key), flags, ...labelled(one) };
  });
  setMissed(
    run.db,
    run.account,
    found.map((key) => placeOf(folder, validity, key)),
    0,
  );
  if (entries.length > 0) await run.keeper.keep(run.account, [], entries);
}
