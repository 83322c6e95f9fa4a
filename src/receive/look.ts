// One look at an open folder: at all of it, in windows, or only at what changed since the last one. A short look is held
// against the server's count of messages: where the two do not agree, it was not enough, and all is looked at.
import type { Remembered } from '../index/folders.ts';
import { isDue, pendingOf } from '../index/pending.ts';
import { known, knownAmong, type KnownKey, standing } from '../index/positions.ts';
import type { UidValidity } from '../model/ids.ts';
import type { Folder } from '../model/mailbox.ts';
import {
  holds,
  inOrder,
  MAX_UID,
  sizeOf,
  toRanges,
  without,
  type UidRange,
} from '../protocol/imap/sequence-set.ts';
import { areOthers, lookDifferent, spread, validityChanged } from './doubt.ts';
import type { FolderRun, Session } from './folder-run.ts';
import { inWindow, joined, plainKey, plan, type Plan, type Taking } from './plan.ts';
import type { FolderState, Listed, Since } from './source.ts';

/** A folder that is open. */
export interface Looking {
  readonly run: FolderRun;
  readonly session: Session;
  readonly folder: Folder;
  readonly state: FolderState;
}

/** What was found. */
export interface Look {
  readonly plan: Plan;
  /** Listed and stored before. */
  readonly known: number;
  /** Counted by the server, and named nowhere: no absence is proved then (I-021), and they cannot be fetched. */
  readonly nameless: number;
  /** Pending messages that are still there. */
  readonly pending: ReadonlySet<KnownKey>;
  /** All of the folder was listed. */
  readonly full: boolean;
}

/** Messages in one window, near enough: what one answer holds stays bounded. */
const WINDOW = 10_000;
/** Vanished messages beyond which a server is asked what is left (I-111), be it so many or a tenth of the folder. */
const MASS = 100;
/** Stored messages that are looked at again whenever a folder is open (I-095). */
const SAMPLES = 6;

/** Lists all of the folder. */
export async function lookAtAll(at: Looking, trust: 'alike' | 'none'): Promise<Look> {
  const { run, session, folder, state } = at;
  const { notYet, isPending } = waitingIn(at);
  const pending = new Set<KnownKey>();
  const parts: Plan[] = [];
  let lowest = Infinity;
  for (const window of windowsOf(state)) {
    run.signal.throwIfAborted();
    const listed = await session.source.list(window === undefined ? undefined : [window]);
    for (const { key } of listed) {
      lowest = Math.min(lowest, Number(plainKey(key)));
      if (isPending(plainKey(key))) pending.add(plainKey(key));
    }
    const stored = known(run.db, run.account, folder.name, state.validity, window);
    parts.push(plan(listed, stored, { notYet, trust }));
  }
  const whole = state.window === true ? inWindow(joined(parts), lowest) : joined(parts);
  const counted = run.steady ? await countedNow(at, whole.listed) : state.exists;
  if (counted === 'others') {
    run.steady = false;
    throw validityChanged(run.account, folder, undefined);
  }
  const nameless = Math.max(0, counted - whole.listed);
  return { plan: whole, known: whole.known, nameless, pending, full: true };
}

/**
 * How many messages the folder held by the server's count, of which so many were listed. Where that is fewer, some may have gone
 * meanwhile: it is opened again, and the lower count holds. `others`: its UIDs mean other messages now.
 */
export async function countedNow(
  { session, folder, state }: Pick<Looking, 'session' | 'folder' | 'state'>,
  listed: number,
): Promise<number | 'others'> {
  if (listed >= state.exists) return state.exists;
  const { exists, validity } = await session.source.enter(folder);
  if (validity !== state.validity) return 'others';
  return Math.min(exists, state.exists);
}

/** Newest first; undefined for all at once. Above UIDNEXT there may be messages all the same (I-098). */
export function windowsOf({ validity, exists, uidNext }: FolderState): (UidRange | undefined)[] {
  const count = Math.ceil(exists / WINDOW);
  if (validity === null || uidNext === null || count < 2 || uidNext <= exists) return [undefined];
  const width = Math.ceil((uidNext - 1) / count);
  return Array.from({ length: count }, (_, nth) => ({
    from: nth * width + 1,
    to: nth === count - 1 ? MAX_UID : (nth + 1) * width,
  })).toReversed();
}

/** Since when changes can be told; undefined where the folder was not looked at, or had no HIGHESTMODSEQ. */
export function sinceOf(then: Remembered | undefined): Since | undefined {
  const { validity = null, modseq = null, uidNext = null } = then ?? {};
  return validity === null || validity === 0 || modseq === null || uidNext === null
    ? undefined
    : { validity, modseq, uidNext };
}

/**
 * Asks for what is new, what changed and what vanished, and looks at a few stored messages again. `everything`: it does
 * not add up. `others`: a stored UID was shown to name another message now.
 */
export async function lookAtChanges(at: Looking, then: Remembered): Promise<Look | 'everything' | 'others'> {
  const { run, session, folder, state } = at;
  const { source } = session;
  const { validity } = state;
  if (validity === null || then.uidNext === null) return 'everything';
  const since = sinceOf(then);
  const told = since === undefined ? NOTHING : await source.changes(since);
  if (told === null) return 'everything';
  const { present, missed } = standing(run.db, run.account, folder.name, validity);
  const waiting = waitingIn(at);
  if (waiting.due.length > WINDOW) return 'everything';
  const again = [...spread(present, SAMPLES), ...waiting.due].filter((uid) => uid < (then.uidNext ?? 0));
  const fresh = await source.list(inOrder([...toRanges(again), { from: then.uidNext, to: MAX_UID }]));
  const doubtful = lookDifferent(at, fresh);
  if (doubtful.length > 0 && (await areOthers(at, doubtful, fresh.length))) return 'others';
  const listed = distinct([...fresh, ...told.changed]);
  const vanished = present.filter(within(inOrder(told.vanished)));
  const look = lookFrom(at, validity, waiting, listed, vanished, waiting.later);
  const { fetch, back, found } = look.plan;
  const counted =
    present.length - look.plan.missed.length + fetch.length + look.plan.waiting + back.length + found.length;
  const mass = vanished.length > Math.max(MASS, present.length / 10);
  if (!mass && counted === state.exists && missed.length === found.length) return look;
  return lookByUids(at, validity, waiting, listed, [...present, ...missed]);
}

/** All UIDs are asked for: which of the stored ones are not there, and which are there and not known. */
async function lookByUids(
  at: Looking,
  validity: UidValidity,
  waiting: Waiting,
  listed: readonly Listed[],
  stored: readonly number[],
): Promise<Look | 'everything'> {
  const { source } = at.session;
  const there = await source.uids();
  if (there === null || sizeOf(there) !== at.state.exists) return 'everything';
  const isThere = within(there);
  const named = [...stored, ...waiting.later, ...listed.map(({ key }) => Number(plainKey(key)))];
  const unknown = without(there, toRanges(named));
  if (sizeOf(unknown) > WINDOW) return 'everything';
  const more = unknown.length > 0 ? await source.list(unknown) : [];
  const absent = stored.filter((uid) => !isThere(uid));
  const later = new Set([...waiting.later].filter(isThere));
  const look = lookFrom(at, validity, waiting, distinct([...listed, ...more]), absent, later);
  const lowestThere = there[0]?.from ?? Infinity;
  return at.state.window === true ? { ...look, plan: inWindow(look.plan, lowestThere) } : look;
}

/** `later`: pending messages that are not due and, as far as is known, still there. */
function lookFrom(
  { run, folder, state }: Looking,
  validity: UidValidity,
  { notYet, isPending }: Waiting,
  told: readonly Listed[],
  absent: readonly number[],
  later: ReadonlySet<number>,
): Look {
  const listed = told.filter(({ key }) => !later.has(Number(plainKey(key))));
  const pending = new Set<KnownKey>(later);
  const keys = listed.map(({ key }) => plainKey(key));
  for (const key of keys) if (isPending(key)) pending.add(key);
  const gone = new Set<KnownKey>(absent);
  const uids = [...keys.map(Number), ...absent];
  const stored = knownAmong(run.db, run.account, folder.name, validity, uids);
  const planned = plan(listed, stored, { notYet, absent: (key) => gone.has(key) });
  const found = { ...planned, waiting: planned.waiting + later.size };
  const missing = found.fetch.length + found.waiting;
  return { plan: found, known: Math.max(0, state.exists - missing), nameless: 0, pending, full: false };
}

interface Waiting extends Pick<Taking, 'notYet'> {
  readonly isPending: (key: KnownKey) => boolean;
  /** Pending messages whose time has come, and the others. */
  readonly due: readonly number[];
  readonly later: ReadonlySet<number>;
}

function waitingIn({ run, folder, state }: Looking): Waiting {
  const all = pendingOf(run.db, run.account, folder.name, state.validity);
  const now = run.clock.now();
  const uids = [...all.keys()].filter((key) => typeof key === 'number');
  const isLater = (key: KnownKey): boolean => !isDue(all.get(key) ?? { next: 0 }, now);
  return {
    notYet: (key) => run.failed.has(key) || isLater(key),
    isPending: (key) => all.has(key),
    due: uids.filter((uid) => !isLater(uid)),
    later: new Set(uids.filter(isLater)),
  };
}

const NOTHING = { changed: [], vanished: [] };

/** Each UID once, as it was told first: with its size and date, where it was told with flags alone too. */
function distinct(listed: readonly Listed[]): Listed[] {
  const once = new Map<KnownKey, Listed>();
  for (const item of listed) if (!once.has(plainKey(item.key))) once.set(plainKey(item.key), item);
  return [...once.values()];
}

function within(ranges: readonly UidRange[]): (uid: number) => boolean {
  return (uid) => holds(ranges, uid);
}
