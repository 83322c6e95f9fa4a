// Sets of UIDs as IMAP writes them, `1:3,7` (RFC 9051 §9). Always ascending, merged, and without `*`: QQ and others
// refuse anything else (I-008, I-174).

/** UIDs from `from` to `to`, both included. */
export interface UidRange {
  readonly from: number;
  readonly to: number;
}

/** The highest UID (RFC 9051 §9). */
export const MAX_UID: number = 2 ** 32 - 1;

/** Ranges in answers beyond which they are not kept: no folder has so many gaps. */
export const MOST_RANGES: number = 500_000;

/** RFC 2683 §3.2.1.5: a command line should stay under 1000 octets; so much is left for the set. */
const MAX_SET = 850;

/** `uids` (any order, 1 to MAX_UID) as sets of fewer than 900 octets each; none for no UIDs. */
export function formatSet(uids: readonly number[]): string[] {
  return formatRanges(toRanges(uids));
}

/** Ranges as sets of fewer than 900 octets each. */
export function formatRanges(ranges: readonly UidRange[]): string[] {
  const sets: string[] = [];
  let set = '';
  for (const { from, to } of ranges) {
    const range = from === to ? String(from) : `${from}:${to}`;
    if (set !== '' && set.length + 1 + range.length > MAX_SET) {
      sets.push(set);
      set = '';
    }
    set += set === '' ? range : `,${range}`;
  }
  return set === '' ? sets : [...sets, set];
}

/** A set as ascending, merged ranges; `*` means MAX_UID. Throws RangeError where it is none. */
export function parseSet(set: string): UidRange[] {
  const ranges = set.split(',').map((part) => {
    const [, first = '', second = first] = /^(\d{1,10}|\*)(?::(\d{1,10}|\*))?$/.exec(part) ?? [];
    const [a, b] = [first, second].map((text) => (text === '*' ? MAX_UID : Number(text)));
    if (first === '' || a === undefined || b === undefined || a < 1 || b < 1 || a > MAX_UID || b > MAX_UID)
      throw new RangeError(`not a sequence set: ${set.slice(0, 100)}`);
    return { from: Math.min(a, b), to: Math.max(a, b) };
  });
  return inOrder(ranges);
}

/** UIDs as ascending, merged ranges. Throws RangeError for what is no UID. */
export function toRanges(uids: readonly number[]): UidRange[] {
  const ascending = uids.toSorted((a, b) => a - b);
  for (const uid of ascending) {
    if (!Number.isInteger(uid) || uid < 1 || uid > MAX_UID) throw new RangeError(`not a UID: ${uid}`);
  }
  return merge(ascending.map((uid) => ({ from: uid, to: uid })));
}

/** How many UIDs the ranges hold. */
export function sizeOf(ranges: readonly UidRange[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}

/** True where one of the ranges (ascending, merged) holds `uid`. */
export function holds(ranges: readonly UidRange[], uid: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined) return false;
    if (uid < range.from) high = middle - 1;
    else if (uid > range.to) low = middle + 1;
    else return true;
  }
  return false;
}

/** Ranges in any order as ascending, merged ones. */
export function inOrder(ranges: readonly UidRange[]): UidRange[] {
  return merge(ranges.toSorted((a, b) => a.from - b.from));
}

/** What of `ranges` is not in `others`; both ascending and merged. */
export function without(ranges: readonly UidRange[], others: readonly UidRange[]): UidRange[] {
  const left: UidRange[] = [];
  let at = 0;
  for (const { from, to } of ranges) {
    let start = from;
    while ((others[at]?.to ?? Infinity) < start) at++;
    for (let next = at; start <= to; next++) {
      const other = others[next];
      if (other === undefined || other.from > to) {
        left.push({ from: start, to });
        break;
      }
      if (other.from > start) left.push({ from: start, to: other.from - 1 });
      start = other.to + 1;
      if (start <= to) at = next + 1;
    }
  }
  return left;
}

/** What of the ranges (ascending, merged) lies below `uid`. */
export function below(ranges: readonly UidRange[], uid: number): UidRange[] {
  return ranges.filter(({ from }) => from < uid).map(({ from, to }) => ({ from, to: Math.min(to, uid - 1) }));
}

function merge(ascending: readonly UidRange[]): UidRange[] {
  const merged: UidRange[] = [];
  for (const { from, to } of ascending) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last.to + 1)
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, to) };
    else merged.push({ from, to });
  }
  return merged;
}
