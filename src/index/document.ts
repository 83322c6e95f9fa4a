// What a message is to the index: readable header fields, attachment names, and its text, ready to be bound to rows.
// Workers make it from the bytes; the main thread only writes it down.
import type { MessageId } from '../model/ids.ts';
import type { HeaderFacts } from './headers.ts';

/** A message to be read: where its bytes lie, and what is already known of it. */
export interface ExtractJob {
  readonly id: MessageId;
  /** Below `<data>/mail`. */
  readonly path: string;
  /** Octets. */
  readonly size: number;
  /** Milliseconds since 1970: the message's own Date; where it has none, the server's; null without either. */
  readonly date: number | null;
}

/** An attachment as its headers describe it. */
export interface AttachmentFacts {
  /** As the sender wrote it, decoded; never a path to write to. Empty where it has none. */
  readonly name: string;
  /** Lower case, `application/pdf`. */
  readonly type: string;
  /** Octets after transfer decoding, as far as that can be told without decoding. */
  readonly size: number;
  /** Why its text is not in the index, or not all of it; absent where it is, and where it holds none. */
  readonly unread?: string;
}

/** The text of each FTS column, already through tokens(). */
export interface FtsColumns {
  readonly subject: string;
  readonly sender: string;
  readonly recipients: string;
  readonly cc: string;
  readonly bcc: string;
  /** The names of attachments, and of what lies in them. */
  readonly files: string;
  /** Null for a long text: whoever writes it down makes it from the document's `body`, one at a time. */
  readonly body: string | null;
}

/** What the index keeps of one message. */
export interface Document extends ExtractJob, HeaderFacts {
  readonly attachments: readonly AttachmentFacts[];
  /**
   * The readable text, UTF-8, through deflateRaw: the message's own, and for each attachment that holds some a form feed, its
   * name, a line feed and its text. There is no other form feed in it.
   */
  readonly body: Uint8Array;
  readonly fts: FtsColumns;
  /** `partly`: not all of its text could be read; `reason` says why. */
  readonly state: 'full' | 'partly';
  readonly reason: string | null;
  /** True where its text is to be read later. */
  readonly isLate?: boolean;
}

/** A document that has nothing but what is known without its file. */
export function unreadDocument(job: ExtractJob, reason: string): Document {
  const nothing = { subject: '', sender: '', recipients: '', cc: '', bcc: '' };
  return {
    ...job,
    ...nothing,
    msgid: null,
    parent: null,
    refs: null,
    list: null,
    attachments: [],
    body: Uint8Array.of(3, 0), // deflateRaw of nothing
    fts: { ...nothing, files: '', body: '' },
    state: 'partly',
    reason,
  };
}
