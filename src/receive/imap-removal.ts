// Deleting at an IMAP server: \Deleted and UID EXPUNGE, of the messages that are named and of no others (RFC 4315 §2.1). At
// Gmail an EXPUNGE in a folder only takes the label away: there a message goes to the trash, which Gmail empties by itself.
import { messageIdIn } from '../index/headers.ts';
import type { KnownKey } from '../index/positions.ts';
import { MailError } from '../model/error.ts';
import type { Uid, UidValidity } from '../model/ids.ts';
import { hasAttribute, type Folder } from '../model/mailbox.ts';
import type { Connection } from '../net/connection.ts';
import { identity } from '../net/imap-session.ts';
import type { Capabilities } from '../protocol/imap/capability.ts';
import { canExpunge, uidExpunge } from '../protocol/imap/expunge.ts';
import { uidFetchList, type Row } from '../protocol/imap/fetch-list.ts';
import { GMAIL } from '../protocol/imap/gmail.ts';
import { canMove, uidMove } from '../protocol/imap/move.ts';
import { select } from '../protocol/imap/select.ts';
import { formatSet } from '../protocol/imap/sequence-set.ts';
import { uidStore } from '../protocol/imap/store.ts';
import type { Tags } from '../protocol/imap/tags.ts';
import { hashesOf } from './hashes-of.ts';
import { plainKey } from './plan.ts';
import type { Doomed, Removal, Source } from './source.ts';

/** A logged-in session, and the folder that it has entered. */
export interface Entered {
  readonly connection: Connection;
  readonly host: string;
  readonly tags: Tags;
  readonly capabilities: Capabilities;
  readonly folder: Folder;
  readonly validity: UidValidity;
  readonly folders: () => Promise<Folder[]>;
}

/** Why nothing can be deleted there; undefined where it can. */
export async function unfit(entered: Entered): Promise<string | undefined> {
  const { capabilities, host, folder } = entered;
  if (!isGmail(capabilities)) {
    return canExpunge(capabilities)
      ? undefined
      : `${host} cannot delete single messages (no UIDPLUS): to delete all that are marked could lose others' mail`;
  }
  if (hasAttribute(folder, '\\Trash') || hasAttribute(folder, '\\Junk'))
    return 'Gmail empties this folder by itself';
  if (!canMove(capabilities)) return `${host} cannot move messages to the trash (no MOVE)`;
  return (await trashOf(entered)) === undefined
    ? 'the trash of Gmail is hidden: let IMAP show it, in its settings under Labels'
    : undefined;
}

/**
 * What speaks against deleting these, as the server tells now. A UID may have been given to another message though the
 * UIDVALIDITY is the same (I-095, I-098, I-123): where size, Message-ID and date are not those of the stored one, its octets decide.
 */
export async function objections(
  entered: Entered,
  doomed: readonly Doomed[],
  source: Required<Pick<Source, 'messageIds' | 'fetch'>>,
): Promise<Map<KnownKey, string>> {
  const rows = await rowsOf(
    entered,
    doomed.flatMap(({ key }) => ('uid' in key ? [key.uid] : [])),
  );
  const found = new Map<KnownKey, string>();
  const there: Doomed[] = [];
  for (const one of doomed) {
    const row = rows.get(plainKey(one.key));
    if (row === undefined) found.set(plainKey(one.key), 'the server does not list it any more');
    else if (row.flagless === true) found.set(plainKey(one.key), 'the server does not tell its flags');
    else if (isFlagged(row)) found.set(plainKey(one.key), 'it is flagged');
    else there.push(one);
  }
  const headers = await source.messageIds([...rows.values()].map(({ uid }) => uid));
  const unlike = there.filter(({ key, size, msgid, received }) => {
    const row = rows.get(plainKey(key));
    const header = row === undefined ? undefined : headers.get(row.uid);
    const now = header === undefined ? null : messageIdIn(header);
    return row?.size !== size || now === null || now !== msgid || isOtherDate(row, received);
  });
  const ids = await hashesOf(
    source,
    unlike.map(({ key }) => key),
  );
  for (const { key, id } of unlike)
    if (ids.get(plainKey(key)) !== id)
      found.set(plainKey(key), 'the server holds another message under its UID');
  return found;
}

/** Deletes. Throws MailError, and then takes back the marks that it has set, as far as the server lets it. */
export async function remove(entered: Entered, uids: readonly Uid[]): Promise<Removal> {
  const { connection, host, tags, capabilities, folder, validity } = entered;
  const gmail = isGmail(capabilities);
  const trash = gmail ? await trashOf(entered) : undefined;
  const state = await connection.converse(select(host, tags, folder.wire, identity()));
  if (state.validity !== validity || state.readOnly || (gmail && trash === undefined))
    throw notNow(host, folder);
  const marked = await rowsOf(entered, uids);
  const there = uids.filter((uid) => {
    const row = marked.get(uid);
    return row !== undefined && row.flagless !== true && !isFlagged(row);
  });
  for (const set of formatSet(there)) {
    if (trash !== undefined)
      await connection.converse(uidMove(host, tags, capabilities, set, trash.wire, validity));
    else await expunge(entered, set, there, marked);
  }
  const left = await rowsOf(entered, there);
  // OK proves nothing of any one message: what is listed still is not gone.
  return { gone: there.filter((uid) => !left.has(uid)).map((uid) => ({ uid })), uncertain: [] };
}

async function expunge(
  { connection, host, tags, capabilities, validity }: Entered,
  set: string,
  uids: readonly Uid[],
  before: ReadonlyMap<KnownKey, Row>,
): Promise<void> {
  await connection.converse(uidStore(host, tags, set, ['\\Deleted'], validity));
  try {
    await connection.converse(uidExpunge(host, tags, capabilities, set, validity));
  } catch (thrown) {
    const ours = uids.filter((uid) => !bears(before.get(uid), '\\deleted'));
    for (const back of formatSet(ours)) {
      await connection
        .converse(uidStore(host, tags, back, ['\\Deleted'], validity, '-'))
        .catch(() => undefined); // the connection is lost: the marks stay, and the next run ends what this one began
    }
    throw thrown;
  }
}

/** Those that the server lists. */
async function rowsOf(
  { connection, host, tags, validity }: Entered,
  uids: readonly Uid[],
): Promise<Map<KnownKey, Row>> {
  const wanted = new Set(uids);
  const found = new Map<KnownKey, Row>();
  for (const set of formatSet(uids)) {
    for (const row of await connection.converse(uidFetchList(host, tags, set, validity)))
      if (wanted.has(row.uid)) found.set(row.uid, row);
  }
  return found;
}

function isOtherDate({ received: now }: Row, then: number | null): boolean {
  return now != null && then !== null && now !== then;
}

function isFlagged(row: Row): boolean {
  return bears(row, '\\flagged');
}

/** `flag` in lower case. */
function bears(row: Row | undefined, flag: string): boolean {
  return row?.flags.some((one) => one.toLowerCase() === flag) === true;
}

async function trashOf({ folders }: Entered): Promise<Folder | undefined> {
  return (await folders()).find((folder) => hasAttribute(folder, '\\Trash'));
}

function isGmail(capabilities: Capabilities): boolean {
  return capabilities.has(GMAIL);
}

function notNow(host: string, folder: Folder): MailError {
  return new MailError({
    kind: 'refused',
    retry: 'later',
    message: `"${folder.name}" at ${host} cannot be changed now: it is read-only, or its UIDVALIDITY has changed`,
    phase: 'delete',
  });
}
