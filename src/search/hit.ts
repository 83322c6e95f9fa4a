// A row of the index → a hit as a person or a script sees it: readable fields, places, a snippet, what to highlight.
import { inflateRawSync } from 'node:zlib';
import type { Index } from '../index/database.ts';
import { splitLabels } from '../index/labels.ts';
import type { MessageId } from '../model/ids.ts';
import { marksIn, phrasesIn } from './highlight.ts';
import type { Phrase, Range } from './highlight.ts';
import { snippetOf } from './snippet.ts';
import type { Query } from './tree.ts';

/** Where a hit lies at its server, or lay: `gone` is since when it does not. */
export type HitLocation = {
  readonly account: string;
  readonly folder: string;
  readonly flags: readonly string[];
  /** Where the server has labels (Gmail); its own begin with a backslash: `\Inbox`. */
  readonly labels?: readonly string[];
  /** ISO 8601 in UTC. */
  readonly gone: string | null;
} & ({ readonly uid: number } | { readonly uidl: string });

/** One message found; texts are as the mail has them, control characters included, but for the snippet. */
export interface Hit {
  readonly id: MessageId;
  /** ISO 8601 in UTC; null where neither message nor server gave one. */
  readonly date: string | null;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  /** One line without control characters; with `…` where text was left out. */
  readonly snippet: string;
  /** Octets of the message. */
  readonly size: number;
  readonly attachments: readonly string[];
  /** Why not all of its text is in the index, in English, and of which attachments; null where all is. */
  readonly partly: string | null;
  /** Below `<data>/mail`. */
  readonly path: string;
  readonly locations: readonly HitLocation[];
  /** What to highlight, as UTF-16 offsets into these texts. */
  readonly marks: { readonly [Text in 'from' | 'to' | 'subject' | 'snippet']: readonly Range[] };
}

interface Row {
  readonly id: string;
  readonly date: number | null;
  readonly sender: string;
  readonly recipients: string;
  readonly subject: string;
  readonly size: number;
  readonly attachments: string;
  readonly path: string;
  readonly reason: string | null;
  readonly body: Buffer | null;
}

interface Place {
  readonly account: string;
  readonly folder: string;
  readonly uid: number | null;
  readonly uidl: string | null;
  readonly flags: string;
  readonly labels: string | null;
  readonly gone: number | null;
}

/** Reads one message's row as a Hit, with what `query` looks for marked. Keep it for one search. */
export function hitReader(db: Index, query: Query): (row: number) => Hit {
  const message = db.prepare<[number], Row>(
    `SELECT lower(hex(id)) AS id, date, sender, recipients, subject, size, attachments, path, reason, body
     FROM message WHERE row = ?`,
  );
  const places = db.prepare<[number], Place>(
    'SELECT account, folder, uid, uidl, flags, labels, gone FROM location WHERE row = ? ORDER BY account, folder, uid, uidl',
  );
  const wanted = {
    from: phrasesIn(query, 'sender'),
    to: [...phrasesIn(query, 'recipients'), ...phrasesIn(query, 'cc')],
    subject: phrasesIn(query, 'subject'),
    body: phrasesIn(query, 'body'),
  };
  return (row) => {
    const found = message.get(row);
    if (found === undefined) throw new Error(`row ${row} of the full-text table has no message`);
    return hitOf(found, places.all(row).map(locationOf), wanted);
  };
}

function hitOf(
  row: Row,
  locations: readonly HitLocation[],
  wanted: { readonly [Text in 'from' | 'to' | 'subject' | 'body']: readonly Phrase[] },
): Hit {
  const snippet = snippetOf(unpack(row.body), wanted.body);
  const files = filesIn(row.attachments);
  return {
    id: row.id as MessageId,
    date: isoOf(row.date),
    from: row.sender,
    to: row.recipients,
    subject: row.subject,
    snippet: snippet.text,
    size: row.size,
    attachments: files.map(({ name }) => name),
    partly: partlyOf(row.reason, files),
    path: row.path,
    locations,
    marks: {
      from: marksIn(row.sender, wanted.from),
      to: marksIn(row.recipients, wanted.to),
      subject: marksIn(row.subject, wanted.subject),
      snippet: snippet.marks,
    },
  };
}

function locationOf({ account, folder, uid, uidl, flags, labels, gone }: Place): HitLocation {
  const key = uid === null ? { uidl: uidl ?? '' } : { uid };
  return {
    account,
    folder,
    ...key,
    flags: flags.split(' ').filter((flag) => flag !== ''),
    ...(labels === null ? {} : { labels: splitLabels(labels) }),
    gone: isoOf(gone),
  };
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function unpack(body: Buffer | null): string {
  return body === null || body.length === 0 ? '' : inflateRawSync(body).toString('utf8');
}

interface File {
  readonly name: string;
  readonly isUnread: boolean;
}

function filesIn(json: string): File[] {
  const list: unknown = JSON.parse(json);
  if (!Array.isArray(list)) return [];
  return list.map((item: unknown) =>
    typeof item === 'object' && item !== null && 'name' in item && typeof item.name === 'string'
      ? { name: item.name, isUnread: 'unread' in item }
      : { name: '', isUnread: false },
  );
}

/** Attachments that are named; a message may have thousands that were not read. */
const NAMED = 10;

function partlyOf(reason: string | null, files: readonly File[]): string | null {
  const unread = files.filter(({ name, isUnread }) => isUnread && name !== '').map(({ name }) => name);
  if (reason === null || unread.length === 0) return reason;
  const more = unread.length > NAMED ? ` and ${unread.length - NAMED} more` : '';
  return `${reason} (${unread.slice(0, NAMED).join(', ')}${more})`;
}
