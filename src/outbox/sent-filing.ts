// One visit to the account's Sent folder: is the copy there, and if not, is it to go there? Filing is noted before it is
// begun, so that whoever comes back after a crash looks first.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { MailError } from '../model/error.ts';
import type { WireName } from '../model/ids.ts';
import type { Folder } from '../model/mailbox.ts';
import { identity, type ImapSession } from '../net/imap-session.ts';
import { append } from '../protocol/imap/append.ts';
import { appendLimit } from '../protocol/imap/append-limit.ts';
import { create } from '../protocol/imap/create.ts';
import { examine } from '../protocol/imap/examine.ts';
import { findMessage } from '../protocol/imap/find.ts';
import { list } from '../protocol/imap/list.ts';
import { newSentFolder, sentFolder } from './sent-folder.ts';

/** What a visit is about. */
export interface Visit {
  /** With its angle brackets. */
  readonly messageId: string;
  /** When the message was sent; milliseconds since 1970. */
  readonly date: number;
  /** The octets to file. */
  readonly path: () => Promise<string>;
  readonly look: boolean;
  readonly file: boolean;
  /** Make the folder where there is none. */
  readonly make: boolean;
  /** One that we have filed before, to see whether the server has filed it too, later; null: there is none to be seen to. */
  readonly before: { readonly messageId: string; readonly date: number } | null;
  /** Stores that filing begins; throws where it cannot, and then nothing is filed. */
  readonly begun: () => void;
}

/** How a visit ended, and the readable name of the folder. */
export type Visited =
  | { readonly came: 'found' | 'filed' | 'absent'; readonly folder: string }
  /** The copy that we filed before lies there twice: the server files them by itself, and takes its time. Nothing was filed. */
  | { readonly came: 'doubled'; readonly folder: string }
  /** The account has no Sent folder. */
  | { readonly came: 'nowhere' };

/**
 * A provider files at once, and servers' clocks are not a day apart: what bears the same Message-ID and is older was there
 * before, as after a person has sent a message again that lay in the folder.
 */
const BEFORE = 86_400_000;

/** Visits the Sent folder over a session that is logged in. Throws MailError. */
export async function visitSent(session: ImapSession, visit: Visit): Promise<Visited> {
  const { host, tags, connection } = session;
  const folders = await connection.converse(list(host, tags));
  const there = sentFolder(folders);
  if (there === null && !visit.make) return { came: 'nowhere' };
  if (there !== null && visit.look) {
    const opened = await connection.converse(examine(host, tags, there.wire, identity()));
    const count = async ({ messageId, date }: { messageId: string; date: number }): Promise<number> => {
      const rows = await connection.converse(findMessage(host, tags, opened, messageId));
      return rows.filter(({ received }) => received === null || received >= date - BEFORE).length;
    };
    const folder = there.name;
    if ((await count(visit)) > 0) return { came: 'found', folder };
    if (visit.before !== null && (await count(visit.before)) > 1) return { came: 'doubled', folder };
    if (!visit.file) return { came: 'absent', folder };
  }
  const to = there?.wire ?? (await made(session, folders));
  await file(session, to, visit);
  return { came: 'filed', folder: there?.name ?? to };
}

async function made(
  { host, tags, connection, capabilities }: ImapSession,
  folders: readonly Folder[],
): Promise<WireName> {
  const wire = newSentFolder(folders);
  await connection.converse(create(host, tags, capabilities, wire, '\\Sent'));
  return wire;
}

async function file(session: ImapSession, to: WireName, visit: Visit): Promise<void> {
  const { host, tags, connection, capabilities } = session;
  const limit = await connection.converse(appendLimit(host, tags, capabilities, to));
  const path = await visit.path();
  const { size: octets } = await stat(path);
  const from = (): AsyncIterable<Buffer> => createReadStream(path, { highWaterMark: 64 * 1024 });
  const message = { octets, from, flags: ['\\Seen'], received: visit.date };
  let taken = false;
  visit.begun();
  await connection.converse(
    append(host, tags, to, [message], { capabilities, limit, filed: () => void (taken = true) }),
  );
  if (!taken) throw untold(host);
}

function untold(host: string): MailError {
  return new MailError({
    kind: 'protocol',
    retry: 'later',
    message: `${host} did not say that it took the copy`,
  });
}
