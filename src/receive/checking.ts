// The two checks of an archive, as `mailkeep verify` and the service do them: files re-hashed, and what is damaged fetched
// again; accounts proved against their servers. What they find is written down for `status`.
import type { Journal } from '../archive/journal.ts';
import { isFlaw } from '../archive/notice.ts';
import type { Archive } from '../archive/store.ts';
import { checkMounted } from '../archive/unmounted.ts';
import { noteChecks, type LastChecks, type LastProof } from '../archive/verified.ts';
import { isOfPart, verifyFiles, type Scope, type Verified } from '../archive/verify.ts';
import type { Index } from '../index/database.ts';
import type { Clock } from '../model/clock.ts';
import { MailError } from '../model/error.ts';
import type { MessageId } from '../model/ids.ts';
import type { Receiving } from './open-source.ts';
import type { AccountProof, ProofRun } from './proof.ts';
import { prove } from './prove.ts';
import { refetch, type Mended } from './refetch.ts';
import { reported } from './report.ts';
import type { Source } from './source.ts';

/** What checks work with. */
export interface Checking {
  readonly archive: Archive;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly progress?: ((done: number, total: number, what: string) => void) | undefined;
}

/** What they need to ask servers. */
export interface Asking {
  readonly db: Index;
  readonly accounts: readonly Receiving[];
  readonly source: (account: Receiving, signal: AbortSignal) => Source;
  /**
   * Lets `work` log in to the account's server when nothing else does that needs its place. Its signal ends it, and `alive` is
   * called as it goes on.
   */
  readonly turn: <T>(account: Receiving, work: InTurn<T>) => Promise<T>;
  /**
   * Fetches new mail, within a turn, and with `full` what has other octets than what is stored: what is missing after it is missing,
   * and has not just come. What is wrong with a folder is the proof's to tell of, and nothing that this throws.
   */
  readonly poll?: (
    account: Receiving,
    signal: AbortSignal,
    alive: () => void,
    full: boolean,
  ) => Promise<unknown>;
}

type InTurn<T> = (signal: AbortSignal, alive: () => void) => Promise<T>;

/** Files as they are now. */
export interface FilesChecked extends Verified {
  /** Were damaged or missing, and are good again: they are in neither list. */
  readonly mended: readonly Mended[];
  /** Why something could not be fetched again. */
  readonly troubles: readonly MailError[];
}

/**
 * Re-hashes files. With `asking`, what is damaged or missing is fetched again where a server still has it. Throws MailError
 * `storage` or `cancelled`.
 */
export async function checkFiles(
  checking: Checking,
  scope: Scope,
  asking: Asking | undefined,
): Promise<FilesChecked> {
  const { archive, journal, clock, signal, progress } = checking;
  // Else all of it would be missing, and be fetched into the mount point.
  await checkMounted(archive.data, journal);
  const found = await verifyFiles(
    archive,
    journal,
    (done, total) => progress?.(done, total, 'files'),
    signal,
    scope,
  );
  const mended: Mended[] = [];
  const troubles: MailError[] = [];
  const bad = new Set([...found.damaged, ...found.missing]);
  for (const account of bad.size === 0 ? [] : (asking?.accounts ?? [])) {
    const told = {
      mended: (one: Mended) => {
        bad.delete(one.id);
        mended.push(one);
      },
      trouble: (error: MailError) => void troubles.push(error),
    };
    await asking
      ?.turn(account, (...turn) => refetch(proofRun(checking, asking, account, turn), bad, told))
      .catch(noTurn(told.trouble));
  }
  const damaged = found.damaged.filter((id) => bad.has(id));
  const missing = found.missing.filter((id) => bad.has(id));
  const ok = damaged.length + missing.length + found.orphans.length === 0 && !found.journal.some(isFlaw);
  const now = { ...found, ok, damaged, missing, mended, troubles };
  await noteChecks(archive.data, clock.now(), (before) => withFiles(before, scope, now, clock.now()));
  return now;
}

/** Proves accounts against their servers, one after another. `damaged`: whose files are known not to be good. */
export async function checkServers(
  checking: Checking,
  asking: Asking,
  damaged: ReadonlySet<MessageId>,
): Promise<AccountProof[]> {
  const proofs: AccountProof[] = [];
  for (const account of asking.accounts) {
    const untold = (error: MailError): void =>
      void proofs.push({ name: account.name, proved: false, folders: [], error: reported(error) });
    if (checking.signal.aborted) {
      untold(stopped(checking.signal));
      continue;
    }
    const proving: InTurn<AccountProof> = (...turn) =>
      provenAfterPoll(asking, account, turn, () =>
        prove({ ...proofRun(checking, asking, account, turn), damaged }),
      );
    const proof = await asking.turn(account, proving).catch(noTurn(untold));
    if (proof !== undefined) proofs.push(proof);
    // With its own time, and at once: the next account may have to wait for its turn for hours.
    await noteProofs(checking, proofs.slice(-1));
  }
  return proofs;
}

/** An account that was not asked is not proved. */
function stopped({ reason }: AbortSignal): MailError {
  const message = 'verifying ended on request';
  return reason instanceof MailError
    ? reason
    : new MailError({ kind: 'cancelled', retry: 'later', message, cause: reason });
}

/** Mail that came between a poll and its proof is fetched, as is what has changed, and the proof is made once more. */
async function provenAfterPoll(
  { poll }: Asking,
  account: Receiving,
  turn: Parameters<InTurn<unknown>>,
  once: () => Promise<AccountProof>,
): Promise<AccountProof> {
  if (poll === undefined) return once();
  await poll(account, ...turn, false);
  const first = await once();
  const unstored = first.folders.some(({ missing, changed }) => missing.length + changed.length > 0);
  if (!unstored) return first;
  await poll(account, ...turn, true);
  return once();
}

/** An account that gets no turn now, because its last login failed, holds up no other. */
function noTurn(told: (error: MailError) => void): (thrown: unknown) => undefined {
  return (thrown) => {
    if (!(thrown instanceof MailError) || thrown.kind === 'storage') throw thrown;
    told(thrown);
  };
}

/** Writes down what proofs found; those that were cut short by a wish to stop are none. Throws MailError `storage`. */
async function noteProofs(
  { archive, clock }: Pick<Checking, 'archive' | 'clock'>,
  proofs: readonly AccountProof[],
): Promise<void> {
  const now = clock.now();
  const told = proofs.filter(({ error }) => error?.kind !== 'cancelled');
  await noteChecks(archive.data, now, (before) => ({
    ...before,
    proofs: { ...before.proofs, ...Object.fromEntries(told.map((one) => [one.name, figures(one, now)])) },
  }));
}

function proofRun(
  { archive, clock, progress }: Checking,
  { db, source }: Asking,
  account: Receiving,
  [signal, alive]: Parameters<InTurn<unknown>>,
): Omit<ProofRun, 'damaged'> {
  const far: ProofRun['progress'] = (...how) => {
    alive();
    progress?.(...how);
  };
  return { account, source: () => source(account, signal), archive, db, clock, signal, progress: far };
}

function figures({ proved, folders, error }: AccountProof, at: number): LastProof {
  const sum = (count: (one: AccountProof['folders'][number]) => number): number =>
    folders.reduce((total, one) => total + count(one), 0);
  return {
    at,
    proved,
    server: sum((one) => one.server),
    stored: sum((one) => one.stored),
    missing: sum((one) => one.missing.length),
    changed: sum((one) => one.changed.length),
    extra: sum((one) => one.extra.length),
    damaged: sum((one) => one.damaged.length),
    unread: sum((one) => (one.error === undefined ? 0 : 1)),
    error: error?.message ?? null,
  };
}

/** What is known of messages that were not looked at now stays as it was. */
function withFiles(
  before: LastChecks,
  { part, accounts }: Scope,
  found: FilesChecked,
  at: number,
): LastChecks {
  const mended = new Set<string>(found.mended.map(({ id }) => id));
  const stays = (id: string): boolean =>
    !mended.has(id) && (accounts !== undefined || !isOfPart(id as MessageId, part));
  const all = (old: readonly string[], now: readonly string[]): string[] =>
    [...new Set([...old.filter(stays), ...now])].sort();
  const note = {
    ...before,
    damaged: all(before.damaged, found.damaged),
    missing: all(before.missing, found.missing),
  };
  if (accounts !== undefined) return note;
  const { files, ok: well } = found;
  const told = part === undefined ? null : `${part.nth}/${part.of}`;
  return { ...note, files: { at, part: told, files, well }, parts: withPart(before.parts, part, at) };
}

function withPart(before: LastChecks['parts'], part: Scope['part'], at: number): LastChecks['parts'] {
  if (part === undefined) return { of: before.of, at: Array.from({ length: before.of }, () => at) };
  const times = Array.from({ length: part.of }, (_, nth) =>
    nth === part.nth - 1 ? at : before.of === part.of ? (before.at[nth] ?? null) : null,
  );
  return { of: part.of, at: times };
}
