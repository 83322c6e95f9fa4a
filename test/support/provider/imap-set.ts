// Sequence sets (RFC 9051 §9, sequence-set) against a folder as a client sees it.
import type { StoredMessage } from './mailbox.ts';

/** The messages of `view` that `set` names, by UID or by number, ascending, with their indices; null for a malformed set. */
export function chosen(
  view: readonly StoredMessage[],
  set: string,
  byUid: boolean,
): [number, StoredMessage][] | null {
  const last = byUid ? (view.at(-1)?.uid ?? 0) : view.length;
  const picked = new Set<number>();
  for (const part of set.split(',')) {
    const [, from, to = from] = /^(\d+|\*)(?::(\d+|\*))?$/.exec(part) ?? [];
    if (from === undefined || to === undefined) return null;
    const ends = [from, to].map((end) => (end === '*' ? last : Number(end)));
    const low = Math.min(...ends);
    const high = Math.max(...ends);
    for (let at = byUid ? firstFrom(view, low) : low - 1; at < view.length; at++) {
      const value = byUid ? view[at]?.uid : at + 1;
      if (value === undefined || value > high) break;
      picked.add(at);
    }
  }
  return [...picked]
    .sort((a, b) => a - b)
    .flatMap((at): [number, StoredMessage][] => {
      const message = view[at];
      return message === undefined ? [] : [[at, message]];
    });
}

/** Index of the first message whose UID is at least `uid`. */
function firstFrom(view: readonly StoredMessage[], uid: number): number {
  let low = 0;
  let high = view.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((view[middle]?.uid ?? Infinity) < uid) low = middle + 1;
    else high = middle;
  }
  return low;
}
