// What the file of the queue refused, as a failure that a person can do something about.
import { asMailError, textOf, type MailError } from '../model/error.ts';

/** `thrown` while `what`. */
export function journalError(thrown: unknown, what: string): MailError {
  return asMailError(thrown, {
    kind: 'storage',
    retry: 'later',
    message: `${what}: ${textOf(thrown)}`,
    hint: 'Look at the permissions and the free space of the data directory.',
  });
}
