// The goodbye (RFC 9051 §6.1.3). All is stored by then, so nothing that happens here matters (I-167).
import { MailError } from '../../model/error.ts';
import { lineWithin, send } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';
import { parseStatus } from './response.ts';
import type { Tags } from './tags.ts';

/** How long a goodbye is waited for, in milliseconds. */
const GRACE = 2000;

/** Says goodbye, and returns at the server's BYE, at its answer, or at a silence of 2 s. Throws nothing of the server's. */
export function* logout(tags: Tags): Dialogue<void> {
  try {
    const tag = tags.next();
    yield* send(`${tag} LOGOUT`);
    for (let lines = 0; lines < 20; lines++) {
      const came = yield* lineWithin(GRACE);
      if (came === null) return;
      const status = parseStatus(came.toString('latin1'));
      if (status?.word === 'BYE' || status?.tag?.toUpperCase() === tag) return;
    }
  } catch (thrown) {
    if (!(thrown instanceof MailError)) throw thrown;
  }
}
