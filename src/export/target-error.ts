// What the disk that is exported to refused, with its cure: it is seldom that of the archive, and nothing goes on there by itself.
import type { MailError } from '../model/error.ts';
import { storageError } from '../runtime/storage-error.ts';

const AGAIN = 'what is there already is left where it is, and an mbox is written anew.';
const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: `The disk that is exported to is full: free some space there, and export again; ${AGAIN}`,
  EDQUOT: `The quota of the disk that is exported to is used up: free some space there, and export again; ${AGAIN}`,
  EFBIG: 'That file system takes no file so large: export as eml or maildir, or in parts, by year.',
  EROFS: 'What is exported to is read-only: give another path, or mount it writable.',
  EIO: 'The disk that is exported to reports input/output errors: look into the system log, or give another path.',
  EACCES: 'You may not write there: look at the owner and the mode of the directory, or give another path.',
  EPERM: 'You may not write there: look at the owner and the mode of the directory, or give another path.',
};

/** A MailError `storage` that says `what` failed, as storageError does. */
export function targetError(thrown: unknown, what: string): MailError {
  return storageError(thrown, what, HINTS);
}
