// What a FETCH response says (RFC 9051 §7.5.2): items in any order, known ones by name, unknown ones skipped. The UID in
// it is the only name of the message; its number is not looked at (Courier sends 0: I-108), but in a UIDFETCH, where the
// number is the UID (RFC 9586 §3.3).
import type { Uid } from '../../model/ids.ts';
import type { Labelled } from '../../model/mailbox.ts';
import { decodeText } from '../text.ts';
import { readGmailItem } from './gmail.ts';
import { parseInternalDate } from './internal-date.ts';
import type { Data, Streamed } from './response.ts';
import { MAX_UID } from './sequence-set.ts';
import { isList, isStreamed, isText, Values } from './value.ts';
import type { Text, Value } from './value.ts';

/** One FETCH response. Null: not in it. */
export interface Fetched extends Labelled {
  readonly uid: Uid | null;
  readonly flags: readonly string[] | null;
  /** RFC822.SIZE, which may be wrong (I-066). */
  readonly size: number | null;
  /** INTERNALDATE in milliseconds since 1970; null as well where it is nonsense. */
  readonly received: number | null;
  /** `BODY[]`: streamed, or told as a string (I-047). Undefined: not in it; null: NIL, not retrievable. */
  readonly body: Streamed | Text | null | undefined;
  /** `BODY[HEADER.FIELDS (…)]`, its octets as latin1. Undefined: not in it, or not retrievable. */
  readonly header: string | undefined;
  /** False where it breaks off, or holds more than it should: nothing in it can be trusted. */
  readonly whole: boolean;
}

const HEAD = /^\*[ \t]+(\d+)[ \t]+(UID)?FETCH[ \t]*(?=\()/i;

/** Reads a FETCH response; undefined where `data` is something else. */
export function readFetch(data: Data): Fetched | undefined {
  const [head, number, byUid] = HEAD.exec(data.text) ?? [];
  if (head === undefined) return undefined;
  const values = new Values(data, head.length);
  const items = values.next();
  const uid = byUid === undefined ? null : (numberOf(number, 1, MAX_UID) as Uid | null);
  const found = { uid, flags: null, size: null, received: null, body: undefined, header: undefined };
  if (!isList(items)) return { ...found, whole: false };
  const { astray, ...told } = readItems(items);
  // I-090: what has no name beside a body may be the rest of it, and the UID that of another message.
  const whole = values.whole && values.rest.trim() === '' && !(astray === true && told.body !== undefined);
  return { ...found, ...told, whole };
}

type Found = { -readonly [Item in keyof Omit<Fetched, 'whole'>]?: Fetched[Item] } & {
  /** A value stands where a name should. */
  astray?: boolean;
};

function readItems(items: readonly Value[]): Found {
  const found: Found = {};
  for (let at = 0; at < items.length; at++) {
    const name = items[at];
    // I-107: Domino puts items into parentheses of their own
    if (isList(name) && typeof name[0] === 'string') Object.assign(found, readItems(name));
    else if (typeof name !== 'string') found.astray = true;
    if (typeof name !== 'string') continue;
    const value = items[at + 1];
    // I-089: Yandex leaves a value out; an atom is never the value of a section
    const missing = name.includes('[') && typeof value === 'string';
    if (!missing) at++;
    readItem(found, name.toUpperCase(), missing ? null : value);
  }
  return found;
}

function readItem(found: Found, name: string, value: Value | undefined): void {
  switch (name) {
    case 'UID':
      found.uid = numberOf(value, 1, MAX_UID) as Uid | null;
      break;
    case 'RFC822.SIZE':
      found.size = numberOf(value, 0, Number.MAX_SAFE_INTEGER);
      break;
    case 'FLAGS':
      if (isList(value)) found.flags = flagsOf(value);
      break;
    case 'INTERNALDATE':
      if (isText(value)) found.received = parseInternalDate(value.text);
      break;
    case 'BODY[]':
      // Two bodies in one response: the second is nobody's, and the first is not to be trusted.
      if (found.body !== undefined) found.body = null;
      else found.body = isStreamed(value) || isText(value) ? value : null;
      break;
    default:
      if (name.startsWith('BODY[HEADER.FIELDS') && isText(value)) found.header = value.text;
      else Object.assign(found, readGmailItem(name, value));
  }
}

function numberOf(value: Value | undefined, least: number, most: number): number | null {
  const digits = isText(value) ? value.text : value;
  if (typeof digits !== 'string' || !/^\d{1,16}$/.test(digits)) return null;
  const number = Number(digits);
  return number >= least && number <= most ? number : null;
}

/** I-102: quoted flags; I-184: anything else in the list. Flags are joined by spaces later, so none may hold one. */
function flagsOf(list: readonly Value[]): string[] {
  const flags: string[] = [];
  for (const item of list) {
    const flag = isText(item) ? item.text : item;
    if (typeof flag !== 'string' || flag === '' || /[\x00-\x20]/.test(flag)) continue;
    flags.push(
      /[\x80-\xff]/.test(flag) ? decodeText(Buffer.from(flag, 'latin1')).replaceAll(' ', '_') : flag,
    );
  }
  return flags;
}
