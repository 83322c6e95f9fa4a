// The UIDs of all that an open folder holds, as ranges (RFC 4731 §3.1): a hundred octets where a listing has a hundred a
// message. A search is no filter to be trusted (I-009, I-086): the caller holds the count against the folder's.
import type { UidValidity } from '../../model/ids.ts';
import type { Dialogue } from '../dialogue.ts';
import { exchange } from './exchange.ts';
import { inOrder, MOST_RANGES, parseSet, toRanges } from './sequence-set.ts';
import type { UidRange } from './sequence-set.ts';
import type { Tags } from './tags.ts';
import { watchValidity } from './validity.ts';

/** All UIDs of the open folder, ascending and merged; null where the server refuses, or tells none that can be read. */
export function* allUids(host: string, tags: Tags, validity?: UidValidity): Dialogue<UidRange[] | null> {
  let found: UidRange[] | undefined;
  let readable = true;
  const answer = yield* exchange(
    host,
    tags,
    { name: 'UID SEARCH', pieces: ['UID SEARCH RETURN (ALL) ALL'], phase: 'search' },
    {
      status: watchValidity(host, validity),
      data: ({ text }) => {
        const told = rangesIn(text);
        if (told === undefined) return;
        found ??= [];
        for (const range of told ?? []) found.push(range); // I-120: in several lines
        if (told === null || found.length > MOST_RANGES) [readable, found] = [false, []];
      },
    },
  );
  // RFC 9738 §3.1: the rest was not searched
  if (!readable || found === undefined || answer.word !== 'OK' || answer.code?.name === 'MESSAGELIMIT')
    return null;
  return inOrder(found);
}

/** The UIDs in one response: undefined for another response, null where it cannot be read. */
function rangesIn(text: string): UidRange[] | null | undefined {
  const [, extended, plain] = /^\*[ \t]+(?:ESEARCH\b(.*)|SEARCH\b(.*))$/i.exec(text) ?? [];
  try {
    if (extended !== undefined) {
      if (!/(?:^|[ )])UID\b/i.test(extended)) return null;
      const [, all] = /[ ]ALL[ ]+([\d:,]+)/i.exec(extended) ?? [];
      return all === undefined ? [] : parseSet(all); // RFC 4731 §3.1: no ALL where nothing matches
    }
    if (plain === undefined) return undefined;
    const uids = plain.split(/[ \t]+/).filter((word) => /^\d{1,10}$/.test(word)); // I-081, I-109
    return toRanges(uids.map(Number).filter((uid) => uid > 0)); // I-175
  } catch {
    return null;
  }
}
