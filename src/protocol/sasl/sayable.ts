// What can be said in a login at all. A line end or a NUL in a password would end a command, or become a second one.
import type { Credentials } from '../../model/account.ts';
import { MailError } from '../../model/error.ts';

/**
 * Throws MailError `config` unless the credentials can be sent: not empty, user and password without CR, LF or NUL, a token
 * of visible ASCII (RFC 6750 §2.1).
 */
export function checkSayable(credentials: Credentials): void {
  check('user name', credentials.user, /[\r\n\0\x01]/);
  if ('password' in credentials) check('password', credentials.password, /[\r\n\0]/);
  else check('token', credentials.token, /[^\x21-\x7e]/);
}

function check(name: string, value: string, never: RegExp): void {
  // The value itself is never shown: it may be the password.
  const wrong =
    value === '' ? 'is empty' : never.test(value) ? 'holds a character that cannot be sent' : null;
  if (wrong === null) return;
  throw new MailError({
    kind: 'config',
    retry: 'never',
    message: `the ${name} ${wrong}`,
    phase: 'auth',
    hint: `Check where the configuration takes the ${name} from: no line end and no NUL may stand in it.`,
  });
}
