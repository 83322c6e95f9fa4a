// The goodbye (RFC 1939 §6). What is stored is stored: no answer, or a bad one, changes nothing.
import { lineWithin, send } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';
import { MailError } from '../../model/error.ts';
import { parseStatus } from './status.ts';

/**
 * Says QUIT and waits at most `grace` milliseconds for the answer. True where +OK was seen, so that deletions are known to
 * be done (P-036); false for -ERR, silence or a lost connection. Throws no MailError. The host is not needed, and taken
 * for the sake of likeness.
 */
export function* quit(_host: string, grace: number = 2000): Dialogue<boolean> {
  try {
    yield* send('QUIT');
    const answer = yield* lineWithin(grace);
    return answer !== null && parseStatus(answer)?.ok === true;
  } catch (thrown) {
    if (thrown instanceof MailError) return false;
    throw thrown;
  }
}
