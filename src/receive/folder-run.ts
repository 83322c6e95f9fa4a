// What the poll of one folder works with, and the connection that it works on, which may be lost and dialled again.
import type { Archive } from '../archive/store.ts';
import type { Index } from '../index/database.ts';
import type { Keeper } from '../index/keep.ts';
import type { KnownKey } from '../index/positions.ts';
import type { Clock } from '../model/clock.ts';
import type { MailError } from '../model/error.ts';
import type { Folder } from '../model/mailbox.ts';
import type { Acquitted } from './acquitted.ts';
import type { Budget } from './budget.ts';
import type { FolderState, Source } from './source.ts';

/** What a folder's poll works with. */
export interface FolderRun {
  readonly account: string;
  readonly archive: Archive;
  readonly keeper: Keeper;
  readonly db: Index;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Lists and counts, fetches and stores nothing. */
  readonly dryRun: boolean;
  /** Lists even where nothing seems to have changed. */
  readonly full: boolean;
  /** Folders that the server no longer lists: their messages may be met again under another name. */
  readonly missing: readonly string[];
  /** What the provider lets come in a day; absent where it tells no limit. */
  readonly budget?: Budget | undefined;
  /** What earlier polls found to be as it was, whatever the server says of it. */
  readonly acquitted: Acquitted;
  /** What failed in this run: it is not asked for again when the folder is read once more from its start. */
  readonly failed: Set<KnownKey>;
  /** False where its UIDVALIDITY was another when it was opened again (I-104): it is not opened twice for one look. */
  steady: boolean;
  /** Called as messages are stored: of this folder's wanted ones, so many, with so many octets. */
  readonly stored: (messages: number, octets: number) => void;
  /** Called as messages are read once more that are stored. */
  readonly readAgain: (messages: number) => void;
  /** Called once the folder's plan is known. */
  readonly wanted: (messages: number) => void;
  /** Offers work to other sessions; returns what ends the offer. */
  readonly share: (work: Shared) => () => void;
}

/** Work on one folder that several sessions can do together. */
export interface Shared {
  /** Batches that nobody has taken. */
  readonly waiting: number;
  /**
   * Enters the folder with `session` and takes batches until there are none. Rejects with MailError when the session broke;
   * what it had under way has then gone back.
   */
  help(session: Session): Promise<void>;
}

/** A connection that may be lost and dialled again. */
export interface Session {
  readonly source: Source;
  /** Drops the source, connects anew and enters `folder` again; `why` is thrown when that is not worth it. */
  renew(why: MailError, folder: Folder): Promise<FolderState>;
}
