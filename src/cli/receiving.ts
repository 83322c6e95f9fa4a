// The accounts that a command asks at their servers.
import { receiving } from '../daemon.ts';
import type { Account } from '../model/account.ts';
import { MailError } from '../model/error.ts';
import type { Receiving } from '../receive/open-source.ts';

/** Those of them that fetch mail. Throws a `config` error with its cure where there is none. */
export function receivingOf(accounts: readonly Account[]): readonly Receiving[] {
  const found = receiving(accounts);
  if (found.length > 0) return found;
  throw new MailError({
    kind: 'config',
    retry: 'never',
    ...(accounts.length > 0
      ? { message: 'none of these accounts has a receive: section' }
      : { message: 'the configuration names no account', hint: '`mailkeep init` sets one up' }),
  });
}
