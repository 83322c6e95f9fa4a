// UID SEARCH with the keys that mailkeep uses: ALL, UID, SEEN, UNSEEN and HEADER (RFC 9051 §6.4.4), all of them joined by AND.
import { textOf, upper } from './imap-command.ts';
import type { ImapVerb } from './imap-session.ts';
import { chosen } from './imap-set.ts';
import type { StoredMessage } from './mailbox.ts';

/** UID SEARCH key … */
export const searchByUid: ImapVerb = async (session, args) => {
  let found: StoredMessage[] = session.view.filter((message) => !message.gone);
  const keys = [...args];
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
  await session.wire.put(`* SEARCH${found.map((message) => ` ${message.uid}`).join('')}\r\n`);
  return 'OK SEARCH done';
};

/** The raw value of the first field of that upper-case name, unfolded; undefined where there is none. */
function fieldOf(bytes: Buffer, name: string): string | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  const head = bytes.toString('latin1', 0, end < 0 ? bytes.length : end).replace(/\r\n(?=[ \t])/g, '');
  const line = head.split('\r\n').find((text) => text.toUpperCase().startsWith(`${name}:`));
  return line?.slice(name.length + 1);
}
