// A POP3 maildrop in one poll: listed whole each time, because only that tells what it holds; its messages named, planned,
// fetched, and accounted for one by one.
import type { Entry } from '../archive/entry.ts';
import { forgetPending, notYet } from '../index/pending.ts';
import { known, type KnownKey, type KnownPlace } from '../index/positions.ts';
import type { Folder } from '../model/mailbox.ts';
import { Fetching } from './fetching.ts';
import type { FolderRun, Session } from './folder-run.ts';
import { plainKey, plan } from './plan.ts';
import { readAgain } from './read-again.ts';
import { recognise } from './recognise.ts';
import { leaveBehind, recordChanges } from './record.ts';
import type { FolderReport } from './report.ts';
import type { FolderState, Listed } from './source.ts';

/** Polls the maildrop that was entered and counts into `report`. Throws MailError when the account's run must end. */
export async function receiveMaildrop(
  run: FolderRun,
  session: Session,
  folder: Folder,
  state: FolderState,
  report: FolderReport,
): Promise<void> {
  const stored = known(run.db, run.account, folder.name, null);
  const later = notYet(run.db, run.account, folder.name, null, run.clock.now());
  const raw = await session.source.list();
  const { names, renamed } = await recognise(run, session.source, folder, raw);
  const listed = names.under(raw);
  await underNewNames(run, stored, renamed);
  const there = new Set(listed.map(({ key }) => plainKey(key)));
  if (!run.dryRun) forgetPending(run.db, run.account, folder.name, null, (key) => there.has(key));
  const todo = plan(listed, stored, { notYet: (key) => run.failed.has(key) || later(key) });
  // A listing that is shorter than the maildrop proves no absence (I-021), and what it does not name cannot be fetched.
  const nameless = Math.max(0, state.exists - there.size);
  report.known = Math.max(0, todo.known - report.stored);
  report.pending = todo.fetch.length + todo.waiting + nameless;
  run.wanted(todo.fetch.length);
  if (run.dryRun) return;
  report.failed = run.failed.size + nameless;
  if (todo.fetch.length > 0) await new Fetching(run, session, folder, state, report, names).run(todo.fetch);
  const again = raw.filter((_, at) => isStored(listed[at], stored));
  run.readAgain(await readAgain(run, session.source, again));
  // Which of the stored are missing is known only once each message has its name, and never by a window.
  const complete = nameless === 0 && state.window !== true && names.settled;
  await recordChanges(run, folder, null, plan(names.under(raw), stored, { notYet: later }), complete);
  if (report.failed > 0 || report.pending > todo.waiting) return;
  await leaveBehind(run, folder, null); // what an account had over IMAP before
}

function isStored(item: Listed | undefined, stored: ReadonlyMap<KnownKey, KnownPlace>): boolean {
  return item !== undefined && stored.has(plainKey(item.key));
}

/** Stored messages that the server calls by other names now. With dryRun only what is planned from them is changed. */
async function underNewNames(
  run: FolderRun,
  stored: Map<KnownKey, KnownPlace>,
  renamed: readonly Entry[],
): Promise<void> {
  if (renamed.length > 0 && !run.dryRun) await run.keeper.keep(run.account, [], renamed);
  for (const entry of renamed) {
    if (!('uidl' in entry)) continue;
    stored.set(entry.uidl, {
      flags: '',
      labels: null,
      missed: 0,
      gone: entry.op === 'gone',
      received: null,
      size: null,
    });
  }
}
