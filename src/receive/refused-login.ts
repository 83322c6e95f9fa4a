// A refused login, judged by what went before: a password that once worked is not wrong because it was refused once (P-032,
// throttling looks the same), and after three refusals in a row it takes a person.
import type { Index } from '../index/database.ts';
import { MailError } from '../model/error.ts';
import { followedBy, type Hint } from '../model/hint.ts';

/** Refusals in a row after which a login that once worked is taken for wrong. */
const MOST = 3;

const AGAIN: Hint = {
  en: `This login has worked before: it is tried again, and taken for wrong after ${MOST} refusals in a row.`,
  zh: `该登录以前成功过：会自动重试，连续 ${MOST} 次被拒绝后才视为密码错误。`,
};

/** What is known of an account's logins. */
export interface Logins {
  /** It was well at least once. */
  readonly worked: boolean;
  /** Refusals in a row up to now. */
  readonly refused: number;
}

/** What the last polls of an account tell of its login. */
export function loginsOf(db: Index, account: string): Logins {
  try {
    const row = db
      .prepare<[string], { good: number | null; error: string | null }>(
        'SELECT last_good AS good, error FROM sync WHERE account = ?',
      )
      .get(account);
    return { worked: row?.good != null, refused: refusedIn(row?.error ?? null) };
  } catch {
    return { worked: false, refused: 0 }; // an index that cannot be read tells of no login
  }
}

/** When the account was last polled to an end, in milliseconds; null where it was not. */
export function lastTry(db: Index, account: string): number | null {
  return (
    db.prepare<[string], number | null>('SELECT last_try FROM sync WHERE account = ?').pluck().get(account) ??
    null
  );
}

/** The error as it is to be told: not for good while it may be the server's haste. */
export function judged(error: MailError, { worked, refused }: Logins): MailError {
  // Only what the mail server refused may be its haste: a sign-in that has ended at its provider has ended.
  if (error.kind !== 'auth' || error.phase !== 'auth' || !worked || refused + 1 >= MOST) return error;
  const { kind, message, after, phase, code, hint } = error;
  return new MailError({
    kind,
    retry: 'later',
    message,
    after,
    phase,
    code,
    hint: followedBy(AGAIN, hint),
    cause: error,
  });
}

function refusedIn(error: string | null): number {
  if (error === null) return 0;
  const told: unknown = JSON.parse(error);
  const isRefusal = typeof told === 'object' && told !== null && 'kind' in told && told.kind === 'auth';
  if (!isRefusal) return 0;
  return 'refused' in told && typeof told.refused === 'number' ? told.refused : 1;
}
