// What the deliveries of an outbox are given to work with.
import type { Account } from '../model/account.ts';
import type { Clock } from '../model/clock.ts';
import type { Onlooker } from '../model/onlooker.ts';
import type { Connection, Trace } from '../net/connection.ts';
import type { Journal } from './journal.ts';
import type { Letter } from './letter.ts';
import type { OutboxLog } from './outbox-log.ts';
import type { Spool } from './spool.ts';

/** What deliveries work with. */
export interface SendingTools {
  /** The accounts as they are now. */
  readonly accounts: () => readonly Account[];
  readonly spool: Spool;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: OutboxLog;
  readonly onlooker: Onlooker;
  /** 0 up to 1. */
  readonly random: () => number;
  /** Dials `send` of the account; `signal` ends the dialling only, `trace` is told each line. */
  readonly connect: (account: Account, signal: AbortSignal, trace: Trace) => Promise<Connection>;
  /** Our name in EHLO. */
  readonly name: string;
  /** False: it is in doubt, and not yet looked for. */
  readonly mayGo: (letter: Letter) => boolean;
  /** Called when a delivery is over, whatever came of it. */
  readonly over: (letter: Letter) => Promise<void>;
  /** Called when an account has nothing more to do for now. */
  readonly changed: () => void;
}
