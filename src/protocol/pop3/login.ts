// USER and PASS (RFC 1939 §7), the login that every POP3 server has.
import { MailError } from '../../model/error.ts';
import type { Dialogue } from '../dialogue.ts';
import { during } from '../phase.ts';
import { checkSecrets } from '../sasl.ts';
import { refusal } from './refusal.ts';
import { command } from './status.ts';

/**
 * Logs in; both are sent as UTF-8, the password is kept out of traces. Throws MailError `auth` (never), `busy` where the
 * mailbox is locked or logins came too fast, `refused` for [SYS/PERM], `config` where user or password cannot be sent.
 * The caller sees to TLS.
 */
export function* userPass(host: string, user: string, pass: string): Dialogue<void> {
  checkSecrets(user, pass);
  try {
    yield* during('auth', 'POP3 login', ask(host, user, pass));
  } catch (thrown) {
    if (!(thrown instanceof MailError) || thrown.kind !== 'closed') throw thrown;
    // P-034: some answer a wrong password by hanging up; at once again would look like an attack
    throw new MailError({
      kind: 'closed',
      retry: 'later',
      message: thrown.message,
      phase: 'auth',
      hint: 'Some servers hang up on a wrong password: check it if this happens again.',
      cause: thrown.cause,
    });
  }
}

function* ask(host: string, user: string, pass: string): Dialogue<void> {
  const known = yield* command(host, `USER ${user}`);
  if (!known.ok) throw refusal(host, 'USER', known, { kind: 'auth', retry: 'never' });
  const entered = yield* command(host, `PASS ${pass}`, 'PASS ***');
  if (!entered.ok) throw refusal(host, 'PASS', entered, { kind: 'auth', retry: 'never' });
}
