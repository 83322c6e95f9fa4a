// PURE: which folders of a server with labels (Gmail) are read. There each message lies in All Mail, in Spam or in the trash,
// and all other folders are labels on what lies in All Mail: they are not read again. Where that is not sure, they are.
import { hasAttribute, type Folder } from '../model/mailbox.ts';
import type { Surveyed } from '../protocol/imap/survey.ts';

/** What becomes of the folders that are kept. */
export interface Reading {
  readonly read: readonly Surveyed[];
  /** Labels: their messages are read from All Mail. */
  readonly within: readonly Surveyed[];
}

/** I-038: in Gmail's settings a folder can be limited to so many messages; the oldest are not shown then. */
const LIMITS: ReadonlySet<number> = new Set([1000, 2000, 5000, 10_000]);

/** RFC 6154 §2, RFC 8457 §2: what a label of the server's own is for. */
const LABELS: ReadonlySet<string> = new Set(['\\drafts', '\\flagged', '\\important', '\\sent', '\\archive']);

/**
 * `kept`: all folders that are kept by the account's rule. Without All Mail among them, and where it may be limited, all are
 * read: a message in several folders is fetched once all the same, by its id.
 */
export function besideAllMail(kept: readonly Surveyed[]): Reading {
  const all = kept.find(({ folder }) => hasAttribute(folder, '\\All'));
  const exists = all?.status?.exists ?? null;
  if (all === undefined || exists === null || mayBeLimited(exists)) return { read: kept, within: [] };
  const isRead = ({ folder }: Surveyed): boolean =>
    folder === all.folder ||
    hasAttribute(folder, '\\Junk') ||
    hasAttribute(folder, '\\Trash') ||
    isNoLabel(folder, all.folder);
  return { read: kept.filter(isRead), within: kept.filter((one) => !isRead(one)) };
}

/** True where a folder of so many messages may hold more, which are not shown. */
export function mayBeLimited(exists: number): boolean {
  return LIMITS.has(exists);
}

/** Beside All Mail lie the server's own folders; one without a use (Chats, I-037) holds what All Mail does not. */
function isNoLabel(folder: Folder, all: Folder): boolean {
  if (folder.attributes.some((attribute) => LABELS.has(attribute.toLowerCase()))) return false;
  const { delimiter } = all;
  if (delimiter === null || !all.wire.includes(delimiter)) return false;
  const above = all.wire.slice(0, all.wire.lastIndexOf(delimiter) + 1);
  return folder.wire.startsWith(above);
}
