// What a server holds: folders, and in them messages known by UID (IMAP) or UIDL (POP3).
import type { Uid, Uidl, WireName } from './ids.ts';

/** A folder at a server. POP3 has exactly one, `INBOX`. */
export interface Folder {
  /** The exact bytes to EXAMINE. */
  readonly wire: WireName;
  /** The readable name (modified UTF-7 decoded), with the server's own hierarchy delimiter. */
  readonly name: string;
  /** One character, or null where the server has no hierarchy. */
  readonly delimiter: string | null;
  /** Attributes as sent, e.g. `\HasNoChildren`, `\Junk` (RFC 9051 §7.3.1, RFC 6154 §2). */
  readonly attributes: readonly string[];
}

/** True where the folder bears the attribute, in any case. */
export function hasAttribute({ attributes }: Folder, attribute: string): boolean {
  return attributes.some((one) => one.toLowerCase() === attribute.toLowerCase());
}

/** False for what only holds other folders. RFC 9051 §7.3.1: it cannot be opened, or does not exist but has children. */
export function canBeOpened(folder: Folder): boolean {
  return !hasAttribute(folder, '\\Noselect') && !hasAttribute(folder, '\\NonExistent');
}

/** True for the name of the INBOX, which is written in upper or lower case as one likes (RFC 9051 §5.1). */
export function isInbox(name: string): boolean {
  return name.toUpperCase() === 'INBOX';
}

/** What a server with labels says of a message (Gmail). What is left out was not told. */
export interface Labelled {
  /** Readable, sorted; the server's own begin with a backslash: `\Inbox`, `\Starred`. */
  readonly labels?: readonly string[];
  /** The same for the same message in every folder of the account, and never another's: decimal digits. */
  readonly emailId?: string;
  /** That of its conversation. */
  readonly threadId?: string;
}

/** How a server names one message: IMAP by UID, POP3 by UIDL. */
export type RemoteKey = { readonly uid: Uid } | { readonly uidl: Uidl };

/** What `told` says of labels and ids, and of what it leaves out what was told `before`. */
export function labelled(told: Labelled, before: Labelled = {}): Labelled {
  const { labels = before.labels, emailId = before.emailId, threadId = before.threadId } = told;
  return {
    ...(labels === undefined ? {} : { labels }),
    ...(emailId === undefined ? {} : { emailId }),
    ...(threadId === undefined ? {} : { threadId }),
  };
}
