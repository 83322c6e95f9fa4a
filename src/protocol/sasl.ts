// What the login mechanisms make of a user name and a password, before base64; the dialogues around them are each
// protocol's own.
import { createHmac } from 'node:crypto';
import { MailError } from '../model/error.ts';

/**
 * The PLAIN message (RFC 4616 §2): no authorization identity, user and password in UTF-8, each behind a NUL. The caller
 * encodes it in base64. Throws MailError `config` where the user or the password is empty or holds a control character.
 */
export function plain(user: string, pass: string): Buffer {
  checkSecrets(user, pass);
  return Buffer.from(`\0${user}\0${pass}`, 'utf8');
}

/**
 * The CRAM-MD5 answer (RFC 2195 §2) to the decoded `challenge`: the user, a space, 32 lower-case hexadecimal digits. The
 * caller encodes it in base64. Throws MailError `config` as `plain` does.
 */
export function cramMd5(user: string, pass: string, challenge: Buffer): string {
  checkSecrets(user, pass);
  return `${user} ${createHmac('md5', Buffer.from(pass, 'utf8')).update(challenge).digest('hex')}`;
}

/** Throws MailError `config` unless user and password can be sent: not empty, without CR, LF or NUL. */
export function checkSecrets(user: string, pass: string): void {
  for (const [name, value] of [
    ['user name', user],
    ['password', pass],
  ] as const) {
    // The value itself is never shown: it may be the password.
    const wrong =
      value === '' ? 'is empty' : /[\r\n\0]/.test(value) ? 'holds a line end or a NUL' : undefined;
    if (wrong === undefined) continue;
    throw new MailError({
      kind: 'config',
      retry: 'never',
      message: `the ${name} ${wrong}`,
      phase: 'auth',
      hint: `Check where the configuration takes the ${name} from.`,
    });
  }
}
