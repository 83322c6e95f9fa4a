// The goodbye (RFC 5321 §4.1.1.10). What was accepted stays accepted: silence, garbage, a refusal or a lost connection are
// all the same (S-006 to S-009, S-037).
import { MailError } from '../../model/error.ts';
import { lineWithin, send } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';

/** Says QUIT and waits at most `grace` milliseconds for any line. Throws no MailError. `_host` is for the sake of likeness. */
export function* quit(_host: string, grace: number = 2000): Dialogue<void> {
  try {
    yield* send('QUIT');
    yield* lineWithin(grace);
  } catch (thrown) {
    if (!(thrown instanceof MailError)) throw thrown;
  }
}
