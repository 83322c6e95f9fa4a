// UIDVALIDITY may change while a folder is open (I-106). From then on its UIDs mean other messages, and no answer that
// comes may be filed under them.
import { MailError } from '../../model/error.ts';
import type { UidValidity } from '../../model/ids.ts';
import type { Status } from './response.ts';

/** The code of the error that tells of it. */
export const VALIDITY_CHANGED: string = 'UIDVALIDITY';

/** Hears statuses, and throws MailError `protocol` (retry now) for another UIDVALIDITY than `validity`. */
export function watchValidity(
  host: string,
  validity: UidValidity | undefined,
): ((status: Status) => void) | undefined {
  if (validity === undefined) return undefined;
  return ({ code }) => {
    if (code?.name !== 'UIDVALIDITY' || Number(code.rest) === validity) return;
    throw new MailError({
      kind: 'protocol',
      retry: 'now',
      message: `${host} changed the UIDVALIDITY of the open folder from ${validity} to ${code.rest.slice(0, 20)}`,
      phase: 'fetch',
      code: VALIDITY_CHANGED,
    });
  };
}
