// Is there a message of that Message-ID and size? Different messages share a Message-ID, and seldom the size too.
import type { Index } from './database.ts';

/** A question to the index; `msgid` without brackets. */
export function messagesLike(db: Index): (msgid: string, size: number) => boolean {
  const one = db.prepare<[string, number], 1>('SELECT 1 FROM message WHERE msgid = ? AND size = ?').pluck();
  return (msgid, size) => one.get(msgid, size) !== undefined;
}
