// PURE: is a file in the drop folder taken now? Whoever writes it may be slow, so it must have been quiet, and it must be
// whole; one that was renamed into place was whole before it had its name. What never becomes whole is given up.

/** A file as one stat showed it. Two are the same file, untouched, when all of it is equal. */
export interface Observation {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** What is known of a file that lies in the drop folder. */
export interface Watched {
  readonly seen: Observation;
  /** When it was first seen as it is now; monotonic milliseconds. */
  readonly since: number;
  /** It changed under its name: whoever writes it may do other things to it between two writes. */
  readonly inPlace: boolean;
  /** What a look inside told: null is not yet looked at, else the sentence that says what is missing. */
  readonly missing: string | null;
}

/** What to do with it. `at` is when to ask again, in monotonic milliseconds. */
export type Verdict =
  | { readonly action: 'wait'; readonly at: number }
  /** Copy it and look inside: whole means taken, else tell by `incomplete`. */
  | { readonly action: 'examine' }
  /** It will not become whole: taken as failed, with this reason. */
  | { readonly action: 'give-up'; readonly why: string };

/** Milliseconds without a change after which a file is looked at. */
export const QUIET = 3000;
/** Milliseconds after which a file that is quiet and not whole is given up. */
export const PATIENCE: number = 15 * 60 * 1000;

/** Names that are mail to send: `*.eml`, not hidden. All others (`.x`, `x.eml.tmp`, `x.part`, `x~`) are left alone. */
export function isLetter(name: string): boolean {
  return /^[^.].*\.eml$/is.test(name);
}

/** What is known of a file after one more stat at `now` (monotonic milliseconds). */
export function observe(before: Watched | undefined, seen: Observation, now: number): Watched {
  if (before !== undefined && sameFile(before.seen, seen)) return before;
  const inPlace = before !== undefined && before.seen.ino === seen.ino && before.seen.dev === seen.dev;
  return { seen, since: now, inPlace, missing: null };
}

/** The same, after a look inside found it incomplete. */
export function incomplete(watched: Watched, why: string): Watched {
  return { ...watched, missing: why };
}

/**
 * What to do with the file at `now`. `local`: it lies on a file system whose times this kernel writes; elsewhere (NFS, SMB,
 * FUSE) mtime and ctime come from another machine in whatever order, and every file has to be seen quiet.
 */
export function settle(watched: Watched, now: number, local: boolean): Verdict {
  if (watched.missing !== null) {
    const end = watched.since + PATIENCE;
    return now >= end
      ? {
          action: 'give-up',
          why: `it is incomplete, and nothing was added in 15 minutes: ${watched.missing}`,
        }
      : { action: 'wait', at: end };
  }
  const quiet = watched.since + QUIET;
  return now >= quiet || (local && !watched.inPlace && renamed(watched.seen))
    ? { action: 'examine' }
    : { action: 'wait', at: quiet };
}

/** True where both stats show the same file, untouched between them. */
export function sameFile(a: Observation, b: Observation): boolean {
  return (
    a.dev === b.dev &&
    a.ino === b.ino &&
    a.size === b.size &&
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs
  );
}

/**
 * A write sets mtime and ctime to the same instant; a rename moves ctime alone. A later ctime says that the last write was
 * over before something was done to the file as a whole. Both come from the same file system, so that no clock is trusted.
 */
function renamed({ size, mtimeNs, ctimeNs }: Observation): boolean {
  return size > 0n && ctimeNs > mtimeNs;
}
