// One poll of one account, top to bottom:
//   connect, log in → survey the folders, choose → for each that changed: enter, look, plan, fetch in batches, keep →
//   ask for those that are no longer listed → say goodbye.
// Several sessions share the folders where the account allows it; a lost connection is dialled again as long as that brings
// anything; a folder that cannot be read, or a message that cannot be fetched, holds nobody up.
import type { Archive } from '../archive/store.ts';
import { indexError, type Index } from '../index/database.ts';
import type { Keeper } from '../index/keep.ts';
import { forgetFolder, missingFolders, remembered } from '../index/folders.ts';
import { postponed } from '../index/pending.ts';
import { recordSync, type KnownKey } from '../index/positions.ts';
import type { Account } from '../model/account.ts';
import type { Clock } from '../model/clock.ts';
import { MailError, asMailError, textOf } from '../model/error.ts';
import { withLoginCure } from '../protocol/login-cure.ts';
import type { Folder } from '../model/mailbox.ts';
import type { Surveyed } from '../protocol/imap/survey.ts';
import { needRoom } from '../runtime/room.ts';
import type { Acquitted } from './acquitted.ts';
import { besideAllMail } from './all-mail.ts';
import type { Budget } from './budget.ts';
import { isKept, nothingKept } from './choose.ts';
import { Crew } from './crew.ts';
import { deleteAll } from './delete.ts';
import { isQuiet } from './folder.ts';
import type { FolderRun } from './folder-run.ts';
import { TOO_SOON } from './login-pace.ts';
import { folderTolerated, probe, type FolderTask } from './one-folder.ts';
import { Patience } from './patience.ts';
import { judged, loginsOf } from './refused-login.ts';
import { leaveBehind } from './record.ts';
import { conclude, emptyReport, reported, type AccountReport, type FolderReport } from './report.ts';
import { lasting, restOf } from './rest.ts';
import { noteShapes } from './shapes.ts';
import type { Source } from './source.ts';
import { surveyed } from './surveyed.ts';

/** Sessions of one run at a server that shows its messages by and by. */
const MOST_SESSIONS = 100;

/** What a poll works with. */
export interface Poll {
  readonly account: Account;
  /** A new, unopened source for the account. */
  readonly source: () => Source;
  readonly archive: Archive;
  readonly keeper: Keeper;
  readonly db: Index;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Of earlier polls; one for the whole house. */
  readonly acquitted: Acquitted;
  readonly budget?: Budget | undefined;
  readonly full?: boolean;
  readonly dryRun?: boolean;
  /** Called as the run goes on: messages stored of those wanted so far, and where it is. */
  readonly progress?: (done: number, total: number, folder: string) => void;
}

/** Polls an account once. Never throws: what went wrong is in the report. */
export async function receive(poll: Poll): Promise<AccountReport> {
  const report = emptyReport(poll.account.name);
  const rest = restOf(poll.db, poll.account.name, poll.clock.now());
  if (rest !== undefined) return conclude(report, rest, 0);
  const started = poll.clock.monotonic();
  const run = { ...poll, failed: new Map<string, Set<KnownKey>>() };
  let error: MailError | undefined;
  try {
    for (let sessions = 1; await walk(run, report); sessions++)
      if (sessions >= MOST_SESSIONS) throw moreToCome(poll.account.name);
  } catch (thrown) {
    const failure = asMailError(indexError(thrown, poll.db.name), {
      kind: poll.signal.aborted ? 'cancelled' : 'storage',
      retry: 'later',
      message: `receiving for ${poll.account.name} ended early: ${textOf(thrown)}`,
    });
    // Who asked for the end says more than the connection that it cut.
    const asked: unknown = poll.signal.reason;
    error = failure.kind === 'cancelled' && asked instanceof MailError ? asked : failure;
    error = lasting(poll.db, poll.account.name, error);
  }
  poll.budget?.save();
  const seconds = (poll.clock.monotonic() - started) / 1000;
  const { receive: server, loginHint } = poll.account;
  const told = error && withLoginCure(error, server?.host ?? '', loginHint);
  conclude(report, told, seconds);
  if (told?.kind === 'auth') judge(poll, report, told);
  // What asked nothing of the server is no try.
  if (poll.dryRun === true || error?.kind === 'cancelled' || error?.code === TOO_SOON) return report;
  try {
    // What went wrong with a folder did so behind a login that was taken.
    const ended = report.error && { ...report.error, ...(error === undefined && { signedIn: true }) };
    recordSync(poll.db, poll.account.name, poll.clock.now(), ended);
    const waiting = postponed(poll.db, poll.account.name, poll.clock.now());
    if (waiting !== undefined) report.waiting = { ...waiting, until: new Date(waiting.until).toISOString() };
    return report;
  } catch (thrown) {
    report.unrecorded = true;
    return conclude(report, told ?? unrecorded(poll, thrown), seconds);
  }
}

/** What a refused login means depends on those before it. */
function judge({ db, account }: Poll, report: AccountReport, error: MailError): void {
  const logins = loginsOf(db, account.name);
  report.error = { ...reported(judged(error, logins)), refused: logins.refused + 1 };
}

function unrecorded({ account, db }: Poll, thrown: unknown): MailError {
  return asMailError(indexError(thrown, db.name), {
    kind: 'storage',
    retry: 'later',
    message: `the end of receiving for ${account.name} cannot be recorded: ${textOf(thrown)}`,
  });
}

function moreToCome(account: string): MailError {
  return new MailError({
    kind: 'busy',
    retry: 'later',
    message: `the server shows the messages of ${account} a few hundred at a time, and ${MOST_SESSIONS} sessions were not enough: more remain`,
  });
}

/** A poll that has begun. */
interface Run extends Poll {
  /** What failed in its folders so far: the next session does not ask for it again, and a failure counts once. */
  readonly failed: Map<string, Set<KnownKey>>;
}

/** One session. True where another one would show messages that this one did not. */
async function walk(poll: Run, report: AccountReport): Promise<boolean> {
  const { receive: rule, name } = poll.account;
  const tally: Tally = { stored: 0, wanted: 0, again: 0 };
  const failedBefore = failures(poll);
  const most = rule?.protocol === 'imap' ? rule.connections : 1; // RFC 1939 §8: one session has the maildrop
  const crew = new Crew<FolderTask>({ ...poll, stored: () => tally.stored }, most);
  const kept = (one: Folder): boolean => isKept(one, rule?.folders ?? { include: ['*'], exclude: [] });
  const patience = new Patience();
  const taskFor = (surveyed: Surveyed, missing: readonly string[]): FolderTask => {
    const { name: folder } = surveyed.folder;
    const run = runOf(poll, report, tally, folder, missing, (work) => crew.share(work));
    return { surveyed, run, counts: countsOf(report, folder), patience };
  };
  try {
    await needRoom(poll.archive.data);
    await crew.first.open();
    const there = await surveyed(crew.first, kept);
    const chosen = there.filter(({ folder }) => kept(folder));
    if (chosen.length === 0) throw nothingKept(name, there.length);
    const { read, within } =
      crew.first.source.hasLabels === true ? besideAllMail(chosen) : { read: chosen, within: [] };
    const folders = there.map(({ folder }) => folder);
    const shapes = chosen.map(({ folder }) => folder);
    if (poll.dryRun !== true && rule?.protocol === 'imap') await noteShapes(poll, name, shapes);
    const away = missingFolders(poll.db, name, folders).filter(kept);
    const missing = away.map((folder) => folder.name);
    const tasks = read.map((one) => taskFor(one, missing));
    const changed = tasks.filter(({ run, counts, surveyed: { folder, status } }) => {
      if (status === null || !isQuiet(run, folder, status, counts)) return true;
      report.folders.push(counts);
      return false;
    });
    await crew.each(changed, async (task, session) => {
      if (!report.folders.includes(task.counts)) report.folders.push(task.counts);
      await folderTolerated(task, session);
    });
    for (const folder of away) await probe(taskFor({ folder, status: null }, []), crew.first, report);
    const labels = within.map((one) => taskFor(one, []));
    await noLongerRead(poll, tasks, labels);
    const all = tasks.map(({ surveyed: { folder }, counts }) => ({ folder, counts }));
    // A POP3 QUIT may make a server forget what it sent (P-005, P-046): it is said only now that all is stored, and only if all is.
    // What it refused to send, it forgets by no QUIT: without one, Gmail shows nothing new, and no server deletes.
    const isWhole = crew.first.source.sentInVain !== true;
    if (isWhole) await deleteAll({ ...poll, dryRun: poll.dryRun === true }, crew.first.source, all);
    if (isWhole && (rule?.protocol === 'imap' || poll.dryRun !== true)) await crew.first.source.close();
    const isByAndBy = crew.first.source.showsByAndBy === true;
    // The next session does not ask for what came as nothing, and may say QUIT.
    const isHeldUp = !isWhole && failures(poll) > failedBefore;
    if (isHeldUp && (isByAndBy || rule?.delete !== undefined)) return true;
    return isByAndBy && tally.stored + tally.again > 0;
  } finally {
    crew.first.abort();
  }
}

/** Messages of one session, over all folders. */
interface Tally {
  stored: number;
  wanted: number;
  /** Read once more. */
  again: number;
}

/** How many messages failed in this run. */
function failures({ failed }: Run): number {
  return [...failed.values()].reduce((sum, { size }) => sum + size, 0);
}

/** What the poll of a folder works with: the poll's own, and its part in what is told of it. */
function runOf(
  { account, archive, keeper, db, clock, signal, acquitted, dryRun, full, budget, progress, failed }: Run,
  report: AccountReport,
  tally: Tally,
  folder: string,
  missing: readonly string[],
  share: FolderRun['share'],
): FolderRun {
  const tell = (): void => progress?.(tally.stored, tally.wanted, folder);
  const failures = failed.get(folder) ?? new Set();
  failed.set(folder, failures);
  return {
    account: account.name,
    archive,
    keeper,
    db,
    clock,
    signal,
    dryRun: dryRun === true,
    full: full === true,
    budget,
    missing,
    acquitted,
    failed: failures,
    steady: true,
    wanted: (messages) => {
      tally.wanted += messages;
      tell();
    },
    stored: (messages, octets) => {
      tally.stored += messages;
      report.bytes += octets;
      tell();
    },
    readAgain: (messages) => void (tally.again += messages),
    share,
  };
}

/** The counts of a folder; a later session goes on with those of the one before. */
function countsOf({ folders }: AccountReport, name: string): FolderReport {
  const before = folders.find((folder) => folder.name === name);
  return before ?? { name, stored: 0, known: 0, failed: 0, pending: 0, deleted: 0 };
}

/** Labels that were read as folders once: what lay there was read from All Mail now, and has its labels there. */
async function noLongerRead(
  { db, dryRun }: Poll,
  tasks: readonly FolderTask[],
  within: readonly FolderTask[],
): Promise<void> {
  const whole = tasks.every(({ counts }) => counts.error === undefined && counts.pending === 0);
  if (dryRun === true || !whole) return;
  for (const {
    run,
    surveyed: { folder },
  } of within) {
    await leaveBehind(run, folder, null);
    if (remembered(db, run.account, folder.name) !== undefined) forgetFolder(db, run.account, folder.name);
  }
}
