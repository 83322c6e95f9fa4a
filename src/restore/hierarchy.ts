// PURE: names of folders as one server has them → their parts, which another server may join by another delimiter. What the
// first server's delimiter was, the journal tells; of mail from before it did, and of imported mail, the names alone.
import { isInbox } from '../model/mailbox.ts';

/** How the folders of one account are named. */
export interface Hierarchy {
  /** Null: there is none. Undefined: not known. */
  readonly delimiter: string | null | undefined;
  /** What stands before all names but INBOX (Courier: `INBOX.`); may be empty. */
  readonly prefix: string;
}

const DELIMITERS = ['/', '.', '\\'] as const;

/** The hierarchy of these names where their server told its delimiter. */
export function hierarchyTold(names: readonly string[], delimiter: string | null): Hierarchy {
  return { delimiter, prefix: delimiter === null ? '' : prefixOf(names, delimiter) };
}

/** The hierarchy that these names show: a delimiter is what stands between a folder's name and those of the folders in it. */
export function hierarchyOf(names: readonly string[]): Hierarchy {
  const all = new Set(names);
  const others = names.filter((name) => !isInbox(name));
  const proofs = DELIMITERS.map((delimiter) => ({
    delimiter,
    count: others.filter((name) => parents(name, delimiter).some((one) => all.has(one) || isInbox(one)))
      .length,
  }));
  const best = proofs.reduce((a, b) => (b.count > a.count ? b : a));
  // A slash seldom stands in a name that means no hierarchy; a dot does.
  if (best.count === 0)
    return { delimiter: others.some((name) => name.includes('/')) ? '/' : undefined, prefix: '' };
  return hierarchyTold(names, best.delimiter);
}

/** All but INBOX lie below it. */
function prefixOf(names: readonly string[], delimiter: string): string {
  const prefix = `INBOX${delimiter}`;
  const others = names.filter((name) => !isInbox(name));
  return others.length > 0 && others.every((name) => name.toUpperCase().startsWith(prefix)) ? prefix : '';
}

/**
 * The parts of a name; INBOX, in any case, is `INBOX`. Where no delimiter is known the name stays as it is, and the target
 * reads it by its own (`target`).
 */
export function partsOf(name: string, { delimiter, prefix }: Hierarchy, target: string | null): string[] {
  const between = delimiter === undefined ? target : delimiter;
  if (isInbox(name)) return ['INBOX'];
  const own = prefix !== '' && name.length > prefix.length ? name.slice(prefix.length) : name;
  return between === null ? [own] : own.split(between);
}

function parents(name: string, delimiter: string): string[] {
  const found: string[] = [];
  for (let at = name.lastIndexOf(delimiter); at > 0; at = name.lastIndexOf(delimiter, at - 1))
    found.push(name.slice(0, at));
  return found.slice(0, 20);
}
