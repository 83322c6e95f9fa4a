// PURE: what a file system refused, as the one error that crosses folders, with the cure where there is one.
import { MailError, textOf } from '../model/error.ts';

/** What is said of a full disk by the service and by commands alike. */
export const DISK_FULL: string =
  'The disk is full: free some space; nothing stored is lost, and the next run goes on from here.';

/** True for the cure of whatever failed for want of room. */
export function wantsRoom(hint: string): boolean {
  return hint.startsWith('The disk is full: ');
}

const OWNER =
  'mailkeep may not write or read there: look at the owner and the mode. Of the service all of it must be: `chown -R mailkeep: /var/lib/mailkeep`.';

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: DISK_FULL,
  EDQUOT: 'The disk quota is used up: free some space or raise it; nothing stored is lost.',
  EROFS:
    'The file system is read-only: look into the system log for why, and mount it writable again. The service may write below /var/lib/mailkeep and /var/spool/mailkeep only: `systemctl edit mailkeep` and ReadWritePaths= add another place.',
  EIO: 'The disk reports input/output errors: look into the system log, and save a copy of the archive.',
  EACCES: OWNER,
  EPERM: OWNER,
  EMFILE: 'Too many files are open: raise the limit (ulimit -n, or LimitNOFILE= in the unit).',
  ENFILE: 'The whole machine has too many files open.',
};

/**
 * A MailError `storage`, retry `later`, that says `what` failed: "storing a message", "appending to journal qq".
 * A MailError passes through unchanged. `hints` by errno go before the usual ones.
 */
export function storageError(
  thrown: unknown,
  what: string,
  hints: Readonly<Record<string, string>> = HINTS,
): MailError {
  if (thrown instanceof MailError) return thrown;
  const code = codeOf(thrown);
  return new MailError({
    kind: 'storage',
    retry: 'later',
    message: `${what} failed: ${textOf(thrown)}`,
    hint: (code === undefined ? undefined : hints[code]) ?? hintFor(code),
    code,
    cause: thrown,
  });
}

/** The cure of an errno name, where there is one. */
export function hintFor(code: string | undefined): string | undefined {
  return code === undefined ? undefined : HINTS[code];
}

/** The errno name of a thrown value: `ENOENT`; undefined where it has none. */
export function codeOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

/** Why the system refused a file, for a sentence that names the file already: `no such file or directory (ENOENT)`. */
export function systemReason(thrown: unknown): string {
  const text = textOf(thrown);
  const [, code, words] = /^(E[A-Z0-9]+): (.+?), [a-z0-9]+(?: '[^]*')?$/.exec(text) ?? [];
  return code === undefined || words === undefined ? text : `${words} (${code})`;
}
