// PURE: the accounts of the service → the one line that `systemctl status` shows of it.
import type { AccountReport } from '../receive/report.ts';

/** How an account stands: how its last poll ended, and when (milliseconds since 1970). */
export interface LastPoll {
  readonly at: number;
  readonly error: AccountReport['error'];
}

/** `3 accounts; qq fails (auth); receiving 163: 120 of 500; last mail check 12:03`. Times are local. */
export function statusLine(
  accounts: readonly string[],
  last: ReadonlyMap<string, LastPoll>,
  running: Readonly<Record<string, { readonly done: number; readonly total: number }>>,
): string {
  const polls = accounts.flatMap((name) => last.get(name) ?? []);
  const failing = accounts.flatMap((name) => {
    const error = last.get(name)?.error;
    return error === null || error === undefined ? [] : [`${name} fails (${error.kind})`];
  });
  const busy = Object.entries(running)
    .filter(([, { total }]) => total > 0)
    .map(([name, { done, total }]) => `receiving ${name}: ${done} of ${total}`);
  const good = Math.max(...polls.filter(({ error }) => error === null).map(({ at }) => at));
  return [
    accounts.length === 1 ? '1 account' : `${accounts.length} accounts`,
    ...(polls.length > 0 && failing.length === 0 ? ['all well'] : failing),
    ...busy,
    ...(Number.isFinite(good) ? [`last good poll ${clockTime(good)}`] : []),
  ].join('; ');
}

function clockTime(at: number): string {
  return new Date(at).toTimeString().slice(0, 5);
}
