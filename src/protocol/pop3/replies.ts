// What POP3 servers say when they refuse, beside the logins: response codes (RFC 2449 §8, RFC 3206 §4), as data.
import { BUSY, IN_USE, OPERATOR, TOO_OFTEN } from '../cures.ts';
import type { KnownCodes } from '../replies.ts';

const WAIT = { kind: 'busy', retry: 'later' } as const;

/** Response codes. */
export const CODES: KnownCodes = {
  'IN-USE': { ...WAIT, hint: IN_USE }, // RFC 2449 §8.1.2: the maildrop is locked by another session
  // RFC 2449 §8.1.1: logged in too soon after the last time; most providers count by 15 minutes (P-048)
  'LOGIN-DELAY': { ...WAIT, after: 15 * 60_000, hint: TOO_OFTEN },
  'SYS/TEMP': { ...WAIT, hint: BUSY }, // RFC 3206 §4
  'SYS/PERM': { kind: 'refused', retry: 'never', hint: OPERATOR }, // RFC 3206 §4
  AUTH: { kind: 'auth', retry: 'never' }, // RFC 3206 §5: the credentials are wrong
};
