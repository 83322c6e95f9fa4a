// Where in a conversation a connection broke. The driver's errors do not know it, and SMTP decides by it whether a
// message may have been taken.
import { MailError } from '../model/error.ts';
import { cure } from '../model/hint.ts';
import { HANGS_UP, SILENT } from './cures.ts';
import type { Dialogue } from './dialogue.ts';

/** Plays `dialogue`; a MailError without a phase gets `phase`, and its message says during which `command` it came. */
export function* during<T>(phase: string, command: string, dialogue: Dialogue<T>): Dialogue<T> {
  try {
    return yield* dialogue;
  } catch (thrown) {
    if (!(thrown instanceof MailError) || thrown.phase !== undefined) throw thrown;
    throw new MailError({
      kind: thrown.kind,
      retry: thrown.retry,
      message: `${thrown.message} (during ${command})`,
      hint: thrown.hint,
      after: thrown.after,
      code: thrown.code,
      avoid: thrown.avoid,
      phase,
      cause: thrown,
    });
  }
}

/**
 * As `during` with phase `auth`. Some servers answer a wrong password by hanging up (P-034): at once again would look like
 * an attack, so that a lost connection is tried again later.
 */
export function* duringLogin<T>(host: string, command: string, dialogue: Dialogue<T>): Dialogue<T> {
  try {
    return yield* during('auth', command, dialogue);
  } catch (thrown) {
    if (!(thrown instanceof MailError) || thrown.kind !== 'closed' || thrown.avoid !== undefined)
      throw thrown;
    throw new MailError({
      kind: 'closed',
      retry: 'later',
      message: thrown.message,
      phase: 'auth',
      hint: cure(HANGS_UP, host),
      cause: thrown.cause,
    });
  }
}

/**
 * As `during` with phase `greeting`. Where nothing comes at all, both sides may be waiting for the other to speak first
 * (T-007).
 */
export function* duringGreeting<T>(host: string, protocol: string, dialogue: Dialogue<T>): Dialogue<T> {
  try {
    return yield* during('greeting', `${protocol} greeting`, dialogue);
  } catch (thrown) {
    if (!(thrown instanceof MailError) || thrown.kind !== 'timeout') throw thrown;
    const { kind, retry, message, phase, cause } = thrown;
    throw new MailError({ kind, retry, message, phase, hint: cure(SILENT, host), cause });
  }
}
