// From clear text to TLS (RFC 2595 §4). A refusal ends the attempt: nothing goes on in clear.
import { MailError } from '../../model/error.ts';
import { cure } from '../../model/hint.ts';
import { insteadOf, NO_STARTTLS } from '../cures.ts';
import { startTls } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';
import { during } from '../phase.ts';
import { clip } from '../text.ts';
import { command } from './status.ts';

/**
 * Starts TLS; what was known of the server before it (capabilities) is void afterwards. Call it whether or not CAPA names
 * STLS: an attacker may have taken it out of the list. Throws MailError `tls`.
 */
export function stls(host: string): Dialogue<void> {
  return during('stls', 'POP3 STLS', ask(host));
}

function* ask(host: string): Dialogue<void> {
  const status = yield* command(host, 'STLS');
  if (!status.ok) {
    throw new MailError({
      kind: 'tls',
      retry: 'later',
      message: `POP3 STLS refused by ${host}${status.text === '' ? '' : `: ${clip(status.text)}`}`,
      hint: cure(insteadOf(NO_STARTTLS, status.text), host),
      cause: new Error(status.text),
    });
  }
  // RFC 2595 §4: the client must discard any knowledge obtained before the negotiation
  yield* startTls();
}
