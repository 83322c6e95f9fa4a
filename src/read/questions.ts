// What readers ask of the index, by name: the functions that a reading thread answers with.
import type { Index } from '../index/database.ts';
import { countLate } from '../index/late-text.ts';
import { MailError } from '../model/error.ts';
import type { MessageId } from '../model/ids.ts';
import { conversation, type Conversation } from '../search/conversation.ts';
import { facets, type Facets } from '../search/facets.ts';
import type { Hit } from '../search/hit.ts';
import { months, type Month } from '../search/months.ts';
import type { Zone } from '../search/zone.ts';
import { resolveId, search, type Found, type SearchOptions } from '../search/search.ts';

/** When a question is asked, and whose days and months it means. */
export interface When {
  readonly now: number;
  readonly zone: Zone;
}

/** The questions: what each takes, and what it answers. Both travel between threads. */
export interface Questions {
  search(query: string, options: SearchOptions): Found;
  facets(query: string, when: When): Facets;
  months(when: When): readonly Month[];
  conversation(id: MessageId): Conversation;
  /** The message that an id, or the beginning of one, names; null where it is none, or names several. */
  message(prefix: string): Hit | null;
  /** How many messages wait for their text: words in them are not found yet. */
  unread(): number;
}

/** The answers from one index. */
export function answersFrom(db: Index): Questions {
  return {
    search: (query, options) => search(db, query, options),
    facets: (query, when) => facets(db, query, when),
    months: (when) => months(db, when),
    conversation: (id) => conversation(db, id),
    unread: () => countLate(db).unread,
    message: (prefix) => {
      const id = named(db, prefix);
      return id === null ? null : (search(db, `id:${id}`, { now: 0, limit: 1 }).hits[0] ?? null);
    },
  };
}

function named(db: Index, prefix: string): MessageId | null {
  try {
    return resolveId(db, prefix);
  } catch (thrown) {
    if (thrown instanceof MailError && thrown.kind === 'usage') return null;
    throw thrown;
  }
}
