// A status in which all is well but for two letters that wait, for tests that look at it or change a part of it.
import type { AccountStatus } from '../../src/service/account-facts.ts';
import type { Status } from '../../src/service/facts.ts';

/** A proof in which all is found, but for when it was made. */
export const PROVED = {
  proved: true,
  server: 7,
  stored: 7,
  missing: 0,
  changed: 0,
  extra: 0,
  damaged: 0,
  unread: 0,
  error: null,
} as const;

/** The account `qq`. */
export function accountWell(parts: Partial<AccountStatus> = {}): AccountStatus {
  const last = new Date(Date.UTC(2026, 0)).toISOString();
  return {
    name: 'qq',
    state: 'ok',
    lastGood: last,
    lastTry: last,
    error: null,
    stored: 7,
    pending: 1,
    poisoned: 0,
    waiting: null,
    next: null,
    unfetched: [],
    running: null,
    proof: { ...PROVED, at: last },
    ...parts,
  };
}

/** All is well. */
export function standingWell(parts: Partial<Status> = {}): Status {
  return {
    ok: true,
    alerts: [],
    untold: null,
    accounts: [accountWell()],
    outbox: { queued: 0, deferred: 2, uncertain: 0, failed: 0, late: 0, unfiled: 0 },
    index: { messages: 7, indexed: 7, partly: 0, behind: 0, late: 0, reasons: [] },
    disk: { bytes: 70_000, free: 100e9, least: 512 * 2 ** 20 },
    files: { last: null, damaged: [], missing: [] },
    service: null,
    ...parts,
  };
}
