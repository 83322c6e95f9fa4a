// Folders: LIST, LSUB, STATUS, SELECT and EXAMINE, with the refusals of NetEase where they are asked for.
import { listOf, textOf } from './imap-command.ts';
import type { Token } from './imap-command.ts';
import type { ImapSession, ImapVerb } from './imap-session.ts';
import { shown } from './house.ts';
import type { Mailbox } from './mailbox.ts';

/** LIST (RFC 9051 §6.3.9). */
export const list: ImapVerb = (session, args) => listing(session, 'LIST', args);

/** LSUB (RFC 3501 §6.3.9): every folder is subscribed. */
export const lsub: ImapVerb = (session, args) => listing(session, 'LSUB', args);

async function listing(session: ImapSession, verb: string, args: readonly Token[]): Promise<string> {
  const pattern = textOf(args[0]) + textOf(args[1]);
  if (pattern === '') {
    await session.wire.put(`* ${verb} (\\Noselect) "/" ""\r\n`);
    return `OK ${verb} done`;
  }
  const source = pattern
    .replace(/[\\^$.|?+()[\]{}]/g, '\\$&')
    .replace(/[*%]/g, (wild) => (wild === '*' ? '.*' : '[^/]*'));
  const matches = new RegExp(`^${source}$`);
  for (const { wire, attributes } of session.user?.folders.values() ?? []) {
    if (!matches.test(wire)) continue;
    const shownAttributes = ['\\HasNoChildren', ...attributes].join(' ');
    await session.wire.put(`* ${verb} (${shownAttributes}) "/" "${wire}"\r\n`);
  }
  return `OK ${verb} done`;
}

/** STATUS (RFC 9051 §6.3.11). */
export const status: ImapVerb = async (session, args) => {
  const mailbox = session.folder(textOf(args[0]));
  if (mailbox === undefined) return 'NO [NONEXISTENT] No such folder';
  const messages = shown(session.house, mailbox.messages);
  const known: Readonly<Record<string, number>> = {
    MESSAGES: messages.length,
    RECENT: 0,
    UIDNEXT: mailbox.uidNext,
    UIDVALIDITY: mailbox.validity,
    UNSEEN: messages.filter((message) => !message.flags.has('\\Seen')).length,
    SIZE: messages.reduce((sum, message) => sum + message.bytes.length, 0),
  };
  const items = listOf(args[1]).map((name) => name.toUpperCase());
  const unknown = items.find((name) => known[name] === undefined);
  if (unknown !== undefined) return `BAD unknown item ${unknown}`;
  const shownItems = items.map((name) => `${name} ${known[name]}`).join(' ');
  await session.wire.put(`* STATUS "${mailbox.wire}" (${shownItems})\r\n`);
  return 'OK STATUS done';
};

/** SELECT. */
export const select: ImapVerb = (session, args) => enter(session, 'SELECT', args);

/** EXAMINE. */
export const examine: ImapVerb = (session, args) => enter(session, 'EXAMINE', args);

async function enter(session: ImapSession, verb: string, args: readonly Token[]): Promise<string> {
  const { faults } = session.house;
  session.open(undefined, true);
  if (faults.requireId && !session.identified)
    return `NO ${verb} Unsafe Login. Please contact kefu@188.com for help`;
  const mailbox = session.folder(textOf(args[0]));
  if (mailbox === undefined) return 'NO [NONEXISTENT] No such folder';
  if (faults.freshValidity) mailbox.renumber();
  session.open(mailbox, verb === 'EXAMINE');
  await session.wire.put(stateOf(session, mailbox));
  return session.readOnly ? 'OK [READ-ONLY] EXAMINE done' : 'OK [READ-WRITE] SELECT done';
}

function stateOf(session: ImapSession, mailbox: Mailbox): string {
  const flags = '\\Answered \\Flagged \\Deleted \\Seen \\Draft';
  return [
    `* FLAGS (${flags})`,
    `* OK [PERMANENTFLAGS (${session.readOnly ? '' : `${flags} \\*`})] Flags`,
    `* ${session.view.length} EXISTS`,
    '* 0 RECENT',
    `* OK [UIDVALIDITY ${mailbox.validity}] UIDs valid`,
    `* OK [UIDNEXT ${mailbox.uidNext}] Predicted next UID`,
    '',
  ].join('\r\n');
}
