// PURE: the parts of a folder's name → the folder of the target that means the same: INBOX is INBOX, what was sent goes where
// that server keeps what was sent (RFC 6154), and what is not there is to be made under a name that the server can have.
import type { WireName } from '../model/ids.ts';
import { canBeOpened, hasAttribute, isInbox, type Folder } from '../model/mailbox.ts';
import { toldUse, usualUse, type SpecialUse } from '../model/special-use.ts';
import { readableName } from '../protocol/imap/folder-name.ts';
import { encodeModifiedUtf7 } from '../protocol/imap/modified-utf7.ts';

/** How the target names its folders. */
export interface Shape {
  readonly folders: readonly Folder[];
  readonly delimiter: string | null;
  /** Octets as latin1 that stand before the name of a new folder. */
  readonly prefix: string;
  /** Names are UTF-8, not modified UTF-7. */
  readonly utf8: boolean;
}

/** A folder of the target. */
export interface Destination {
  readonly wire: WireName;
  /** Readable. */
  readonly name: string;
  readonly exists: boolean;
  /** What it is for, where nothing at the target says so yet: it is marked as that when it is made. */
  readonly use?: SpecialUse;
}

/** Where a folder of these parts goes; `uses`: what its own server said that it is for. */
export function destinationOf(
  parts: readonly string[],
  shape: Shape,
  uses: readonly string[] = [],
): Destination {
  const [first = 'INBOX', ...rest] = parts;
  const open = shape.folders.filter(canBeOpened);
  if (rest.length === 0 && isInbox(first)) return there(open.find(({ name }) => isInbox(name))) ?? INBOX;
  const use = toldUse(uses) ?? (rest.length === 0 ? usualUse(first) : undefined);
  const own = use === undefined ? undefined : (markedAs(open, use) ?? namedFor(open, use, shape));
  const wire = newName(parts, shape);
  const name = readableName(wire, shape.utf8);
  const same = open.find((one) => one.wire === wire || one.name.normalize('NFC') === name.normalize('NFC'));
  const found = there(own) ?? there(same) ?? { wire, name, exists: false };
  return own !== undefined || use === undefined ? found : { ...found, use };
}

/**
 * For each use one folder, where several of `all` are for it and the target has none yet: once that one is made it is the
 * target's own, and whoever comes again must not find the rest of them missing there.
 */
export function oneForEachUse(all: Iterable<Destination>, shape: Shape): Map<SpecialUse, Destination> {
  const found = new Map<SpecialUse, Destination>();
  for (const one of all) {
    if (one.use === undefined) continue;
    const other = found.get(one.use);
    if (other === undefined || isRather(one, other, shape)) found.set(one.use, one);
  }
  return found;
}

/** One that is there, else one whose name says what it is for, else the first by its name. */
function isRather(one: Destination, other: Destination, shape: Shape): boolean {
  const tells = ({ name, use }: Destination): boolean => use !== undefined && saidUse(name, shape) === use;
  if (one.exists !== other.exists) return one.exists;
  return tells(one) === tells(other) ? one.name < other.name : tells(one);
}

/** The folder that a person named: as the server lists it, by its use (`\Sent`), or as parts with slashes between them. */
export function destinationNamed(text: string, shape: Shape): Destination {
  const open = shape.folders.filter(canBeOpened);
  const named =
    open.find(({ name }) => name === text) ?? (text.startsWith('\\') ? markedAs(open, text) : undefined);
  return (
    there(named) ??
    destinationOf(text.split('/'), { ...shape, folders: open.filter(({ name }) => isInbox(name)) })
  );
}

const INBOX: Destination = { wire: 'INBOX' as WireName, name: 'INBOX', exists: true };

function there(folder: Folder | undefined): Destination | undefined {
  return folder && { wire: folder.wire, name: folder.name, exists: true };
}

function markedAs(folders: readonly Folder[], use: string): Folder | undefined {
  return folders.find((folder) => hasAttribute(folder, use));
}

/** The one at the top whose name says so. */
function namedFor(folders: readonly Folder[], use: SpecialUse, shape: Shape): Folder | undefined {
  return folders.find(({ name }) => saidUse(name, shape) === use);
}

function saidUse(name: string, shape: Shape): SpecialUse | undefined {
  const prefix = readableName(shape.prefix, shape.utf8);
  return usualUse(name.startsWith(prefix) ? name.slice(prefix.length) : name);
}

function newName(parts: readonly string[], { delimiter, prefix, utf8 }: Shape): WireName {
  // Nothing in a part may look like a step down; a server without hierarchy has them side by side. Control characters are
  // in no name (RFC 9051 §5.1, Net-Unicode).
  const clean = parts.map(
    (part) => (delimiter === null ? part : part.replaceAll(delimiter, '_')).replace(/\p{Cc}/gu, '_') || '_',
  );
  if (clean.length > 1 && isInbox(clean[0] ?? '')) clean[0] = 'INBOX'; // in any case, and listed in this one
  const name = clean.join(delimiter ?? '-').normalize('NFC');
  const octets = utf8 ? Buffer.from(name, 'utf8').toString('latin1') : encodeModifiedUtf7(name);
  return `${prefix}${octets}` as WireName;
}
