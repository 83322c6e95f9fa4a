// From clear text to TLS (RFC 3207 §4). A refusal ends the attempt: nothing goes on in clear (S-029).
import { cure } from '../../model/hint.ts';
import { insteadOf, NO_STARTTLS } from '../cures.ts';
import { startTls } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';
import { during } from '../phase.ts';
import { exchange } from './reply.ts';
import { refusal } from './refusal.ts';

/**
 * Starts TLS. EHLO must be said anew afterwards and its first answer forgotten (RFC 3207 §4.2). Call it whether or not EHLO
 * named STARTTLS: an attacker may have taken it out (T-006). Throws MailError `tls`, `busy` for 421.
 */
export function* starttls(host: string): Dialogue<void> {
  const reply = yield* exchange(host, 'starttls', 'STARTTLS');
  if (reply.code !== 220) {
    throw refusal(host, 'starttls', 'STARTTLS', reply, {
      kind: reply.code === 421 ? 'busy' : 'tls',
      retry: 'later',
      hint: cure(insteadOf(NO_STARTTLS, reply.text), host, reply.text),
    });
  }
  yield* during('starttls', 'SMTP STARTTLS', startTls());
}
