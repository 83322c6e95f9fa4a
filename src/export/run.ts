// An export: the messages that a query finds, oldest first, each read and proved by its hash, then written. One that cannot be
// read costs only itself; a target that cannot be written ends it.
import type { Archive } from '../archive/store.ts';
import type { Index } from '../index/database.ts';
import { asMailError, textOf, type MailError } from '../model/error.ts';
import { chosenReader } from './chosen.ts';
import { Unreadable, withContent } from './content.ts';
import { Refused, type Target } from './target.ts';

/** What an export did. */
export interface ExportReport {
  /** All that the query found. */
  readonly messages: number;
  written: number;
  /** There already. */
  known: number;
  failed: number;
  /** Octets as stored, of those written. */
  bytes: number;
  /** At most ten thousand. */
  readonly failures: { readonly id: string; readonly reason: string }[];
  /** Keywords that the target has no place for. */
  keywordsLeft: readonly string[];
  /** What ended it early. */
  error: MailError | null;
}

/** How to export. */
export interface Export {
  readonly archive: Pick<Archive, 'absolute'>;
  readonly db: Index;
  readonly target: Target;
  readonly signal: AbortSignal;
  /** Called after each message. */
  readonly progress?: (done: number, total: number) => void;
}

/** Exports the messages in these rows of the index. Never throws: what ended it early is in the report. */
export async function exportMail(run: Export, rows: Float64Array): Promise<ExportReport> {
  const report: ExportReport = {
    messages: rows.length,
    written: 0,
    known: 0,
    failed: 0,
    bytes: 0,
    failures: [],
    keywordsLeft: [],
    error: null,
  };
  try {
    await inLanes(run, rows, report);
    await run.target.end();
  } catch (thrown) {
    report.error = asMailError(thrown, {
      kind: 'storage',
      retry: 'later',
      message: `exporting failed: ${textOf(thrown)}`,
    });
    await run.target.abandon();
  }
  report.keywordsLeft = [...(run.target.unkept ?? [])].sort();
  return report;
}

async function inLanes(run: Export, rows: Float64Array, report: ExportReport): Promise<void> {
  const read = chosenReader(run.db);
  const queue = rows.values();
  let failed = false;
  let done = 0;
  const lane = async (): Promise<void> => {
    for (const row of queue) {
      if (failed) return;
      try {
        run.signal.throwIfAborted();
        await one(run, read, row, report);
      } catch (thrown) {
        failed = true;
        throw thrown;
      }
      run.progress?.(++done, rows.length);
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: run.target.lanes }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function one(
  { archive, target }: Export,
  read: ReturnType<typeof chosenReader>,
  row: number,
  report: ExportReport,
): Promise<void> {
  const message = read(row);
  if (message === undefined) return fail(report, `row ${row}`, 'it is no longer in the index');
  try {
    const path = archive.absolute(message.path);
    const done = await withContent(path, message.id, (content) => target.put(message, content));
    report[done]++;
    if (done === 'written') report.bytes += message.size;
  } catch (thrown) {
    if (!(thrown instanceof Unreadable) && !(thrown instanceof Refused)) throw thrown;
    fail(report, message.id, thrown.message);
  }
}

function fail(report: ExportReport, id: string, reason: string): void {
  report.failed++;
  if (report.failures.length < 10_000) report.failures.push({ id, reason });
}
