// The catalogue itself, where it lies beside the project: its ids with their severities, and its suites. It is not part of
// the repository, and nothing of its text is taken over.
import { existsSync, readFileSync } from 'node:fs';
import { SEVERITIES, type Severity } from './entries.ts';

const PATH = '../shared/reference/quirks.md';

/** Whether it is there. */
export function isThere(): boolean {
  return existsSync(PATH);
}

/** Id → severities, in the order of SEVERITIES. */
export function originalEntries(): Map<string, Severity[]> {
  const found = new Map<string, Severity[]>();
  for (const block of readFileSync(PATH, 'utf8').split(/^(?=\*\*[IPSTM]-\d{3}[a-z]?\.)/m)) {
    const id = /^\*\*([IPSTM]-\d{3}[a-z]?)\./.exec(block)?.[1];
    if (id === undefined) continue;
    const [entry = ''] = block.split(/\n(?=#)/, 1);
    const said = /Severity:([^.]*)/.exec(entry)?.[1] ?? '';
    const plain = said.replace(/\([^)]*\)?/g, ''); // what stands in parentheses explains
    found.set(
      id,
      SEVERITIES.filter((severity) => plain.includes(severity)),
    );
  }
  return found;
}

/** Each row of the table of suites: the ids in it, ranges written out. */
export function originalSuites(): string[][] {
  const [, section = ''] = readFileSync(PATH, 'utf8').split(/^# 7\..*$/m);
  const all = [...originalEntries().keys()];
  const rows = section.split(/^# /m, 1)[0]?.match(/^\|.*\|$/gm) ?? [];
  return rows.slice(2).map((row) => idsIn(row.split('|').at(-2) ?? '', all));
}

function idsIn(text: string, all: readonly string[]): string[] {
  let letter = '';
  return text.split(',').flatMap((part) => {
    const [, kind, from = '', to = from] = /([IPSTM]-)?(\d{3})(?:\.\.(?:[IPSTM]-)?(\d{3}))?/.exec(part) ?? [];
    letter = kind ?? letter;
    return all.filter((id) => id.startsWith(letter) && id.slice(2) >= from && id.slice(2, 5) <= to);
  });
}
