// Gives up the open transaction and keeps the connection (RFC 5321 §4.1.1.5).
import type { Dialogue } from '../dialogue.ts';
import { exchange } from './reply.ts';
import { refusal } from './refusal.ts';

/** Throws MailError with phase `rset` where the server will not go on. */
export function* rset(host: string): Dialogue<void> {
  const reply = yield* exchange(host, 'rset', 'RSET');
  if (reply.code < 200 || reply.code > 299) throw refusal(host, 'rset', 'RSET', reply);
}
