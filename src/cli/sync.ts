// `mailkeep sync`: one pass over the accounts, side by side, with progress, and what each brought. Beside a running service,
// which alone writes, the service does it, and tells its progress.
import type { Command } from 'commander';
import type { House } from '../daemon.ts';
import { openHouse } from '../daemon.ts';
import { makeDue } from '../index/pending.ts';
import { MailError } from '../model/error.ts';
import type { MailErrorParts } from '../model/error.ts';
import type { Receiving } from '../receive/open-source.ts';
import type { AccountReport, ReportedError } from '../receive/report.ts';
import { createLog } from '../runtime/log.ts';
import { createProgress } from '../runtime/progress.ts';
import { stopSignal } from '../runtime/shutdown.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { askInstead } from './by-service.ts';
import { deletionLines } from './deletion-lines.ts';
import { exitCodeOf, type Frame } from './output.ts';
import { receivingOf } from './receiving.ts';
import { example } from './register.ts';
import { syncWords } from './sync-words.ts';
import { safeLine } from './terminal-text.ts';
import { octets } from '../runtime/octets.ts';
import { languageOf } from './locale.ts';
import { waitingText } from './waiting-text.ts';

interface Options {
  readonly full?: boolean;
  readonly dryRun?: boolean;
}

/** Adds `sync`. */
export function register(program: Command, frame: Frame): void {
  program
    .command('sync')
    .argument('[account...]', 'names of accounts; all that receive where none is named')
    .description('fetch new mail now, once; beside a running service, the service does it')
    .option('--full', 'list every folder, also where nothing seems to have changed')
    .option('--dry-run', 'only tell what would be fetched, and what deleted at the server')
    .addHelpText('after', example('mailkeep sync', 'mailkeep sync qq --dry-run'))
    .action(async (names: string[], { full = false, dryRun = false }: Options) =>
      syncNow(frame, names, { full, dryRun, retry: false }),
    );
}

/** How to poll. `retry`: what failed before, and waits for its time, is tried too. */
export interface Wish {
  readonly full: boolean;
  readonly dryRun: boolean;
  readonly retry: boolean;
}

/** One poll of each of these accounts, in this process or by the service, with its progress; and the answer. */
export async function syncNow(frame: Frame, names: readonly string[], wish: Wish): Promise<void> {
  const accounts = receivingOf(await frame.accounts(names));
  const stop = stopSignal();
  const progress = createProgress({ silent: frame.quiet || frame.json });
  const totals = new Map<string, { done: number; total: number }>();
  const update = (account: string, done: number, total: number, folder: string): void => {
    totals.set(account, { done, total });
    const all = [...totals.values()];
    progress.update(
      all.reduce((sum, one) => sum + one.done, 0),
      all.reduce((sum, one) => sum + one.total, 0),
      `${account} ${folder}`,
    );
  };
  try {
    const reports = await polled(frame, accounts, wish, stop.signal, update);
    progress.end();
    answer(frame, reports, wish.dryRun);
  } finally {
    progress.end();
    stop.release();
  }
}

type Update = (account: string, done: number, total: number, folder: string) => void;

async function polled(
  frame: Frame,
  accounts: readonly Receiving[],
  { full, dryRun, retry }: Wish,
  signal: AbortSignal,
  update: Update,
): Promise<readonly AccountReport[]> {
  const config = await frame.config();
  const log = createLog({ level: frame.verbose ? 'debug' : 'warn', format: config.log.format });
  let house: House;
  try {
    house = await openHouse(config, log, systemClock, signal);
  } catch (thrown) {
    if (!(thrown instanceof MailError) || thrown.kind !== 'locked') throw thrown;
    const names = accounts.map(({ name }) => name);
    return askInstead(frame, { do: 'sync', accounts: names, full, dryRun, retry }, areReports, thrown, {
      progress: ({ account, done, total, folder }) => update(account, done, total, folder),
      signal,
    });
  }
  try {
    const opened = house;
    const reports = await Promise.all(
      accounts.map((account) => {
        if (retry) makeDue(opened.db, account.name);
        const progress = (done: number, total: number, folder: string): void =>
          update(account.name, done, total, folder);
        return opened.poll(account, signal, { full, dryRun, progress });
      }),
    );
    // What a service whose index was lost has left over, if it has.
    if (!signal.aborted) await opened.keeper.readLate(signal, false);
    return reports;
  } finally {
    await house.close();
  }
}

function areReports(answer: unknown): answer is AccountReport[] {
  return (
    Array.isArray(answer) &&
    answer.every(
      (one: unknown) =>
        typeof one === 'object' &&
        one !== null &&
        'name' in one &&
        'seconds' in one &&
        typeof one.seconds === 'number' &&
        'folders' in one &&
        Array.isArray(one.folders) &&
        'error' in one,
    )
  );
}

function answer(frame: Frame, reports: readonly AccountReport[], dryRun: boolean): void {
  for (const report of reports) {
    if (report.error !== null)
      frame.exit(report.error.kind === 'cancelled' ? 1 : exitCodeOf(report.error.kind));
    else if (!report.ok) frame.exit(1);
  }
  if (frame.json) {
    frame.document({ ok: reports.every(({ ok }) => ok), accounts: reports });
    return;
  }
  const language = languageOf(frame.around.env);
  const words = syncWords[language];
  for (const report of reports) {
    // A pass in which all went well is news, and no answer to anything.
    if (frame.quiet && report.ok && !dryRun) continue;
    const { waiting, error } = report;
    const size = octets(report.bytes);
    frame.print(words.account(report.name, report, size, report.seconds.toFixed(1), dryRun));
    for (const folder of report.folders) {
      const deletions = deletionLines(folder, language);
      const quiet = folder.stored + folder.failed + folder.pending === 0 && folder.error === undefined;
      if (quiet && deletions.length === 0) continue;
      frame.print(`  ${words.folder(safeLine(folder.name), folder, dryRun)}`);
      for (const line of deletions) frame.print(line);
      if (folder.error !== undefined) frame.fail(new MailError(partsOf(folder.error)));
    }
    if (waiting !== undefined) frame.print(`  ${waitingText(waiting, language)}`);
    if (error !== null) frame.fail(new MailError(partsOf(error)));
  }
}

/** A failure of a report, as the frame tells it. */
function partsOf({ kind, message, retry, hint }: ReportedError): MailErrorParts {
  return { kind, message, retry, hint: hint ?? undefined };
}
