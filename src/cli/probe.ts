// The steps by which an account is tested.
import type { Account } from '../model/account.ts';
import type { Step } from './steps.ts';

/** Tests an account's servers. */
export async function* probe(_account: Account): AsyncGenerator<Step> {}
