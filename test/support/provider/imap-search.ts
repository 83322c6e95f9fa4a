// UID SEARCH with the keys that mailkeep uses: ALL, UID, SEEN, UNSEEN and HEADER (RFC 9051 §6.4.4), all of them joined by AND.
import { offers } from './house.ts';
import { textOf, upper } from './imap-command.ts';
import type { ImapVerb } from './imap-session.ts';
import { chosen } from './imap-set.ts';
import type { StoredMessage } from './mailbox.ts';

/** UID SEARCH key … */
export const searchByUid: ImapVerb = async (session, args, tag) => {
  let found: StoredMessage[] = session.view.filter((message) => !message.gone);
  const keys = [...args];
  const extended = upper(keys[0]) === 'RETURN' && offers(session.house, 'ESEARCH'); // RFC 4731
  if (extended) keys.splice(0, 2);
  for (let key = keys.shift(); key !== undefined; key = keys.shift()) {
    const name = upper(key);
    if (name === 'ALL') continue;
    if (name === 'SEEN') found = found.filter((message) => message.flags.has('\\Seen'));
    else if (name === 'UNSEEN') found = found.filter((message) => !message.flags.has('\\Seen'));
    else if (name === 'HEADER') {
      const field = upper(keys.shift());
      const value = upper(keys.shift());
      found = found.filter((message) => fieldOf(message.bytes, field)?.toUpperCase().includes(value));
    } else if (name === 'UID') {
      const set = chosen(session.view, textOf(keys.shift()), true);
      if (set === null) return 'BAD UID parameters!';
      const wanted = new Set(set.map(([, message]) => message));
      found = found.filter((message) => wanted.has(message));
    } else return 'BAD UID SEARCH invalid argument';
  }
  if (extended) {
    const uids = found.map((message) => message.uid);
    const all = uids.length === 0 ? '' : ` ALL ${ranges(uids)}`;
    await session.wire.put(`* ESEARCH (TAG "${tag}") UID${all}\r\n`);
    return 'OK SEARCH done';
  }
  await session.wire.put(`* SEARCH${found.map((message) => ` ${message.uid}`).join('')}\r\n`);
  return 'OK SEARCH done';
};

/** Ascending UIDs as a set. */
export function ranges(uids: readonly number[]): string {
  const found: [number, number][] = [];
  for (const uid of uids) {
    const last = found.at(-1);
    if (last !== undefined && uid === last[1] + 1) last[1] = uid;
    else found.push([uid, uid]);
  }
  return found.map(([from, to]) => (from === to ? String(from) : `${from}:${to}`)).join(',');
}

/** The raw value of the first field of that upper-case name, unfolded; undefined where there is none. */
function fieldOf(bytes: Buffer, name: string): string | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  const head = bytes.toString('latin1', 0, end < 0 ? bytes.length : end).replace(/\r\n(?=[ \t])/g, '');
  const line = head.split('\r\n').find((text) => text.toUpperCase().startsWith(`${name}:`));
  return line?.slice(name.length + 1);
}
