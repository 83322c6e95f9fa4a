// PURE: a status → what needs a person, each with its cure. Nothing here means that all is well; it agrees with `ok` of
// `mailkeep status --json`.
import { cureFor, told } from '../chinese/told.ts';
import { languagesOf, sentence } from '../model/hint.ts';
import { recordedError } from '../model/recorded-error.ts';
import type { AccountStatus } from '../service/account-facts.ts';
import type { Status } from '../service/facts.ts';
import type { Words } from './words.ts';

/** One thing. Texts of servers are among them. */
export interface Trouble {
  readonly what: string;
  /** In the server's words, or our own. */
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
  const named = new Set(alerts.map(({ account }) => account));
  return [
    ...alerts.map(({ message, hint, since }) => ({
      // In the log it follows a colon; here it begins a sentence. Names stay as they are.
      what: message[language].replace(
        /^(?:the|only|stored) /,
        (word) => word.charAt(0).toUpperCase() + word.slice(1),
      ),
      reason: null,
      cure: cureIn(sentence(hint, true), words),
      since,
    })),
    ...accounts
      .filter(
        ({ name, state }) =>
          (state === 'failing' || state === 'stale' || state === 'login') && !named.has(name),
      )
      .map((account) => failed(account, words)),
  ];
}

function failed({ name, state, error }: AccountStatus, words: Words): Trouble {
  const { status } = words;
  const what =
    state === 'stale' ? status.stale(name) : state === 'login' ? status.login(name) : status.failing(name);
  const failure = recordedError(error);
  const reason = failure === null ? null : toldIn(failure.message, words);
  return { what, reason, cure: cureIn(failure?.hint, words), since: null };
}

/** The cure in the reader's language where it is known in that. */
export function cureIn(
  hint: string | null | undefined,
  { language }: Pick<Words, 'language'>,
): string | null {
  if (hint === null || hint === undefined) return null;
  return language === 'zh' ? cureFor(hint, language) : (languagesOf(hint)[0] ?? hint);
}

/** What failed, likewise; the words of a server stay its own. */
export function toldIn(message: string, { language }: Pick<Words, 'language'>): string {
  return told(message, language);
}
