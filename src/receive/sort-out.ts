// PURE: which messages of a POP3 listing are known by the name that the server gives them, and which have to be known by
// their content: nameless ones (P-009 to P-011), all of them where names change (P-012), and one whose name was given to
// another message.
import type { MaildropPlace } from '../index/maildrop.ts';
import type { Uidl } from '../model/ids.ts';
import { isOurs, readContentName } from './content-name.ts';
import type { Listed } from './source.ts';

/** Octets. */
const LINE_END = 2;

/** Nine in ten. */
const NEARLY_ALL = 0.9;

/** A message of a POP3 listing. */
export interface Item {
  readonly uidl: Uidl;
  readonly size: number | null;
  readonly listed: Listed;
}

/** A listing, sorted out. */
export interface Sorted {
  /** Stored under the server's name, and of another size, or of that of a stranger: perhaps another message. */
  readonly doubtful: readonly Item[];
  /** Stored under the server's name, and in no doubt. */
  readonly alike: readonly Item[];
  /** To be known by their content; among `ours`. */
  readonly byContent: readonly Item[];
  /** Stored under names by content. */
  readonly ours: readonly MaildropPlace[];
  /** Of these, those of messages that are stored under no name of the server's. */
  readonly strangers: readonly MaildropPlace[];
  /** Unknown names, while nearly all are lost and messages of such sizes are there. */
  readonly renamed: readonly Item[];
  /** Stored under names of the server that are not listed, and not known to be gone. */
  readonly lost: readonly MaildropPlace[];
  /** The names changed before: they are not to be believed again. */
  readonly again: boolean;
}

/** Sorts a listing out against what is stored. */
export function sortOut(listed: readonly Listed[], stored: readonly MaildropPlace[]): Sorted {
  const items = listed.flatMap((one): Item[] =>
    'uidl' in one.key ? [{ uidl: one.key.uidl, size: one.size, listed: one }] : [],
  );
  const named = items.filter(({ uidl }) => !isOurs(uidl));
  const byName = new Map(stored.map((place) => [place.uidl, place]));
  const unknown = named.filter(({ uidl }) => !byName.has(uidl));
  const ours = stored.filter(({ uidl }) => isOurs(uidl));
  const theirs = stored.filter(({ uidl, gone }) => !gone && !isOurs(uidl));
  const there = new Set(named.map(({ uidl }) => uidl));
  const lost = theirs.filter(({ uidl }) => !there.has(uidl));
  const present = ours.filter(({ gone }) => !gone).length;
  // The server's names were given up before: what they are called now tells nothing either.
  const givenUp =
    present > 0 &&
    present >= NEARLY_ALL * (present + theirs.length) &&
    unknown.length >= NEARLY_ALL * named.length;
  const renamed = !givenUp && areRenamed(unknown, lost, theirs.length);
  const ids = new Set(stored.filter(({ uidl }) => !isOurs(uidl)).map(({ id }) => id));
  const strangers = ours.filter(({ id }) => !ids.has(id));
  const inDoubt = new Set(doubtfulOf(named, byName, strangers));
  return {
    doubtful: [...inDoubt],
    alike: named.filter((item) => byName.has(item.uidl) && !inDoubt.has(item)),
    byContent: [...items.filter(({ uidl }) => isOurs(uidl)), ...(givenUp ? unknown : [])],
    ours,
    strangers,
    renamed: renamed ? unknown : [],
    lost,
    again: lost.filter((place) => place.renamed).length > lost.length / 2,
  };
}

/** P-012: nearly all stored names are missing, and messages of their sizes are there under names that are new. */
function areRenamed(unknown: readonly Item[], lost: readonly MaildropPlace[], theirs: number): boolean {
  if (unknown.length === 0 || lost.length === 0 || lost.length < NEARLY_ALL * theirs) return false;
  const sizes = counted(lost.map(({ size }) => size));
  let alike = 0;
  for (const { size } of unknown) {
    const left = size === null ? 0 : (sizes.get(size) ?? 0);
    if (left === 0 || size === null) continue;
    sizes.set(size, left - 1);
    alike++;
  }
  return alike >= NEARLY_ALL * Math.min(lost.length, unknown.length);
}

/** A size proves nothing, as servers lie about it (P-018): it only says whom to ask. */
function doubtfulOf(
  named: readonly Item[],
  byName: ReadonlyMap<Uidl, MaildropPlace>,
  strangers: readonly MaildropPlace[],
): Item[] {
  const strange = new Set(strangers.map(({ uidl }) => readContentName(uidl)?.size));
  return named.filter(({ uidl, size }) => {
    const place = byName.get(uidl);
    return place !== undefined && size !== null && (!isSameSize(size, place.size) || strange.has(size));
  });
}

/** A server that counts a last line end, or does not, means the same message. */
export function isSameSize(told: number, stored: number): boolean {
  return Math.abs(stored - told) <= LINE_END;
}

/**
 * Of messages in the order of a maildrop, how many from the first on are those of `places`, by count and sizes; 0 where that
 * cannot be said. New mail comes last, so that most sessions begin with what is known.
 */
export function sameBeginning(items: readonly Item[], places: readonly MaildropPlace[]): number {
  if (items.length < places.length) return 0;
  const sizes = counted(places.map(({ uidl }) => readContentName(uidl)?.size ?? null));
  for (const { size } of items.slice(0, places.length)) {
    const left = sizes.get(size) ?? 0;
    if (left === 0 || size === null) return 0;
    sizes.set(size, left - 1);
  }
  return places.length;
}

/** The first three, the last three, and six between them. */
export function sample<T>(all: readonly T[]): T[] {
  if (all.length <= 12) return [...all];
  const between = Array.from({ length: 6 }, (_, n) => 3 + Math.floor(((n + 0.5) * (all.length - 6)) / 6));
  const at = [0, 1, 2, ...between, all.length - 3, all.length - 2, all.length - 1];
  return at.flatMap((index) => all.slice(index, index + 1));
}

/** How often each size occurs. */
export function counted(sizes: readonly (number | null)[]): Map<number | null, number> {
  const counts = new Map<number | null, number>();
  for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1);
  return counts;
}
