// What an open folder holds, without the messages themselves (RFC 9051 §6.4.5): one row for each UID; all of them, or
// those alone that changed since a modification sequence (RFC 7162 §3.1.4.1).
import type { Uid, UidValidity } from '../../model/ids.ts';
import { labelled, type Labelled } from '../../model/mailbox.ts';
import type { Dialogue } from '../dialogue.ts';
import { exchange } from './exchange.ts';
import type { Answer } from './exchange.ts';
import { readFetch } from './fetch.ts';
import type { Fetched } from './fetch.ts';
import { GMAIL_ITEMS, GMAIL_LABELS } from './gmail.ts';
import { refusal } from './refusal.ts';
import { below, formatRanges, holds, parseSet } from './sequence-set.ts';
import type { UidRange } from './sequence-set.ts';
import type { Tags } from './tags.ts';
import { watchValidity } from './validity.ts';

/** One message of a folder. */
export interface Row extends Labelled {
  readonly uid: Uid;
  readonly flags: readonly string[];
  /** Its flags were asked for, and not told: `flags` is empty for want of them. */
  readonly flagless?: boolean;
  /** The server's claim in octets, null where it makes none. */
  readonly size: number | null;
  /** Milliseconds since 1970, null where absent or nonsense. */
  readonly received: number | null;
  /** The Message-ID field as latin1, where it was asked for and told; empty where the message has none. */
  readonly header?: string;
}

/** What more may be asked for. */
export interface Listing {
  /** Flags alone, and only of what changed since this modification sequence (decimal digits). */
  readonly since?: string;
  /** The Message-ID fields: alone (true), or beside the rest. */
  readonly ids?: boolean | 'beside';
  /** The server is Gmail: labels and ids too. */
  readonly gmail?: boolean;
}

/**
 * The rows of the UIDs in `set`, each once, in the server's order; others that it tells are left out (I-059). Do not ask
 * in an empty folder (I-174). With `validity`, that of the open folder, a change of it in between is a MailError.
 * Throws MailError where the server refuses, even when rows came before that: a part is no listing.
 */
export function* uidFetchList(
  host: string,
  tags: Tags,
  set: string,
  validity?: UidValidity,
  listing: Listing = {},
): Dialogue<Row[]> {
  const rows = new Map<Uid, Row>();
  let left = parseSet(set);
  for (let asked = set; ;) {
    const wanted = left;
    const answer = yield* exchange(
      host,
      tags,
      { name: 'UID FETCH', pieces: [`UID FETCH ${asked} ${items(listing)}`], phase: 'fetch' },
      {
        status: watchValidity(host, validity),
        data: (data) => {
          const came = readFetch(data);
          if (came?.whole !== true || came.uid === null || !holds(wanted, came.uid)) return;
          rows.set(came.uid, merged(came.uid, came, rows.get(came.uid), listing));
        },
      },
    );
    const limit = limitOf(answer);
    if (limit !== undefined && limit < highest(wanted)) {
      left = below(wanted, limit);
      const [next] = formatRanges(left); // shorter than the set that it is cut from
      if (next === undefined) return [...rows.values()];
      asked = next;
      continue;
    }
    // I-113: some of them are gone, and the rest was told
    const told = answer.word === 'OK' && answer.code?.name !== 'MESSAGELIMIT';
    if (told || answer.code?.name === 'EXPUNGEISSUED') return [...rows.values()];
    throw refusal(host, 'UID FETCH', 'fetch', answer);
  }
}

const MESSAGE_ID = 'BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]';

function items({ since, ids = false, gmail = false }: Listing): string {
  if (since !== undefined) return `(UID FLAGS${gmail ? ` ${GMAIL_LABELS}` : ''}) (CHANGEDSINCE ${since})`;
  if (ids === true) return `(UID ${MESSAGE_ID})`;
  const more = `${gmail ? ` ${GMAIL_ITEMS}` : ''}${ids === 'beside' ? ` ${MESSAGE_ID}` : ''}`;
  return `(UID FLAGS RFC822.SIZE INTERNALDATE${more})`;
}

/** I-126: told twice, in parts. */
function merged(uid: Uid, came: Fetched, before: Row | undefined, { ids = false }: Listing): Row {
  const header = came.header ?? before?.header;
  const flagless = !ids && came.flags === null && (before === undefined || before.flagless === true);
  return {
    uid,
    flags: came.flags ?? before?.flags ?? [],
    size: came.size ?? before?.size ?? null,
    received: came.received ?? before?.received ?? null,
    ...(header === undefined ? {} : { header }),
    ...(flagless ? { flagless } : {}),
    ...labelled(came, before),
  };
}

/** RFC 9738 §3.1, I-080: `MESSAGELIMIT 1000 23221`: it went down from the highest UID, as far as this one. */
function limitOf({ code }: Answer): number | undefined {
  if (code?.name !== 'MESSAGELIMIT') return undefined;
  const [, uid] = /^\d+ +(\d{1,10})$/.exec(code.rest) ?? [];
  return uid === undefined ? undefined : Number(uid);
}

function highest(ranges: readonly UidRange[]): number {
  return ranges.at(-1)?.to ?? 0;
}
