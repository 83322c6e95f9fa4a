// What may stand between the angle brackets of MAIL and RCPT. Whatever could end the argument or the line is refused before
// anything is sent (S-031).
import { MailError } from '../../model/error.ts';
import type { Phase } from './reply.ts';

/**
 * Throws MailError `message` (never) where `address` is empty or holds a control character, `<`, `>`, or a space that no quotation
 * marks enclose.
 */
export function checkAddress(phase: Phase, address: string): void {
  if (/^[^\x00-\x20\x7f<>]+$/.test(address) || QUOTED.test(address)) return;
  throw new MailError({
    kind: 'message',
    retry: 'never',
    message: `not an address that can be sent to a server: ${JSON.stringify(address)}`,
    phase,
  });
}

/** RFC 5321 §4.1.2: `Quoted-string@domain`, where a space is part of the name. */
const QUOTED = /^"(?:[^"\\<>\x00-\x1f\x7f]|\\[^<>\x00-\x1f\x7f])*"@[^\x00-\x20\x7f<>"]+$/;

/** True where only SMTPUTF8 can carry it (RFC 6531 §3.2). */
export function needsUtf8(address: string): boolean {
  return /[^\x00-\x7f]/.test(address);
}
