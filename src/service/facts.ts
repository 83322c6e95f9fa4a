// How it stands with the archive: the facts that `status`, the page, the metrics and the alerts tell, gathered from the index,
// the outbox, the last checks and the disk. It only reads, beside a running service or in it, and asks no server.
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { schedule } from 'node-cron';
import { lastChecks, type LastChecks, type LastProof } from '../archive/verified.ts';
import type { Config } from '../config/load.ts';
import { closeIndex, INDEX_FILE, openIndex } from '../index/database.ts';
import type { Index } from '../index/database.ts';
import { accountFigures, coverage, unfetchedMessages } from '../index/status.ts';
import type { AccountFigures, Coverage, Unfetched } from '../index/status.ts';
import { IMPORT_ACCOUNT } from '../import/place.ts';
import type { Account } from '../model/account.ts';
import type { MailError } from '../model/error.ts';
import { wantsSignIn } from '../oauth2/token-login.ts';
import { counts, type QueueCounts } from '../outbox/list.ts';
import { reported } from '../receive/report.ts';
import { roomFor, type Room } from '../runtime/room.ts';

/**
 * `login`: its person must sign in; `failing`: the last try went wrong; `stale`: no good one for `alerts.staleAfter`;
 * `removed`: not configured any more.
 */
export type AccountState = 'ok' | 'stale' | 'failing' | 'never' | 'login' | 'removed';

/** One account. Times are ISO 8601 in UTC. */
export interface AccountStatus {
  readonly name: string;
  readonly state: AccountState;
  readonly lastGood: string | null;
  readonly lastTry: string | null;
  /** As the last poll left it, or why its person must sign in: kind, message, retry, hint. */
  readonly error: unknown;
  readonly stored: number;
  readonly pending: number;
  readonly poisoned: number;
  /** Pending messages that wait for a reason that is no failure; `until` when the first of them is due. */
  readonly waiting: { readonly messages: number; readonly reason: string; readonly until: string } | null;
  /** The next run by its schedule. */
  readonly next: string | null;
  /** Messages that were asked for and are not stored, the poisoned first: all with --pending, else a few poisoned ones. */
  readonly unfetched: readonly UnfetchedStatus[];
  /** How far the poll is that runs now; null where none does, or no service tells. */
  readonly running: { readonly done: number; readonly total: number; readonly folder: string } | null;
  /** The last proof of completeness; null before the first one. */
  readonly proof: ProofStatus | null;
}

/** A message that was asked for and is not stored. */
export type UnfetchedStatus = Omit<Unfetched, 'account' | 'next'> & { readonly next: string };

/** A proof in figures. */
export type ProofStatus = Omit<LastProof, 'at'> & { readonly at: string };

/** What the last re-hashing of files found. */
export interface FilesStatus {
  /** The last one, of all files or of a part (`3/28`); null before the first one. */
  readonly last: { readonly at: string; readonly part: string | null; readonly well: boolean } | null;
  /** Messages whose files are known to be damaged, or not there. */
  readonly damaged: readonly string[];
  readonly missing: readonly string[];
}

/** The service that runs. */
export interface ServiceStatus {
  readonly pid: number;
  readonly since: string;
  readonly running: Readonly<Record<string, NonNullable<AccountStatus['running']>>>;
}

/** The JSON of `status`. */
export interface Status {
  /**
   * False where an account is stale or failing or wants its person, a stored file is damaged or missing, an account was found
   * not to be complete, or the disk is full.
   */
  readonly ok: boolean;
  readonly accounts: readonly AccountStatus[];
  readonly outbox: QueueCounts;
  readonly index: Coverage;
  /** Octets: what the archive takes, what is free for it, and what receiving leaves free: it pauses while less is. */
  readonly disk: { readonly bytes: number } & Room;
  readonly files: FilesStatus;
  /** The running service; null where none answers. */
  readonly service: Omit<ServiceStatus, 'running'> | null;
}

/** What is told, and what the running service says of itself. */
export interface StatusOptions {
  /** All messages that wait. */
  readonly pending?: boolean;
  readonly service?: ServiceStatus | undefined;
}

const DAY = 86_400_000;
const NOTHING: Coverage = { messages: 0, indexed: 0, partly: 0, behind: 0 };

/** Gathers the status at `now` (milliseconds). Throws MailError `storage` for an index or a queue that cannot be read. */
export async function statusOf(
  config: Config,
  now: number,
  { pending = false, service }: StatusOptions = {},
): Promise<Status> {
  const { data } = config;
  // Before the first sync there is no index, and nothing is wrong.
  const db = existsSync(join(data, INDEX_FILE)) ? openIndex(data, 'read') : undefined;
  try {
    const disk = { bytes: await bytesOf(data, db), ...(await roomBelow(data)) };
    const checks = await lastChecks(data, now);
    const unfetched = db === undefined ? [] : unfetchedMessages(db, pending ? MOST_TOLD : FEW_TOLD);
    const told = pending ? unfetched : unfetched.filter(({ poisoned }) => poisoned);
    const figures = db === undefined ? [] : accountFigures(db, now);
    const accounts = accountsOf(config, figures, await unsigned(config), now).map((one) => ({
      ...one,
      unfetched: told.filter(({ account }) => account === one.name).map(unfetchedStatus),
      running: service?.running[one.name] ?? null,
      proof: proofStatus(checks.proofs[one.name]),
    }));
    const { damaged, missing } = checks;
    const unproved = accounts.some(({ proof }) => proof?.proved === false && proof.error === null);
    const well = accounts.every(({ state }) => !TROUBLED.has(state)) && !unproved;
    return {
      // A disk that is full keeps a poll from even recording that it failed.
      ok: disk.free >= disk.least && well && damaged.length + missing.length === 0,
      accounts,
      outbox: counts(data),
      index: db === undefined ? NOTHING : await coverage(db, data),
      disk,
      files: { last: lastFiles(checks), damaged, missing },
      service: service === undefined ? null : { pid: service.pid, since: service.since },
    };
  } finally {
    if (db !== undefined) closeIndex(db);
  }
}

/** Messages of each account that are told, and with --pending. */
const FEW_TOLD = 3;
const MOST_TOLD = 10_000;

function unfetchedStatus({
  folder,
  uid,
  uidl,
  reason,
  attempts,
  next,
  poisoned,
}: Unfetched): UnfetchedStatus {
  return { folder, uid, uidl, reason, attempts, next: new Date(next).toISOString(), poisoned };
}

function proofStatus(proof: LastProof | undefined): ProofStatus | null {
  return proof === undefined ? null : { ...proof, at: new Date(proof.at).toISOString() };
}

function lastFiles({ files }: LastChecks): FilesStatus['last'] {
  return files === null ? null : { at: new Date(files.at).toISOString(), part: files.part, well: files.well };
}

const TROUBLED: ReadonlySet<AccountState> = new Set(['stale', 'failing', 'login']);

/** Accounts whose person must sign in, and why. */
async function unsigned({ accounts, data }: Config): Promise<Map<string, MailError>> {
  const found = new Map<string, MailError>();
  for (const { name, user, oauth2 } of accounts) {
    const error = oauth2 === undefined ? undefined : await wantsSignIn({ name, user, oauth2 }, data);
    if (error !== undefined) found.set(name, error);
  }
  return found;
}

/** What the index and the configuration tell. */
type AccountBasics = Omit<AccountStatus, 'unfetched' | 'running' | 'proof'>;

function accountsOf(
  config: Config,
  figures: readonly AccountFigures[],
  unsigned: ReadonlyMap<string, MailError>,
  now: number,
): AccountBasics[] {
  const staleAfter = config.alerts?.staleAfter ?? DAY;
  const configured = config.accounts.filter(
    ({ name, receive }) => receive !== undefined || unsigned.has(name),
  );
  const known = new Map(figures.map((row) => [row.name, row]));
  const names = new Set(config.accounts.map(({ name }) => name));
  const removed = figures.filter(
    ({ name, stored }) => !names.has(name) && name !== IMPORT_ACCOUNT && stored > 0,
  );
  return [
    ...configured.map((account) => {
      const row = sinceSignIn(known.get(account.name) ?? emptyFigures(account.name), account);
      const error = unsigned.get(account.name);
      if (error !== undefined)
        return statusRow({ ...row, error: reported(error) }, 'login', nextRun(account));
      return statusRow(row, stateOf(row, staleAfter, now), nextRun(account));
    }),
    ...removed.map((row) => statusRow(row, 'removed', null)),
  ];
}

/** A refused login from before the last sign-in is over. */
function sinceSignIn(row: AccountFigures, { signedIn }: Account): AccountFigures {
  const refused =
    typeof row.error === 'object' && row.error !== null && 'kind' in row.error && row.error.kind === 'auth';
  return refused && (signedIn?.() ?? 0) > (row.lastTry ?? 0) ? { ...row, error: null } : row;
}

function emptyFigures(name: string): AccountFigures {
  return {
    name,
    lastGood: null,
    lastTry: null,
    error: null,
    stored: 0,
    pending: 0,
    poisoned: 0,
    waiting: null,
  };
}

function stateOf({ lastGood, error }: AccountFigures, staleAfter: number, now: number): AccountState {
  if (error !== null) return 'failing';
  if (lastGood === null) return 'never';
  return now - lastGood > staleAfter ? 'stale' : 'ok';
}

function statusRow(row: AccountFigures, state: AccountState, next: Date | null): AccountBasics {
  return {
    name: row.name,
    state,
    lastGood: isoOf(row.lastGood),
    lastTry: isoOf(row.lastTry),
    error: row.error,
    stored: row.stored,
    pending: row.pending,
    poisoned: row.poisoned,
    waiting:
      row.waiting === null ? null : { ...row.waiting, until: new Date(row.waiting.until).toISOString() },
    next: next?.toISOString() ?? null,
  };
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** The calendar of the service, asked and put away again. */
function nextRun({ receive }: Account): Date | null {
  if (receive === undefined) return null;
  const task = schedule(receive.schedule, () => undefined);
  const next = task.getNextRun();
  void task.destroy();
  return next;
}

/** The messages by the index, and the index itself: nobody waits for a walk over a million files. */
async function bytesOf(data: string, db: Index | undefined): Promise<number> {
  const messages = db?.prepare<[], number>('SELECT ifnull(sum(size), 0) FROM message').pluck().get() ?? 0;
  const files = [INDEX_FILE, `${INDEX_FILE}-wal`, 'outbox.db', 'outbox.db-wal'];
  const sizes = await Promise.all(
    files.map((name) =>
      stat(join(data, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, messages);
}

/** What a user may still write below `data`; the disk of the nearest folder that exists. */
async function roomBelow(data: string): Promise<Room> {
  let folder = data;
  while (!existsSync(folder) && folder !== join(folder, '..')) folder = join(folder, '..');
  return roomFor(folder);
}
