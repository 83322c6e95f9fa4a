// PURE: conditions that are not about words → SQL over `message m` and `location l`. Each is 0 or 1 and never NULL,
// so that a message without a date is neither before nor after anything, and `-before:2024` finds it.
import { LABEL_MARK } from '../index/labels.ts';
import { fold } from '../index/text.ts';
import { boundsOf } from './amounts.ts';
import type { Sql } from './to-sql.ts';
import type { Leaf, Query } from './tree.ts';

/** What a compiled query depends on beside its tree. */
export interface Context {
  /** Milliseconds since 1970; `7d` counts back from it. */
  readonly now: number;
  /** Minutes that local time is ahead of UTC: the days of `on:` are counted in it. Messages are shown in it too. */
  readonly offset: number;
  /** Every readable folder name in the index, for `in:` and `label:`. */
  readonly folders: readonly string[];
  /** Every label in the index, the server's own with a backslash; `in:` and `label:` look for them too. */
  readonly labels: readonly string[];
}

type Column = Exclude<Leaf, { kind: 'text' | 'folder' | 'account' | 'label' | 'is' }>;

/** The condition of a leaf that looks at the columns of `message m` alone. */
export function columnCondition(leaf: Column, context: Context): Sql {
  switch (leaf.kind) {
    case 'attachment':
      return { sql: `ifnull(m.attachments, '[]') NOT IN ('', '[]')`, params: [] };
    case 'type':
      return typeCondition(leaf.type);
    case 'date':
      return dateCondition(leaf, context);
    case 'size':
      return { sql: `m.size ${leaf.than === 'larger' ? '>' : '<'} ?`, params: [leaf.bytes] };
    case 'list':
      return { sql: `instr(lower(ifnull(m.list, '')), ?) > 0`, params: [leaf.text.toLowerCase()] };
    case 'msgid':
      return { sql: `ifnull(m.msgid, '') IN (?, ?)`, params: [leaf.msgid, `<${leaf.msgid}>`] };
    case 'id':
      return idCondition(leaf.prefix);
  }
}

function typeCondition(type: string): Sql {
  const sql = `EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid(m.attachments) THEN m.attachments ELSE '[]' END) a
    WHERE lower(ifnull(a.value ->> 'name', '')) LIKE ? ESCAPE '\\'
      OR lower(ifnull(a.value ->> 'type', '')) IN (?)
      OR lower(ifnull(a.value ->> 'type', '')) LIKE ? ESCAPE '\\'
      OR lower(ifnull(a.value ->> 'type', '')) LIKE ? ESCAPE '\\')`;
  const plain = like(type);
  return { sql, params: [`%.${plain}`, type, `%/${plain}`, `${plain}/%`] };
}

function like(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

function dateCondition(leaf: Leaf & { kind: 'date' }, { now, offset }: Context): Sql {
  const { from, dayFrom, to } = boundsOf(leaf.period, now, offset);
  if (leaf.when === 'before') return { sql: '(m.date IS NOT NULL AND m.date < ?)', params: [from] };
  if (leaf.when === 'after') return { sql: '(m.date IS NOT NULL AND m.date >= ?)', params: [from] };
  return { sql: '(m.date IS NOT NULL AND m.date >= ? AND m.date < ?)', params: [dayFrom, to] };
}

function idCondition(prefix: string): Sql {
  const { first, last } = idRange(prefix);
  return { sql: 'm.id BETWEEN ? AND ?', params: [first, last] };
}

/** The lowest and the highest id, 32 octets each, that begin with these hexadecimal digits. */
export function idRange(prefix: string): { first: Buffer; last: Buffer } {
  return {
    first: Buffer.from(prefix.padEnd(64, '0'), 'hex'),
    last: Buffer.from(prefix.padEnd(64, 'f'), 'hex'),
  };
}

/** A leaf that speaks of where a message lies. */
export type Place = Extract<Leaf, { kind: 'folder' | 'account' | 'label' | 'is' }>;

/** One place must fulfil all of `places`; with `is:gone` there must be such places, and the server holds none of them. */
export function locationCondition(places: readonly Place[], context: Context): Sql {
  const gone = places.some((place) => place.kind === 'is' && place.what === 'gone');
  const all = places
    .filter((place) => !(place.kind === 'is' && place.what === 'gone'))
    .map((place) => placeCondition(place, context));
  const params = all.flatMap((part) => part.params);
  const where = all.map((part) => part.sql).join(' AND ') || '1';
  // A folder is a small set, and one pass over the places finds it; the other conditions hold for many messages, and are
  // looked up for each that is asked about.
  const isSet = places.some((place) => place.kind === 'folder');
  const some = (more: string): string =>
    isSet
      ? `m.row IN (SELECT l.row FROM location l WHERE ${where}${more})`
      : `EXISTS (SELECT 1 FROM location l WHERE l.row = m.row AND ${where}${more})`;
  if (!gone) return { sql: some(''), params };
  return { sql: `(${some('')} AND NOT ${some(' AND l.gone IS NULL')})`, params: [...params, ...params] };
}

/**
 * The condition over `location l` that a query sets for the places of the messages that it finds; null where it sets none
 * that can be told: `in:INBOX account:qq` means one folder, and not where else its messages lie.
 */
export function placesWhere(query: Query, context: Context): Sql | null {
  if (query.kind === 'and') return allowed(query.of, context);
  if (query.kind === 'or') {
    const parts = query.of.map((part) => placesWhere(part, context));
    return parts.includes(null) ? null : any(parts.filter((part) => part !== null));
  }
  if (query.kind === 'is' && query.what === 'gone') return null;
  return isPlace(query) ? placeCondition(query, context) : null;
}

/** Several folders are several places. */
function allowed(parts: readonly Query[], context: Context): Sql | null {
  const folders = parts.filter((part) => part.kind === 'folder');
  const all = [
    ...(folders.length === 0 ? [] : [any(folders.map((one) => placeCondition(one, context)))]),
    ...parts.filter(({ kind }) => kind !== 'folder').map((part) => placesWhere(part, context)),
  ].filter((part) => part !== null);
  if (all.length === 0) return null;
  return {
    sql: `(${all.map(({ sql }) => sql).join(' AND ')})`,
    params: all.flatMap(({ params }) => params),
  };
}

/** True for a leaf that speaks of where a message lies. */
export function isPlace(query: Query): query is Place {
  return query.kind === 'folder' || query.kind === 'account' || query.kind === 'label' || query.kind === 'is';
}

function placeCondition(place: Place, context: Context): Sql {
  switch (place.kind) {
    case 'account':
      return { sql: 'l.account = ?', params: [place.name.toLowerCase()] };
    case 'folder':
      return any([oneOf(matching(place.name, context.folders)), ...labelled(place.name, context.labels)]);
    case 'label':
      return any([
        { sql: flag(), params: [` ${place.name.toLowerCase()} `] },
        oneOf(matching(place.name, context.folders)),
        ...labelled(place.name, context.labels),
      ]);
    case 'is':
      return stateCondition(place.what);
  }
}

function any(parts: readonly Sql[]): Sql {
  return {
    sql: `(${parts.map(({ sql }) => sql).join(' OR ')})`,
    params: parts.flatMap(({ params }) => params),
  };
}

/** One for each label that a name means: `inbox` is `\Inbox`. */
function labelled(name: string, labels: readonly string[]): Sql[] {
  return matching(name, labels, (label) => label.replace(/^\\/, '')).map((label) => ({
    sql: `instr(ifnull(l.labels, ''), ?) > 0`,
    params: [`${LABEL_MARK}${label}${LABEL_MARK}`],
  }));
}

function oneOf(folders: readonly string[]): Sql {
  return { sql: `l.folder IN (${folders.map(() => '?').join(', ')})`, params: folders };
}

/** Those of `names` that a name means, as people write them: in any case and width, `*` standing for any text. */
function matching(
  name: string,
  names: readonly string[],
  written: (name: string) => string = (one) => one,
): string[] {
  const source = fold(name)
    .replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
    .replaceAll('\\*', '.*');
  const pattern = new RegExp(`^${source}$`, 'us');
  return names.filter((one) => pattern.test(fold(written(one))));
}

function flag(): string {
  return `instr(' ' || lower(ifnull(l.flags, '')) || ' ', ?) > 0`;
}

/** POP3 knows no flags, so that none of its messages is read or unread. */
function stateCondition(what: string): Sql {
  if (what === 'unread') return { sql: `(l.uid IS NOT NULL AND NOT ${flag()})`, params: [' \\seen '] };
  const name = what === 'read' ? 'seen' : what;
  return { sql: flag(), params: [` \\${name} `] };
}
