// The time that a server wants to be left alone for, in its own words (I-031, I-051): obeyed over runs and restarts, because
// who comes back sooner is kept out for longer.
import type { Index } from '../index/database.ts';
import { MailError } from '../model/error.ts';

const DAY = 86_400_000;

/** Codes of those who keep a program out for longer each time: Gmail, an hour at first and a day in the end. */
const GROWING: ReadonlySet<string> = new Set(['OVERQUOTA']);

interface Told {
  readonly message: string;
  /** Milliseconds. */
  readonly after: number;
  readonly code: string | undefined;
}

/** What is thrown instead of asking the server at `now`; undefined where it may be asked. */
export function restOf(db: Index, account: string, now: number): MailError | undefined {
  const { told, at } = lastOf(db, account);
  const left = told === undefined ? 0 : at + told.after - now;
  // A clock that went back tells nothing of the time that has passed.
  if (told === undefined || left <= 0 || at > now) return undefined;
  const until = new Date(at + told.after).toISOString().slice(0, 16).replace('T', ' ');
  return new MailError({
    kind: 'busy',
    retry: 'later',
    message: `${account} is left alone until ${until} UTC, as its server asked: ${told.message}`,
    after: left,
    code: told.code,
  });
}

/** The error with the time to wait as it is after those before it. */
export function lasting(db: Index, account: string, error: MailError): MailError {
  const { told } = lastOf(db, account);
  const grows = GROWING.has(error.code ?? '') && told?.code === error.code;
  if (!grows || told === undefined) return error;
  const { kind, message, retry, phase, code, hint, cause } = error;
  const after = Math.min(DAY, Math.max(error.after ?? 0, 2 * told.after));
  return new MailError({ kind, message, retry, after, phase, code, hint, cause });
}

/** What the last poll ended with, if that told a time, and when. */
function lastOf(db: Index, account: string): { readonly told: Told | undefined; readonly at: number } {
  try {
    const row = db
      .prepare<[string], { at: number | null; error: string | null }>(
        'SELECT last_try AS at, error FROM sync WHERE account = ?',
      )
      .get(account);
    return { told: toldIn(JSON.parse(row?.error ?? 'null')), at: row?.at ?? 0 };
  } catch {
    return { told: undefined, at: 0 }; // an index that cannot be read is told by what comes next
  }
}

function toldIn(error: unknown): Told | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if (!('after' in error) || typeof error.after !== 'number') return undefined;
  const message = 'message' in error && typeof error.message === 'string' ? error.message : '';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { message, after: error.after, code };
}
