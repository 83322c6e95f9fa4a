// PURE: conditions that are not about words → SQL over `brief m` and `location l`. Each is 0 or 1 and never NULL,
// so that a message without a date is neither before nor after anything, and `-before:2024` finds it.
import { LABEL_MARK } from '../index/labels.ts';
import { fold } from '../index/text.ts';
import { boundsOf } from './amounts.ts';
import { matching } from './glob.ts';
import type { Sql } from './to-sql.ts';
import type { Leaf, Query } from './tree.ts';
import type { Zone } from './zone.ts';

/** What a compiled query depends on beside its tree. */
export interface Context {
  /** Milliseconds since 1970; `7d` counts back from it. */
  readonly now: number;
  /** The days of `on:` are counted in it. Messages are shown in it too. */
  readonly zone: Zone;
  /** Every folder of every account in the index; readable names. */
  readonly places: readonly { readonly id: number; readonly account: string; readonly folder: string }[];
  /** True where few messages lie in these places: then they are read, and otherwise looked up. */
  readonly few: (ids: readonly number[]) => boolean;
  /** Every label in the index, the server's own with a backslash; `in:` and `label:` look for them too. */
  readonly labels: readonly string[];
  /** Every mailing list in the index, as its messages write it. */
  readonly lists: readonly string[];
}

/** The values of a parameter that is a JSON list: any number of them is one parameter. */
const LISTED = '(SELECT value FROM json_each(?))';

type Column = Exclude<Leaf, { kind: 'text' | 'folder' | 'account' | 'label' | 'is' }>;

/** The condition of a leaf that looks at the message itself. */
export function columnCondition(leaf: Column, context: Context): Sql {
  switch (leaf.kind) {
    case 'attachment':
      return { sql: 'm.attached > 0', params: [] };
    case 'type':
      return typeCondition(leaf.type);
    case 'date':
      return dateCondition(leaf, context);
    case 'size':
      return { sql: `m.size ${leaf.than === 'larger' ? '>' : '<'} ?`, params: [leaf.bytes] };
    case 'list':
      return listCondition(leaf.text, context.lists);
    case 'msgid':
      return { sql: 'm.row IN (SELECT row FROM message WHERE msgid = ?)', params: [leaf.msgid] };
    case 'id':
      return idCondition(leaf.prefix);
  }
}

function typeCondition(type: string): Sql {
  const sql = `(m.attached > 0 AND EXISTS (SELECT 1 FROM message t, json_each(t.attachments) a WHERE t.row = m.row AND (
    a.value ->> 'name' LIKE ? ESCAPE '\\' OR lower(a.value ->> 'type') = ?
    OR a.value ->> 'type' LIKE ? ESCAPE '\\' OR a.value ->> 'type' LIKE ? ESCAPE '\\')))`;
  const plain = like(type);
  return { sql, params: [`%.${plain}`, type, `%/${plain}`, `${plain}/%`] };
}

function like(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

/** A folder, a label or a list is found by its folded name; a list by any part of it. */
function listCondition(text: string, lists: readonly string[]): Sql {
  const wanted = fold(text);
  const found = lists.filter((list) => fold(list).includes(wanted));
  const sql = `m.row IN (SELECT row FROM message WHERE list IN ${LISTED})`;
  return { sql, params: [JSON.stringify(found)] };
}

function dateCondition(leaf: Leaf & { kind: 'date' }, { now, zone }: Context): Sql {
  const { from, dayFrom, to } = boundsOf(leaf.period, now, zone);
  // Rows begin at the second of the date, so that what comes after a moment is a range of rows; the + keeps them in the lead.
  const since = (ms: number): Sql => ({
    sql: '(m.row >= ? AND m.date IS NOT NULL AND +m.date >= ?)',
    params: [Math.floor(ms / 1000), ms],
  });
  if (leaf.when === 'after') return since(from);
  if (leaf.when === 'before') return { sql: '(m.date IS NOT NULL AND +m.date < ?)', params: [from] };
  const { sql, params } = since(dayFrom);
  return { sql: `(${sql} AND +m.date < ?)`, params: [...params, to] };
}

function idCondition(prefix: string): Sql {
  const { first, last } = idRange(prefix);
  return { sql: 'm.row IN (SELECT row FROM message WHERE id BETWEEN ? AND ?)', params: [first, last] };
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
  // A small folder is read, and what else lies under a label is found by one pass over the places; whatever holds for many
  // messages is looked up for each that is asked about.
  const isSet = places.some((place) => isSmall(place, context));
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
      return oneOf(accountIds(place.name, context));
    case 'folder':
      return any([oneOf(folderIds(place.name, context)), ...labelled(place.name, context.labels)]);
    case 'label':
      return any([
        { sql: flag(), params: [` ${fold(place.name)} `] },
        oneOf(folderIds(place.name, context)),
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

/** Under a label that a name means: `inbox` is `\Inbox`. */
function labelled(name: string, labels: readonly string[]): Sql[] {
  const found = matching(name, labels, (label) => label.replace(/^\\/, ''));
  if (found.length === 0) return [];
  const sql = `EXISTS (SELECT 1 FROM json_each(?) AS label WHERE instr(ifnull(l.labels, ''), label.value) > 0)`;
  return [{ sql, params: [JSON.stringify(found.map((label) => LABEL_MARK + label + LABEL_MARK))] }];
}

function isSmall(place: Place, context: Context): boolean {
  if (place.kind === 'account') return context.few(accountIds(place.name, context));
  if (place.kind !== 'folder') return false;
  return labelled(place.name, context.labels).length > 0 || context.few(folderIds(place.name, context));
}

function accountIds(name: string, { places }: Context): number[] {
  const wanted = fold(name);
  return places.filter(({ account }) => account === wanted).map(({ id }) => id);
}

function folderIds(name: string, { places }: Context): number[] {
  const found = new Set(matching(name, [...new Set(places.map(({ folder }) => folder))]));
  return places.filter(({ folder }) => found.has(folder)).map(({ id }) => id);
}

function oneOf(places: readonly number[]): Sql {
  return { sql: `l.place IN ${LISTED}`, params: [JSON.stringify(places)] };
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
