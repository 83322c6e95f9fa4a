// Mailboxes as Maildir++, which Dovecot and Courier share save for two habits: a test fills them directly and so knows
// every byte that the server holds.
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Made } from '../bench/mailbox.ts';
import { encodeModifiedUtf7 } from '../support/provider/modified-utf7.ts';

/** The user that owns the mailboxes: no server lets root have mail. */
export const MAIL_OWNER = 65534;

/** How a server writes them. */
export interface Habits {
  /** A folder's name as it stands in its directory's. */
  readonly encode: (folder: string) => string;
  /** CRLF is sent as it stands, or made of each LF. */
  readonly lines: 'CRLF' | 'LF';
}

export const DOVECOTS: Habits = { encode: encodeModifiedUtf7, lines: 'CRLF' };
export const COURIERS: Habits = { encode: (folder) => folder, lines: 'LF' };

let sequence = 0;

/** Adds a message to a folder of the user whose Maildirs lie in `inbox`, and makes the folder if need be. */
export function deliverTo(inbox: string, { folder, bytes, flags }: Made, { encode, lines }: Habits): void {
  const directory = makeFolder(inbox, folder === 'INBOX' ? '' : `.${encode(folder)}`);
  // Delivery agents promise no order: here what comes later sorts before what came earlier.
  const name = `${1_700_000_000 - ++sequence}.M${sequence}P1.test,S=${bytes.length}:2,${flags}`;
  const text = bytes.toString('latin1');
  const held = lines === 'LF' ? text.replaceAll('\r\n', '\n') : text;
  const fresh = join(directory, 'tmp', name);
  writeFileSync(fresh, held, { encoding: 'latin1', mode: 0o644 });
  chownSync(fresh, MAIL_OWNER, MAIL_OWNER);
  renameSync(fresh, join(directory, 'cur', name)); // whole, or not at all
}

/** Every message of a folder, as its file holds it. */
export function messagesIn(inbox: string, folder: string, { encode }: Habits): Buffer[] {
  const directory = makeFolder(inbox, folder === 'INBOX' ? '' : `.${encode(folder)}`);
  return ['cur', 'new'].flatMap((part) =>
    readdirSync(join(directory, part)).map((name) => readFileSync(join(directory, part, name))),
  );
}

/** What was delivered into an inbox and not yet looked at, as latin1. */
export function arrivedIn(inbox: string): string[] {
  const directory = join(inbox, 'new');
  if (!existsSync(directory)) return []; // nothing has arrived yet
  return readdirSync(directory).map((name) => readFileSync(join(directory, name), 'latin1'));
}

/** Makes a Maildir of this name, `''` for INBOX's own, if need be. Its path. */
export function makeFolder(inbox: string, name: string): string {
  const directory = join(inbox, name);
  for (const path of [inbox, directory, ...['cur', 'new', 'tmp'].map((part) => join(directory, part))]) {
    if (existsSync(path)) continue;
    mkdirSync(path, { mode: 0o755 });
    chownSync(path, MAIL_OWNER, MAIL_OWNER);
  }
  return directory;
}
