// Takes the marks for deletion back (RFC 1939 §5).
import type { Dialogue } from '../dialogue.ts';
import { during } from '../phase.ts';
import { command } from './status.ts';

/** True where the server says that nothing is marked any more. Throws MailError where the conversation is lost. */
export function* rset(host: string): Dialogue<boolean> {
  return (yield* during('rset', 'POP3 RSET', command(host, 'RSET'))).ok;
}
