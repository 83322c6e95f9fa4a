// PURE: accounts → whether there is anything to judge yet.

/** Whether no account was ever fetched, though some are to be: nothing is wrong, and nothing is proved to be well. */
export function isUntried(accounts: readonly { readonly state: string }[]): boolean {
  const kept = accounts.filter(({ state }) => state !== 'removed');
  return kept.length > 0 && kept.every(({ state }) => state === 'never');
}
