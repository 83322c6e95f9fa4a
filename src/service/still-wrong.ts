// PURE: what of the open alerts stays open because nobody could look again: a server that was not reached has neither taken a login
// nor shown that the archive is complete, and nothing of it was stored; nor was one that wants to be left alone. Without this each
// break of the network would end such an alert, and begin it anew.
import type { MailErrorKind } from '../model/error.ts';
import { recordedError } from '../model/recorded-error.ts';
import type { OpenAlert } from './alert.ts';
import type { AccountStatus } from './account-facts.ts';
import type { Sight } from './wrong-now.ts';

/** A try that ended so did not come as far as the server's word on the login. */
const UNREACHED: ReadonlySet<string> = new Set<MailErrorKind>([
  'dns',
  'connect',
  'tls',
  'timeout',
  'closed',
  'cancelled',
  'storage',
  'locked',
  'busy', // after so many refused logins, perhaps (S-041)
]);

/** Those of `open` about which nothing new is known. */
export function stillWrong({ standing, unreached }: Sight, open: readonly OpenAlert[]): OpenAlert[] {
  const accounts = new Map(standing.accounts.map((account) => [account.name, account]));
  return open.filter((alert) => {
    if (alert.kind === 'storage')
      return noneGood(standing.accounts, alert) && standing.accounts.some((one) => isUntold(one, alert));
    const account = accounts.get(alert.subject);
    if (account?.state === 'removed') return false;
    if (alert.kind === 'login')
      return (isUntold(account, alert) && !hasSignedIn(account)) || unreached.has(alert.subject);
    // A proof that came to no end proves nothing.
    return alert.kind === 'unproved' && account?.proof?.proved === false && account.proof.error !== null;
  });
}

/** One good sync is enough to show that mail can be stored. */
function noneGood(accounts: readonly AccountStatus[], { since }: OpenAlert): boolean {
  return accounts.every(({ lastGood }) => lastGood === null || Date.parse(lastGood) <= Date.parse(since));
}

/** The last try failed behind a login that was taken, as where a folder is locked. */
function hasSignedIn(account: AccountStatus | undefined): boolean {
  return recordedError(account?.error)?.signedIn === true;
}

function isUntold(account: AccountStatus | undefined, { since }: OpenAlert): boolean {
  if (
    account === undefined ||
    account.state === 'removed' ||
    !UNREACHED.has(recordedError(account.error)?.kind ?? '')
  )
    return false;
  return account.lastGood === null || Date.parse(account.lastGood) <= Date.parse(since);
}
