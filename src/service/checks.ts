// What the service checks by itself: a part of the stored files each night, so that all are read in four weeks, and each week
// the completeness of each account against its server. What is damaged is fetched again where a server still has it, and all
// of it is told in the log and by `status`. At night, too, a journal that has grown far beyond what still counts gets a snapshot.
import { duePart, lastChecks, noteChecks } from '../archive/verified.ts';
import type { Clock } from '../model/clock.ts';
import { MailError, asMailError, textOf } from '../model/error.ts';
import type { MessageId } from '../model/ids.ts';
import { checkFiles, checkServers, type Asking, type Checking } from '../receive/checking.ts';
import type { AccountProof } from '../receive/proof.ts';
import type { Log } from '../runtime/log.ts';
import { again, type Failure } from '../schedule/backoff.ts';
import { Calendar } from '../schedule/calendar.ts';
import type { Scheduler, Waiter } from '../schedule/scheduler.ts';
import type { Work } from '../schedule/watch.ts';

/** Their names in the calendar; no account has such a one. */
const FILES = 'verify files';
const SERVERS = 'verify --server';

/** Nights in which all files are read. */
const PARTS = 28;

/** What checks work with. */
export interface ChecksParts {
  readonly checking: Omit<Checking, 'signal' | 'progress'>;
  readonly asking: (waiter: Waiter) => Asking;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error' | 'warn' | 'info'>;
}

/** The checks of the service. */
export class Checks {
  readonly #parts: ChecksParts;

  constructor(parts: ChecksParts) {
    this.#parts = parts;
  }

  /** Gives both to the calendar, as cron expressions; null: never. A slot that was missed is made good at the start. */
  async schedule(
    scheduler: Scheduler,
    at: { readonly subset: string | null; readonly server: string | null },
  ): Promise<void> {
    const { clock, checking } = this.#parts;
    // The first start writes down since when nothing was checked.
    await noteChecks(checking.archive.data, clock.now(), (before) => before);
    const last = await lastChecks(checking.archive.data, clock.now());
    const proofs = Object.values(last.proofs).map((proof) => proof.at);
    const add = (
      name: string,
      when: string | null,
      before: number,
      work: Work<Failure | undefined>,
    ): void => {
      if (when === null) return;
      scheduler.add({
        name,
        schedule: when,
        last: before,
        run: (stop, alive) => this.#tolerated(name, stop, () => work(stop, alive)),
      });
    };
    add(FILES, at.subset, last.files?.at ?? last.since, async (signal, alive) => {
      await this.files({ signal, alive });
      await this.compact(signal);
      return undefined;
    });
    if (at.server !== null) add(SERVERS, at.server, Math.max(last.since, ...proofs), this.#rounds(at.server));
  }

  /** Takes both out of the calendar, and resolves when what runs of them has ended. */
  async end(scheduler: Scheduler): Promise<void> {
    await Promise.all([scheduler.remove(FILES), scheduler.remove(SERVERS)]);
  }

  /** Makes a snapshot of each journal where it pays. One that cannot be had now keeps no other from being made. */
  async compact(signal: AbortSignal): Promise<void> {
    const { checking, log } = this.#parts;
    for (const account of await checking.journal.accounts()) {
      try {
        const made = await checking.journal.compact(account, signal);
        if (made !== null) log.info('a snapshot of a journal was made', { ...made });
      } catch (thrown) {
        signal.throwIfAborted();
        const hint = thrown instanceof MailError ? thrown.hint : undefined;
        log.error(textOf(thrown), { account, hint });
      }
    }
  }

  /** Reads the part of the files that was not read for the longest time. */
  async files(waiter: Waiter): Promise<void> {
    const { checking, asking, clock, log } = this.#parts;
    const nth = duePart(await lastChecks(checking.archive.data, clock.now()), PARTS);
    const scope = { part: { nth, of: PARTS } };
    const { signal, alive: progress } = waiter;
    const found = await checkFiles({ ...checking, signal, progress }, scope, asking(waiter));
    const { files, mended, damaged, missing, orphans, troubles } = found;
    for (const { id, account, folder } of mended)
      log.warn('a damaged or missing file was fetched again', { id, account, folder });
    for (const { message } of troubles) log.warn(`damaged files could not be fetched again: ${message}`);
    for (const { kind, account, text } of found.journal)
      log[kind === 'hole' ? 'info' : kind === 'snapshot' ? 'warn' : 'error'](text, { account });
    const fields = { part: `${nth}/${PARTS}`, files };
    if (damaged.length + missing.length > 0)
      log.error('stored files are damaged or missing', {
        ...fields,
        damaged: damaged.slice(0, TOLD),
        missing: missing.slice(0, TOLD),
        hint: '`mailkeep verify` lists them.',
      });
    else if (orphans.length > 0)
      log.warn('files are in no journal', {
        ...fields,
        orphans: orphans.length,
        hint: '`mailkeep verify` lists them.',
      });
    else log.info('stored files verified', fields);
  }

  /** Proves every account, or those of `names`, against its server. */
  async servers(waiter: Waiter, names?: ReadonlySet<string>): Promise<AccountProof[]> {
    const { checking, asking, clock, log } = this.#parts;
    const { signal } = waiter;
    const all = asking(waiter);
    const accounts = all.accounts.filter(({ name }) => names?.has(name) !== false);
    const { damaged, missing } = await lastChecks(checking.archive.data, clock.now());
    const bad = new Set([...damaged, ...missing].map((id) => id as MessageId));
    const proofs = await checkServers({ ...checking, signal }, { ...all, accounts }, bad);
    for (const proof of proofs) tell(log, proof);
    return proofs;
  }

  /**
   * The proof at each slot of `schedule`, and before the next one again for the accounts whose server could not be asked: a week
   * must not go by without a proof because the network was away for an hour.
   */
  #rounds(schedule: string): Work<Failure | undefined> {
    const { clock } = this.#parts;
    const calendar = new Calendar(schedule);
    let until = 0;
    let left: readonly string[] = [];
    return async (signal, alive) => {
      const isAgain = left.length > 0 && clock.now() < until;
      if (!isAgain) until = calendar.next(clock.now()) ?? Infinity;
      const proofs = await this.servers({ signal, alive }, isAgain ? new Set(left) : undefined);
      const open = proofs.flatMap((proof) => openBecause(proof, isAgain) ?? []);
      left = open.map(({ name }) => name);
      return open.map(({ failure }) => failure).toSorted((a, b) => (a.after ?? 0) - (b.after ?? 0))[0];
    };
  }

  /** What keeps a check from its end is told, and it is done again soon. */
  async #tolerated(
    name: string,
    stop: AbortSignal,
    work: () => Promise<Failure | undefined>,
  ): Promise<Failure | undefined> {
    try {
      return await work();
    } catch (thrown) {
      if (stop.aborted) return undefined;
      const failure = asMailError(thrown, { kind: 'storage', retry: 'later', message: textOf(thrown) });
      this.#parts.log.error(`${name} ended early: ${failure.message}`, { hint: failure.hint });
      return failure;
    }
  }
}

/**
 * Why an account is to be proved again soon; undefined where it is not. A folder that the server refused may open a moment later:
 * that is tried once.
 */
function openBecause(
  { name, folders, error }: AccountProof,
  isAgain: boolean,
): { readonly name: string; readonly failure: Failure } | undefined {
  const refused = isAgain ? undefined : folders.find((folder) => folder.error !== undefined)?.error;
  const failure = error ?? refused;
  return failure === undefined || again(failure, 1) === null ? undefined : { name, failure };
}

/** Ids that one line of the log names. */
const TOLD = 20;

function tell(log: ChecksParts['log'], { name: account, proved, folders, error }: AccountProof): void {
  if (error !== null) {
    if (error.kind !== 'cancelled') log.warn(`the proof came to no end: ${error.message}`, { account });
    return;
  }
  for (const { name: folder, missing, changed, damaged, proved: well, error: refused } of folders) {
    if (well) continue;
    const counts = { missing: missing.length, changed: changed.length, damaged: damaged.length };
    log.error('the archive is not proved complete', {
      account,
      folder,
      ...counts,
      ...(refused === undefined ? {} : { reason: refused.message }),
      hint: `\`mailkeep verify --server ${account}\` lists them.`,
    });
  }
  const server = folders.reduce((sum, one) => sum + one.server, 0);
  if (proved) log.info('the archive is proved complete', { account, server });
}
