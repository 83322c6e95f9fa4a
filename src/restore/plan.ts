// PURE: places of messages → what is to lie in which folder of the target: each message once in a folder, with the flags and
// the date of the place where it was seen last. A place that is gone at its server counts like any other: it is the point.
import type { MessageId } from '../model/ids.ts';
import { usualUse, type SpecialUse } from '../model/special-use.ts';
import type { FoundPlace } from '../search/places.ts';
import {
  destinationNamed,
  destinationOf,
  oneForEachUse,
  type Destination,
  type Shape,
} from './destination.ts';
import { hierarchyOf, hierarchyTold, partsOf, type Hierarchy } from './hierarchy.ts';

/** A message that is to lie in a folder. */
export interface Wanted {
  readonly id: MessageId;
  /** Below `<data>/mail`. */
  readonly path: string;
  /** Octets. */
  readonly size: number;
  /** Without brackets. */
  readonly msgid: string | null;
  /** Its INTERNALDATE: when it was received, else its own date; milliseconds since 1970. */
  readonly received: number | null;
  readonly flags: readonly string[];
}

/** What is to lie in one folder, from the oldest to the newest. */
export interface FolderPlan {
  readonly to: Destination;
  readonly wanted: readonly Wanted[];
}

/** Folders in the order of their names. `folder`: all goes there, instead of where it was. */
export function planOf(places: readonly FoundPlace[], shape: Shape, folder: string | null): FolderPlan[] {
  const plans = new Map<string, { to: Destination; all: Map<MessageId, Planned> }>();
  const named = folder === null ? undefined : destinationNamed(folder, shape);
  const where = new Route(places, shape);
  for (const place of places) {
    for (const to of named === undefined ? where.of(place) : [named]) {
      const plan = plans.get(to.wire) ?? { to, all: new Map<MessageId, Planned>() };
      plans.set(to.wire, plan);
      const before = plan.all.get(place.id);
      if (before === undefined || (before.own && !isOwn(place))) plan.all.set(place.id, planned(place));
    }
  }
  return [...plans.values()]
    .map(({ to, all }) => ({ to, wanted: withoutOwnCopies([...all.values()]) }))
    .toSorted((a, b) => (a.to.name < b.to.name ? -1 : 1));
}

interface Planned extends Wanted {
  /** What the outbox kept of a message that it sent. */
  readonly own: boolean;
}

function planned(place: FoundPlace): Planned {
  const { id, path, size, msgid, date, at } = place;
  const flags = (at?.flags ?? []).filter((flag) => !NEVER.test(flag));
  return { id, path, size, msgid, received: at?.received ?? date, flags, own: isOwn(place) };
}

/** \Recent is the server's (RFC 9051 §2.3.2), and \Deleted would have the next mail program take away what was just put back. */
const NEVER = /^\\(recent|deleted)$/i;

function isOwn({ at }: FoundPlace): boolean {
  return at !== null && !at.byUid && at.folder === 'Outbox';
}

/** What was sent lies in the Sent folder too, often with other octets: one of the two is enough. */
function withoutOwnCopies(all: readonly Planned[]): Wanted[] {
  const theirs = new Set(all.filter(({ own }) => !own).map(({ msgid }) => msgid));
  return all.filter(({ own, msgid }) => !own || msgid === null || !theirs.has(msgid));
}

/** Where places go. */
class Route {
  readonly #shape: Shape;
  /** By account. */
  readonly #names = new Map<string, string[]>();
  /** By account and delimiter: the namespaces of a server may differ. */
  readonly #hierarchies = new Map<string, Hierarchy>();
  readonly #known = new Map<string, Destination>();
  readonly #uses: ReadonlyMap<SpecialUse, Destination>;

  constructor(places: readonly FoundPlace[], shape: Shape) {
    this.#shape = shape;
    const names = new Map<string, Set<string>>();
    for (const { at } of places) {
      if (at === null) continue;
      names.set(at.account, (names.get(at.account) ?? new Set()).add(at.folder));
    }
    for (const [account, all] of names) this.#names.set(account, [...all]);
    for (const place of places) this.#each(place);
    this.#uses = oneForEachUse(this.#known.values(), shape);
  }

  of(place: FoundPlace): Destination[] {
    return this.#each(place).map((to) => (to.use === undefined ? to : (this.#uses.get(to.use) ?? to)));
  }

  #each(place: FoundPlace): Destination[] {
    const { at } = place;
    if (at === null) return [this.#to(['INBOX'])];
    if (isOwn(place)) return [this.#to(['Sent'])];
    const parts = partsOf(at.folder, this.#hierarchy(at), this.#shape.delimiter);
    const [first = '', ...rest] = parts;
    if (!/^\[(gmail|google mail)\]$/i.test(first) || rest.length === 0) return [this.#to(parts, at.uses)];
    // Gmail: what lies in All Mail lies in the folders of its labels.
    if (at.labels === null || usualUse(rest.join('/')) !== undefined) return [this.#to(rest)];
    const labels = at.labels.flatMap((label) => labelParts(label));
    return (labels.length === 0 ? [['Archive']] : labels).map((one) => this.#to(one));
  }

  #hierarchy({ account, delimiter: told, byUid }: NonNullable<FoundPlace['at']>): Hierarchy {
    // What was imported or sent lies in folders of our own naming.
    const delimiter = told === undefined && !byUid ? '/' : told;
    const key = `${account} ${delimiter === undefined ? 'guessed' : String(delimiter)}`;
    const names = this.#names.get(account) ?? [];
    const known =
      this.#hierarchies.get(key) ??
      (delimiter === undefined ? hierarchyOf(names) : hierarchyTold(names, delimiter));
    this.#hierarchies.set(key, known);
    return known;
  }

  #to(parts: readonly string[], uses: readonly string[] = []): Destination {
    const key = [...parts, '', ...uses].join('\0');
    const known = this.#known.get(key) ?? destinationOf(parts, this.#shape, uses);
    this.#known.set(key, known);
    return known;
  }
}

/** The folder of a label; none for one that is no folder. */
function labelParts(label: string): string[][] {
  if (!label.startsWith('\\')) return [label.split('/')];
  const use = /^\\(inbox|sent|drafts?|trash|junk|spam)$/i.exec(label)?.[1]?.toLowerCase();
  return use === undefined
    ? []
    : [[use === 'inbox' ? 'INBOX' : (use[0]?.toUpperCase() ?? '') + use.slice(1)]];
}
