// Deleting at the server: old messages whose stored copy is good, and only where `delete:` is set.
// For each folder, and for each message of it, oldest first:
//   1. the index   old by its date, present in the last listing, not flagged, not pending          index/old-places
//   2. the journal its line is on the disk, and was there `after` ago by our own clock              index/sightings
//   3. the server  it is what it was: UIDVALIDITY, UID or UIDL, header; its flags are asked afresh  source.objections
//   4. the file    is read back, whole, its hash is its name, and it is synced                      archive/hash-file, store
//   5. the journal `delete`, synced: what is asked of the server is written down before             keeper
//   6. the server  UID EXPUNGE, or DELE and a QUIT that is answered by +OK                          source.remove
//   7. the journal `gone`, for what the server says is gone
// A crash before 5 changes nothing. After 5 the journal says more than was done: the message is there, and the next run begins
// with it anew. Between DELE and QUIT the server forgets the marks (RFC 1939 §6); between STORE and UID EXPUNGE the message
// bears \Deleted, and the next run ends it. After 6 the next listings are without it, and `gone` follows the `delete` that
// explains it. Were 5 written after 6, a crash between them would leave a message that is missing for no reason that is known.
import type { Entry, Place } from '../archive/entry.ts';
import { hashFile } from '../archive/hash-file.ts';
import type { Archive } from '../archive/store.ts';
import type { Index } from '../index/database.ts';
import type { Keeper } from '../index/keep.ts';
import { oldPlaces, type OldPlace } from '../index/old-places.ts';
import { placeKey } from '../index/sightings.ts';
import type { Account, Receive } from '../model/account.ts';
import type { Clock } from '../model/clock.ts';
import { MailError, textOf } from '../model/error.ts';
import type { Folder, RemoteKey } from '../model/mailbox.ts';
import { placeOf } from './batch.ts';
import { headDigest } from './content-name.ts';
import { plainKey } from './plan.ts';
import { reported, type Deletion, type FolderReport } from './report.ts';
import type { Doomed, FolderState, Source } from './source.ts';

/** What deleting works with. */
export interface DeleteRun {
  readonly account: Account;
  readonly archive: Archive;
  readonly keeper: Keeper;
  readonly db: Index;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Tells what would go, and asks for nothing to go. */
  readonly dryRun: boolean;
}

/** Messages looked at for each that may go: a server that objects to most is not asked about all. */
const LOOKS = 4;

/** An old message whose journal line is there. */
interface Candidate extends Doomed {
  readonly old: OldPlace;
  readonly path: string;
}

/**
 * Deletes in these folders, where the account wants that, as many as `maxPerRun` lets after what earlier sessions of the run
 * asked for. Call it when all is stored; for POP3 it may end the session.
 */
export async function deleteAll(
  run: DeleteRun,
  source: Source,
  all: readonly { readonly folder: Folder; readonly counts: FolderReport }[],
): Promise<void> {
  const rule = run.account.receive?.delete;
  let left = (rule?.maxPerRun ?? 0) - all.reduce((sum, { counts }) => sum + askedFor(counts), 0);
  for (const { folder, counts } of all) {
    if (rule === undefined || counts.error !== undefined) continue;
    run.signal.throwIfAborted();
    left -= await deleteOld(run, rule, source, folder, left, counts);
  }
}

/** Messages that were to go, whatever the server made of it. */
function askedFor({ deletions = [] }: FolderReport): number {
  return deletions.filter(({ reason, state }) => state !== 'kept' || reason === DISOBEYED).length;
}

/** Deletes in one folder, at most `most` messages, and counts into `report`. Returns how many were asked for. */
async function deleteOld(
  run: DeleteRun,
  rule: NonNullable<Receive['delete']>,
  source: Source,
  folder: Folder,
  most: number,
  report: FolderReport,
): Promise<number> {
  const before = run.clock.now() - rule.after;
  const old = oldPlaces(run.db, run.account.name, folder.name, before);
  if (old.length === 0 || most <= 0) return 0;
  const state = await source.enter(folder);
  const written = await inJournal(run, folder, state, old, before);
  if (written.length === 0) return 0;
  const unfit = await source.unfit();
  if (unfit !== undefined) {
    report.undeletable = unfit;
    return 0;
  }
  const kept: Deletion[] = [];
  const good = await proved(run, source, written, most, kept);
  const earlier = report.deletions ?? [];
  report.deletions = after(earlier, [...kept, ...good.map((one) => told(one, 'due'))]);
  const bad = kept.filter(({ reason }) => reason?.startsWith(DAMAGED) === true).length;
  if (bad > 0) report.error = reported(damaged(folder, bad));
  if (run.dryRun || good.length === 0) return good.length;
  run.signal.throwIfAborted();
  // What was read back may be in memory only, where the archive is a copy that has just been made.
  await run.archive.settle(good.map(({ path }) => path));
  report.deletions = after(earlier, [...kept, ...(await remove(run, source, folder, state, good))]);
  report.deleted = report.deletions.filter(({ state: end }) => end === 'deleted').length;
  return good.length;
}

/** What became of each message in the end: a later session says it anew of those that an earlier one left. */
function after(earlier: readonly Deletion[], now: readonly Deletion[]): Deletion[] {
  const again = new Set(now.map(plainKey));
  return [...earlier.filter((one) => !again.has(plainKey(one))), ...now];
}

/** Gate 2, and that the UIDVALIDITY is the one under which it was stored. */
async function inJournal(
  run: DeleteRun,
  folder: Folder,
  { validity }: FolderState,
  old: readonly OldPlace[],
  before: number,
): Promise<Candidate[]> {
  const here = old.flatMap((place) => {
    const key = keyOf(place);
    const same = place.validity === validity && validity !== 0;
    return same && key !== undefined
      ? [{ old: place, key, name: placeKey(placeOf(folder, validity, key)) }]
      : [];
  });
  const names = new Set(here.map(({ name }) => name));
  const lines = await run.keeper.sightings(run.account.name, names, before);
  return here.flatMap(({ old: place, key, name }): Candidate[] => {
    const line = lines.get(name);
    if (line?.id !== place.id) return [];
    const { id, msgid, received } = place;
    return [{ old: place, key, id, head: '', msgid, received, path: line.path, size: line.size }];
  });
}

/** Gates 3 and 4, until `most` have passed. Those that do not go into `kept`, each with its reason. */
async function proved(
  run: DeleteRun,
  source: Source,
  written: readonly Candidate[],
  most: number,
  kept: Deletion[],
): Promise<Candidate[]> {
  const good: Candidate[] = [];
  const looks = written.slice(0, most * LOOKS);
  while (good.length < most && looks.length > 0) {
    const some = await Promise.all(
      looks.splice(0, most - good.length).map((one) => withHead(run.archive, one)),
    );
    const objections = await source.objections(some);
    for (const one of some) {
      run.signal.throwIfAborted();
      const reason = objections.get(plainKey(one.key)) ?? (await damage(run, one));
      if (reason === undefined) good.push(one);
      else kept.push(told(one, 'kept', reason));
    }
  }
  return good;
}

async function withHead(archive: Archive, one: Candidate): Promise<Candidate> {
  try {
    return { ...one, head: headDigest(await archive.head(one.path)) };
  } catch {
    return one; // its hash will tell
  }
}

/** What is wrong with the stored file; undefined where it is read back whole and is what its name says. */
async function damage({ archive, signal }: DeleteRun, one: Candidate): Promise<string | undefined> {
  try {
    const { id, size } = await hashFile(archive.absolute(one.path), undefined, signal);
    return id === one.id && size === one.size ? undefined : `${DAMAGED} is damaged`;
  } catch (thrown) {
    signal.throwIfAborted();
    return `${DAMAGED} cannot be read: ${textOf(thrown)}`;
  }
}

/** Steps 5 to 7. */
async function remove(
  run: DeleteRun,
  source: Source,
  folder: Folder,
  { validity }: FolderState,
  good: readonly Candidate[],
): Promise<Deletion[]> {
  const at = (): string => new Date(run.clock.now()).toISOString();
  const place = (key: RemoteKey): Place => placeOf(folder, validity, key);
  const asked = at();
  const intents = good.map(({ key, id }): Entry => ({ op: 'delete', at: asked, ...place(key), id }));
  await run.keeper.keep(run.account.name, [], intents);
  let answer: Awaited<ReturnType<Source['remove']>>;
  try {
    answer = await source.remove(good.map(({ key }) => key));
  } catch (thrown) {
    if (!(thrown instanceof MailError) || thrown.kind === 'cancelled' || thrown.kind === 'storage')
      throw thrown;
    return good.map((one) => told(one, 'uncertain', thrown.message));
  }
  const gone = answer.gone.map((key): Entry => ({ op: 'gone', at: at(), ...place(key) }));
  if (gone.length > 0) await run.keeper.keep(run.account.name, [], gone);
  const ends = new Map([
    ...answer.uncertain.map((key) => [plainKey(key), 'uncertain'] as const),
    ...answer.gone.map((key) => [plainKey(key), 'deleted'] as const),
  ]);
  return good.map((one) => {
    const end = ends.get(plainKey(one.key));
    if (end === 'deleted') return told(one, end);
    if (end === 'uncertain') return told(one, end, 'the server was asked, and did not say that it obeyed');
    return told(one, 'kept', DISOBEYED);
  });
}

const DAMAGED = 'the stored file';
const DISOBEYED = 'the server did not delete it';

function damaged(folder: Folder, count: number): MailError {
  return new MailError({
    kind: 'storage',
    retry: 'later',
    message: `${count} stored ${count === 1 ? 'message' : 'messages'} of "${folder.name}" would have been deleted at the server, but the stored file is not whole: nothing was done to them there`,
    hint: '`mailkeep verify` lists them; the server holds them still.',
  });
}

function keyOf({ uid, uidl }: OldPlace): RemoteKey | undefined {
  if (uid !== null) return { uid };
  return uidl === null ? undefined : { uidl };
}

function told({ old, key, id }: Candidate, state: Deletion['state'], reason?: string): Deletion {
  const { date, subject } = old;
  return {
    id,
    ...key,
    date: new Date(date).toISOString(),
    subject,
    state,
    ...(reason === undefined ? {} : { reason }),
  };
}
