// What a server says of folders that are not open (RFC 9051 §6.3.11): asked for one by one, several in flight, or told
// with a LIST (RFC 5819). All of it is optional, any of it may be a lie, and a folder left out is simply not known.
import type { UidValidity, WireName } from '../../model/ids.ts';
import type { Dialogue } from '../dialogue.ts';
import type { Capabilities } from './capability.ts';
import { commandOf } from './astring.ts';
import { exchanges } from './exchange.ts';
import type { Command } from './exchange.ts';
import { LITERAL_MARK } from './response.ts';
import type { Data } from './response.ts';
import { MAX_UID } from './sequence-set.ts';
import type { Tags } from './tags.ts';
import { isList, isText, unescape, Values } from './value.ts';
import type { Value } from './value.ts';

/** What is known of a folder that was not opened. Null: not told. */
export interface FolderStatus {
  readonly validity: UidValidity | null;
  readonly exists: number | null;
  readonly uidNext: number | null;
  /** HIGHESTMODSEQ in decimal digits; never '0'. */
  readonly modseq: string | null;
  readonly unseen: number | null;
  /** Octets of all messages together (RFC 8438), where they were asked for. */
  readonly octets: number | null;
  /** MAILBOXID (RFC 8474 §4): it stays when the folder takes another name. */
  readonly mailboxId: string | null;
}

/**
 * The items to ask for, in parentheses. Where flags have no HIGHESTMODSEQ, UNSEEN shows the commonest change of them. With
 * `sizes`, octets too where they are offered: a server may have to add them up, so that no poll asks for them.
 */
export function statusItems(offered: Capabilities, sizes: boolean = false): string {
  const flags = offered.has('CONDSTORE') ? 'HIGHESTMODSEQ' : 'UNSEEN'; // RFC 7162 §3.1.7
  const more = [
    ...(offered.has('OBJECTID') ? ['MAILBOXID'] : []),
    ...(sizes && offered.has('STATUS=SIZE') ? ['SIZE'] : []), // RFC 8438 §3
  ];
  return `(${['MESSAGES UIDNEXT UIDVALIDITY', flags, ...more].join(' ')})`;
}

/**
 * Asks for the status of folders, at most `window` commands in flight. Folders whose status is refused, or not told, are
 * not in the map. Throws MailError as `exchanges` does.
 */
export function* statuses(
  host: string,
  tags: Tags,
  wires: readonly WireName[],
  items: string,
  window: number,
): Dialogue<Map<WireName, FolderStatus>> {
  const found = new Map<WireName, FolderStatus>();
  const waiting = [...wires];
  const next = (): Command | undefined => {
    const wire = waiting.shift();
    if (wire === undefined) return undefined;
    const pieces = commandOf('STATUS', [wire]);
    return { name: 'STATUS', pieces: [...pieces.slice(0, -1), `${pieces.at(-1) ?? ''} ${items}`] };
  };
  yield* exchanges(
    host,
    tags,
    window,
    { name: 'STATUS', next, answered: () => {} },
    {
      data: (data) => {
        const told = readStatus(data);
        if (told !== undefined) found.set(told.wire, told.status);
      },
    },
  );
  return found;
}

/** Reads a STATUS response; undefined where `data` is something else, or cannot be understood. */
export function readStatus(
  data: Data,
): { readonly wire: WireName; readonly status: FolderStatus } | undefined {
  const start = /^\*[ \t]+STATUS[ \t]+/i.exec(data.text)?.[0].length;
  if (start === undefined) return undefined;
  // I-133: a name with spaces and without quotes ends where the last list begins.
  const open = lastList(data.text);
  if (open <= start) return undefined;
  const wire = nameIn(data, data.text.slice(start, open).trim());
  const items = new Values(data, open).next();
  if (wire === undefined || !isList(items)) return undefined;
  return { wire: wire as WireName, status: statusOf(items) };
}

/** Where the list that ends the text begins, or -1. */
function lastList(text: string): number {
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    if (text[at] === ')') depth++;
    else if (text[at] === '(' && --depth === 0) return at;
    else if (depth === 0 && text[at] !== ' ') return -1; // I-164: spaces may trail
  }
  return -1;
}

function nameIn(data: Data, text: string): string | undefined {
  const [literal] = data.literals;
  if (text === LITERAL_MARK) return Buffer.isBuffer(literal) ? literal.toString('latin1') : undefined;
  if (text.length > 1 && text.startsWith('"') && text.endsWith('"')) return unescape(text.slice(1, -1));
  return text === '' ? undefined : text;
}

function statusOf(items: readonly Value[]): FolderStatus {
  const values = new Map<string, Value | undefined>();
  for (let at = 0; at + 1 < items.length; at += 2) {
    const name = items[at];
    if (typeof name === 'string') values.set(name.toUpperCase(), items[at + 1]);
  }
  return {
    validity: numberIn(values.get('UIDVALIDITY'), 1) as UidValidity | null,
    exists: numberIn(values.get('MESSAGES'), 0),
    uidNext: numberIn(values.get('UIDNEXT'), 1),
    modseq: modseqOf(atomIn(values.get('HIGHESTMODSEQ'))),
    unseen: numberIn(values.get('UNSEEN'), 0),
    octets: octetsIn(values.get('SIZE')),
    mailboxId: atomIn(values.get('MAILBOXID')) || null,
  };
}

/** A modification sequence as decimal digits without leading zeros; null for 0, negative and nonsense (I-094, I-119). */
export function modseqOf(digits: string): string | null {
  return /^\d{1,20}$/.test(digits) ? digits.replace(/^0+/, '') || null : null;
}

function numberIn(value: Value | undefined, least: number): number | null {
  const digits = atomIn(value);
  const number = /^\d{1,10}$/.test(digits) ? Number(digits) : NaN;
  return number >= least && number <= MAX_UID ? number : null;
}

/** RFC 8438 §3: up to 2^63; what is beyond exact numbers is not told. */
function octetsIn(value: Value | undefined): number | null {
  const digits = atomIn(value);
  return /^\d{1,15}$/.test(digits) ? Number(digits) : null;
}

function atomIn(value: Value | undefined): string {
  const [first] = isList(value) ? value : [value];
  return isText(first) ? first.text : typeof first === 'string' ? first : '';
}
