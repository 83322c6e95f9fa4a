// Messages that wait for a reason that is no failure, in one line for a person.
import type { Language } from '../web/language.ts';
import { told } from '../chinese/told.ts';
import { localTime } from './times.ts';
import { safeLine } from './terminal-text.ts';
import { statusWords } from './status-words.ts';

/** `1,200 messages wait: today's budget is spent; it goes on after 2026-01-02 03:00`. */
export function waitingText(
  waiting: {
    readonly messages: number;
    readonly reason: string;
    readonly until: string;
  },
  language: Language,
): string {
  const { messages, reason, until } = waiting;
  return statusWords[language].waiting(messages, safeLine(told(reason, language)), localTime(until, true));
}
