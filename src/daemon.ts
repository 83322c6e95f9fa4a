// The composition root, and with it the map of the house. From a Config it builds, in this order:
//   archive/    the .eml files and the journals, the two truths; one writer, by a lock
//   index/      what is searched: opened, and caught up with the journals' tails
//   receive/    for each account a job: server → plan → files → journal → index; and a push that wakes it
//   outbox/     the drop folder and the queue: file → spool → SMTP → sent
// A command opens the house for itself. Where the service lives in it, serve.ts adds:
//   schedule/   wakes the receiving jobs by their cron expressions, or at a push
//   service/    its polls, its checks, what it does for a command that asks, and how it looks from outside
//   control/    the socket by which commands talk to the service
import { join } from 'node:path';
import { Archive } from './archive/store.ts';
import { Journal } from './archive/journal.ts';
import { checkMounted } from './archive/unmounted.ts';
import type { Config } from './config/load.ts';
import { inChinese } from './chinese/told.ts';
import { closeIndex, type Index } from './index/database.ts';
import { Extractor } from './index/extract.ts';
import { remembered } from './index/folders.ts';
import { Keeper } from './index/keep.ts';
import { countLate } from './index/late-text.ts';
import { openOrRenew } from './index/renew.ts';
import type { Account } from './model/account.ts';
import type { Clock } from './model/clock.ts';
import { textOf } from './model/error.ts';
import { NOBODY, type Onlooker } from './model/onlooker.ts';
import { connector } from './net/connector.ts';
import { inImap } from './net/imap-session.ts';
import { evidenceIn } from './outbox/archive-evidence.ts';
import { keepSentIn } from './outbox/keep-sent.ts';
import { Outbox } from './outbox/run.ts';
import { Acquitted } from './receive/acquitted.ts';
import { openSource, type Receiving } from './receive/open-source.ts';
import { Push, type PushTools } from './receive/push.ts';
import { avoidedAt, type Avoided } from './receive/reopen.ts';
import { Reach } from './receive/reach.ts';
import { receive } from './receive/run.ts';
import type { AccountReport } from './receive/report.ts';
import type { Source } from './receive/source.ts';
import { acquireLock } from './runtime/lock.ts';
import type { Log } from './runtime/log.ts';
import { makeFolder } from './runtime/make-folder.ts';
import { storageError } from './runtime/storage-error.ts';
import type { Organ } from './service/health.ts';
import type { PollOptions } from './service/polls.ts';
import type { Turn } from './service/turns.ts';

/** The house with one writer in it: this process. */
export interface House {
  readonly config: Config;
  readonly archive: Archive;
  readonly journal: Journal;
  readonly db: Index;
  /** Why the index had to be made anew; null where it had not. */
  readonly lost: string | null;
  readonly keeper: Keeper;
  /** A new, unopened source for an account. */
  source(account: Receiving, signal: AbortSignal): Source;
  /** Polls one account now; never throws. */
  poll(account: Account, signal: AbortSignal, options?: PollOptions): Promise<AccountReport>;
  /** The push of an account; null where it polls by its schedule alone. It begins at its first `release`. */
  push(account: Receiving, by: Pushed): Push | null;
  /** The outbox, not yet started. */
  readonly outbox: Outbox;
  /** What of it must answer for it to be well. */
  readonly organs: readonly Organ[];
  /** Closes everything and gives up the lock. */
  close(): Promise<void>;
}

/** What a push asks of the schedule. */
export type Pushed = Pick<PushTools, 'wake' | 'pausedUntil' | 'refused'>;

/**
 * Opens the archive for writing. Throws MailError `locked` while another process has it, `storage`, or `cancelled` when
 * `signal` aborts while the index catches up. An index that is missing or damaged is made anew: for a `service`, which reads all
 * of it to see that, places and positions now, and the text of messages by `keeper.readLate`; for a command all of it now.
 */
export async function openHouse(
  config: Config,
  log: Log,
  clock: Clock,
  signal?: AbortSignal,
  turn: Turn = (_, work, { signal: end }) => work(end, () => undefined),
  service: boolean = false,
  onlooker: Onlooker = NOBODY,
): Promise<House> {
  await makeFolder(config.data, 0o700).catch((thrown: unknown) => {
    throw storageError(thrown, `making ${config.data}`);
  });
  const lock = await acquireLock(join(config.data, 'lock'), { unseen: true });
  const extractor = new Extractor({ mailRoot: join(config.data, 'mail') });
  let db: Index | undefined;
  const close = async (): Promise<void> => {
    try {
      await extractor.close();
      if (db !== undefined) closeIndex(db);
    } catch (thrown) {
      // What is not folded back stays in the write-ahead log, and the next start reads it there.
      log.warn(`the index was closed before its log was folded back: ${textOf(thrown)}`);
    } finally {
      await lock.release();
    }
  };
  try {
    const journal = new Journal(config.data, ({ text }) => log.warn(text));
    await checkMounted(config.data, journal);
    const archive = await Archive.open(config.data, { write: true });
    const opened = openOrRenew(config.data, service);
    db = opened.db;
    if (opened.lost !== null)
      log.error(`${opened.lost}: it is made anew from the stored messages and journals; nothing is lost`);
    const keeper = new Keeper({ archive, journal, extractor, db, clock });
    const replayed = await keeper.catchUp(
      signal,
      service && (opened.lost !== null || countLate(db).unread > 0),
    );
    if (replayed > 0) log.info('index caught up with the journals', { entries: replayed });
    const connect = connector(log, onlooker);
    const avoided: Avoided = new Map();
    const acquitted = new Acquitted();
    const index = db;
    const reach = new Reach(index, clock, connect);
    const outbox = new Outbox(
      { accounts: config.accounts, outbox: config.outbox, data: config.data },
      {
        clock,
        log,
        onlooker,
        connect: (account, signal, trace) => connect(account, account.send, signal, undefined, trace),
        keepSent: keepSentIn(archive, keeper, db, clock),
        inChinese,
        inArchive: evidenceIn(archive, db),
        inMailbox: (account, signal, work) => {
          const { receive: server } = account;
          if (server === undefined) throw new TypeError(`${account.name} receives nothing`);
          const avoid = avoidedAt(avoided, server.host);
          const receives = { ...account, receive: server };
          return turn(
            account,
            (stop) => inImap(() => reach.dialInPace(receives, stop), account, server, avoid, work),
            { signal },
          );
        },
      },
    );
    const sources = (account: Receiving, signal: AbortSignal): (() => Source) => {
      const pace = reach.pace(account, signal);
      return () => openSource(account, () => reach.dial(account, signal), avoided, pace);
    };
    return {
      config,
      archive,
      journal,
      db: index,
      lost: opened.lost,
      source: (account, signal) => sources(account, signal)(),
      keeper,
      outbox,
      organs: [
        {
          name: 'the index',
          ask: async () => void index.prepare('SELECT count(*) FROM sqlite_schema').get(),
        },
        { name: 'the text extraction', ask: () => extractor.answer() },
        { name: 'the outbox', ask: () => outbox.answer() },
      ],
      poll: (account, signal, options = {}) => {
        const server = account.receive;
        if (server === undefined) throw new TypeError(`${account.name} receives nothing`);
        const receives = { ...account, receive: server };
        const source = sources(receives, signal);
        const budget = reach.budget(receives);
        const parts = { archive, keeper, db: index, clock, acquitted };
        return receive({ account, source, signal, budget, ...parts, ...options });
      },
      push: (account, by) => {
        const { receive: server, name } = account;
        if (!server.push || server.protocol !== 'imap') return null;
        return new Push(account, {
          clock,
          log,
          random: Math.random,
          avoided,
          connect: (signal) => reach.dialInPace(account, signal),
          known: () => remembered(index, name, 'INBOX'),
          ...by,
        });
      },
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** Accounts that receive. */
export function receiving(accounts: readonly Account[]): Receiving[] {
  return accounts.filter((account): account is Receiving => account.receive !== undefined);
}
