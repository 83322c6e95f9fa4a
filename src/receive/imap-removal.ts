// Deleting at an IMAP server: \Deleted and UID EXPUNGE, of the messages that are named and of no others (RFC 4315 §2.1). At
// Gmail an EXPUNGE in a folder only takes the label away: there a message goes to the trash, which Gmail empties by itself.
import { MailError } from '../model/error.ts';
import type { Uid, UidValidity } from '../model/ids.ts';
import type { Folder } from '../model/mailbox.ts';
import type { Connection } from '../net/connection.ts';
import { identity } from '../net/imap-session.ts';
import type { Capabilities } from '../protocol/imap/capability.ts';
import { canExpunge, uidExpunge } from '../protocol/imap/expunge.ts';
import { uidFetchList } from '../protocol/imap/fetch-list.ts';
import { GMAIL } from '../protocol/imap/gmail.ts';
import { canMove, uidMove } from '../protocol/imap/move.ts';
import { select } from '../protocol/imap/select.ts';
import { formatSet } from '../protocol/imap/sequence-set.ts';
import { uidStore } from '../protocol/imap/store.ts';
import type { Tags } from '../protocol/imap/tags.ts';
import type { Removal } from './source.ts';

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
  if (has(folder, '\\Trash') || has(folder, '\\Junk')) return 'Gmail empties this folder by itself';
  if (!canMove(capabilities)) return `${host} cannot move messages to the trash (no MOVE)`;
  return (await trashOf(entered)) === undefined
    ? 'the trash of Gmail is hidden: let IMAP show it, in its settings under Labels'
    : undefined;
}

/** What speaks against deleting these, as the server tells now. */
export async function objections(entered: Entered, uids: readonly Uid[]): Promise<Map<Uid, string>> {
  const flagged = await flagsOf(entered, uids);
  const found = new Map<Uid, string>();
  for (const uid of uids) {
    const flags = flagged.get(uid);
    if (flags === undefined) found.set(uid, 'the server does not list it any more');
    else if (flags.has('\\flagged')) found.set(uid, 'it is flagged');
  }
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
  const marked = await flagsOf(entered, uids);
  const there = uids.filter((uid) => marked.get(uid)?.has('\\flagged') === false);
  for (const set of formatSet(there)) {
    if (trash !== undefined)
      await connection.converse(uidMove(host, tags, capabilities, set, trash.wire, validity));
    else await expunge(entered, set, there, marked);
  }
  const left = await flagsOf(entered, there);
  // OK proves nothing of any one message: what is listed still is not gone.
  return { gone: there.filter((uid) => !left.has(uid)).map((uid) => ({ uid })), uncertain: [] };
}

async function expunge(
  { connection, host, tags, capabilities, validity }: Entered,
  set: string,
  uids: readonly Uid[],
  before: ReadonlyMap<Uid, ReadonlySet<string>>,
): Promise<void> {
  await connection.converse(uidStore(host, tags, set, ['\\Deleted'], validity));
  try {
    await connection.converse(uidExpunge(host, tags, capabilities, set, validity));
  } catch (thrown) {
    const ours = uids.filter((uid) => before.get(uid)?.has('\\deleted') === false);
    for (const back of formatSet(ours)) {
      await connection
        .converse(uidStore(host, tags, back, ['\\Deleted'], validity, '-'))
        .catch(() => undefined); // the connection is lost: the marks stay, and the next run ends what this one began
    }
    throw thrown;
  }
}

/** UID → its flags in lower case, of those that the server lists. */
async function flagsOf(
  { connection, host, tags, validity }: Entered,
  uids: readonly Uid[],
): Promise<Map<Uid, ReadonlySet<string>>> {
  const wanted = new Set(uids);
  const found = new Map<Uid, ReadonlySet<string>>();
  for (const set of formatSet(uids)) {
    for (const { uid, flags } of await connection.converse(uidFetchList(host, tags, set, validity)))
      if (wanted.has(uid)) found.set(uid, new Set(flags.map((flag) => flag.toLowerCase())));
  }
  return found;
}

async function trashOf({ folders }: Entered): Promise<Folder | undefined> {
  return (await folders()).find((folder) => has(folder, '\\Trash'));
}

function has({ attributes }: Folder, wanted: string): boolean {
  return attributes.some((attribute) => attribute.toLowerCase() === wanted.toLowerCase());
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
