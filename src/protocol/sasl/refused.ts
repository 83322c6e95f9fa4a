// What a refused login is about: the password or token, or the mechanism alone. Only in the second case may another
// mechanism be tried; a refused password is never said in another way.
import type { Credentials } from '../../model/account.ts';
import { MailError } from '../../model/error.ts';
import { cure, type Hint } from '../../model/hint.ts';
import { BETWEEN, TENANT_SMTP_OFF, TOKEN_REFUSED } from '../cures.ts';
import { clip } from '../text.ts';
import type { Mechanism } from './mechanism.ts';

const NOT_DONE =
  'unsupported|unknown|unrecogni[sz]ed|invalid|no such|not (?:supported|available|implemented)';
const OF_MECHANISM = new RegExp(
  [
    `\\b(?:${NOT_DONE})\\b.{0,40}\\b(?:mechanism|auth\\w* (?:type|method|scheme))`,
    `\\b(?:mechanism|auth\\w* (?:type|method|scheme))\\b.{0,60}\\b(?:${NOT_DONE}|unavailable|too weak|disabled)\\b`,
    // Cyrus SASL, of a mechanism that it offers without having what it takes (S-004)
    'no mechanism available|no secret in database',
    // Cyrus SASL, which binds to nothing but tls-unique, and offers -PLUS over TLS 1.3 too
    'bad protocol',
    // RFC 5802 §7: of this binding, not of the password
    'unsupported-channel-binding-type|channel-binding-not-supported|extensions-not-supported',
  ].join('|'),
  'i',
);

/** True where the words of a refusal say that the server does not do this mechanism, whatever it offered (S-004). */
export function isOfMechanism(words: string): boolean {
  return OF_MECHANISM.test(clip(words, 1000));
}

/** The error of a refused login, with what the server told within the mechanism, and the cure of a refused token. */
export function refused(
  host: string,
  error: MailError,
  { refusal }: Mechanism,
  credentials: Credentials,
): MailError {
  const { kind, retry, after, phase, code, avoid, cause } = error;
  const ofToken = kind === 'auth' && 'token' in credentials;
  if (refusal === null && !ofToken) return error;
  const specific = error.hint === TENANT_SMTP_OFF.en;
  const wanted = ofToken && !specific ? TOKEN_REFUSED : cureOf(refusal ?? '');
  return new MailError({
    kind,
    retry,
    after,
    message: refusal === null ? error.message : `${error.message} (${refusal})`,
    phase,
    code,
    avoid,
    hint: wanted === undefined ? error.hint : cure(wanted, host, error.message),
    cause,
  });
}

function cureOf(refusal: string): Hint | undefined {
  return refusal === 'channel-bindings-dont-match' || refusal === 'server-does-support-channel-binding'
    ? BETWEEN
    : undefined;
}
