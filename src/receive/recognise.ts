// A POP3 listing → the names under which its messages are kept. Where the server's own names cannot be trusted, a message
// is known by its content, with the fewest octets: by size, then by its header (TOP), a sample proved by the whole (RETR).
// A wrong guess may cost a download, never a message: what is not known for certain enough is fetched, and named by its hash.
import type { Entry } from '../archive/entry.ts';
import { maildropPlaces, type MaildropPlace } from '../index/maildrop.ts';
import { grouped } from '../model/grouped.ts';
import type { Folder } from '../model/mailbox.ts';
import { readContentName } from './content-name.ts';
import { ContentNames } from './content-names.ts';
import type { FolderRun } from './folder-run.ts';
import { hashesOf } from './hashes-of.ts';
import { headsOf, keysOf, fileHead } from './heads-of.ts';
import { mistaken } from './mistaken.ts';
import { sameBeginning, sample, sortOut, type Item } from './sort-out.ts';
import type { Listed, Source } from './source.ts';

/** Of messages that are known by size and header, so many are fetched to prove it. */
const PROOFS = 3;

/** What a listing turned out to be. */
export interface Recognised {
  readonly names: ContentNames;
  /** Stored messages under new names, to be journalled; nothing was fetched for them. */
  readonly renamed: readonly Entry[];
}

/** What a message may be. */
interface Candidate {
  readonly place: MaildropPlace;
  readonly size: number | null;
  /** `headDigest`. */
  readonly head: () => Promise<string>;
}

/** What looking at a maildrop needs of a run. */
type Knowing = Pick<FolderRun, 'account' | 'db' | 'archive' | 'clock'> &
  Partial<Pick<FolderRun, 'acquitted'>>;

/** Looks at a maildrop. Throws what the source throws, and MailError `storage`. */
export async function recognise(
  run: Knowing,
  source: Source,
  folder: Folder,
  listed: readonly Listed[],
): Promise<Recognised> {
  const stored = maildropPlaces(run.db, run.account, folder.name);
  const names = new ContentNames(stored);
  const sorted = sortOut(listed, stored);
  const acquitted = run.acquitted?.in(run.account, folder.name, null);
  const doubtful = sorted.doubtful.filter((one) => acquitted?.has(one.listed) !== true);
  const { others, open } = await mistaken(run.archive, source, { ...sorted, doubtful }, stored);
  const unsettled = new Set([...others, ...open]);
  for (const one of doubtful) if (!unsettled.has(one)) acquitted?.add(one.listed);
  const byContent = [...sorted.byContent, ...others].toSorted(
    (a, b) => (a.listed.number ?? 0) - (b.listed.number ?? 0),
  );
  await knowByContent(source, byContent, sorted.ours, names);
  const renamed = await knowRenamed(run, source, folder, sorted, names);
  return { names, renamed };
}

async function knowByContent(
  source: Source,
  items: readonly Item[],
  ours: readonly MaildropPlace[],
  names: ContentNames,
): Promise<void> {
  const present = ours.filter(({ gone }) => !gone);
  const first = items.slice(0, sameBeginning(items, present));
  if (first.length > 0 && (await areAlike(source, sample(first), present))) {
    const bySize = grouped(present, ({ uidl }) => readContentName(uidl)?.size ?? null);
    for (const item of first) {
      const place = bySize.get(item.size)?.shift();
      if (place === undefined) names.await(item);
      else names.know(item, place.uidl);
    }
    for (const item of items.slice(first.length)) names.await(item);
    return;
  }
  const candidates = ours.flatMap((place): Candidate[] => {
    const told = readContentName(place.uidl);
    return told === undefined ? [] : [{ place, size: told.size, head: () => Promise.resolve(told.head) }];
  });
  const found = await match(source, items, candidates);
  for (const item of items) {
    const place = found.get(item)?.place;
    if (place === undefined) names.await(item);
    else names.know(item, place.uidl);
  }
}

/** True where each of these few is, by its size and header, or its hash, one of `places`. */
async function areAlike(
  source: Source,
  few: readonly Item[],
  places: readonly MaildropPlace[],
): Promise<boolean> {
  const told = new Set<string>();
  for (const { uidl } of places) {
    const name = readContentName(uidl);
    if (name !== undefined) told.add(`${name.size} ${name.head}`).add(`${name.size} ${name.id}`);
  }
  const heads = await headsOf(source, few);
  if (heads !== undefined) {
    return few.every(({ uidl, size }) => {
      const head = heads.get(uidl);
      return head !== undefined && told.has(`${size} ${head.digest}`);
    });
  }
  const ids = await hashesOf(source, keysOf(few));
  return few.every(({ uidl, size }) => told.has(`${size} ${ids.get(uidl)}`));
}

/** P-012: the same messages under new names. They are written down under these, or, where that happened before, by content. */
async function knowRenamed(
  run: Knowing,
  source: Source,
  folder: Folder,
  { renamed, lost, again }: ReturnType<typeof sortOut>,
  names: ContentNames,
): Promise<Entry[]> {
  if (renamed.length === 0) return [];
  const candidates = lost.map((place): Candidate => {
    let head: Promise<string> | undefined;
    return {
      place,
      size: place.size,
      head: () => (head ??= fileHead(run.archive, place).then(({ digest }) => digest)),
    };
  });
  const found = await match(source, renamed, candidates);
  const at = new Date(run.clock.now()).toISOString();
  const entries: Entry[] = [];
  for (const item of renamed) {
    const place = found.get(item)?.place;
    if (place === undefined) {
      if (again) names.await(item);
      continue;
    }
    const { id, path, size } = place;
    const uidl = again ? names.knowBy(item, { id, head: await run.archive.head(path) }) : item.uidl;
    const facts = { id, path, size, received: null, flags: [] };
    entries.push({ op: 'seen', at, folder: folder.name, uidl, ...facts });
    entries.push({ op: 'gone', at, folder: folder.name, uidl: place.uidl });
  }
  return entries;
}

/** Which items are which candidates: by size and header, and a few of them proved by their octets. */
async function match(
  source: Source,
  items: readonly Item[],
  candidates: readonly Candidate[],
): Promise<Map<Item, Candidate>> {
  const bySize = grouped(candidates, ({ size }) => size);
  const likely = items.filter(({ size }) => bySize.has(size));
  const heads = likely.length === 0 ? undefined : await headsOf(source, likely);
  if (heads === undefined) return new Map();
  const telling = likely.filter(({ uidl }) => heads.get(uidl)?.telling === true);
  const sought = grouped(telling, ({ uidl, size }) => `${size} ${heads.get(uidl)?.digest}`);
  const offered = new Map<string, Candidate[]>();
  for (const size of new Set(telling.map((item) => item.size))) {
    for (const candidate of bySize.get(size) ?? []) {
      const key = `${size} ${await candidate.head()}`;
      const offers = offered.get(key);
      if (offers === undefined) offered.set(key, [candidate]);
      else offers.push(candidate);
    }
  }
  const found = new Map<Item, Candidate>();
  for (const [key, alike] of sought) {
    const offers = offered.get(key) ?? [];
    // One more than is stored: one of them is new, and which one only its octets tell.
    if (alike.length > offers.length) continue;
    for (const item of alike) {
      const candidate = offers.shift();
      if (candidate !== undefined) found.set(item, candidate);
    }
  }
  const proofs = [...found.keys()].slice(-PROOFS);
  const ids = await hashesOf(source, keysOf(proofs));
  const came = proofs.filter(({ uidl }) => ids.has(uidl)); // one that the server cannot read proves nothing
  const proved = came.every((item) => ids.get(item.uidl) === found.get(item)?.place.id);
  return came.length > 0 && proved ? found : new Map();
}
