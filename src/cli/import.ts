// `mailkeep import`: mail from files into the archive, with progress, counts, and each thing that could not be read. Beside a
// running service, which alone writes, the service does it.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { openHouse, type House } from '../daemon.ts';
import { IMPORT_ACCOUNT } from '../import/place.ts';
import type { Imported, Trouble } from '../import/report.ts';
import { importWished } from '../import/wish.ts';
import { MailError } from '../model/error.ts';
import { createLog } from '../runtime/log.ts';
import { createProgress } from '../runtime/progress.ts';
import { stopSignal } from '../runtime/shutdown.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { octets } from '../runtime/octets.ts';
import type { Language } from '../web/language.ts';
import { askInstead } from './by-service.ts';
import { hintLines } from './hint-lines.ts';
import { importWords } from './import-words.ts';
import { told } from '../chinese/told.ts';
import { languageOf } from './locale.ts';
import { exitCodeOf, type Frame } from './output.ts';
import { example } from './register.ts';
import { safeLine } from './terminal-text.ts';
import { count } from './words.ts';

interface Options {
  readonly account: string;
  readonly folder?: string;
  readonly dryRun?: boolean;
}

const NOTES = `
What is read: .eml files, mbox (mboxrd, mboxo, mboxcl2), Maildir and Maildir++,
Thunderbird's folders (its profile, or any part of it), zip files of .eml.
Directories are walked; what a file is, its content tells.

What is stored: the octets of an .eml, in a zip or not, as they are. A message
of an mbox or a Maildir whose lines all end in LF gets CRLF, so that it is the
very message that its server has; one with any CRLF stays as it is. Of an mbox,
the quoting of From lines is undone, and the lines in which mail programs keep
flags (Status, X-Status, X-Keywords, X-UID, X-Mozilla-Status …) become flags.
Messages deleted in Thunderbird are counted, and left.

Importing again adds nothing, and puts right what was damaged or lost in the
archive since; an import that was cut goes on where it was.`;

/** Adds `import`. */
export function register(program: Command, frame: Frame): void {
  program
    .command('import')
    .argument('<path...>', 'files and directories')
    .description('take mail from files into the archive')
    .option('--account <name>', 'the account that it belongs to', IMPORT_ACCOUNT)
    .option('--folder <name>', 'the folder of all of it; otherwise each is named by where it lies')
    .option('--dry-run', 'only tell what would be stored')
    .addHelpText('after', NOTES)
    .addHelpText('after', example('mailkeep import ~/Maildir', 'mailkeep import old.mbox --folder Old'))
    .action(async (paths: string[], options: Options) => run(frame, paths, options));
}

async function run(frame: Frame, paths: readonly string[], options: Options): Promise<void> {
  const config = await frame.config();
  const { account, folder, dryRun = false } = options;
  if (account !== IMPORT_ACCOUNT) await frame.accounts([account]);
  if (folder?.trim() === '') throw wrong('--folder needs a name');
  const wish = { paths: paths.map((path) => resolve(path)), account, folder: folder ?? null, dryRun };
  const log = createLog({ level: frame.verbose ? 'debug' : 'warn', format: config.log.format });
  const stop = stopSignal();
  const bar = createProgress({ silent: frame.quiet || frame.json });
  const progress = (done: number, total: number, messages: number): void =>
    bar.update(megabytes(done), megabytes(total), `MB, ${count(messages, 'message')}`);
  const began = systemClock.monotonic();
  let house: House | MailError | undefined;
  try {
    house = await openHouse(config, log, systemClock, stop.signal).catch(unlessLocked);
    const beside = house instanceof MailError;
    const done =
      house instanceof MailError
        ? await askInstead(frame, { do: 'import', ...wish }, isImported, house, {
            progress: ({ done: octets, total, messages = 0 }) => progress(octets, total, messages),
            signal: stop.signal,
          }).catch(stopped(stop.signal))
        : await importWished(house, wish, stop.signal, frame.quiet || frame.json ? undefined : progress);
    bar.end();
    answer(frame, done, options, (systemClock.monotonic() - began) / 1000);
    if (beside && !frame.json && done.failures.some(({ place }) => wish.paths.includes(place)))
      for (const line of hintLines(frame, frame.terminal.err, UNSEEN)) frame.say(line);
  } finally {
    bar.end();
    if (!(house instanceof MailError)) await house?.close();
    stop.release();
  }
}

/** The end of an import by the service, where a person ended it. */
function stopped(signal: AbortSignal): (thrown: unknown) => never {
  return (thrown) => {
    if (!signal.aborted) throw thrown;
    throw new MailError({
      kind: 'cancelled',
      retry: 'later',
      message: 'the import was stopped; what it has stored stays',
      hint: 'Import the same again, and it goes on where it was.',
      cause: thrown,
    });
  };
}

const UNSEEN =
  'The running service reads the files itself, as its own user: put them where it may read them, or stop it for the time of the import. — 正在运行的服务以自己的用户身份读取文件：请把文件放到它能读到的地方，或者在导入期间停止服务。';

/** Why it cannot be opened, where another process has the archive. */
function unlessLocked(thrown: unknown): MailError {
  if (thrown instanceof MailError && thrown.kind === 'locked') return thrown;
  throw thrown;
}

function wrong(message: string): MailError {
  return new MailError({ kind: 'usage', message, retry: 'never', hint: 'see `mailkeep import --help`' });
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}

function isImported(answer: unknown): answer is Imported {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'stored' in answer &&
    'error' in answer &&
    'failures' in answer &&
    Array.isArray(answer.failures) &&
    'folders' in answer &&
    Array.isArray(answer.folders)
  );
}

function answer(frame: Frame, report: Imported, { account, dryRun }: Options, seconds: number): void {
  const { ok, files, messages, stored, known, mended, deleted, failed, skipped, bytes, folders, error } =
    report;
  const { failures, others } = report;
  if (error !== null) frame.exit(error.kind === 'cancelled' ? 1 : exitCodeOf(error.kind));
  if (!ok) frame.exit(1);
  if (frame.json) {
    const counts = { files, messages, stored, known, mended, deleted, failed, skipped, bytes, seconds };
    return frame.document({ ok, account, ...counts, folders, failures, others, error });
  }
  const language = languageOf(frame.around.env);
  const words = importWords[language];
  for (const failure of shown(failures, failed, frame.verbose, language))
    frame.say(words.notImported(failure));
  if (frame.verbose)
    for (const { place, reason } of others) frame.say(words.noMail(place, told(reason, language)));
  // An import in which all went well is news, and no answer to anything.
  if (frame.quiet && ok && dryRun !== true) return;
  frame.print(words.summary(report, octets(bytes), seconds.toFixed(1), dryRun === true));
  if (skipped > 0) frame.print(words.skipped(skipped, frame.verbose));
  for (const { name, stored: fresh, known: old } of folders)
    frame.print(`  ${words.folder(safeLine(name), fresh, old)}`);
  if (error !== null) frame.fail(new MailError({ ...error, hint: error.hint ?? undefined }));
}

/** All of them with --verbose, else twenty. */
function shown(failures: readonly Trouble[], failed: number, verbose: boolean, language: Language): string[] {
  const words = importWords[language];
  const most = verbose ? failures.length : 20;
  const lines = failures.slice(0, most).map(({ place, reason }) => words.at(place, told(reason, language)));
  return failed > lines.length ? [...lines, words.more(failed - lines.length)] : lines;
}
