// What the log says of a poll.
import { TOO_SOON } from '../receive/login-pace.ts';
import type { AccountReport } from '../receive/report.ts';
import type { Log } from '../runtime/log.ts';

/** What went from a server, message by message: it is to be found in the log for good. `said`: what is told once only. */
export function tellDeletions(log: Log, { name: account, folders }: AccountReport, said: Set<string>): void {
  for (const { name: folder, deletions = [], undeletable } of folders) {
    const where = `${account} ${folder}`;
    if (undeletable !== undefined && !said.has(where)) {
      said.add(where);
      log.warn('nothing is deleted at the server', { account, folder, reason: undeletable });
    }
    for (const { state, ...about } of deletions) {
      const fields = { account, folder, ...about };
      if (state === 'deleted') log.info('deleted at the server', fields);
      else if (state === 'uncertain') log.warn('perhaps deleted at the server', fields);
      else log.debug('not deleted at the server', fields);
    }
  }
}

/** One line a poll; quiet polls only for those who want to see everything. */
export function tell(log: Log, report: AccountReport, next: number | null): void {
  const { name: account, stored, failed, pending, bytes, seconds, waiting, error } = report;
  const fields = {
    account,
    stored,
    failed,
    pending,
    bytes,
    seconds,
    ...(waiting && { waiting: waiting.reason }),
  };
  if (error?.kind === 'cancelled') {
    log.info(`receiving was ended: ${error.message}`, fields);
  } else if (error !== null) {
    const at = next === null ? {} : { next: new Date(next).toISOString() };
    // The server was not asked, in the pace that it wants.
    if (error.code === TOO_SOON) log.info(`receiving waits: ${error.message}`, { ...fields, ...at });
    else log.error(`receiving failed: ${error.message}`, { ...fields, ...at, hint: error.hint });
  } else if (failed > 0) {
    log.warn('some messages could not be fetched', fields);
  } else if (stored > 0) {
    log.info('received', fields);
  } else {
    log.debug('nothing new', fields);
  }
}
