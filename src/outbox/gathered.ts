// PURE: what one look at the drop folder has found so far, and the order in which it takes the letters.
import type { MailError } from '../model/error.ts';
import type { DroppedLetter } from './drop-folder.ts';
import type { Letter } from './letter.ts';
import type { Watched } from './settle.ts';
import { numbered } from './sync-copies.ts';
import type { Writers } from './writers.ts';

/** A file that is not taken, and will not be as it is. */
export interface LeftFile {
  /** `name.eml` or `account/name.eml`. */
  readonly file: string;
  readonly reason: string;
}

/** What one look found. */
export interface Look {
  readonly claimed: readonly Letter[];
  /** Files that are not yet taken. */
  readonly waiting: number;
  readonly left: readonly LeftFile[];
  /** Folders or files that could not be read or written now. */
  readonly errors: readonly MailError[];
  /** All folders that were read are of a file system whose changes this system tells. */
  readonly local: boolean;
  /** It took letters for so long that others were not looked at. */
  readonly isCut: boolean;
  /** It did not look at all that lies there: it is cut, or went on with what one before it had not come to. */
  readonly isPart: boolean;
  /** When another look is of use without any event; monotonic milliseconds. */
  readonly next: number | null;
}

/** A look that goes on. */
export interface Gathered {
  readonly claimed: Letter[];
  waiting: number;
  readonly left: LeftFile[];
  readonly errors: MailError[];
  next: number | null;
  readonly watched: Map<string, Watched>;
  /** Letters whose original may still lie there, and those of them that were found. */
  readonly pending: readonly Letter[];
  readonly present: Set<string>;
  /** The device on which each listed folder lies, by account. */
  readonly disks: Map<string | null, bigint>;
  /** Something could not be read, or was not listed. */
  blind: boolean;
  isCut: boolean;
  isPart: boolean;
  local: boolean;
  /** Monotonic milliseconds; what is not looked at by then is for the next look, if this one took any. */
  readonly until: number;
  readonly writers: () => Writers;
}

/** A file as it was when the folder was listed. */
export interface Found {
  readonly name: DroppedLetter;
  readonly ctimeNs: bigint;
}

/**
 * In the order in which they came, which the rename of a careful writer or the last write of another one tells; then `x (1).eml`
 * behind `x.eml`, of which it may be a copy; else by name.
 */
export function byAge(a: Found, b: Found): number {
  const later = (found: Found): number => (numbered(found.name.shown) === null ? 0 : 1);
  return Number(a.ctimeNs - b.ctimeNs) || later(a) - later(b);
}

/** What `find` gives, asked for once. */
export function once<T>(find: () => T): () => T {
  let found: T | undefined;
  return () => (found ??= find());
}
