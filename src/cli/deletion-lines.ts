// What `receive.delete` did, or would do, at the server: one line a message, so that a person can follow each of them.
import type { FolderReport } from '../receive/report.ts';
import type { Language } from '../web/language.ts';
import { told } from '../chinese/told.ts';
import { syncWords } from './sync-words.ts';
import { safeLine } from './terminal-text.ts';

/** Indented lines; none where nothing was to be deleted. */
export function deletionLines({ deletions = [], undeletable }: FolderReport, language: Language): string[] {
  const words = syncWords[language];
  const why = (reason: string): string => safeLine(told(reason, language));
  return [
    ...(undeletable === undefined ? [] : [`    ${words.undeletable(why(undeletable))}`]),
    ...deletions.map(({ state, date, subject, id, reason }) => {
      const what = `${date.slice(0, 10)} ${safeLine(subject).trim()}`.trim();
      return `    ${words.deletion(state, `${what} (${id.slice(0, 12)})`, reason && why(reason))}`;
    }),
  ];
}
