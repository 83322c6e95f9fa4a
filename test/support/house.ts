// The writing half of the house in a temporary directory: real archive, journal, index and extraction.
import { join } from 'node:path';
import { Archive } from '../../src/archive/store.ts';
import { Journal } from '../../src/archive/journal.ts';
import { closeIndex, openIndex, type Index } from '../../src/index/database.ts';
import { Extractor } from '../../src/index/extract.ts';
import { Keeper } from '../../src/index/keep.ts';
import type { Clock } from '../../src/model/clock.ts';
import type { Connection } from '../../src/net/connection.ts';
import { Acquitted } from '../../src/receive/acquitted.ts';
import { Budget } from '../../src/receive/budget.ts';
import { LoginPace } from '../../src/receive/login-pace.ts';
import { openSource, type Receiving } from '../../src/receive/open-source.ts';
import type { AccountReport } from '../../src/receive/report.ts';
import { lastTry } from '../../src/receive/refused-login.ts';
import { receive, type Poll } from '../../src/receive/run.ts';
import { dialled } from './account.ts';
import { temporaryDirectory, type Ending } from './temporary.ts';

/** What a test works with. */
export interface TestHouse {
  readonly data: string;
  readonly archive: Archive;
  readonly journal: Journal;
  readonly db: Index;
  readonly keeper: Keeper;
  /** Polls an account once. */
  poll(
    account: Receiving,
    options?: Partial<Pick<Poll, 'signal' | 'full' | 'dryRun' | 'progress'>>,
    connect?: () => Promise<Connection>,
  ): Promise<AccountReport>;
  /** Paths of all stored messages below mail/, sorted. */
  files(): Promise<string[]>;
  /** Closes index and workers; the directory stays until the test ends. */
  close(): Promise<void>;
}

/** Opens a house in `data`, by default a new directory. */
export async function openTestHouse(
  test: Ending,
  clock: Clock,
  data: string = temporaryDirectory(test),
): Promise<TestHouse> {
  const archive = await Archive.open(data, { write: true });
  const journal = new Journal(data);
  const db = openIndex(data, 'write');
  const extractor = new Extractor({ mailRoot: join(data, 'mail'), workers: 1 });
  const keeper = new Keeper({ archive, journal, extractor, db, clock });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    closing ??= extractor.close().then(() => closeIndex(db));
    await closing;
  };
  test.after(close);
  const avoided = new Map<string, Set<string>>();
  const acquitted = new Acquitted();
  const paces = new LoginPace(clock, (account) => lastTry(db, account));
  return {
    data,
    archive,
    journal,
    db,
    keeper,
    poll: (account, options = {}, connect) => {
      const { signal = new AbortController().signal } = options;
      const { budget: limit } = account.receive;
      const budget = limit === undefined ? undefined : new Budget(db, account.name, limit, clock);
      const dial = connect ?? dialled(account, undefined, (octets) => budget?.spend(octets));
      const pace = paces.of(account.name, account.receive.host, signal);
      return receive({
        account,
        source: () => openSource(account, dial, avoided, pace),
        archive,
        keeper,
        db,
        clock,
        acquitted,
        budget,
        ...options,
        signal,
      });
    },
    files: async () => {
      const paths: string[] = [];
      for await (const { path } of archive.list()) paths.push(path);
      return paths.sort();
    },
    close,
  };
}
