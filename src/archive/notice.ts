// PURE: what a person should know of a journal, in one line each.

/** Something that a person should know of a journal. */
export interface Notice {
  /**
   * `torn`: an unfinished last line was cut off. `hole`: lines were skipped that never reached the disk. `damaged`: a line was skipped.
   * `unknown`: a newer kind of line was skipped. `snapshot`: the snapshot cannot be used, and the whole journal is read.
   */
  readonly kind: 'torn' | 'hole' | 'damaged' | 'unknown' | 'snapshot';
  readonly account: string;
  /** Where the line begins, in octets; 0 for a snapshot. */
  readonly offset: number;
  /** One line for a person. */
  readonly text: string;
}

/**
 * False for a hole: what stood there was written while the power was cut, or the disk lied, and a file that it alone named is in no
 * journal, which is told.
 */
export function isFlaw({ kind }: Notice): boolean {
  return kind !== 'hole';
}

/** A line that is left out of a replay. */
export function skipped(
  account: string,
  offset: number,
  read: { is: 'unknown'; op: string } | { is: 'damaged' } | { is: 'hole' },
): Notice {
  const what =
    read.is === 'unknown'
      ? `a line of a kind unknown here (${JSON.stringify(read.op)}) was skipped`
      : read.is === 'damaged'
        ? 'a damaged line was skipped'
        : 'what never reached the disk was skipped: the power was cut while it was written';
  return { kind: read.is, account, offset, text: `the journal of ${account}, at octet ${offset}: ${what}` };
}

/** A line whose end is damaged: the next one begins where it should. */
export function unended(account: string, offset: number): Notice {
  const text = `the journal of ${account}, before octet ${offset}: the end of a line is damaged; the index has that line`;
  return { kind: 'damaged', account, offset, text };
}

/** A snapshot that is not used. */
export function unusable(account: string, why: string): Notice {
  const text = `the snapshot of the journal of ${account} is of no use (${why}): the whole journal is read instead`;
  return { kind: 'snapshot', account, offset: 0, text };
}

/** What an append cut off before it wrote `lines`, up to `end`. */
export function torn(account: string, end: number, cut: number, lines: string, made: boolean): Notice {
  const offset = made ? 0 : end - Buffer.byteLength(lines);
  const text = `the journal of ${account}, at octet ${offset}: ${cut} octets of an unfinished line were cut off`;
  return { kind: 'torn', account, offset, text };
}

/** A journal that is not what its snapshot was made of. */
export function changed(account: string, octets: number): Notice {
  const text = `the journal of ${account}, before octet ${octets}: something is not as it was when its snapshot was made; the snapshot still has it`;
  return { kind: 'damaged', account, offset: 0, text };
}
