// Folders: LIST, LSUB, STATUS, SELECT and EXAMINE, with the refusals of NetEase where they are asked for.
import { listOf, textOf, upper } from './imap-command.ts';
import type { Token } from './imap-command.ts';
import { flagList } from './imap-fetch.ts';
import { ranges } from './imap-search.ts';
import type { ImapSession, ImapVerb } from './imap-session.ts';
import { offers, shown } from './house.ts';
import type { Mailbox } from './mailbox.ts';

/** LIST (RFC 9051 §6.3.9). */
export const list: ImapVerb = (session, args) => listing(session, 'LIST', args);

/** LSUB (RFC 3501 §6.3.9): every folder is subscribed. */
export const lsub: ImapVerb = (session, args) => listing(session, 'LSUB', args);

async function listing(session: ImapSession, verb: string, args: readonly Token[]): Promise<string> {
  const pattern = textOf(args[0]) + textOf(args[1]);
  const items = statusWanted(session, args);
  if (items === null) return 'BAD unknown RETURN';
  if (pattern === '') {
    await session.wire.put(`* ${verb} (\\Noselect) "/" ""\r\n`);
    return `OK ${verb} done`;
  }
  const source = pattern
    .replace(/[\\^$.|?+()[\]{}]/g, '\\$&')
    .replace(/[*%]/g, (wild) => (wild === '*' ? '.*' : '[^/]*'));
  const matches = new RegExp(`^${source}$`);
  for (const mailbox of session.user?.folders.values() ?? []) {
    const name = session.nameOf(mailbox);
    if (!matches.test(name) || session.house.faults.unlisted.has(mailbox.name)) continue;
    const shownAttributes = ['\\HasNoChildren', ...mailbox.attributes].join(' ');
    await session.wire.put(`* ${verb} (${shownAttributes}) "/" "${name}"\r\n`);
    if (items !== undefined) await session.wire.put(statusLine(session, mailbox, items) ?? '');
  }
  return `OK ${verb} done`;
}

/** The items of `RETURN (… STATUS (…))` (RFC 5819 §2): undefined where none are wanted, null for what is not offered. */
function statusWanted({ house }: ImapSession, args: readonly Token[]): string[] | undefined | null {
  const [, , word, options] = args;
  if (upper(word) !== 'RETURN') return undefined;
  if (typeof options === 'string' || options === undefined || !offers(house, 'LIST-EXTENDED')) return null;
  const at = options.findIndex((option) => upper(option) === 'STATUS');
  if (at < 0) return undefined;
  return offers(house, 'LIST-STATUS') ? listOf(options[at + 1]) : null;
}

/** STATUS (RFC 9051 §6.3.11). */
export const status: ImapVerb = async (session, args) => {
  const mailbox = session.folder(textOf(args[0]));
  if (mailbox === undefined) return 'NO [NONEXISTENT] No such folder';
  const line = statusLine(session, mailbox, listOf(args[1]));
  if (line === null) return 'BAD unknown item';
  await session.wire.put(line);
  return 'OK STATUS done';
};

/** One STATUS response; null where an item is not known. */
function statusLine(session: ImapSession, mailbox: Mailbox, names: readonly string[]): string | null {
  const { house } = session;
  if (house.faults.freshValidity) mailbox.renumber();
  const messages = shown(house, mailbox.messages);
  const known: Readonly<Record<string, number | string>> = {
    MESSAGES: messages.length,
    RECENT: 0,
    UIDNEXT: mailbox.uidNext,
    UIDVALIDITY: mailbox.validity,
    UNSEEN: messages.filter((message) => !message.flags.has('\\Seen')).length,
    SIZE: messages.reduce((sum, message) => sum + message.bytes.length, 0),
    ...(offers(house, 'CONDSTORE') ? { HIGHESTMODSEQ: mailbox.modseq } : {}),
    ...(offers(house, 'OBJECTID') ? { MAILBOXID: `(${mailbox.id})` } : {}),
  };
  const items = names.map((name) => name.toUpperCase());
  if (items.some((name) => known[name] === undefined)) return null;
  if (house.faults.statusless.has(mailbox.name)) return '';
  const told = items.map((name) => `${name} ${known[name]}`).join(' ');
  return `* STATUS "${session.nameOf(mailbox)}" (${told})\r\n`;
}

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
  if (mailbox === undefined || mailbox.attributes.includes('\\Noselect'))
    return `NO [NONEXISTENT] Unknown Mailbox: ${textOf(args[0])} (Failure)`;
  if (faults.freshValidity) mailbox.renumber();
  session.open(mailbox, verb === 'EXAMINE');
  await session.wire.put(stateOf(session, mailbox));
  const [parameter, resync] = typeof args[1] === 'string' ? [] : (args[1] ?? []);
  if (upper(parameter) === 'QRESYNC') {
    if (!session.enabled.has('QRESYNC')) return 'BAD QRESYNC is not enabled';
    await resynchronise(session, mailbox, listOf(resync).map(Number));
  }
  return session.readOnly ? 'OK [READ-ONLY] EXAMINE done' : 'OK [READ-WRITE] SELECT done';
}

/** RFC 7162 §3.2.5: what vanished and changed since then; nothing under another UIDVALIDITY. */
async function resynchronise(
  session: ImapSession,
  mailbox: Mailbox,
  [validity, since = 0]: readonly number[],
): Promise<void> {
  if (validity !== mailbox.validity) return;
  const went = mailbox.vanished.filter(({ modseq }) => modseq > since).map(({ uid }) => uid);
  const told = session.house.faults.allVanish
    ? `1:${mailbox.uidNext - 1}`
    : ranges(went.toSorted((a, b) => a - b));
  if (told !== '') await session.wire.put(`* VANISHED (EARLIER) ${told}\r\n`);
  for (const [at, message] of session.view.entries()) {
    if (message.modseq <= since) continue;
    const facts = `UID ${message.uid} FLAGS ${flagList(message)} MODSEQ (${message.modseq})`;
    await session.wire.put(`* ${at + 1} FETCH (${facts})\r\n`);
  }
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
    ...(offers(session.house, 'CONDSTORE') ? [`* OK [HIGHESTMODSEQ ${mailbox.modseq}] Highest`] : []),
    ...(offers(session.house, 'OBJECTID') ? [`* OK [MAILBOXID (${mailbox.id})] Ok`] : []),
    '',
  ].join('\r\n');
}
