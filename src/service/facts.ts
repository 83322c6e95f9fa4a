// How it stands with the archive: the facts that `status`, the page, the metrics and the alerts tell, gathered from the index,
// the outbox, the last checks and the disk. It only reads, beside a running service or in it, and asks no server.
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Journal } from '../archive/journal.ts';
import { lastChecks, type LastChecks } from '../archive/verified.ts';
import type { Config } from '../config/load.ts';
import { closeIndex, hasJournals, INDEX_FILE, openIndex, type Index } from '../index/database.ts';
import { countLate } from '../index/late-text.ts';
import { coverage, wholeOf, type Coverage } from '../index/status.ts';
import { counts, type QueueCounts } from '../outbox/list.ts';
import { outboxTroubles } from '../outbox/troubles.ts';
import { roomFor, type Room } from '../runtime/room.ts';
import { accountsOf, staleAfterOf, type AccountStatus, type ServiceStatus } from './account-facts.ts';
import { sinceThen, type OpenAlert } from './alert.ts';
import { type AlertBook, readBook } from './alert-book.ts';
import { wrongNow } from './wrong-now.ts';

/** What the last re-hashing of files found. */
export interface FilesStatus {
  /** The last one, of all files or of a part (`3/28`); null before the first one. */
  readonly last: { readonly at: string; readonly part: string | null; readonly well: boolean } | null;
  /** Messages whose files are known to be damaged, or not there. */
  readonly damaged: readonly string[];
  readonly missing: readonly string[];
}

/** The JSON of `status`. */
export interface Status {
  /** False while an alert is open, or the last poll of an account has failed. */
  readonly ok: boolean;
  /** What a person should know of. */
  readonly alerts: readonly OpenAlert[];
  /** Why the alert command failed the last time; null where it did not, or there is none. */
  readonly untold: string | null;
  readonly accounts: readonly AccountStatus[];
  readonly outbox: QueueCounts;
  readonly index: Coverage;
  /** Octets: what the archive takes, what is free for it, and what receiving leaves free: it pauses while less is. */
  readonly disk: { readonly bytes: number } & Room;
  readonly files: FilesStatus;
  /** The running service; null where none answers. */
  readonly service: Pick<ServiceStatus, 'pid' | 'since' | 'polls'> | null;
}

/** A status before it is looked at. */
export type Standing = Omit<Status, 'ok' | 'alerts' | 'untold'>;

/** What is told, and what the running service says of itself. */
export interface StatusOptions {
  /** All messages that wait. */
  readonly pending?: boolean;
  readonly service?: ServiceStatus | undefined;
}

const NOTHING: Coverage = { messages: 0, indexed: 0, partly: 0, behind: 0, late: 0, reasons: [] };

/**
 * Gathers the status at `now` (milliseconds). Throws MailError `storage` for what cannot be read, and `config` for what a newer
 * mailkeep has written.
 */
export async function statusOf(
  config: Config,
  now: number,
  { pending = false, service }: StatusOptions = {},
): Promise<Status> {
  const { data } = config;
  await new Journal(data).checkVersions();
  // Before the first sync there is no index, and nothing is wrong.
  const db = existsSync(join(data, INDEX_FILE)) || hasJournals(data) ? openIndex(data, 'read') : undefined;
  try {
    const checks = await lastChecks(data, now);
    const { damaged, missing } = checks;
    const standing: Standing = {
      accounts: await accountsOf(config, { db, checks, now, pending, service }),
      outbox: counts(data),
      index: db === undefined ? NOTHING : await coverage(db, data),
      disk: { bytes: await bytesOf(data, db), ...(await roomBelow(data)) },
      files: { last: lastFiles(checks), damaged, missing },
      service:
        service === undefined ? null : { pid: service.pid, since: service.since, polls: service.polls },
    };
    const book = await readBook(data);
    const alerts = alertsOf(config, standing, db, book, now);
    const untold = config.alerts?.command === undefined ? null : book.trouble;
    const failing = standing.accounts.some(({ state }) => state === 'failing' || state === 'stale');
    return { ok: alerts.length === 0 && !failing, alerts, untold, ...standing };
  } finally {
    if (db !== undefined) closeIndex(db);
  }
}

function alertsOf(
  config: Config,
  standing: Standing,
  db: Index | undefined,
  { open, watched }: AlertBook,
  now: number,
): OpenAlert[] {
  const { data, accounts } = config;
  const names = accounts.map(({ name }) => name);
  const { letters, refused, unreached } = outboxTroubles(data, names, now);
  const found = wrongNow(
    { standing, letters, refused, unreached, watched, staleAfter: staleAfterOf(config), now },
    open,
  );
  // That an index was lost is seen at a start, and by nobody else: it is wrong until all is in it again.
  const unread = db !== undefined && countLate(db).unread > 0;
  const renewed = open.filter(({ kind }) => kind === 'index' && unread);
  return sinceThen([...found, ...renewed], open, new Date(now).toISOString());
}

function lastFiles({ files }: LastChecks): FilesStatus['last'] {
  return files === null ? null : { at: new Date(files.at).toISOString(), part: files.part, well: files.well };
}

/** The messages by the index, and the index itself: nobody waits for a walk over a million files. */
async function bytesOf(data: string, db: Index | undefined): Promise<number> {
  const messages = db === undefined ? 0 : wholeOf(db).octets;
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
