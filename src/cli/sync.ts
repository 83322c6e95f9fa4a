// `mailkeep sync`: one pass over the accounts, side by side, with progress, and what each brought.
import type { Command } from 'commander';
import type { House } from '../daemon.ts';
import { openHouse, receiving } from '../daemon.ts';
import { MailError } from '../model/error.ts';
import type { MailErrorParts } from '../model/error.ts';
import type { AccountReport, ReportedError } from '../receive/report.ts';
import { createLog } from '../runtime/log.ts';
import { createProgress } from '../runtime/progress.ts';
import { stopSignal } from '../runtime/shutdown.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { deletionLines } from './deletion-lines.ts';
import { exitCodeOf, type Frame } from './output.ts';
import { example } from './register.ts';
import { safeLine } from './terminal-text.ts';
import { octets } from './octets.ts';
import { waitingText } from './waiting-text.ts';
import { count } from './words.ts';

interface Options {
  readonly full?: boolean;
  readonly dryRun?: boolean;
}

/** Adds `sync`. */
export function register(program: Command, frame: Frame): void {
  program
    .command('sync')
    .argument('[account...]', 'names of accounts; all that receive where none is named')
    .description('fetch new mail now, once')
    .option('--full', 'list every folder, also where nothing seems to have changed')
    .option('--dry-run', 'only tell what would be fetched, and what deleted at the server')
    .addHelpText('after', example('mailkeep sync', 'mailkeep sync qq --dry-run'))
    .action(async (names: string[], options: Options) => sync(frame, names, options));
}

async function sync(frame: Frame, names: readonly string[], options: Options): Promise<void> {
  const config = await frame.config();
  const accounts = receiving(await frame.accounts(names));
  if (accounts.length === 0) {
    throw new MailError({
      kind: 'config',
      retry: 'never',
      message: 'none of these accounts has a receive: section',
    });
  }
  const log = createLog({ level: frame.verbose ? 'debug' : 'warn', format: config.log.format });
  const stop = stopSignal();
  const progress = createProgress({ silent: frame.quiet || frame.json });
  let house: House | undefined;
  try {
    const opened = await openHouse(config, log, systemClock, stop.signal);
    house = opened;
    const totals = new Map<string, { done: number; total: number }>();
    const reports = await Promise.all(
      accounts.map((account) =>
        opened.poll(account, stop.signal, {
          full: options.full === true,
          dryRun: options.dryRun === true,
          progress: (done, total, folder) => {
            totals.set(account.name, { done, total });
            const all = [...totals.values()];
            progress.update(
              all.reduce((sum, one) => sum + one.done, 0),
              all.reduce((sum, one) => sum + one.total, 0),
              `${account.name} ${folder}`,
            );
          },
        }),
      ),
    );
    // What a service whose index was lost has left over, if it has.
    if (!stop.signal.aborted) await opened.keeper.readLate(stop.signal);
    progress.end();
    answer(frame, reports, options.dryRun === true);
  } finally {
    progress.end();
    await house?.close();
    stop.release();
  }
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
  for (const report of reports) {
    // A pass in which all went well is news, and no answer to anything.
    if (frame.quiet && report.ok && !dryRun) continue;
    const { name, stored, known, failed, pending, seconds, waiting, error } = report;
    const first = dryRun
      ? `${count(pending, 'message')} to fetch`
      : `${count(stored, 'new message')} (${octets(report.bytes)})`;
    const rest = [
      `${known} known`,
      ...(failed > 0 ? [`${failed} failed`] : []),
      ...(pending > 0 && !dryRun ? [`${pending} pending`] : []),
      ...(report.deleted > 0 ? [`${report.deleted} deleted at the server`] : []),
    ];
    frame.print(`${name}: ${first}, ${rest.join(', ')}, in ${seconds.toFixed(1)} s`);
    for (const folder of report.folders) {
      const deletions = deletionLines(folder);
      const quiet = folder.stored + folder.failed + folder.pending === 0 && folder.error === undefined;
      if (quiet && deletions.length === 0) continue;
      const counts = dryRun ? `${folder.pending} to fetch` : `${folder.stored} new, ${folder.known} known`;
      const trouble = [
        ...(folder.failed > 0 ? [`${folder.failed} failed`] : []),
        ...(folder.pending > 0 && !dryRun ? [`${folder.pending} pending`] : []),
      ];
      frame.print(`  ${safeLine(folder.name)}: ${[counts, ...trouble].join(', ')}`);
      for (const line of deletions) frame.print(line);
      if (folder.error !== undefined) frame.fail(new MailError(partsOf(folder.error)));
    }
    if (waiting !== undefined) frame.print(`  ${waitingText(waiting)}`);
    if (error !== null) frame.fail(new MailError(partsOf(error)));
  }
}

/** A failure of a report, as the frame tells it. */
function partsOf({ kind, message, retry, hint }: ReportedError): MailErrorParts {
  return { kind, message, retry, hint: hint ?? undefined };
}
