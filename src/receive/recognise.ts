// A POP3 listing → the names under which its messages are kept. Where the server's own names cannot be trusted, a message
// is known by its content, with the fewest octets: by size, then by its header (TOP), a sample proved by the whole (RETR).
// A wrong guess may cost a download, never a message: what is not known for certain enough is fetched, and named by its hash.
import type { Entry } from '../archive/entry.ts';
import type { Archive } from '../archive/store.ts';
import { maildropPlaces, type MaildropPlace } from '../index/maildrop.ts';
import { grouped } from '../model/grouped.ts';
import type { Uidl } from '../model/ids.ts';
import type { Folder } from '../model/mailbox.ts';
import { isOurs, readContentName } from './content-name.ts';
import { ContentNames } from './content-names.ts';
import type { FolderRun } from './folder-run.ts';
import { hashesOf } from './hashes-of.ts';
import { headsOf, keysOf, fileHead } from './heads-of.ts';
import { mistaken } from './mistaken.ts';
import { settle } from './settle-sizes.ts';
import { isSameSize, sameBeginning, sample, sortOut, type Item, type Sorted } from './sort-out.ts';
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
  Partial<Pick<FolderRun, 'acquitted' | 'full' | 'dryRun'>>;

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
  const doubtful = sorted.doubtful.filter((one) => run.full === true || acquitted?.has(one.listed) !== true);
  const looked = run.acquitted?.lookedAt(run.account, folder.name);
  const judged = await mistaken(run.archive, source, { ...sorted, doubtful }, stored, looked);
  const unsettled = new Set([...judged.others, ...judged.open]);
  const alike = doubtful.filter((one) => !unsettled.has(one));
  const reads = run.full === true && run.dryRun !== true;
  const unread = reads ? await notReadBefore(run.archive, alike, sorted.ours, stored) : [];
  const longer = await ofOtherOctets(source, unread, sorted.alike.length, stored);
  const others = [...judged.others, ...longer];
  for (const one of alike) acquitted?.add(one.listed);
  for (const one of longer) acquitted?.remove(one.listed);
  const byContent = [...sorted.byContent, ...others].toSorted(
    (a, b) => (a.listed.number ?? 0) - (b.listed.number ?? 0),
  );
  // P-009: it gives no names for once, or for good. What it named before is told by size and header, too.
  const isNameless = listed.every(({ key }) => 'uidl' in key && isOurs(key.uidl));
  const lost = isNameless ? sorted.lost : [];
  const found = await knowByContent(run.archive, source, byContent, { ours: sorted.ours, lost }, names);
  const unnamed = await unnamedEntries(run, folder, found, names);
  const renamed = await knowRenamed(run, source, folder, sorted, names);
  return { names, renamed: [...unnamed, ...renamed] };
}

/**
 * Of messages that have the header of what is stored under their name, and another size, those of other octets: what is stored
 * was cut short, or the server is. To read them is for a poll of all, or one that follows a proof: sizes are lies, mostly (P-018).
 */
async function ofOtherOctets(
  source: Source,
  items: readonly Item[],
  alike: number,
  stored: readonly MaildropPlace[],
): Promise<Item[]> {
  const byName = new Map(stored.map((place) => [place.uidl, place]));
  const unlike = items.flatMap(({ uidl, size, listed: item }) => {
    const held = byName.get(uidl);
    return held === undefined || size === null || isSameSize(size, held.size) ? [] : [{ item, held }];
  });
  const { changed } = await settle(source, { alike, unlike });
  return items.filter(({ uidl }) => changed.includes(uidl));
}

/**
 * Without those that were stored once more as they came then: by the size told, and by what tells them apart. What is written into
 * a message at each visit makes other octets of it each time, and it would be stored by every poll of all.
 */
async function notReadBefore(
  archive: Archive,
  items: readonly Item[],
  ours: readonly MaildropPlace[],
  stored: readonly MaildropPlace[],
): Promise<Item[]> {
  const byName = new Map(stored.map((place) => [place.uidl, place]));
  const bySize = grouped(ours, ({ uidl }) => readContentName(uidl)?.size ?? null);
  const unread: Item[] = [];
  for (const item of items) {
    const held = byName.get(item.uidl);
    const heads = await Promise.all((bySize.get(item.size) ?? []).map((place) => fileHead(archive, place)));
    const lasting = held === undefined || heads.length === 0 ? '' : (await fileHead(archive, held)).lasting;
    if (!heads.some((head) => head.lasting === lasting)) unread.push(item);
  }
  return unread;
}

/** Returns what is stored under a name that the server gave, and is to have one by its content from now on. */
async function knowByContent(
  archive: Archive,
  source: Source,
  items: readonly Item[],
  { ours, lost }: Pick<Sorted, 'ours' | 'lost'>,
  names: ContentNames,
): Promise<Map<Item, MaildropPlace>> {
  const present = ours.filter(({ gone }) => !gone);
  const first = items.slice(0, sameBeginning(items, present));
  if (lost.length === 0 && first.length > 0 && (await areAlike(source, sample(first), present))) {
    const bySize = grouped(present, ({ uidl }) => readContentName(uidl)?.size ?? null);
    for (const item of first) {
      const place = bySize.get(item.size)?.shift();
      if (place === undefined) names.await(item);
      else names.know(item, place.uidl);
    }
    for (const item of items.slice(first.length)) names.await(item);
    return new Map();
  }
  const candidates = ours.flatMap((place): Candidate[] => {
    const told = readContentName(place.uidl);
    return told === undefined ? [] : [{ place, size: told.size, head: () => Promise.resolve(told.head) }];
  });
  const found = await match(source, items, [...candidates, ...candidatesOf(archive, lost)]);
  const unnamed = new Map<Item, MaildropPlace>();
  for (const item of items) {
    const place = found.get(item)?.place;
    if (place === undefined) names.await(item);
    else if (isOurs(place.uidl)) names.know(item, place.uidl);
    else unnamed.set(item, place);
  }
  return unnamed;
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
  { renamed, lost, again }: Sorted,
  names: ContentNames,
): Promise<Entry[]> {
  if (renamed.length === 0) return [];
  const found = await match(source, renamed, candidatesOf(run.archive, lost));
  const entries: Entry[] = [];
  for (const item of renamed) {
    const place = found.get(item)?.place;
    if (place === undefined) {
      if (again) names.await(item);
      continue;
    }
    const uidl = again ? await nameByContent(run.archive, item, place, names) : item.uidl;
    entries.push(...moved(run, folder, place, uidl));
  }
  return entries;
}

/** The same of messages that are named no more. */
async function unnamedEntries(
  run: Knowing,
  folder: Folder,
  found: ReadonlyMap<Item, MaildropPlace>,
  names: ContentNames,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const [item, place] of found)
    entries.push(...moved(run, folder, place, await nameByContent(run.archive, item, place, names)));
  return entries;
}

async function nameByContent(
  archive: Archive,
  item: Item,
  { id, path }: MaildropPlace,
  names: ContentNames,
): Promise<Uidl> {
  return names.knowBy(item, { id, head: await archive.head(path) });
}

function moved({ clock }: Knowing, { name: folder }: Folder, place: MaildropPlace, uidl: Uidl): Entry[] {
  const at = new Date(clock.now()).toISOString();
  const { id, path, size } = place;
  return [
    { op: 'seen', at, folder, uidl, id, path, size, received: null, flags: [] },
    { op: 'gone', at, folder, uidl: place.uidl },
  ];
}

function candidatesOf(archive: Archive, places: readonly MaildropPlace[]): Candidate[] {
  return places.map((place) => {
    let head: Promise<string> | undefined;
    return {
      place,
      size: place.size,
      head: () => (head ??= fileHead(archive, place).then(({ digest }) => digest)),
    };
  });
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
