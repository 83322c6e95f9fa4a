// Names of a maildrop that were given to other messages. A size that is not that of the stored message raises the doubt, and
// proves nothing, as servers lie about sizes (P-018); the header tells (TOP), or else the octets (RETR).
import type { MaildropPlace } from '../index/maildrop.ts';
import type { Uidl } from '../model/ids.ts';
import type { Archive } from '../archive/store.ts';
import { readContentName } from './content-name.ts';
import { hashesOf } from './hashes-of.ts';
import { fileHead, headsOf, keysOf, type Head } from './heads-of.ts';
import { counted, sample, type Item, type Sorted } from './sort-out.ts';
import type { Source } from './source.ts';

/** Messages whose names are in doubt, up to which all are looked at; of more, a sample. */
const DOUBTS = 50;
/** The same where the server gives no headers. */
const DOUBTS_WHOLE = 5;

/** What a look at doubtful messages showed. */
export interface Judged {
  /** They are not what is stored under their names. */
  readonly others: readonly Item[];
  /** Nothing came to tell it by, or they were not looked at: nobody can say what they are. */
  readonly open: readonly Item[];
}

/**
 * Which of them are not what is stored under their name. Where a sample of very many shows no other, the server lies about its
 * sizes, and none is; where it shows none but others, all are; else the header of each tells.
 */
export async function mistaken(
  archive: Archive,
  source: Source,
  { doubtful, alike, ours, strangers }: Pick<Sorted, 'doubtful' | 'alike' | 'ours' | 'strangers'>,
  stored: readonly MaildropPlace[],
  looked: Set<Uidl> = new Set(),
): Promise<Judged> {
  if (doubtful.length === 0) return { others: [], open: [] };
  const byName = new Map(stored.map((place) => [place.uidl, place]));
  const judged = await judge(archive, source, { doubtful, ours, strangers }, byName);
  if (judged.others.length === 0) return judged;
  // Names are given to others here, and some of these have the size of what is stored, as the messages of a machine do. The poll
  // that saw it first may have ended before it stored them: what was found to be as it was is not asked again, and the rest is.
  const again = isNews(judged.others, ours) ? alike : alike.filter(({ uidl }) => !looked.has(uidl));
  const more = await judge(archive, source, { doubtful: again, ours, strangers }, byName, Infinity);
  const unsettled = new Set([...more.others, ...more.open]);
  for (const one of again) if (!unsettled.has(one)) looked.add(one.uidl);
  return { others: [...judged.others, ...more.others], open: judged.open };
}

/** True where one of them is not stored yet, as far as the sizes tell that the server claims. */
function isNews(others: readonly Item[], ours: readonly MaildropPlace[]): boolean {
  const sizes = counted(ours.map(({ uidl }) => readContentName(uidl)?.size ?? null));
  return others.some(({ size }) => {
    const left = sizes.get(size) ?? 0;
    sizes.set(size, left - 1);
    return left <= 0;
  });
}

async function judge(
  archive: Archive,
  source: Source,
  { doubtful, ours, strangers }: Pick<Sorted, 'doubtful' | 'ours' | 'strangers'>,
  byName: ReadonlyMap<Uidl, MaildropPlace>,
  most: number = DOUBTS,
): Promise<Judged> {
  if (doubtful.length === 0) return { others: [], open: [] };
  const looked = doubtful.length <= most ? [...doubtful] : sample(doubtful);
  const heads = await headsOf(source, looked);
  if (heads === undefined) return byHash(source, doubtful, byName);
  const judged = await byHead(archive, looked, heads, { byName, strangers });
  const { others } = judged;
  if (others.length > 0 && (await topLies(source, others, heads, { ours, byName })))
    return { others: [], open: judged.open };
  if (others.length === 0 || looked.length === doubtful.length) return judged;
  if (others.length === looked.length) return { others: doubtful, open: [] };
  return byHead(archive, doubtful, (await headsOf(source, doubtful)) ?? heads, {
    byName,
    strangers,
  });
}

/** The same without headers: the smallest few are fetched. Where some are others and some are not, the next look takes the next few. */
async function byHash(
  source: Source,
  doubtful: readonly Item[],
  byName: ReadonlyMap<Uidl, MaildropPlace>,
): Promise<Judged> {
  const few = smallest(doubtful, byName).slice(0, DOUBTS_WHOLE);
  const ids = await hashesOf(source, keysOf(few));
  const came = few.filter(({ uidl }) => ids.has(uidl)); // one that the server cannot read tells nothing
  const others = came.filter(({ uidl }) => ids.get(uidl) !== byName.get(uidl)?.id);
  if (others.length > 0 && others.length === came.length) return { others: doubtful, open: [] };
  const seen = new Set(came);
  const isSample = came.length > 0 && others.length === 0;
  return { others, open: (isSample ? few : doubtful).filter((item) => !seen.has(item)) };
}

/** By their headers against those of what is stored under their names, or stored as another. */
async function byHead(
  archive: Archive,
  items: readonly Item[],
  heads: ReadonlyMap<Uidl, Head>,
  stored: {
    readonly byName: ReadonlyMap<Uidl, MaildropPlace>;
    readonly strangers: readonly MaildropPlace[];
  },
): Promise<Judged> {
  const told = stored.strangers.map(({ uidl }) => readContentName(uidl));
  const strange = new Set(told.map((name) => `${name?.size} ${name?.head}`));
  const others: Item[] = [];
  const open: Item[] = [];
  for (const item of items) {
    const place = stored.byName.get(item.uidl);
    const head = heads.get(item.uidl);
    if (place === undefined || head === undefined) open.push(item);
    else if (strange.has(`${item.size} ${head.digest}`)) others.push(item);
    else if (head.lasting !== (await fileHead(archive, place)).lasting) others.push(item);
  }
  return { others, open };
}

/** P-028: a TOP that is not the beginning of the message accuses all. One of them is fetched, unless they are stored as others. */
async function topLies(
  source: Source,
  accused: readonly Item[],
  heads: ReadonlyMap<Uidl, Head>,
  stored: { readonly ours: readonly MaildropPlace[]; readonly byName: ReadonlyMap<Uidl, MaildropPlace> },
): Promise<boolean> {
  const others = new Set(stored.ours.map(({ uidl }) => readContentName(uidl)?.head));
  if (accused.some(({ uidl }) => others.has(heads.get(uidl)?.digest))) return false;
  const [proof] = smallest(accused, stored.byName);
  if (proof === undefined) return false;
  const ids = await hashesOf(source, keysOf([proof]));
  return ids.get(proof.uidl) === stored.byName.get(proof.uidl)?.id;
}

/** The smallest first, by what is stored: sizes as told are in doubt. */
function smallest(items: readonly Item[], byName: ReadonlyMap<Uidl, MaildropPlace>): Item[] {
  const size = ({ uidl }: Item): number => byName.get(uidl)?.size ?? 0;
  return items.toSorted((a, b) => size(a) - size(b));
}
