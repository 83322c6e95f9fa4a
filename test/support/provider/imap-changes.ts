// What changes a folder: APPEND, CREATE, STORE, EXPUNGE, UID EXPUNGE and UID MOVE (RFC 9051 §6.3.12, §6.3.4, §6.4.6, §6.4.3,
// §6.4.9, §6.4.8).
import { deliver } from './house.ts';
import { makeFolder } from './mailbox.ts';
import { moveAtGmail } from './gmail.ts';
import { listOf, textOf, upper } from './imap-command.ts';
import type { Token } from './imap-command.ts';
import { flagList } from './imap-fetch.ts';
import type { ImapSession, ImapVerb } from './imap-session.ts';
import { chosen } from './imap-set.ts';

/** APPEND mailbox {[(flags)] ["date"] literal}, once or, as MULTIAPPEND (RFC 3502), several times: all of them or none. */
export const append: ImapVerb = async (session, args) => {
  const mailbox = session.folder(textOf(args[0]));
  if (mailbox === undefined || session.user === undefined) return 'NO [TRYCREATE] No such folder';
  const messages: { bytes: string; flags: string[]; internalDate: number }[] = [];
  let flags: string[] = [];
  let internalDate = session.house.now();
  for (const [at, token] of args.slice(1).entries()) {
    const date = dateOf(textOf(token));
    if (typeof token !== 'string') flags = listOf(token);
    else if (!Number.isNaN(date) && at + 2 < args.length) internalDate = date;
    else {
      messages.push({ bytes: token, flags, internalDate });
      [flags, internalDate] = [[], session.house.now()];
    }
  }
  if (messages.length === 0) return 'BAD a message is missing';
  if (messages.length > 1 && session.house.faults.without.has('MULTIAPPEND')) return 'BAD one at a time';
  const uids = messages.map(({ bytes, ...how }) => {
    const { address } = session.user ?? { address: '' };
    return deliver(session.house, address, mailbox.name, Buffer.from(bytes, 'latin1'), how).uid;
  });
  if (session.house.faults.without.has('UIDPLUS')) return 'OK APPEND done';
  return `OK [APPENDUID ${mailbox.validity} ${uids.join(',')}] APPEND done`;
};

/** CREATE mailbox [(USE (\\Sent))] (RFC 6154 §3). */
export const create: ImapVerb = async (session, args) => {
  const wire = textOf(args[0]);
  const { user } = session;
  if (user === undefined || session.folder(wire) !== undefined) return 'NO [ALREADYEXISTS] It is there';
  const [, uses = []] = typeof args[1] === 'string' ? [] : (args[1] ?? []);
  makeFolder(user, wire, listOf(uses));
  return 'OK CREATE done';
};

/** UID MOVE set mailbox (RFC 6851). */
export const moveByUid: ImapVerb = async (session, args) => {
  const to = session.folder(textOf(args[1]));
  if (to === undefined) return 'NO [TRYCREATE] No such folder';
  const messages = chosen(session.view, textOf(args[0]), true);
  if (messages === null || session.readOnly || session.user === undefined) return 'NO [READ-ONLY] not here';
  const moved = messages.map(([, message]) => message);
  if (session.house.gmail) {
    for (const message of moved) moveAtGmail(session.user, message, to);
    return 'OK MOVE done';
  }
  for (const { bytes, flags, internalDate } of moved)
    deliver(session.house, session.user.address, to.name, bytes, { flags: [...flags], internalDate });
  session.mailbox?.remove(new Set(moved));
  return 'OK MOVE done';
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
