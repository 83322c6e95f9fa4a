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
  type KnownKey,
  type KnownPlace,
} from '../index/positions.ts';
import type { UidValidity } from '../model/ids.ts';
import type { Folder, RemoteKey } from '../model/mailbox.ts';
import { placeOf } from './batch.ts';
import { Fetching } from './fetching.ts';
import type { FolderRun, Session } from './folder-run.ts';
import { plainKey, plan, remoteKey, unchanged, type Plan } from './plan.ts';
import { recognise } from './recognise.ts';
import type { FolderReport } from './report.ts';
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
  const places = [...stored.values()].filter((place) => !place.gone);
  const present = places.filter((place) => place.missed === 0).length;
  // A second listing says whether what was absent once is gone, and nothing need change until then.
  const settled = present === places.length && present === state.exists;
  if (!run.full && unchanged(state, then) && settled) {
    report.known = present;
    return;
  }
  const raw = await session.source.list();
  const seen = state.validity === null ? await recognise(run, session.source, folder, raw) : undefined;
  const listed = seen === undefined ? raw : seen.names.under(raw);
  if (seen !== undefined) await underNewNames(run, stored, seen.renamed);
  const there = new Set(listed.map(({ key }) => plainKey(key)));
  if (!run.dryRun) forgetPending(run.db, run.account, folder.name, state.validity, (key) => there.has(key));
  const todo = plan(listed, stored, (key) => run.failed.has(key) || later(key));
  // A listing that is shorter than the folder proves no absence (I-021), and what it does not name cannot be fetched.
  const nameless = Math.max(0, state.exists - there.size);
  report.known = Math.max(0, todo.known - report.stored);
  report.pending = todo.fetch.length + todo.waiting + nameless;
  run.wanted(todo.fetch.length);
  if (run.dryRun) return;
  report.failed = run.failed.size + nameless;
  if (todo.fetch.length > 0)
    await new Fetching(run, session, folder, state, report, seen?.names).run(todo.fetch);
  // Which of the stored are missing is known only once each message has its name, and never by a window.
  const complete = nameless === 0 && state.window !== true && seen?.names.settled !== false;
  const done = seen === undefined ? todo : plan(seen.names.under(raw), stored, later);
  await recordChanges(run, folder, state, done, complete);
  if (report.failed > 0 || report.pending > todo.waiting) return; // the next poll must list again
  if (then?.validity !== state.validity) {
    for (const before of otherValidities(run.db, run.account, folder.name, state.validity))
      await leaveBehind(run, folder, before);
  }
  rememberFolder(run.db, run.account, folder, state, run.clock.now());
}

/** POP3: stored messages that the server calls by other names now. With dryRun only what is planned from them is changed. */
async function underNewNames(
  run: FolderRun,
  stored: Map<KnownKey, KnownPlace>,
  renamed: readonly Entry[],
): Promise<void> {
  if (renamed.length > 0 && !run.dryRun) await run.keeper.keep(run.account, [], renamed);
  for (const entry of renamed) {
    if (!('uidl' in entry)) continue;
    stored.set(entry.uidl, { flags: '', missed: 0, gone: entry.op === 'gone' });
  }
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
