// How it stands with each account: its last sync, what is stored and what is not yet, its next run, the last proof.
import type { LastChecks, LastProof } from '../archive/verified.ts';
import type { Config } from '../config/load.ts';
import type { Index } from '../index/database.ts';
import { accountFigures, unfetchedMessages } from '../index/status.ts';
import type { AccountFigures, Unfetched } from '../index/status.ts';
import { IMPORT_ACCOUNT } from '../import/place.ts';
import type { Account } from '../model/account.ts';
import type { MailError } from '../model/error.ts';
import { wantsSignIn } from '../oauth2/token-login.ts';
import { reported, type ReportedError } from '../receive/report.ts';
import { Calendar } from '../schedule/calendar.ts';

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

/** The service that runs. */
export interface ServiceStatus {
  readonly pid: number;
  readonly since: string;
  /** Polls that have ended since then: who has seen another number has seen an older archive. */
  readonly polls: number;
  readonly running: Readonly<Record<string, NonNullable<AccountStatus['running']>>>;
  /** How the last poll of an account failed, where the index may not tell: it could not be written, or is not there. */
  readonly untaken: Readonly<Record<string, ReportedError>>;
}

/** What accounts are looked at with. */
interface Looking {
  /** Undefined before the first sync. */
  readonly db: Index | undefined;
  readonly checks: LastChecks;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** All messages that wait are told. */
  readonly pending: boolean;
  readonly service: ServiceStatus | undefined;
}

/** The accounts of the configuration, then those of which only mail is left. */
export async function accountsOf(
  config: Config,
  { db, checks, now, pending, service }: Looking,
): Promise<AccountStatus[]> {
  const unfetched = db === undefined ? [] : unfetchedMessages(db, pending ? MOST_TOLD : FEW_TOLD);
  const told = pending ? unfetched : unfetched.filter(({ poisoned }) => poisoned);
  const figures = db === undefined ? [] : accountFigures(db, now);
  const untaken = service?.untaken ?? {};
  const rows = figuresWith(untaken, figures);
  return basicsOf(config, rows, await unsigned(config), now).map((one) => ({
    ...one,
    unfetched: told
      .filter(({ account }) => account === one.name)
      .map((message) => unfetchedStatus(message, now)),
    running: service?.running[one.name] ?? null,
    proof: proofStatus(checks.proofs[one.name]),
  }));
}

/** Milliseconds after which an account without a good sync is stale. */
export function staleAfterOf({ alerts }: Config): number {
  return alerts?.staleAfter ?? DAY;
}

const DAY = 86_400_000;

/** Messages of each account that are told, and with --pending. */
const FEW_TOLD = 3;
const MOST_TOLD = 10_000;

function unfetchedStatus(
  { folder, uid, uidl, reason, attempts, next, poisoned }: Unfetched,
  now: number,
): UnfetchedStatus {
  const again = next === 0 ? now : next;
  return { folder, uid, uidl, reason, attempts, next: new Date(again).toISOString(), poisoned };
}

function proofStatus(proof: LastProof | undefined): ProofStatus | null {
  return proof === undefined ? null : { ...proof, at: new Date(proof.at).toISOString() };
}

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

function basicsOf(
  config: Config,
  figures: readonly AccountFigures[],
  unsigned: ReadonlyMap<string, MailError>,
  now: number,
): AccountBasics[] {
  const staleAfter = staleAfterOf(config);
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
        return statusRow({ ...row, error: reported(error) }, 'login', nextRun(account, now));
      return statusRow(row, stateOf(row, staleAfter, now), nextRun(account, now));
    }),
    ...removed.map((row) => statusRow(row, 'removed', null)),
  ];
}

/** What the service knows better than the index. */
function figuresWith(
  untaken: ServiceStatus['untaken'],
  figures: readonly AccountFigures[],
): AccountFigures[] {
  const names = new Set([...figures.map(({ name }) => name), ...Object.keys(untaken)]);
  const known = new Map(figures.map((row) => [row.name, row]));
  return [...names].map((name) => {
    const row = known.get(name) ?? emptyFigures(name);
    const error = untaken[name];
    return error === undefined ? row : { ...row, error };
  });
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
  // One that lies as far ahead was noted by a clock that was wrong.
  return Math.abs(now - lastGood) > staleAfter ? 'stale' : 'ok';
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

/** As the calendar of the service has it. */
function nextRun({ receive }: Account, now: number): Date | null {
  const slot = receive === undefined ? null : new Calendar(receive.schedule).next(now);
  return slot === null ? null : new Date(slot);
}
