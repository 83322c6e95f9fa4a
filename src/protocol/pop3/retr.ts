// One message, as the exact octets that the server holds (RFC 1939 §5).
import { body } from '../dialogue.ts';
import type { Dialogue, Sink } from '../dialogue.ts';
import { MailError } from '../../model/error.ts';
import { MAX_BODY } from '../framing.ts';
import { during } from '../phase.ts';
import { refusal } from './refusal.ts';
import { command } from './status.ts';

/**
 * Streams message `n` (1 or more), dot-unstuffed, into `to` and returns its octets. Throws MailError `message` (later)
 * where the server refuses this one, `busy` for [SYS/TEMP] and quotas, `protocol` (now) where the answer is no status: the
 * message before it was then cut short by a missing dot-stuffing (P-021), and is suspect; `protocol` (later) for a body
 * that is longer than 512 MB. Throws RangeError for a bad `n`.
 */
export function* retr(host: string, n: number, to: Sink): Dialogue<number> {
  if (!Number.isSafeInteger(n) || n < 1) throw new RangeError(`no message number: ${n}`);
  return yield* during('retr', `POP3 RETR ${n}`, ask(host, n, to));
}

function* ask(host: string, n: number, to: Sink): Dialogue<number> {
  const status = yield* command(host, `RETR ${n}`);
  if (!status.ok) {
    // P-050: one unreadable message is refused today and may be given tomorrow; P-038: a spent quota concerns all
    const kind = /exceed|quota|limit/i.test(status.text) ? 'busy' : 'message';
    throw refusal(host, `RETR ${n}`, status, { kind, retry: 'later' });
  }
  return yield* body('dot', bounded(host, n, to));
}

/** Nothing tells how long a dot-terminated body will be: who never ends it is not listened to for ever. */
function bounded(host: string, n: number, to: Sink): Sink {
  let octets = 0;
  return {
    write: (chunk) => {
      octets += chunk.length;
      if (octets <= MAX_BODY) return to.write(chunk);
      throw new MailError({
        kind: 'protocol',
        retry: 'later',
        message: `POP3 RETR ${n}: ${host} sent more than ${MAX_BODY} octets`,
      });
    },
  };
}
