// What a -ERR means: for now, for good, or the login. Response codes decide; where there is none, a few loose words do, and
// then the command.
import { MailError } from '../../model/error.ts';
import { HASTE, LOGIN_REPLIES } from '../login-replies.ts';
import { meaningOf, type Verdict } from '../replies.ts';
import { clip } from '../text.ts';
import { CODES } from './replies.ts';
import { phaseOf } from './status.ts';
import type { Status } from './status.ts';

/**
 * The MailError for a refused `name`. Without a code, `otherwise` holds; for anything but a single message the words may
 * still say that it is only haste or a lock.
 */
export function refusal(host: string, name: string, status: Status, otherwise: Verdict): MailError {
  const single = otherwise.kind === 'message';
  const rows = single ? [] : otherwise.kind === 'auth' ? LOGIN_REPLIES : HASTE;
  const said = { host, code: status.code ?? undefined, words: status.text };
  const meaning = meaningOf(said, CODES, rows, otherwise);
  const text = clip(status.text);
  return new MailError({
    ...meaning,
    kind: single && meaning.kind === 'refused' ? 'message' : meaning.kind,
    message: `POP3 ${name} refused by ${host}${text === '' ? '' : `: ${text}`}`,
    phase: phaseOf(name),
    code: status.code ?? undefined,
    cause: new Error(text),
  });
}
