// PURE: which of an account's folders holds what was sent: the one that says so (RFC 6154), else one of the names that
// mail programs and providers give it.
import type { WireName } from '../model/ids.ts';
import { canBeOpened, hasAttribute, isInbox, type Folder } from '../model/mailbox.ts';
import { USUAL_NAMES } from '../model/special-use.ts';

const NAMES = USUAL_NAMES['\\Sent'];

/** The folder, or null where there is none. */
export function sentFolder(folders: readonly Folder[]): Folder | null {
  const open = folders.filter(canBeOpened);
  const marked = open.find((folder) => hasAttribute(folder, '\\Sent'));
  if (marked !== undefined) return marked;
  const named = open
    .map((folder) => ({ folder, rank: NAMES.indexOf(lastName(folder)), depth: depthOf(folder) }))
    .filter(({ rank }) => rank >= 0)
    .toSorted((a, b) => a.depth - b.depth || a.rank - b.rank);
  return named[0]?.folder ?? null;
}

/** The name for one that is made: below INBOX where all the others are. */
export function newSentFolder(folders: readonly Folder[]): WireName {
  const others = folders.filter(({ name }) => !isInbox(name));
  const [first] = others;
  const below = first !== undefined && others.every(({ wire }) => /^INBOX[^A-Za-z0-9]/i.test(wire));
  return (below ? `${first.wire.slice(0, 6)}Sent` : 'Sent') as WireName;
}

function lastName({ name, delimiter }: Folder): string {
  const last = delimiter === null ? name : (name.split(delimiter).at(-1) ?? '');
  return last.trim().normalize('NFC').toLowerCase();
}

/** `INBOX.Sent` lies as high as `Sent`; a `Work/Sent` does not. */
function depthOf({ name, delimiter }: Folder): number {
  if (delimiter === null) return 0;
  const parts = name.split(delimiter);
  return parts.length - (isInbox(parts[0] ?? '') ? 1 : 0) - 1;
}
