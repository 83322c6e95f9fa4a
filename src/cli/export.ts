// `mailkeep export`: what a query finds, as `.eml` files, an mbox or a Maildir. It only reads the archive, beside a running
// service and without it.
import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { Archive } from '../archive/store.ts';
import { emlFolder } from '../export/eml.ts';
import { maildir } from '../export/maildir.ts';
import { mboxFile } from '../export/mbox.ts';
import { exportMail, type ExportReport } from '../export/run.ts';
import type { Target } from '../export/target.ts';
import { closeIndex } from '../index/database.ts';
import { MailError } from '../model/error.ts';
import { createLog } from '../runtime/log.ts';
import { createProgress } from '../runtime/progress.ts';
import { stopSignal } from '../runtime/shutdown.ts';
import { rowsMatching } from '../search/search.ts';
import { octets } from '../runtime/octets.ts';
import { exportWords } from './export-words.ts';
import { safeLine } from './terminal-text.ts';
import { told } from '../chinese/told.ts';
import { languageOf } from './locale.ts';
import { exitCodeOf, failureJson, type Frame } from './output.ts';
import { withCaret } from './query-mistake.ts';
import { example } from './register.ts';
import { openWholeIndex } from './whole-index.ts';

interface Options {
  readonly format: keyof typeof TARGETS;
  readonly to: string;
}

const TARGETS = { eml: emlFolder, mbox: mboxFile, maildir } satisfies Record<
  string,
  (path: string) => Promise<Target>
>;

const NOTES = `
eml      a folder of files, octet for octet as stored, named by day, subject
         and id. What is there is compared and left.
mbox     one file (mboxrd), lines ending in LF, with flags and dates; it
         appears when it is whole, and never replaces one.
maildir  Maildir++, lines ending in LF: a message lies in each folder that it
         was in, of whatever account, with flags and dates. What is there is
         left.

The empty query '' is everything. Each message is proved by its hash before it
is written. \`mailkeep import\` takes all three back as the very same messages.`;

/** Adds `export`. */
export function register(program: Command, frame: Frame): void {
  program
    .command('export')
    .description('copy messages out of the archive')
    .argument('<query...>', 'as for search')
    .addOption(
      new Option('--format <format>', 'what to write').choices(Object.keys(TARGETS)).makeOptionMandatory(),
    )
    .requiredOption('--to <path>', 'the folder, file or Maildir to write to')
    .addHelpText('after', NOTES)
    .addHelpText(
      'after',
      example(
        "mailkeep export '' --format maildir --to ~/all-mail",
        "mailkeep export 'from:anna after:2024' --format mbox --to anna.mbox",
      ),
    )
    .action((words: string[], options: Options) => run(frame, words.join(' '), options));
}

async function run(frame: Frame, query: string, { format, to }: Options): Promise<void> {
  const { data, outbox, log: logging } = await frame.config();
  const path = resolve(to);
  if (isBelow(path, data))
    throw wrongPlace(`${path} lies in the archive itself`, 'Give a path outside of the data folder.');
  if (isBelow(path, outbox))
    throw wrongPlace(`${path} lies in the outbox, and what is put there is sent`, 'Give another path.');
  const stop = stopSignal();
  const progress = createProgress({ silent: frame.quiet || frame.json });
  const log = createLog({ level: frame.verbose ? 'debug' : 'warn', format: logging.format });
  const db = await openWholeIndex(frame, log, stop.signal, query).catch((thrown: unknown) => {
    stop.release();
    throw thrown;
  });
  try {
    const rows = rowsMatching(db, query, { now: Date.now(), zone: 'here' });
    const target = rows.length === 0 ? NOTHING : await TARGETS[format](path);
    const report = await exportMail(
      {
        archive: await Archive.open(data),
        db,
        target,
        signal: stop.signal,
        progress: (done, total) => progress.update(done, total, 'messages'),
      },
      rows,
    );
    progress.end();
    answer(frame, report, { format, to: path });
  } catch (thrown) {
    throw withCaret(thrown, query, frame);
  } finally {
    progress.end();
    closeIndex(db);
    stop.release();
  }
}

const NOTHING: Target = {
  lanes: 0,
  put: async () => 'known',
  end: async () => undefined,
  abandon: async () => undefined,
};

function isBelow(path: string, folder: string): boolean {
  return `${real(path)}${sep}`.startsWith(`${real(folder)}${sep}`);
}

function wrongPlace(message: string, hint: string): MailError {
  return new MailError({ kind: 'usage', message, retry: 'never', hint });
}

/** The path without links, as far as it exists. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return dirname(path) === path ? path : join(real(dirname(path)), basename(path));
  }
}

function answer(frame: Frame, report: ExportReport, { format, to }: Options): void {
  const { messages, written, known, failed, bytes, failures, keywordsLeft, error } = report;
  if (error !== null) frame.exit(error.kind === 'cancelled' ? 1 : exitCodeOf(error.kind));
  if (failed > 0) frame.exit(1);
  if (frame.json) {
    const ok = failed === 0 && error === null;
    const counts = { messages, written, known, failed, bytes };
    const failure = error === null ? null : failureJson(error);
    return frame.document({ ok, format, to, ...counts, failures, keywordsLeft, error: failure });
  }
  const language = languageOf(frame.around.env);
  const words = exportWords[language];
  for (const { id, reason } of failures.slice(0, frame.verbose ? failures.length : 20))
    frame.say(words.notExported(id, told(reason, language)));
  if (keywordsLeft.length > 0) frame.say(words.keywordsLeft(safeLine(keywordsLeft.join(' '))));
  if (messages === 0) return frame.print(words.nothing);
  if (frame.quiet && failed === 0 && error === null) return;
  if (error === null || format !== 'mbox')
    frame.print(words.summary(written, octets(bytes), to, known, failed));
  if (error !== null) frame.fail(error);
}
