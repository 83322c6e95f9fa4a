// PURE: what is to lie in a folder × what lies there → what is there already, what is missing, and what only the octets can
// tell. A Message-ID alone proves nothing (different messages share one), with the size it does.
import type { Uid } from '../model/ids.ts';
import type { Wanted } from './plan.ts';

/** A message at the target. */
export interface Present {
  readonly uid: Uid;
  /** Octets as claimed; null: no claim. */
  readonly size: number | null;
  /** INTERNALDATE in milliseconds since 1970. */
  readonly received: number | null;
  /** Without brackets. */
  readonly msgid: string | null;
  readonly flags: readonly string[];
}

/** Messages of which the octets must be compared. */
export interface Doubt {
  readonly wanted: readonly Wanted[];
  readonly rows: readonly Present[];
}

/** How it stands. Each wanted message is in one of these. */
export interface Matched {
  readonly there: Map<Wanted, Present>;
  /** There, by Message-ID and date, and not of its size: the server changed it when it took it. */
  readonly changed: Map<Wanted, Present>;
  readonly doubts: Doubt[];
  readonly absent: Wanted[];
  /** Messages that lie there more than once. */
  doubles: number;
}

/** `isOther`: the archive holds a message of that Message-ID and size, so that such a row is no changed copy of another one. */
export function match(
  wanted: readonly Wanted[],
  rows: readonly Present[],
  isOther: (msgid: string, size: number) => boolean,
): Matched {
  const found: Matched = { there: new Map(), changed: new Map(), doubts: [], absent: [], doubles: 0 };
  const byId = groupedBy(rows, ({ msgid }) => msgid);
  const spare = new Set(rows);
  const left: Wanted[] = [];
  for (const [msgid, mine] of groupedBy(wanted, (one) => one.msgid)) {
    const bySize = groupedBy(byId.get(msgid) ?? [], ({ size }) => size);
    for (const [size, alike] of groupedBy(mine, (one) => one.size)) {
      const same = bySize.get(size) ?? [];
      for (const row of same) spare.delete(row);
      if (same.length === 0) left.push(...alike);
      else settle(found, msgid, alike, same);
    }
  }
  changedOf(found, left, spare, isOther);
  return found;
}

/** Messages and rows of one Message-ID (null: without one) and one size. */
function settle(
  found: Matched,
  msgid: string | null,
  alike: readonly Wanted[],
  same: readonly Present[],
): void {
  const [one, another] = alike;
  if (one === undefined) return;
  const [row = same[0]] = same.filter((candidate) => sameSecond(one, candidate));
  // Without a Message-ID the date must be the same too, and no other message may be meant.
  const sure = msgid !== null || (same.length === 1 && row !== undefined && sameSecond(one, row));
  if (another !== undefined || row === undefined || !sure) {
    found.doubts.push({ wanted: alike, rows: same });
    return;
  }
  found.there.set(one, row);
  if (same.length > 1) found.doubles++;
}

/** What is known of the octets of a doubt: the hash of each row. */
export function decide(found: Matched, { wanted, rows }: Doubt, hashes: ReadonlyMap<Uid, string>): void {
  const byHash = groupedBy(rows, ({ uid }) => hashes.get(uid));
  const spare = new Set(rows);
  const left: Wanted[] = [];
  for (const one of wanted) {
    const same = byHash.get(one.id) ?? [];
    const [row] = same;
    if (row === undefined) left.push(one);
    else found.there.set(one, row);
    if (same.length > 1) found.doubles++;
    for (const each of same) spare.delete(each);
  }
  changedOf(found, left, spare, () => false);
}

/** Of messages that are not there as they are: those that are there as the server made them. */
function changedOf(
  found: Matched,
  left: readonly Wanted[],
  spare: ReadonlySet<Present>,
  isOther: (msgid: string, size: number) => boolean,
): void {
  const open = [...spare].filter(({ msgid, size }) => msgid === null || !isOther(msgid, size ?? -1));
  const byBoth = groupedBy(open, ({ msgid, received }) => `${secondOf(received)} ${msgid}`);
  const bySecond = groupedBy(open, ({ received }) => secondOf(received));
  const taken = new Set<Present>();
  for (const one of left) {
    const second = secondOf(one.received);
    const among = one.msgid === null ? bySecond.get(second) : byBoth.get(`${second} ${one.msgid}`);
    const row = second === null ? undefined : onlyOne(one, among ?? [], taken);
    if (row === undefined) found.absent.push(one);
    else found.changed.set(one, row);
    if (row !== undefined) taken.add(row);
  }
}

/** Without a Message-ID there is only the date: of two that came in the same second neither is taken. */
function onlyOne(one: Wanted, among: readonly Present[], taken: ReadonlySet<Present>): Present | undefined {
  let found: Present | undefined;
  for (const row of among) {
    if (taken.has(row) || !isLike(one, row)) continue;
    if (one.msgid !== null) return row;
    if (found !== undefined) return undefined;
    found = row;
  }
  return found;
}

/** A server may add a Message-ID where there was none, and then little else. */
function isLike(one: Wanted, row: Present): boolean {
  if (one.msgid !== null) return row.msgid === one.msgid;
  return row.size === null || Math.abs(row.size - one.size) <= 2048 + one.size / 10;
}

function sameSecond(one: Wanted, row: Present): boolean {
  return one.received !== null && secondOf(one.received) === secondOf(row.received);
}

/** INTERNALDATE has whole seconds. */
function secondOf(ms: number | null): number | null {
  return ms === null ? null : Math.floor(ms / 1000);
}

function groupedBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
