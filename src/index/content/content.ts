// PURE: what a content is to the readers of this folder: octets with a name and a claim of what they are, and what was read
// from them. Whatever stops a reader is an `Unread`, whose reason a person sees.

/** Decoded octets, and what somebody claims of them. Both claims may be lies. */
export interface Content {
  /** As the sender wrote it; may be empty. */
  readonly name: string;
  /** `type/subtype` in lower case. */
  readonly type: string;
  readonly charset: string | null;
  readonly octets: Buffer;
}

/** What a person can read of a content. */
export interface Reading {
  readonly text: string;
  /** The names of what it holds and a person would call attachments too. */
  readonly names: readonly string[];
  /** Why not all of its text is here; null where all is. */
  readonly unread: string | null;
}

/** UTF-16 units of text that are read of one content. */
export const LONGEST_TEXT = 1_048_576;

/** Nothing to read, and nothing amiss. */
export const NOTHING: Reading = { text: '', names: [], unread: null };

/** The reasons why a content is not read, or not to its end. */
export const UNREAD = {
  encrypted: 'it is encrypted',
  damaged: 'it is damaged, or not what it claims to be',
  large: 'it is too large',
  long: 'it holds more text than is indexed',
  memory: 'reading it took too much memory',
  deep: 'it is nested too deep',
  many: 'the message has too many',
  behind: 'it comes behind one that could not be read',
} as const;

/** A text cut to the limit, and said to be. */
export function reading(text: string, limit: number, names: readonly string[] = []): Reading {
  if (text.length <= limit) return { text, names, unread: null };
  return { text: text.slice(0, limit), names, unread: UNREAD.long };
}
