// Which messages of the open folder may have a Message-ID (RFC 9051 §6.4.4). It is a hint and no more: some servers answer
// with everything, or with nothing (I-009, I-127), so that whoever must know looks at the messages themselves.
import type { Uid } from '../../model/ids.ts';
import type { Dialogue } from '../dialogue.ts';
import { commandOf } from './astring.ts';
import { exchange } from './exchange.ts';
import { MAX_UID } from './sequence-set.ts';
import type { Tags } from './tags.ts';

/**
 * UIDs, ascending, each once, of messages that the server takes for those with this Message-ID (latin1, with its angle
 * brackets); none where it refuses to search. Throws as `exchange` does.
 */
export function* uidSearchMessageId(host: string, tags: Tags, messageId: string): Dialogue<Uid[]> {
  const found = new Set<number>();
  // I-009, I-019: no CHARSET, and no parentheses
  const pieces = commandOf('UID SEARCH HEADER Message-ID', [messageId]);
  const answer = yield* exchange(
    host,
    tags,
    { name: 'UID SEARCH', pieces, phase: 'search' },
    {
      data: ({ text }) => {
        // I-120: in several responses; I-081: with a space at the end
        const [, list = ''] = /^\*[ \t]+SEARCH\b([\d \t]*)/i.exec(text) ?? [];
        for (const word of list.split(/[ \t]+/)) {
          const uid = Number(word);
          if (uid >= 1 && uid <= MAX_UID) found.add(uid); // I-175: 0 is none
        }
      },
    },
  );
  if (answer.word !== 'OK') return [];
  return [...found].sort((a, b) => a - b).map((uid) => uid as Uid);
}
