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
  /** A look inside told that nothing in it says where it ends, as a multipart does: a part of it looks whole, too. */
  readonly openEnded: boolean;
  /** A look inside told why it is left alone as it is. */
  readonly left: string | null;
}

/** What is known beside the file itself. */
export interface Place {
  /** It lies on a file system whose times this kernel writes; elsewhere (NFS, SMB, FUSE) they come from another machine. */
  readonly local: boolean;
  /** Whoever has it open for writing would be seen. */
  readonly seen: boolean;
}

/** What to do with it. `at` is when to ask again, in monotonic milliseconds. */
export type Verdict =
  | { readonly action: 'wait'; readonly at: number }
  /**
   * Copy it and look inside, unless it is open for writing: whole means taken, else tell by `incomplete`. `renamed`: it was whole
   * before it had its name. `mayGrow`: only one that says where it ends is taken, else tell by `openEnded`.
   */
  | { readonly action: 'examine'; readonly renamed: boolean; readonly mayGrow: boolean }
  /** It will not become whole: taken as failed, with this reason. */
  | { readonly action: 'give-up'; readonly why: string };

/** Milliseconds without a change after which a file is looked at. */
export const QUIET = 3000;
/** The same, for one that does not say where it ends, and whose writer may have it open unseen. */
export const UNSEEN_QUIET = 30_000;
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
  return { seen, since: now, inPlace, missing: null, openEnded: false, left: null };
}

/** The same, after a look inside found it incomplete. */
export function incomplete(watched: Watched, why: string): Watched {
  return { ...watched, missing: why };
}

/** The same, after a look inside found that nothing says where it ends. */
export function openEnded(watched: Watched): Watched {
  return { ...watched, openEnded: true };
}

/** What to do with the file at `now`. Where times come from another machine, in whatever order, it has to be seen quiet. */
export function settle(watched: Watched, now: number, { local, seen }: Place): Verdict {
  if (watched.missing !== null) {
    const end = watched.since + PATIENCE;
    return now >= end
      ? {
          action: 'give-up',
          why: `it is incomplete, and nothing was added in 15 minutes: ${watched.missing}`,
        }
      : { action: 'wait', at: end };
  }
  if (local && !watched.inPlace && isRenamed(watched.seen))
    return { action: 'examine', renamed: true, mayGrow: false };
  const quiet = watched.since + QUIET;
  if (now < quiet) return { action: 'wait', at: quiet };
  const sure = watched.since + UNSEEN_QUIET;
  const mayGrow = !(local && seen) && now < sure;
  return mayGrow && watched.openEnded
    ? { action: 'wait', at: sure }
    : { action: 'examine', renamed: false, mayGrow };
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
function isRenamed({ size, mtimeNs, ctimeNs }: Observation): boolean {
  return size > 0n && ctimeNs > mtimeNs;
}
