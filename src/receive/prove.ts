// The proof of completeness. For each folder that is kept, a fresh and full list of the server is held against the
// archive: what is missing, changed, or stored and not there is named message by message. It reads the index, the files and the
// server, changes nothing, and may run beside a service that is storing.
import { candidatesIn } from '../index/candidates.ts';
import { foldersHeld, holdings } from '../index/holdings.ts';
import { otherValidities } from '../index/positions.ts';
import { MailError, asMailError, textOf } from '../model/error.ts';
import type { WireName } from '../model/ids.ts';
import type { Folder } from '../model/mailbox.ts';
import { encodeModifiedUtf7 } from '../protocol/imap/modified-utf7.ts';
import { withLoginCure } from '../protocol/login-cure.ts';
import { besideAllMail, mayBeLimited } from './all-mail.ts';
import { isKept, nothingKept } from './choose.ts';
import { compare, together, type Compared } from './compare.ts';
import { fetchedIds } from './hashes-of.ts';
import { countedNow, windowsOf } from './look.ts';
import { tolerated } from './one-folder.ts';
import { Patience } from './patience.ts';
import { plainKey } from './plan.ts';
import { wholeIn, type AccountProof, type FolderProof, type Held, type ProofRun } from './proof.ts';
import { proveMaildrop } from './prove-maildrop.ts';
import { Reconnecting } from './reconnecting.ts';
import { match, sampleOf } from './rekey.ts';
import { reported } from './report.ts';
import { settle } from './settle-sizes.ts';
import type { FolderState } from './source.ts';
import { surveyed } from './surveyed.ts';

/** Proves one account. Never throws: what went wrong is in the answer. */
export async function prove(run: ProofRun): Promise<AccountProof> {
  const { name } = run.account;
  const folders: FolderProof[] = [];
  try {
    await walk(run, folders);
    return { name, proved: folders.every(({ proved }) => proved), folders, error: null };
  } catch (thrown) {
    const failure = asMailError(thrown, {
      kind: run.signal.aborted ? 'cancelled' : 'storage',
      retry: 'later',
      message: `the proof of ${name} ended early: ${textOf(thrown)}`,
    });
    const asked: unknown = run.signal.reason;
    const error = failure.kind === 'cancelled' && asked instanceof MailError ? asked : failure;
    const { receive, loginHint } = run.account;
    return {
      name,
      proved: false,
      folders,
      error: reported(withLoginCure(error, receive?.host ?? '', loginHint)),
    };
  }
}

async function walk(run: ProofRun, folders: FolderProof[]): Promise<void> {
  const rule = run.account.receive?.folders ?? { include: ['*'], exclude: [] };
  const kept = (one: Folder): boolean => isKept(one, rule);
  let done = 0;
  const session = new Reconnecting({ ...run, stored: () => done });
  const patience = new Patience();
  try {
    await session.open();
    const there = await surveyed(session, kept);
    const chosen = there.filter(({ folder }) => kept(folder));
    const read = session.source.hasLabels === true ? besideAllMail(chosen).read : chosen;
    if (read.length === 0) throw nothingKept(run.account.name, there.length);
    const total = read.reduce((sum, { status }) => sum + (status?.exists ?? 0), 0);
    for (const { folder } of read) {
      run.signal.throwIfAborted();
      run.progress?.(done, Math.max(total, done), `${run.account.name} ${folder.name}`);
      const proof = await tolerated<FolderProof>(
        session,
        patience,
        () => proveFolder(run, session, folder),
        (error) => ({ ...NOTHING, name: folder.name, error }),
      );
      folders.push(proof);
      done += proof.server;
    }
    run.progress?.(done, Math.max(total, done), run.account.name);
    for (const one of unlisted(run, new Set(there.map(({ folder }) => folder.name)), kept))
      folders.push(
        await tolerated<FolderProof>(
          session,
          patience,
          () => proveFolder(run, session, one),
          (error) => (error.kind === 'refused' ? away(one) : { ...NOTHING, name: one.name, error }),
        ),
      );
    // A POP3 QUIT may make a server forget what was read (P-005), and not all of that need be stored.
    if (run.account.receive?.protocol === 'imap') await session.source.close();
  } finally {
    session.abort();
  }
}

const NOTHING = {
  server: 0,
  stored: 0,
  missing: [],
  changed: [],
  extra: [],
  damaged: [],
  proved: false,
  notes: [],
};

async function proveFolder(run: ProofRun, session: Reconnecting, folder: Folder): Promise<FolderProof> {
  const state = await session.source.enter(folder);
  const found =
    state.validity === null
      ? await proveMaildrop(run, session.source, folder)
      : await proveUids(run, session, folder, state);
  const notes = [...found.notes];
  const settled = await settle(session.source, found.compared);
  if (settled.note !== undefined) notes.push(settled.note);
  const { listed, stored, missing, extra, damaged } = found.compared;
  const at = { session, folder, state };
  const counted = state.validity === null ? state.exists : await countedNow(at, listed);
  const nameless = Math.max(0, (counted === 'others' ? state.exists : counted) - listed);
  if (nameless > 0) notes.push(`the server counts ${nameless} more than it lists: of these nothing is known`);
  if (state.window === true) notes.push(WINDOW);
  if (session.source.hasLabels === true && mayBeLimited(state.exists)) notes.push(LIMIT);
  return {
    name: folder.name,
    server: listed + nameless,
    stored,
    missing: missing.map(({ key }) => plainKey(key)),
    changed: settled.changed,
    extra,
    damaged,
    proved: missing.length + settled.changed.length + settled.open + damaged.length + nameless === 0,
    notes,
  };
}

const WINDOW =
  'the server may show only a part of what it has (some days, or some messages): all that it shows was looked at, and what it hides cannot be proved';
const LIMIT =
  'the folder holds just as many messages as a limit in the settings of Gmail would leave: what such a limit hides cannot be proved';

async function proveUids(
  run: ProofRun,
  session: Reconnecting,
  folder: Folder,
  state: FolderState,
): Promise<Held> {
  const { db, account } = run;
  const parts: Compared[] = [];
  for (const window of windowsOf(state)) {
    run.signal.throwIfAborted();
    const listed = await session.source.list(window === undefined ? undefined : [window]);
    // Read after the list: what a service stored in the meantime is not missing.
    const held = holdings(db, account.name, folder.name, state.validity, window);
    parts.push(compare(listed, held, wholeIn(run)));
  }
  const compared = together(parts);
  const moved = otherValidities(db, account.name, folder.name, state.validity).length > 0;
  if (compared.missing.length === 0 || !(moved || state.validity === 0)) return { compared, notes: [] };
  return byContent(run, session, folder, state, compared);
}

/** Under new UIDs (I-067, I-104) messages are known by size, date and Message-ID; a sample of them is proved by its octets. */
async function byContent(
  run: ProofRun,
  session: Reconnecting,
  folder: Folder,
  state: FolderState,
  compared: Compared,
): Promise<Held> {
  const candidates = candidatesIn(run.db, run.account.name, folder.name);
  const matches = await match({ session, folder, state }, compared.missing, candidates, () => false);
  const sample = sampleOf(matches);
  const ids = await fetchedIds(session.source, sample);
  const was = new Map(matches.map((one) => [plainKey(one.item.key), one.was]));
  const holds = sample.every(({ key }) => ids.get(plainKey(key)) === was.get(plainKey(key))?.id);
  if (!holds || matches.length === 0) return { compared, notes: [] };
  const isWhole = wholeIn(run);
  const damaged = matches.filter((one) => !isWhole(one.was)).map(({ item }) => plainKey(item.key));
  return {
    compared: {
      ...compared,
      stored: compared.stored + matches.length,
      missing: compared.missing.filter(({ key }) => !was.has(plainKey(key))),
      damaged: [...compared.damaged, ...damaged],
    },
    notes: [
      `${matches.length} messages have new UIDs: they are known by size, date and Message-ID, and ${sample.length} of them by their octets`,
    ],
  };
}

interface Unlisted extends Folder {
  /** Stored and not gone. */
  readonly messages: number;
}

/** Folders that are known and not listed. A LIST may be short (I-063): whether they are there, only the server can tell. */
function unlisted(
  { account, db }: ProofRun,
  there: ReadonlySet<string>,
  kept: (folder: Folder) => boolean,
): Unlisted[] {
  if (account.receive?.protocol !== 'imap') return [];
  return foldersHeld(db, account.name)
    .filter(({ folder }) => !there.has(folder))
    .map(({ folder: name, wire, messages }) => ({
      wire: wire ?? (encodeModifiedUtf7(name) as WireName),
      name,
      delimiter: null,
      attributes: [],
      messages,
    }))
    .filter(kept);
}

/** Neither listed nor opened: nothing of it can be missing. */
function away({ name, messages }: Unlisted): FolderProof {
  const notes = [`not at the server now; ${messages} of its messages are stored`];
  return { ...NOTHING, name, proved: true, notes };
}
