// One folder of one poll: open it read-only, see whether anything can have changed, list it, plan, fetch in batches,
// and account for every message that was asked for. While one batch is made durable and searchable, the next arrives.
import type { Entry } from '../archive/entry.ts';
import {
  folderState,
  forgetPending,
  known,
  notYet,
  otherValidities,
  rememberFolder,
  setMissed,
} from '../index/positions.ts';
import { MailError } from '../model/error.ts';
import type { UidValidity } from '../model/ids.ts';
import type { Folder, RemoteKey } from '../model/mailbox.ts';
import { placeOf } from './batch.ts';
import { Fetching } from './fetching.ts';
import type { FolderRun, Session } from './folder-run.ts';
import { plainKey, plan, remoteKey, unchanged, type Plan } from './plan.ts';
import { reported, type FolderReport } from './report.ts';
import type { FolderState } from './source.ts';

/** Polls one folder and counts into `report`. Throws MailError when the account's run must end. */
export async function receiveFolder(
  run: FolderRun,
  session: Session,
  folder: Folder,
  report: FolderReport,
): Promise<void> {
  const state = await session.source.enter(folder);
  const then = folderState(run.db, run.account, folder.name);
  const stored = known(run.db, run.account, folder.name, state.validity);
  const later = notYet(run.db, run.account, folder.name, state.validity, run.clock.now());
  // What the last listing was without counts as absent: it must not make up for a message that is there and not stored.
  const present = [...stored.values()].filter((place) => !place.gone && place.missed === 0).length;
  if (!run.full && unchanged(state, then) && present === state.exists) {
    report.known = present;
    return;
  }
  const listed = await session.source.list();
  const there = new Set(listed.map(({ key }) => plainKey(key)));
  if (!run.dryRun) forgetPending(run.db, run.account, folder.name, state.validity, (key) => there.has(key));
  const todo = plan(listed, stored, (key) => run.failed.has(key) || later(key));
  // A listing that is shorter than the folder proves no absence (I-021), and what it does not name cannot be fetched.
  const nameless = Math.max(0, state.exists - there.size);
  report.known = Math.max(0, todo.known - report.stored);
  report.pending = todo.fetch.length + todo.waiting + nameless;
  if (nameless > 0 && state.validity === null)
    report.error = reported(withoutName(run.account, folder, nameless));
  run.wanted(todo.fetch.length);
  if (run.dryRun) return;
  report.failed = run.failed.size + nameless;
  if (todo.fetch.length > 0) await new Fetching(run, session, folder, state, report).run(todo.fetch);
  await recordChanges(run, folder, state, todo, nameless === 0);
  if (report.failed > 0 || report.pending > todo.waiting) return; // the next poll must list again
  if (then?.validity !== state.validity) {
    for (const before of otherValidities(run.db, run.account, folder.name, state.validity))
      await leaveBehind(run, folder, before);
  }
  rememberFolder(run.db, run.account, folder, state, run.clock.now());
}

/** Flags, "gone" and "back again" go into the journal; a first absence only into the index. */
async function recordChanges(
  run: FolderRun,
  folder: Folder,
  state: FolderState,
  todo: Plan,
  complete: boolean,
): Promise<void> {
  const at = new Date(run.clock.now()).toISOString();
  const place = (key: RemoteKey) => placeOf(folder, state.validity, key);
  const changes: Entry[] = [
    ...todo.flagged.map(({ key, flags }) => ({ op: 'flags' as const, at, ...place(key), flags })),
    ...todo.back.map((key) => ({ op: 'back' as const, at, ...place(key) })),
    ...(complete ? todo.gone : []).map((key) => ({ op: 'gone' as const, at, ...place(key) })),
  ];
  if (changes.length > 0) await run.keeper.keep(run.account, [], changes);
  if (complete) setMissed(run.db, run.account, todo.missed.map(place), 1);
  setMissed(run.db, run.account, todo.found.map(place), 0);
}

/** After a change of UIDVALIDITY all is stored under the new UIDs: those of any earlier one name nothing any more. */
async function leaveBehind(run: FolderRun, folder: Folder, validity: UidValidity): Promise<void> {
  const at = new Date(run.clock.now()).toISOString();
  const old = [...known(run.db, run.account, folder.name, validity)].filter(([, place]) => !place.gone);
  const gone = old.map(([key]) => ({
    op: 'gone' as const,
    at,
    ...placeOf(folder, validity, remoteKey(key)),
  }));
  if (gone.length > 0) await run.keeper.keep(run.account, [], gone);
}

function withoutName(account: string, folder: Folder, count: number): MailError {
  return new MailError({
    kind: 'protocol',
    retry: 'later',
    message: `the server gives ${count} messages of "${folder.name}" (${account}) no unique-id that can be trusted`,
    hint: 'Use IMAP for this account, if the provider offers it.',
  });
}
