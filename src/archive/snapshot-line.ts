// PURE: the first and the last line of a snapshot, `<account>.snapshot` beside the journal. Between them stand lines of the journal,
// octet for octet. What this version does not understand is no snapshot: the journal is whole without it.
import { sealed, unsealed } from './journal-line.ts';

/** What the first line tells. */
export interface SnapshotHead {
  readonly account: string;
  /** The snapshot stands for so many octets of the journal, from its start; its tail is replayed behind it. */
  readonly octets: number;
  /** Their SHA-256: in none of them did anything change. */
  readonly sha256: string;
  /** SHA-256 of the last `END` of them (of all where they are fewer): it is a snapshot of this journal, told at little cost. */
  readonly end: string;
}

/** What the last line tells: a snapshot without it was cut. */
export interface SnapshotFoot {
  /** Lines of the journal. */
  readonly lines: number;
  /** SHA-256 of all octets before this line. */
  readonly sha256: string;
}

/** Octets. */
export const END: number = 64 * 1024;

const FORMAT = 'mailkeep-snapshot';

/** The version that is written. One of another version is no snapshot, and the journal is read instead. */
export const VERSION = 1;

/** The first line. */
export function headLine(head: SnapshotHead): string {
  const { account, octets, sha256, end } = head;
  return sealed({ format: FORMAT, version: VERSION, account, octets, sha256, end });
}

/** The last line. */
export function footLine({ lines, sha256 }: SnapshotFoot): string {
  return sealed({ op: 'end', lines, sha256 });
}

/** Reads a first line without its line feed; undefined where it is damaged, or of another format or version. */
export function readHead(line: Buffer): SnapshotHead | undefined {
  const { format, version, account, octets, sha256, end } = unsealed(line) ?? {};
  if (format !== FORMAT || version !== VERSION || typeof account !== 'string') return undefined;
  if (typeof octets !== 'number' || typeof sha256 !== 'string' || typeof end !== 'string') return undefined;
  return { account, octets, sha256, end };
}

/** Reads a last line without its line feed; undefined where it is none. */
export function readFoot(line: Buffer): SnapshotFoot | undefined {
  const { op, lines, sha256 } = unsealed(line) ?? {};
  if (op !== 'end' || typeof lines !== 'number' || typeof sha256 !== 'string') return undefined;
  return { lines, sha256 };
}
