// PURE: a status → what needs a person, each with its cure. Nothing here means that all is well; it agrees with `ok` of
// `mailkeep status --json`.
import { languagesOf } from '../model/hint.ts';
import type { AccountStatus } from '../service/account-facts.ts';
import type { Status } from '../service/facts.ts';
import type { Words } from './words.ts';

/** One thing. Texts of servers are among them. */
export interface Trouble {
  readonly what: string;
  /** In the server's or our own English words. */
  readonly reason: string | null;
  readonly cure: string | null;
  /** ISO 8601; null where it is not known. */
  readonly since: string | null;
}

/** The alerts that are open, and the accounts whose last poll failed without one. */
export function troublesIn(
  { alerts, accounts }: Pick<Status, 'alerts' | 'accounts'>,
  words: Words,
): Trouble[] {
  const { language } = words;
  const told = new Set(alerts.map(({ account }) => account));
  return [
    ...alerts.map(({ message, hint, since }) => ({
      // In the log it follows a colon; here it begins a sentence. Names stay as they are.
      what: message[language].replace(
        /^(?:the|only|stored) /,
        (word) => word.charAt(0).toUpperCase() + word.slice(1),
      ),
      reason: null,
      cure: hint[language],
      since,
    })),
    ...accounts
      .filter(
        ({ name, state }) =>
          (state === 'failing' || state === 'stale' || state === 'login') && !told.has(name),
      )
      .map((account) => failed(account, words)),
  ];
}

function failed({ name, state, error }: AccountStatus, words: Words): Trouble {
  const { status } = words;
  const text = (key: string): string | null => {
    const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, key) : null;
    return typeof value === 'string' ? value : null;
  };
  const what =
    state === 'stale' ? status.stale(name) : state === 'login' ? status.login(name) : status.failing(name);
  return { what, reason: text('message'), cure: cureIn(text('hint'), words), since: null };
}

/** The cure in the reader's language where it is there. */
export function cureIn(hint: string | null | undefined, { language }: Words): string | null {
  if (hint === null || hint === undefined) return null;
  const [english = hint, chinese = english] = languagesOf(hint);
  return language === 'zh' ? chinese : english;
}
