// `mailkeep restore`: messages of the archive go back to a server, into folders as they were or into one; then the server is
// asked anew, and what it proves is told. It writes at the server, and only there: archive and index are read.
import { join } from 'node:path';
import type { Command } from 'commander';
import { Archive } from '../archive/store.ts';
import { closeIndex } from '../index/database.ts';
import { kinIn } from '../index/kin.ts';
import type { Account, Receive } from '../model/account.ts';
import { MailError } from '../model/error.ts';
import { connector } from '../net/connector.ts';
import { withLoginCure } from '../protocol/login-cure.ts';
import type { FolderPlan } from '../restore/plan.ts';
import type { FolderReport, RestoreReport } from '../restore/report.ts';
import { restore } from '../restore/run.ts';
import { acquireLock } from '../runtime/lock.ts';
import { createLog } from '../runtime/log.ts';
import { createProgress } from '../runtime/progress.ts';
import { stopSignal } from '../runtime/shutdown.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { placesMatching } from '../search/places.ts';
import { octets } from '../runtime/octets.ts';
import { exitCodeOf, type Frame } from './output.ts';
import { withCaret } from './query-mistake.ts';
import { example } from './register.ts';
import { restoreWords, type RestoreWords } from './restore-words.ts';
import { safeLine } from './terminal-text.ts';
import type { Language } from '../web/language.ts';
import { told } from '../chinese/told.ts';
import { hintLines } from './hint-lines.ts';
import { languageOf } from './locale.ts';
import { openWholeIndex } from './whole-index.ts';

interface Options {
  readonly to: string;
  readonly dryRun?: boolean;
}

const NOTES = `
Messages go with their dates and flags into folders as they were, also where
their own server has them no more. What was sent goes to the folder that the
other server keeps for it, and so do drafts, junk, trash and archive. What is
there already, by Message-ID and size, is left. Run it again after a cut: it
goes on where it was.

The empty query '' is everything. A query that names folders or accounts means
the places there, and no others.`;

/** Adds `restore`. */
export function register(program: Command, frame: Frame): void {
  program
    .command('restore')
    .argument('<query...>', 'which messages, as for `mailkeep search`')
    .requiredOption('--to <account[/folder]>', 'the account to upload to, and all into one folder of it')
    .option('--dry-run', 'only tell what would go where')
    .description('upload messages to a server, with dates and flags, and prove that they are there')
    .addHelpText(
      'after',
      NOTES +
        example(
          "mailkeep restore 'account:old' --to new --dry-run",
          "mailkeep restore 'from:anna after:2020' --to new/Anna",
        ),
    )
    .action((words: string[], options: Options) => run(frame, words.join(' '), options));
}

async function run(frame: Frame, query: string, options: Options): Promise<void> {
  const config = await frame.config();
  const [name = '', ...rest] = options.to.split('/');
  const folder = rest.length === 0 ? null : rest.join('/');
  const [account] = await frame.accounts([name]);
  if (account === undefined || folder === '') throw wrongTarget(options.to);
  const server = serverOf(account);
  const log = createLog({ level: frame.verbose ? 'debug' : 'warn', format: config.log.format });
  const stop = stopSignal();
  const db = await openWholeIndex(frame, log, stop.signal, query).catch((thrown: unknown) => {
    stop.release();
    throw thrown;
  });
  const progress = createProgress({ silent: frame.quiet || frame.json });
  // Two at once would file twice: what one has on its way the other does not find yet.
  const lock = await acquireLock(join(config.data, 'restore.lock')).catch((thrown: unknown) => {
    stop.release();
    closeIndex(db);
    throw thrown;
  });
  try {
    const dial = connector(log);
    const report = await restore({
      reach: { account, server, connect: () => dial(account, server, stop.signal), avoid: new Set() },
      folder,
      places: placesMatching(db, query, { now: systemClock.now(), zone: 'here' }),
      kin: kinIn(db),
      archive: await Archive.open(config.data),
      clock: systemClock,
      signal: stop.signal,
      dryRun: options.dryRun === true,
      planned: (plans) =>
        frame.say(
          intention(plans, account.name, options.dryRun === true, restoreWords[languageOf(frame.around.env)]),
        ),
      progress: (done, total, where) => progress.update(done, total, `${account.name} ${where}`),
    });
    progress.end();
    answer(frame, report, options.dryRun === true);
  } catch (thrown) {
    const told = withCaret(thrown, query, frame);
    throw told instanceof MailError ? withLoginCure(told, server.host, account.loginHint) : told;
  } finally {
    progress.end();
    closeIndex(db);
    await lock.release();
    stop.release();
  }
}

function serverOf({ name, receive }: Account): Receive {
  if (receive?.protocol === 'imap') return receive;
  throw new MailError({
    kind: 'config',
    retry: 'never',
    message: `the account "${name}" has no IMAP server to restore to`,
    hint: 'POP3 takes no mail: give the account a receive: section with protocol: imap.',
  });
}

function wrongTarget(to: string): MailError {
  return new MailError({
    kind: 'usage',
    retry: 'never',
    message: `"${to}" names no folder`,
    hint: '--to takes the name of an account, or ACCOUNT/FOLDER.',
  });
}

/** What is about to be written, before it is. */
function intention(
  plans: readonly FolderPlan[],
  account: string,
  dryRun: boolean,
  words: RestoreWords,
): string {
  const messages = plans.reduce((sum, { wanted }) => sum + wanted.length, 0);
  const made = plans.filter(({ to }) => !to.exists).length;
  return words.intention(messages, account, plans.length, made, dryRun);
}

function answer(frame: Frame, report: RestoreReport, dryRun: boolean): void {
  const { error, reason } = report;
  if (error !== null) frame.exit(error.kind === 'cancelled' ? 1 : exitCodeOf(error.kind));
  // "Proved" is the promise: a message that the server changed lies there, and is not what is stored.
  else if (reason !== null && reason !== 'nothing' && reason !== 'dryRun') frame.exit(1);
  if (frame.json) return frame.document(report);
  const language = languageOf(frame.around.env);
  const words = restoreWords[language];
  for (const folder of report.folders)
    for (const line of folderLines(folder, dryRun, error !== null, language)) frame.print(line);
  frame.print(words.summary(report, octets(report.bytes), dryRun));
  const unkept = safeLine((report.proof?.unkeptFlags ?? []).join(' '));
  if (!dryRun && error === null && report.wanted > 0) frame.print(words.proof(report, unkept));
  if (error === null) return;
  frame.fail(new MailError({ ...error, hint: error.hint ?? undefined }));
  for (const line of hintLines(frame, frame.terminal.err, AGAIN)) frame.say(line);
}

const AGAIN = 'Run the same command again: it goes on where it was, and uploads nothing twice.';

/** Lines of a kind that are printed for one folder; --json has all. */
const LINES = 100;

/** Where it was ended early, what is missing is counted, and not listed. */
function folderLines(folder: FolderReport, dryRun: boolean, early: boolean, language: Language): string[] {
  const words = restoreWords[language];
  const { name, changed, failed, missing } = folder;
  const lines = [
    ...failed.map(({ id, reason }) => words.notRestored(id.slice(0, 12), safeLine(told(reason, language)))),
    ...(early ? [] : missing).map((id) => words.missing(id.slice(0, 12))),
    ...changed.map((id) => words.changed(id.slice(0, 12))),
  ];
  const more = lines.length > LINES ? [words.more(lines.length - LINES)] : [];
  return [
    `  ${words.folder(safeLine(name), folder, dryRun)}`,
    ...[...lines.slice(0, LINES), ...more].map((line) => `    ${line}`),
  ];
}
