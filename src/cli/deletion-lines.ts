// What `receive.delete` did, or would do, at the server: one line a message, so that a person can follow each of them.
import type { Deletion, FolderReport } from '../receive/report.ts';
import { safeLine } from './terminal-text.ts';

const WORDS: Readonly<Record<Deletion['state'], string>> = {
  due: 'would be deleted',
  deleted: 'deleted',
  uncertain: 'perhaps deleted',
  kept: 'not deleted',
};

/** Indented lines; none where nothing was to be deleted. */
export function deletionLines({ deletions = [], undeletable }: FolderReport): string[] {
  return [
    ...(undeletable === undefined ? [] : [`    nothing is deleted here: ${safeLine(undeletable)}`]),
    ...deletions.map(({ state, date, subject, id, reason }) => {
      const what = `${date.slice(0, 10)} ${safeLine(subject).trim()}`.trim();
      return `    ${WORDS[state]} at the server: ${what} (${id.slice(0, 12)})${reason === undefined ? '' : `: ${safeLine(reason)}`}`;
    }),
  ];
}
