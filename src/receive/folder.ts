// One folder of one poll: open it read-only, see whether anything can have changed, look at it, plan, fetch in batches,
// and account for every message that was asked for. While one batch is made durable and searchable, the next arrives.
import { remember, remembered, type Remembered, type Told } from '../index/folders.ts';
import { forgetPending, isDue, pendingOf } from '../index/pending.ts';
import { known, standing } from '../index/positions.ts';
import { MailError } from '../model/error.ts';
import type { Folder } from '../model/mailbox.ts';
import type { Surveyed } from '../protocol/imap/survey.ts';
import { areOthers } from './doubt.ts';
import { Fetching } from './fetching.ts';
import type { FolderRun, Session } from './folder-run.ts';
import { lookAtAll, lookAtChanges, sinceOf, type Look, type Looking } from './look.ts';
import { receiveMaildrop } from './maildrop.ts';
import { meetAgain, readIn } from './meet-again.ts';
import { joined, plan } from './plan.ts';
import { leaveBehind, recordChanges } from './record.ts';
import type { FolderReport } from './report.ts';
import { isOther, RESTLESS, wayOf } from './way.ts';

/** True where nothing of the folder has to be looked at, by what was told of it; then it is counted into `report`. */
export function isQuiet(run: FolderRun, folder: Folder, told: Told, report: FolderReport): boolean {
  const now = run.clock.now();
  if (run.full || wayOf(told, remembered(run.db, run.account, folder.name), now) !== 'nothing') return false;
  const pending = pendingOf(run.db, run.account, folder.name, told.validity);
  if ([...pending.values()].some((one) => isDue(one, now))) return false;
  report.pending = pending.size;
  report.known = (told.exists ?? 0) - pending.size;
  return true;
}

/** Polls one folder and counts into `report`. Throws MailError when the account's run must end. */
export async function receiveFolder(
  run: FolderRun,
  session: Session,
  { folder, status }: Surveyed,
  report: FolderReport,
): Promise<void> {
  const then = remembered(run.db, run.account, folder.name);
  const entered = await session.source.enter(folder, run.full ? undefined : sinceOf(then));
  if (entered.validity === null) return receiveMaildrop(run, session, folder, entered, report);
  const mailboxId = entered.mailboxId ?? status?.mailboxId ?? null;
  const state = { ...entered, mailboxId, unseen: status?.unseen ?? null };
  if (isQuiet(run, folder, state, report)) return;
  const at = { run, session, folder, state };
  const { look, trusted } = await lookAt(at, then);
  if (!run.dryRun)
    forgetPending(run.db, run.account, folder.name, state.validity, (key) => look.pending.has(key));
  report.known = Math.max(0, look.known - report.stored);
  report.pending = look.plan.fetch.length + look.plan.waiting + look.nameless;
  if (run.dryRun) return run.wanted(look.plan.fetch.length);
  report.failed = run.failed.size + look.nameless;
  // A listing that is shorter than the folder proves no absence (I-021), and what it does not name cannot be fetched.
  const complete = look.nameless === 0;
  const restless = (then?.restless ?? 0) >= RESTLESS && then?.validity !== state.validity;
  const acquaintance = { trusted, restless, isNew: then === undefined, complete };
  const wanted = await meetAgain(at, look.plan.fetch, acquaintance, report);
  run.wanted(wanted.length);
  const later = wanted.length > 0 ? await new Fetching(run, session, folder, state, report).run(wanted) : 0;
  await recordChanges(run, folder, state.validity, look.plan, complete);
  const waiting = look.plan.waiting + later;
  if (report.failed > 0 || report.pending > waiting) return; // the next poll must look again
  if (!restless && later === 0) await leaveBehind(run, folder, state.validity);
  if (state.validity === 0 && later === 0) for (const item of wanted) readIn(at).add(item);
  remember(run.db, run.account, folder, after(at, { ...look, waiting }, then), run.clock.now());
}

/** `trusted`: UIDs name what was stored under them. */
async function lookAt(
  at: Looking,
  then: Remembered | undefined,
): Promise<{ readonly look: Look; readonly trusted: boolean }> {
  const { run, state } = at;
  const way = run.full ? 'everything' : wayOf(state, then, run.clock.now());
  const changes = way !== 'everything' && then !== undefined ? await changesIn(at, then) : 'everything';
  if (typeof changes === 'object') return { look: changes, trusted: true };
  // I-103: without a UIDVALIDITY a UID proves nothing.
  const suspect = state.validity === 0 || isOther(state, then);
  if (!suspect && changes !== 'others') {
    const look = await lookAtAll(at, 'alike');
    if (look.plan.doubtful.length === 0) return { look, trusted: true };
    if (!(await areOthers(at, look.plan.doubtful, look.known)))
      return { look: acquitted(at, look), trusted: true };
  }
  return { look: await lookAtAll(at, 'none'), trusted: false };
}

/** What a server refuses to tell of the changes alone (I-084), a listing of everything tells. */
async function changesIn(at: Looking, then: Remembered): ReturnType<typeof lookAtChanges> {
  try {
    return await lookAtChanges(at, then);
  } catch (thrown) {
    if (thrown instanceof MailError && thrown.kind === 'refused') return 'everything';
    throw thrown;
  }
}

/** The doubtful are the same messages after all: their flags count. */
function acquitted({ run, folder, state }: Looking, look: Look): Look {
  const stored = known(run.db, run.account, folder.name, state.validity);
  const more = plan(look.plan.doubtful, stored, { notYet: () => false, absent: () => false });
  return { ...look, plan: joined([look.plan, more]) };
}

/** What is remembered after a look that left nothing missing. */
function after(
  { run, folder, state }: Looking,
  { full, waiting }: Pick<Look, 'full'> & { readonly waiting: number },
  then: Remembered | undefined,
): Remembered {
  const { validity, exists } = state;
  const { present, missed } =
    validity === null ? { present: [], missed: [] } : standing(run.db, run.account, folder.name, validity);
  const another = then !== undefined && then.validity !== validity;
  return {
    ...state,
    settled: missed.length === 0 && present.length + waiting === exists,
    full: full ? run.clock.now() : (then?.full ?? 0),
    restless: another ? then.restless + 1 : 0,
  };
}
