// USER and PASS (RFC 1939 §7), the login that every POP3 server has.
import type { Dialogue } from '../dialogue.ts';
import { duringLogin } from '../phase.ts';
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
  yield* duringLogin('POP3 login', ask(host, user, pass));
}

function* ask(host: string, user: string, pass: string): Dialogue<void> {
  const known = yield* command(host, `USER ${user}`);
  if (!known.ok) throw refusal(host, 'USER', known, { kind: 'auth', retry: 'never' });
  const entered = yield* command(host, `PASS ${pass}`, 'PASS ***');
  if (!entered.ok) throw refusal(host, 'PASS', entered, { kind: 'auth', retry: 'never' });
}
