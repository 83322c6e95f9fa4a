// What the page knows and what it can do: functions that its builder hands in. The page holds no state of its own beyond who
// is signed in.
import type { Readable } from 'node:stream';
import type { MessageId } from '../model/ids.ts';
import type { Action } from '../outbox/actions.ts';
import type { ListedLetter } from '../outbox/list.ts';
import type { ShownLetter } from '../outbox/show.ts';
import type { MailParts, OpenMessage } from '../read/open-message.ts';
import type { Conversation } from '../search/conversation.ts';
import type { Facets } from '../search/facets.ts';
import type { Month } from '../search/months.ts';
import type { Found } from '../search/search.ts';
import type { Status } from '../service/facts.ts';
import type { SafeHtml } from './safe-html.ts';

/** A search as the index is asked. */
export interface Ask {
  readonly query: string;
  readonly sort: 'date' | 'relevance';
  readonly offset: number;
  readonly limit: number;
}

/** A letter of the outbox, and what a person can do about it now. */
export interface Waiting<Letter extends ListedLetter = ListedLetter> {
  readonly letter: Letter;
  readonly actions: readonly Action[];
}

/** The queue, oldest first, and the folder into which letters are put. */
export interface Letters {
  readonly folder: string;
  readonly all: readonly Waiting[];
}

/** How far a poll is. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly folder: string;
}

/** Everything that the page shows. Each may throw a MailError, whose message and hint the page shows. */
export interface Facts {
  /** Throws QueryError for a mistake in the query. */
  find(ask: Ask): Promise<Found>;
  /** How many messages wait for their text, which no search finds until then. */
  unread(): Promise<number>;
  /** The same query in counts. */
  facets(query: string): Promise<Facets>;
  /** The message that an id, or the beginning of one, names; null where there is none. */
  message(prefix: string): Promise<OpenMessage | null>;
  conversation(id: MessageId): Promise<Conversation>;
  /** Throws MailError `message` for what is too large or cannot be taken apart. */
  parts(id: MessageId): Promise<MailParts>;
  /** The HTML, made safe; with `remote`, images from elsewhere stay. Null where there is none. Throws as `parts` does. */
  body(id: MessageId, remote: boolean): Promise<SafeHtml | null>;
  /** The exact bytes. */
  source(id: MessageId): Promise<{ readonly bytes: Readable; readonly size: number }>;
  status(): Promise<Status>;
  /** How many polls have ended, and those that run now, by account. */
  polls(): Promise<{ readonly ended: number; readonly running: Readonly<Record<string, Progress>> }>;
  months(): Promise<readonly Month[]>;
  /** Begins a poll of an account, or of all (null), and does not wait for its end. */
  sync(account: string | null): Promise<void>;
  letters(): Promise<Letters>;
  /** One letter with its history. Throws MailError `usage` with code `unknown`. */
  letter(id: string): Promise<Waiting<ShownLetter>>;
  /** Does something about a letter, and tells its id. Throws MailError where that cannot be. */
  act(action: Action, id: string): Promise<string>;
}
