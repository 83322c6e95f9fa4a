// What a proof works with, and what it says: folder by folder, message by message, in the JSON shape of `verify --server`.
import type { Archive } from '../archive/store.ts';
import type { Index } from '../index/database.ts';
import type { Holding } from '../index/holdings.ts';
import type { KnownKey } from '../index/positions.ts';
import type { Account } from '../model/account.ts';
import type { Clock } from '../model/clock.ts';
import type { MessageId } from '../model/ids.ts';
import type { Compared } from './compare.ts';
import type { ReportedError } from './report.ts';
import type { Source } from './source.ts';

/** What a proof works with. */
export interface ProofRun {
  readonly account: Account;
  /** A new, unopened source for the account. */
  readonly source: () => Source;
  readonly archive: Archive;
  readonly db: Index;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Messages whose files are known to be damaged or missing. */
  readonly damaged: ReadonlySet<MessageId>;
  /** Called as it goes on: messages held against the archive, of those that the server counts, and where it is. */
  readonly progress?: ((done: number, total: number, folder: string) => void) | undefined;
}

/** One folder. Keys are UIDs, or UIDLs. */
export interface FolderProof {
  readonly name: string;
  /** Messages that the server counts. */
  readonly server: number;
  /** Of these, stored. */
  readonly stored: number;
  /** Listed and not stored. */
  readonly missing: readonly KnownKey[];
  /** Stored under a key that names a message with other octets at the server. */
  readonly changed: readonly KnownKey[];
  /** Stored, not known to be gone, and not listed: only told, because a server may hide what it has. */
  readonly extra: readonly KnownKey[];
  /** Listed and stored, and the file is damaged or not there. */
  readonly damaged: readonly KnownKey[];
  /** All that the server shows is stored, and well. */
  readonly proved: boolean;
  /** What has to be known beside it. */
  readonly notes: readonly string[];
  /** Why it could not be read. */
  readonly error?: ReportedError;
}

/** One account. */
export interface AccountProof {
  readonly name: string;
  readonly proved: boolean;
  readonly folders: readonly FolderProof[];
  readonly error: ReportedError | null;
}

/** A folder's list against what is stored, and remarks. */
export interface Held {
  readonly compared: Compared;
  readonly notes: readonly string[];
}

/** True for a message whose file is there with its size, and not known to be damaged. */
export function wholeIn({
  archive,
  damaged,
}: Pick<ProofRun, 'archive' | 'damaged'>): (held: Holding) => boolean {
  return ({ id, path, size }) => !damaged.has(id) && archive.holds(path, size);
}
