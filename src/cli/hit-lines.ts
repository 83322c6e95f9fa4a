// A message found, as a terminal shows it: a line of columns in which a Chinese character takes two, its snippet, and the names of
// its attachments; what was searched for is bold.
import stringWidth from 'string-width';
import type { Range } from '../search/highlight.ts';
import type { Hit } from '../search/hit.ts';
import { fitted, safeLine, withMarks, wrapped } from './terminal-text.ts';
import type { Paint } from './terminal-text.ts';
import { localTime } from './times.ts';

const ID_DIGITS = 12;
/** Answers are moved in up to here. */
const DEEPEST = 6;

/** A hit in a few lines of `columns`; with `depth`, as an answer that stands so deep in its conversation. */
export function hitLines(hit: Hit, columns: number, paint: Paint, depth: number = 0): string[] {
  const date = localTime(hit.date, columns >= 90);
  const fromColumns = Math.floor(columns / 5);
  const subjectColumns = columns - date.length - fromColumns - ID_DIGITS - 6;
  const indent = '  '.repeat(Math.min(depth, DEEPEST, Math.floor(fromColumns / 4)));
  const head = [
    date,
    indent + cell(nameOf(hit.from), hit.marks.from, fromColumns - indent.length, paint),
    cell(hit.subject, hit.marks.subject, subjectColumns, paint),
    paint.dim(hit.id.slice(0, ID_DIGITS)),
  ].join('  ');
  const snippet = wrapped(hit.snippet, columns - 4 - indent.length, 2).map(
    ({ line, at }) => `    ${indent}${withMarks(line, hit.marks.snippet, paint.bold, at).trimEnd()}`,
  );
  const names = hit.attachments.filter((name) => name !== '').join(', ');
  const files =
    names === '' ? [] : [paint.dim(`    ${indent}+ ${fitted(safeLine(names), columns - 6 - indent.length)}`)];
  return [head, ...snippet, ...files];
}

function cell(text: string, marks: readonly Range[], columns: number, paint: Paint): string {
  const shown = fitted(safeLine(text), columns);
  return withMarks(shown, marks, paint.bold) + ' '.repeat(Math.max(0, columns - stringWidth(shown)));
}

/** `Anna <anna@example.com>` → `Anna`; the address where there is no name. Offsets from the beginning hold. */
function nameOf(from: string): string {
  const name = from.split('<', 1)[0]?.trimEnd() ?? '';
  return name === '' ? from : name;
}
