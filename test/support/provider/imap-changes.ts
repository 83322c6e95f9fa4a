// What changes a folder: APPEND, STORE, EXPUNGE and UID EXPUNGE (RFC 9051 §6.3.12, §6.4.6, §6.4.3, §6.4.9).
import { deliver } from './house.ts';
import { listOf, textOf, upper } from './imap-command.ts';
import type { Token } from './imap-command.ts';
import { flagList } from './imap-fetch.ts';
import type { ImapSession, ImapVerb } from './imap-session.ts';
import { chosen } from './imap-set.ts';

/** APPEND mailbox [(flags)] ["date"] {literal}. */
export const append: ImapVerb = async (session, args) => {
  const mailbox = session.folder(textOf(args[0]));
  const bytes = args.length > 1 ? args.at(-1) : undefined;
  if (typeof bytes !== 'string') return 'BAD a message is missing';
  if (mailbox === undefined || session.user === undefined) return 'NO [TRYCREATE] No such folder';
  const options = args.slice(1, -1);
  const flags = options.filter((option) => typeof option !== 'string').flatMap(listOf);
  const given = textOf(options.find((option) => typeof option === 'string'));
  const internalDate = given === '' ? session.house.now() : dateOf(given);
  if (Number.isNaN(internalDate)) return `BAD not a date: ${given}`;
  const message = deliver(session.house, session.user.address, mailbox.name, Buffer.from(bytes, 'latin1'), {
    flags,
    internalDate,
  });
  return `OK [APPENDUID ${mailbox.validity} ${message.uid}] APPEND done`;
};

/** `17-Jul-1996 02:44:25 -0700` → milliseconds; NaN for anything else. */
function dateOf(text: string): number {
  const [, date = '', time = '', zone = ''] =
    /^ ?([\d]{1,2}-\w{3}-\d{4}) ([\d:]{8}) ([+-]\d{4})$/.exec(text) ?? [];
  return Date.parse(`${date.replaceAll('-', ' ')} ${time} ${zone}`);
}

/** UID STORE set [+-]FLAGS[.SILENT] flags. */
export const storeByUid: ImapVerb = async (session, args) => {
  if (session.readOnly) return 'NO [READ-ONLY] The folder is open read-only';
  const messages = chosen(session.view, textOf(args[0]), true);
  const [, sign, silent] = /^([+-]?)FLAGS(\.SILENT)?$/.exec(upper(args[1])) ?? [];
  if (messages === null || sign === undefined) return 'BAD unknown STORE';
  const flags = args.slice(2).flatMap(listOf);
  for (const [at, message] of messages) {
    if (sign === '') message.flags.clear();
    for (const flag of flags) {
      if (sign === '-') message.flags.delete(flag);
      else message.flags.add(flag);
    }
    if (silent === undefined)
      await session.wire.put(`* ${at + 1} FETCH (UID ${message.uid} FLAGS ${flagList(message)})\r\n`);
  }
  return 'OK STORE done';
};

/** EXPUNGE: every message with \Deleted. */
export const expunge: ImapVerb = (session) => remove(session, '1:*');

/** UID EXPUNGE set: those of them with \Deleted. */
export const expungeByUid: ImapVerb = (session, args) => remove(session, args[0]);

async function remove(session: ImapSession, set: Token | undefined): Promise<string> {
  if (session.readOnly || session.mailbox === undefined) return 'NO [READ-ONLY] The folder is open read-only';
  const messages = chosen(session.view, textOf(set), true);
  if (messages === null) return 'BAD UID parameters!';
  const going = messages.map(([, message]) => message).filter((message) => message.flags.has('\\Deleted'));
  session.mailbox.remove(new Set(going));
  return 'OK EXPUNGE done';
}
