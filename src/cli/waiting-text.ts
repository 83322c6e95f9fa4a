// Messages that wait for a reason that is no failure, in one line for a person.
import { localTime } from './times.ts';
import { safeLine } from './terminal-text.ts';
import { count } from './words.ts';

/** `1,200 messages wait: today's budget is spent; it goes on after 2026-01-02 03:00`. */
export function waitingText(waiting: {
  readonly messages: number;
  readonly reason: string;
  readonly until: string;
}): string {
  const { messages, reason, until } = waiting;
  const verb = messages === 1 ? 'waits' : 'wait';
  return `${count(messages, 'message')} ${verb}: ${safeLine(reason)}; it goes on after ${localTime(until, true)}`;
}
