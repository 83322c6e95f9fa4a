// RCPT: one recipient (RFC 5321 §4.1.1.3). A refusal is an answer about this recipient, not an error: the others go on.
import type { Dialogue } from '../dialogue.ts';
import { checkAddress } from './address.ts';
import { exchange } from './reply.ts';
import type { Reply } from './reply.ts';
import { refusal } from './refusal.ts';

/**
 * Names a recipient, a bare address, and returns the reply: 2xx, 4xx or 5xx. Throws MailError with phase `rcpt`: `busy` for
 * 421, which ends the connection; `message` before anything is sent where `to` cannot be; `protocol`.
 */
export function* rcpt(host: string, to: string): Dialogue<Reply> {
  checkAddress('rcpt', to);
  const reply = yield* exchange(host, 'rcpt', `RCPT TO:<${to}>`);
  if (reply.code === 421 || (reply.code >= 300 && reply.code < 400)) {
    throw refusal(host, 'rcpt', `RCPT TO:<${to}>`, reply);
  }
  return reply;
}
