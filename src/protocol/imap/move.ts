// Messages go to another folder of the account in one step (RFC 6851 §3.2), as into a trash that the server empties by
// itself. They keep their octets, flags and dates, and get new UIDs there.
import { MailError } from '../../model/error.ts';
import type { UidValidity, WireName } from '../../model/ids.ts';
import type { Dialogue } from '../dialogue.ts';
import { clip } from '../text.ts';
import { commandOf } from './astring.ts';
import type { Capabilities } from './capability.ts';
import { exchange } from './exchange.ts';
import { readableName } from './folder-name.ts';
import { refusal } from './refusal.ts';
import { checked } from './store.ts';
import type { Tags } from './tags.ts';
import { watchValidity } from './validity.ts';

/**
 * Moves the messages in `set` to `to`. OK proves nothing of any one message: list them to see what is gone. `validity` as
 * in `uidStore`. Throws MailError `refused` (never) without MOVE, and where the server refuses: some may have gone then.
 */
export function* uidMove(
  host: string,
  tags: Tags,
  capabilities: Capabilities,
  set: string,
  to: WireName,
  validity?: UidValidity,
): Dialogue<void> {
  if (!canMove(capabilities)) throw unable(host);
  const answer = yield* exchange(
    host,
    tags,
    { name: 'UID MOVE', pieces: commandOf(`UID MOVE ${checked(set)}`, [to]), phase: 'move' },
    { status: watchValidity(host, validity) },
  );
  if (answer.word === 'OK') return;
  throw refusal(host, `UID MOVE to "${clip(readableName(to), 100)}"`, 'move', answer);
}

/** RFC 9051 Appendix E: IMAP4rev2 holds MOVE. */
export function canMove(capabilities: Capabilities): boolean {
  return capabilities.has('MOVE') || capabilities.has('IMAP4REV2');
}

function unable(host: string): MailError {
  return new MailError({
    kind: 'refused',
    retry: 'never',
    message: `${host} cannot move messages (no MOVE)`,
    phase: 'move',
  });
}
