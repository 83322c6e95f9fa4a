// APOP (RFC 1939 §7): the password is not sent, only a digest of it with the stamp of the greeting. MD5 is broken: whoever
// makes up stamps learns the password from the answers (P-003). So it is only for connections where it would go in clear.
import { createHash } from 'node:crypto';
import { MailError } from '../../model/error.ts';
import type { Password } from '../../model/account.ts';
import type { Dialogue } from '../dialogue.ts';
import { command } from './status.ts';
import type { Status } from './status.ts';

/** The digest of `stamp`, angle brackets included, and the password (RFC 1939 §7): 32 lower-case hexadecimal digits. */
function digest(stamp: string, password: string): string {
  return createHash('md5').update(Buffer.from(stamp, 'latin1')).update(password, 'utf8').digest('hex');
}

/**
 * Logs in by APOP. Throws MailError `closed` with `avoid: 'APOP'` where the server hangs up on it (P-002): the next
 * connection goes without.
 */
export function* apop(host: string, { user, password }: Password, stamp: string): Dialogue<Status> {
  try {
    return yield* command(host, `APOP ${user} ${digest(stamp, password)}`, `APOP ${user} ***`);
  } catch (thrown) {
    if (!(thrown instanceof MailError) || thrown.kind !== 'closed') throw thrown;
    const { message, cause } = thrown;
    throw new MailError({ kind: 'closed', retry: 'now', message, phase: 'auth', avoid: 'APOP', cause });
  }
}
