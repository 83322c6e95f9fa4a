// Messages that bear \Deleted are removed for good, and of those only the ones that are named (RFC 4315 §2.1). A bare
// EXPUNGE would remove what others have marked as well (I-074): it is never sent.
import { MailError } from '../../model/error.ts';
import type { UidValidity } from '../../model/ids.ts';
import type { Dialogue } from '../dialogue.ts';
import type { Capabilities } from './capability.ts';
import { exchange } from './exchange.ts';
import { refusal } from './refusal.ts';
import { checked } from './store.ts';
import type { Tags } from './tags.ts';
import { watchValidity } from './validity.ts';

/**
 * Removes the messages in `set` that bear `\Deleted`. OK proves nothing of any one message: list them to see what is gone.
 * `validity` as in `uidStore`. Throws MailError `refused` (never) without UIDPLUS, and where the server refuses.
 */
export function* uidExpunge(
  host: string,
  tags: Tags,
  capabilities: Capabilities,
  set: string,
  validity?: UidValidity,
): Dialogue<void> {
  if (!canExpunge(capabilities)) throw unable(host);
  const answer = yield* exchange(
    host,
    tags,
    { name: 'UID EXPUNGE', pieces: [`UID EXPUNGE ${checked(set)}`], phase: 'expunge' },
    { status: watchValidity(host, validity) },
  );
  if (answer.word !== 'OK') throw refusal(host, 'UID EXPUNGE', 'expunge', answer);
}

/** RFC 9051 Appendix E: IMAP4rev2 holds UIDPLUS. */
export function canExpunge(capabilities: Capabilities): boolean {
  return capabilities.has('UIDPLUS') || capabilities.has('IMAP4REV2');
}

function unable(host: string): MailError {
  return new MailError({
    kind: 'refused',
    retry: 'never',
    message: `${host} cannot remove single messages (no UIDPLUS), and to remove all that are marked could lose others' mail`,
    phase: 'expunge',
  });
}
