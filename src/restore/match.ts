// PURE: what is to lie in a folder × what lies there → what is there already, what is missing, and what only the octets can
// tell. A Message-ID alone proves nothing (different messages share one); with the size it does, unless the archive knows
// several such messages, or the date speaks against it.
import type { Kin } from '../index/kin.ts';
import { grouped } from '../model/grouped.ts';
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
  /** There, by Message-ID and date, and not of its size: the server changed it when it took it. See `changedOf`. */
  readonly changed: Map<Wanted, Present>;
  readonly doubts: Doubt[];
  readonly absent: Wanted[];
  /** Messages that lie there more than once. */
  doubles: number;
}

/** Rows of another date whose octets are looked at; where there are more, and few of the right date, the server keeps no dates. */
const FEW = 100;

/** `kin`: a row whose Message-ID and size are those of a message in the archive is no changed copy of another one. */
export function match(wanted: readonly Wanted[], rows: readonly Present[], kin: Kin): Matched {
  const found: Matched = { there: new Map(), changed: new Map(), doubts: [], absent: [], doubles: 0 };
  const byId = grouped(rows, ({ msgid }) => msgid);
  const spare = new Set(rows);
  const left: Wanted[] = [];
  for (const [msgid, mine] of grouped(wanted, (one) => one.msgid)) {
    const bySize = grouped(byId.get(msgid) ?? [], ({ size }) => size);
    for (const [size, alike] of grouped(mine, (one) => one.size)) {
      const same = bySize.get(size) ?? [];
      for (const row of same) spare.delete(row);
      if (same.length === 0) left.push(...alike);
      else settle(found, msgid, alike, same, kin);
    }
  }
  doubtOtherDates(found);
  changedOf(found, left, spare, ({ msgid, size }) => msgid === null || kin.alike(msgid, size ?? -1) === 0);
  return found;
}

/** Messages and rows of one Message-ID (null: without one) and one size. */
function settle(
  found: Matched,
  msgid: string | null,
  alike: readonly Wanted[],
  same: readonly Present[],
  kin: Kin,
): void {
  const [one, another] = alike;
  if (one === undefined) return;
  const then = same.filter((candidate) => sameSecond(one, candidate));
  const [row = same[0]] = then;
  // Without a Message-ID the date must be the same too, and no other message may be meant.
  const sure =
    msgid === null
      ? same.length === 1 && row !== undefined && sameSecond(one, row)
      : kin.alike(msgid, one.size) <= 1;
  if (another !== undefined || row === undefined || !sure) {
    found.doubts.push({ wanted: alike, rows: same });
    return;
  }
  found.there.set(one, row);
  if ((then.length === 0 ? same : then).length > 1) found.doubles++;
}

/** Where dates are kept, what has another one may be another message. */
function doubtOtherDates(found: Matched): void {
  const others = [...found.there].filter(([one, row]) => one.received !== null && !sameSecond(one, row));
  if (others.length > FEW && others.length * 2 > found.there.size) return;
  for (const [one, row] of others) {
    found.there.delete(one);
    found.doubts.push({ wanted: [one], rows: [row] });
  }
}

/** What is known of the octets of a doubt: the hash of each row. */
export function decide(
  found: Matched,
  { wanted, rows }: Doubt,
  hashes: ReadonlyMap<Uid, string>,
  kin: Kin,
): void {
  const byHash = grouped(rows, ({ uid }) => hashes.get(uid));
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
  changedOf(found, left, spare, ({ uid }) => !kin.holds(hashes.get(uid) ?? ''));
}

/**
 * Of messages that are not there as they are: those that are there as the server made them, among rows that `mayBe` so. One
 * without a date is known by its Message-ID and about its size: filed once more at each restore, it would be there ever more
 * often, and that it is not proved is said in either case.
 */
function changedOf(
  found: Matched,
  left: readonly Wanted[],
  spare: ReadonlySet<Present>,
  mayBe: (row: Present) => boolean,
): void {
  const open = [...spare].filter(mayBe);
  const byBoth = grouped(open, ({ msgid, received }) => `${secondOf(received)} ${msgid}`);
  const bySecond = grouped(open, ({ received }) => secondOf(received));
  const byId = grouped(open, ({ msgid }) => msgid);
  const perhaps = ({ msgid, received }: Wanted): readonly Present[] => {
    const second = secondOf(received);
    if (msgid === null) return second === null ? [] : (bySecond.get(second) ?? []);
    return (second === null ? byId.get(msgid) : byBoth.get(`${second} ${msgid}`)) ?? [];
  };
  const taken = new Set<Present>();
  for (const one of left) {
    const row = onlyOne(one, perhaps(one), taken);
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
  if (one.msgid !== null && row.msgid !== one.msgid) return false;
  if (one.msgid !== null && one.received !== null) return true;
  return row.size === null || Math.abs(row.size - one.size) <= 2048 + one.size / 10;
}

function sameSecond(one: Wanted, row: Present): boolean {
  return one.received !== null && secondOf(one.received) === secondOf(row.received);
}

/** INTERNALDATE has whole seconds. */
export function secondOf(ms: number | null): number | null {
  return ms === null ? null : Math.floor(ms / 1000);
}
