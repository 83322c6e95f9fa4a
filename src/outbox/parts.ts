// What an outbox is made of, what it works with, and what one pass of it tells.
import type { Account } from '../model/account.ts';
import type { Clock } from '../model/clock.ts';
import type { Onlooker } from '../model/onlooker.ts';
import type { Connection, Trace } from '../net/connection.ts';
import type { Lock } from '../runtime/lock.ts';
import type { Evidence, InArchive } from './evidence.ts';
import type { KeepSent } from './finish.ts';
import type { Finishing } from './finishing.ts';
import type { LeftFile } from './gathered.ts';
import type { Intake } from './intake.ts';
import type { Journal } from './journal.ts';
import type { OutboxLog } from './outbox-log.ts';
import type { InChinese } from './reason.ts';
import type { Sending } from './sending.ts';
import type { InMailbox, SentCopies } from './sent-copies.ts';
import type { Spool } from './spool.ts';
import type { Standstill } from './standstill.ts';

/** What an outbox is about. */
export interface OutboxParts {
  /** Those to begin with; see `adopt`. */
  readonly accounts: readonly Account[];
  /** The drop folder. */
  readonly outbox: string;
  /** The data directory, which this process alone writes to. */
  readonly data: string;
}

/** What an outbox works with. */
export interface OutboxTools {
  readonly clock: Clock;
  readonly log: OutboxLog;
  /** Counts; absent: nobody does. */
  readonly onlooker?: Onlooker;
  /**
   * Dials `account.send`. `signal` ends the dialling; it never aborts afterwards. `trace` is told each line of the dialogue.
   * `(account) => dial(account.send, …)` will do.
   */
  readonly connect: (account: Account, signal: AbortSignal, trace: Trace) => Promise<Connection>;
  /** Puts a sent message into the archive, folder `Outbox`; must be safe to repeat. Tried again each minute until it resolves. */
  readonly keepSent: KeepSent;
  /** Reaches the IMAP servers of accounts, for copies of what was sent; absent: none is filed. */
  readonly inMailbox?: InMailbox;
  /** Looks into the archive for what tells of a message in doubt; absent: nobody does. */
  readonly inArchive?: InArchive;
  /** For what is written to whoever sent a message; absent: only what a server's answer means is told in Chinese. */
  readonly inChinese?: InChinese;
  /** 0 up to 1; default Math.random. */
  readonly random?: () => number;
  /** Our name in EHLO; default: this machine's, where it is a whole one. */
  readonly name?: string;
}

/** The outbox while it is open. */
export interface Opened {
  readonly locks: readonly Pick<Lock, 'release'>[];
  readonly journal: Journal;
  readonly spool: Spool;
  readonly intake: Intake;
  readonly sending: Sending;
  readonly evidence: Evidence;
  readonly copies: SentCopies;
  readonly finishing: Finishing;
  readonly standstill: Standstill;
}

/** What one pass did. */
export interface Report {
  /** Files taken from the drop folder. */
  readonly claimed: number;
  /** Letters that came to this state during the pass. */
  readonly sent: number;
  readonly deferred: number;
  readonly uncertain: number;
  readonly failed: number;
  /** Files in the drop folder that are not yet quiet, or not yet whole. */
  readonly waiting: number;
  /** Files that are not touched, and why. */
  readonly left: readonly LeftFile[];
  /** When the next pass is of use without a new file; milliseconds since 1970, or null. */
  readonly next: number | null;
}
