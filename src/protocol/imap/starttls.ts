// From clear text to TLS (RFC 9051 §6.2.1). All that was heard in clear, capabilities above all, is to be forgotten.
import { MailError } from '../../model/error.ts';
import { cure } from '../../model/hint.ts';
import { insteadOf, NO_STARTTLS } from '../cures.ts';
import { startTls } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';
import { clip } from '../text.ts';
import { exchange } from './exchange.ts';
import type { Tags } from './tags.ts';

/**
 * Starts TLS, and returns once it is verified. The caller asks for the capabilities anew (RFC 9051 §6.2.1). Throws
 * MailError `tls` where the server refuses, or sent octets in clear behind its OK.
 */
export function* starttls(host: string, tags: Tags): Dialogue<void> {
  const answer = yield* exchange(host, tags, { name: 'STARTTLS', pieces: ['STARTTLS'] });
  if (answer.word !== 'OK') {
    throw new MailError({
      kind: 'tls',
      retry: 'later',
      message: `IMAP STARTTLS refused by ${host}${answer.text === '' ? '' : `: ${clip(answer.text)}`}`,
      phase: 'starttls',
      code: answer.code?.name,
      hint: cure(insteadOf(NO_STARTTLS, answer.text), host),
      cause: new Error(clip(answer.text)),
    });
  }
  yield* startTls();
}
