// One folder of a poll, whatever its server makes of it. What is wrong with a folder is told of it, and holds up no other: that it
// is refused, for good or for now, or that a connection ends over it each time.
import { countAbsence, forgetFolder } from '../index/folders.ts';
import { MailError } from '../model/error.ts';
import type { Surveyed } from '../protocol/imap/survey.ts';
import { receiveFolder } from './folder.ts';
import type { FolderRun } from './folder-run.ts';
import type { Patience } from './patience.ts';
import type { Reconnecting } from './reconnecting.ts';
import { leaveBehind } from './record.ts';
import { reported, type AccountReport, type FolderReport, type ReportedError } from './report.ts';

/** How often a folder is read again from its start in one run: whose UIDVALIDITY changes each time never comes to an end. */
export const MOST_RESTARTS = 5;
/** Two LISTs without a folder, and two refusals to open it, mean that it is gone; a LIST alone may be short (I-063). */
const GONE_AFTER = 2;

/** One folder to poll, and its counts. */
export interface FolderTask {
  readonly surveyed: Surveyed;
  readonly run: FolderRun;
  readonly counts: FolderReport;
  /** With the refusals of the whole session. */
  readonly patience: Patience;
}

/** Polls a folder; what is wrong with it is told in its counts. */
export function folderTolerated(
  { run, surveyed, counts, patience }: FolderTask,
  session: Reconnecting,
): Promise<void> {
  const told = (why: ReportedError): void => void (counts.error = why);
  return tolerated(session, patience, () => receiveFolder(run, session, surveyed, counts), told);
}

/**
 * Does `work` in a folder. A lost connection is dialled again, and the folder read from its start. A refusal is the folder's, and so
 * is a connection that ends over it each time: `otherwise` is told of it, and the others can be read. Throws what ends the whole run.
 */
export async function tolerated<T>(
  session: Reconnecting,
  patience: Patience,
  work: () => Promise<T>,
  otherwise: (why: ReportedError) => T,
): Promise<T> {
  for (let restarts = 0; ; restarts++) {
    try {
      const done = await work();
      patience.reset();
      return done;
    } catch (thrown) {
      if (!(thrown instanceof MailError)) throw thrown;
      if (thrown.kind !== 'refused' && !(await isShut(thrown, session, patience))) {
        await session.renew(thrown);
        if (restarts < MOST_RESTARTS) continue;
      }
      return otherwise(reported(thrown));
    }
  }
}

/** Asks for a folder that LIST no longer shows: where it opens, it is polled like any other. */
export async function probe(task: FolderTask, session: Reconnecting, report: AccountReport): Promise<void> {
  const { run, surveyed: asked, counts, patience } = task;
  const { folder } = asked;
  run.signal.throwIfAborted();
  try {
    await session.source.enter(folder);
  } catch (thrown) {
    if (!(thrown instanceof MailError)) throw thrown;
    if (await isShut(thrown, session, patience)) {
      counts.error = reported(thrown);
      report.folders.push(counts);
      return;
    }
    if (thrown.kind !== 'refused') return session.renew(thrown);
    if (run.dryRun || countAbsence(run.db, run.account, folder.name) < GONE_AFTER) return;
    await leaveBehind(run, folder, null);
    return forgetFolder(run.db, run.account, folder.name);
  }
  report.folders.push(counts);
  await folderTolerated(task, session);
}

/**
 * A refusal "for now" to open a folder (a lock on it) is the folder's as long as the server answers; a few in a row are the server's.
 * Said to a session beside the first, it may be that session's: the first tries.
 */
async function isShut(
  why: MailError,
  { source, isLasting }: Reconnecting,
  patience: Patience,
): Promise<boolean> {
  if (why.kind !== 'busy' || !isLasting || !OPENING.has(why.phase ?? '') || !patience.bears(why))
    return false;
  return source.noop().then(
    () => true,
    () => false,
  );
}

const OPENING = new Set(['examine', 'select']);
