// COMPRESS (RFC 4978): from its OK on both sides send deflate streams. It comes after the login, never with it (I-128);
// a server that refuses is spoken to as before, and one that falls over it is to be asked no more.
import { MailError } from '../../model/error.ts';
import { startDeflate } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';
import { exchange } from './exchange.ts';
import type { Tags } from './tags.ts';

/** The command, and what `MailError.avoid` names where a host does not bear it. */
export const COMPRESS: string = 'COMPRESS';

/**
 * Asks for compression; true where it has begun. Nothing else may be in flight (RFC 4978 §3). False after NO (it may be
 * active already, in TLS) and BAD. Throws MailError as `exchange` does, with `avoid` where the server hung up or was silent.
 */
export function* compress(host: string, tags: Tags): Dialogue<boolean> {
  try {
    const answer = yield* exchange(host, tags, { name: COMPRESS, pieces: ['COMPRESS DEFLATE'] });
    if (answer.word !== 'OK') return false;
  } catch (thrown) {
    if (!(thrown instanceof MailError) || (thrown.kind !== 'closed' && thrown.kind !== 'timeout'))
      throw thrown;
    const { kind, message, phase, cause } = thrown;
    throw new MailError({ kind, retry: 'now', message, phase, avoid: COMPRESS, cause });
  }
  yield* startDeflate();
  return true;
}
