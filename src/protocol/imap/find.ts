// Is a message there? A search is only a hint (I-009, I-127), so the Message-IDs of what it names, and of the newest in the
// folder, are read and compared.
import type { Dialogue } from '../dialogue.ts';
import type { Examined } from './examine.ts';
import { uidFetchList } from './fetch-list.ts';
import type { Row } from './fetch-list.ts';
import { noop } from './noop.ts';
import { uidSearchMessageId } from './search.ts';
import { formatSet } from './sequence-set.ts';
import type { Tags } from './tags.ts';

/** Of what a search named, so many of the newest are looked at: some name all that there is. */
const NAMED = 50;
/** UIDs below UIDNEXT that are looked at in any case. */
const NEWEST = 30;

/**
 * The messages with this Message-ID (latin1, with its angle brackets) in the folder that `examine` or `select` has opened.
 * Throws MailError where the server does not let them be looked at: then it is not known.
 */
export function* findMessage(host: string, tags: Tags, opened: Examined, messageId: string): Dialogue<Row[]> {
  // I-131: some see what was just filed only after they were asked something
  yield* noop(host, tags);
  if (opened.exists === 0) return [];
  const named = (yield* uidSearchMessageId(host, tags, messageId)).slice(-NAMED);
  const next = opened.uidNext ?? 1;
  const newest = Array.from({ length: Math.min(NEWEST, next - 1) }, (_, at) => next - 1 - at);
  const { validity } = opened;
  const same: number[] = [];
  for (const set of formatSet([...new Set([...named, ...newest])])) {
    for (const { uid, header } of yield* uidFetchList(host, tags, set, validity, { ids: true }))
      if (idIn(header) === messageId) same.push(uid);
  }
  const found: Row[] = [];
  for (const set of formatSet(same)) found.push(...(yield* uidFetchList(host, tags, set, validity)));
  return found;
}

/** The Message-ID of a header field, unfolded (RFC 5322 §2.2.3). */
function idIn(header: string | undefined): string | undefined {
  const [, id] = /^message-id[ \t]*:((?:[^\r\n]|\r?\n[ \t])*)/im.exec(header ?? '') ?? [];
  return id?.replace(/\r?\n(?=[ \t])/g, '').trim();
}
