// What the page knows and what it can do: functions that its builder hands in. The page holds no state of its own beyond who
// is signed in.
import type { Readable } from 'node:stream';
import type { MessageId } from '../model/ids.ts';
import type { MailParts, OpenMessage } from '../read/open-message.ts';
import type { Found } from '../search/search.ts';

/** A search as the URL tells it. */
export interface Ask {
  readonly query: string;
  readonly sort: 'date' | 'relevance';
  readonly offset: number;
  readonly limit: number;
}

/** Everything that the page shows. Each may throw a MailError, whose message and hint the page shows. */
export interface Facts {
  /** Throws QueryError for a mistake in the query. */
  find(ask: Ask): Promise<Found>;
  /** The message that an id, or the beginning of one, names; null where there is none. */
  message(prefix: string): Promise<OpenMessage | null>;
  /** Throws MailError `message` for what is too large or cannot be taken apart. */
  parts(id: MessageId): Promise<MailParts>;
  /** The exact bytes. */
  source(id: MessageId): Promise<{ readonly bytes: Readable; readonly size: number }>;
}
