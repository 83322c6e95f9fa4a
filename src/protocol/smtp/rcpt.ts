// RCPT: one recipient (RFC 5321 §4.1.1.3), and which reports are wanted of it (RFC 3461 §4.1).
import { checkAddress, needsUtf8 } from './address.ts';
import type { Extensions } from './ehlo.ts';
import { xtext } from './xtext.ts';

/** `NEVER` stands alone. */
export type Notify = 'NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY';

/**
 * The command that names a recipient, a bare address; `notify` is said where the server offers DSN, nothing where it is
 * empty. Throws MailError `message` with phase `rcpt` where the address cannot be said.
 */
export function rcptCommand(to: string, notify: readonly Notify[], { keywords }: Extensions): string {
  checkAddress('rcpt', to);
  const command = `RCPT TO:<${to}>`;
  if (notify.length === 0 || !keywords.has('DSN')) return command;
  // RFC 3461 §4.2: who was meant, whatever a forwarder makes of the address
  const original = needsUtf8(to) ? '' : ` ORCPT=rfc822;${xtext(to)}`;
  return `${command} NOTIFY=${notify.join(',')}${original}`;
}
