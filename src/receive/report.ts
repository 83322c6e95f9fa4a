// What one poll did, in the shape in which --json tells it; counted while it runs, so that a cut run tells the truth too.
import type { MailError, MailErrorKind } from '../model/error.ts';
import type { MessageId } from '../model/ids.ts';
import type { RemoteKey } from '../model/mailbox.ts';

/** One folder of a poll. */
export interface FolderReport {
  readonly name: string;
  /** Stored in this run. */
  stored: number;
  /** Listed by the server and stored before. */
  known: number;
  /** Tried in this run and not got. */
  failed: number;
  /** Listed by the server and not stored now, for whatever reason. */
  pending: number;
  /** Deleted at the server in this run. */
  deleted: number;
  /** With `receive.delete`: the old messages, and what became of each at the server. */
  deletions?: readonly Deletion[];
  /** Why nothing of this folder can be deleted at this server. */
  undeletable?: string;
  /** Why the folder could not be read; not set when only messages failed. */
  error?: ReportedError;
}

/** An old message, and what became of it at the server. */
export type Deletion = RemoteKey & {
  readonly id: MessageId;
  /** ISO 8601 in UTC. */
  readonly date: string;
  readonly subject: string;
  /** `due`: it would go, were this no dry run. `uncertain`: the server was asked, and did not say. `kept`: see `reason`. */
  readonly state: 'due' | 'deleted' | 'uncertain' | 'kept';
  readonly reason?: string;
};

/** An error as commands print it. */
export interface ReportedError {
  readonly kind: MailErrorKind;
  readonly message: string;
  readonly retry: 'now' | 'later' | 'never';
  readonly hint: string | null;
  /** `auth`: refusals in a row, this one too. */
  readonly refused?: number;
  /** The server's own waiting time, in milliseconds. */
  readonly after?: number;
  /** With `after`: the server's code for it. */
  readonly code?: string;
}

/** One account of a poll. */
export interface AccountReport {
  readonly name: string;
  ok: boolean;
  stored: number;
  known: number;
  failed: number;
  pending: number;
  deleted: number;
  /** Octets of the messages stored in this run. */
  bytes: number;
  seconds: number;
  readonly folders: FolderReport[];
  /** Some of the pending messages wait for a reason that is no failure; `until` when the first of them is due (ISO 8601 in UTC). */
  waiting?: { readonly messages: number; readonly reason: string; readonly until: string };
  error: ReportedError | null;
  /** The index could not take how it ended. */
  unrecorded?: true;
}

/** An empty report. */
export function emptyReport(name: string): AccountReport {
  return {
    name,
    ok: true,
    stored: 0,
    known: 0,
    failed: 0,
    pending: 0,
    deleted: 0,
    bytes: 0,
    seconds: 0,
    folders: [],
    error: null,
  };
}

/** Sums up the folders; all is well when every listed message is stored and every folder could be read. */
export function conclude(
  report: AccountReport,
  error: MailError | undefined,
  seconds: number,
): AccountReport {
  for (const count of ['stored', 'known', 'failed', 'pending', 'deleted'] as const) {
    report[count] = report.folders.reduce((sum, folder) => sum + folder[count], 0);
  }
  report.error =
    error === undefined ? (report.folders.find((folder) => folder.error)?.error ?? null) : reported(error);
  report.ok = report.error === null && report.failed === 0;
  report.seconds = Math.round(seconds * 1000) / 1000;
  return report;
}

/** An error in the shape that commands print. */
export function reported(error: MailError): ReportedError {
  const { kind, message, retry, hint = null, after, code } = error;
  const waits = after === undefined ? {} : { after, ...(code === undefined ? {} : { code }) };
  return { kind, message, retry, hint, ...waits };
}
