// A message found, as a terminal shows it: a line of columns in which a Chinese character takes two, its snippet, and the names of
// its attachments; what was searched for is bold.
import stringWidth from 'string-width';
import type { Range } from '../search/highlight.ts';
import type { Hit } from '../search/hit.ts';
import { fitted, safeLine, withMarks, wrapped } from './terminal-text.ts';
import type { Paint } from './terminal-text.ts';
import { localTime } from './times.ts';

const ID_DIGITS = 12;
/** As few as commands take. */
const FEW_DIGITS = 8;
/** Answers are moved in up to here. */
const DEEPEST = 6;
/** Columns from which date, sender, subject and id stand in one line, and from which the time stands beside the date. */
const ONE_LINE = 60;
const CLOCK = 90;
const SNIPPET_LINES = 2;
/** Columns of an ordinary name. */
const SENDER = 24;

/** A hit in a few lines of `columns`; with `depth`, as an answer that stands so deep in its conversation. */
export function hitLines(hit: Hit, columns: number, paint: Paint, depth: number = 0): string[] {
  const indent = '  '.repeat(Math.min(depth, DEEPEST, Math.floor(columns / 20)));
  const left = columns - indent.length - 4;
  const snippet = snippetLines(hit, left, paint);
  const names = hit.attachments.filter((name) => name !== '').join(', ');
  const files = names === '' ? [] : [paint.dim(`+ ${fitted(safeLine(names), left - 2)}`)];
  const head =
    columns < ONE_LINE ? twoLines(hit, columns, indent, paint) : [oneLine(hit, columns, indent, paint)];
  return [...head, ...[...snippet, ...files].map((line) => `    ${indent}${line}`)];
}

/** Two lines, with the first word found in them: where it stands far behind, what is before it gives way. */
function snippetLines({ snippet, marks }: Hit, columns: number, paint: Paint): string[] {
  const room = columns * SNIPPET_LINES;
  const first = marks.snippet[0]?.[0] ?? 0;
  let from = 0;
  if (stringWidth(snippet) > room && stringWidth(snippet.slice(0, first)) > room / 2) {
    from = Math.max(0, first - Math.floor(room / 8));
    if (/[\udc00-\udfff]/.test(snippet.charAt(from))) from += 1;
  }
  const shown = from === 0 ? snippet : `…${snippet.slice(from)}`;
  const shift = from === 0 ? 0 : from - 1;
  return wrapped(shown, columns, SNIPPET_LINES).map(({ line, at }) =>
    withMarks(line, marks.snippet, paint.bold, at + shift).trimEnd(),
  );
}

function oneLine(hit: Hit, columns: number, indent: string, paint: Paint): string {
  const date = localTime(hit.date, columns >= CLOCK);
  const from = Math.min(SENDER, Math.floor(columns / 5));
  const subject = columns - date.length - from - ID_DIGITS - 6 - indent.length;
  return [
    date,
    indent + cell(nameOf(hit.from), hit.marks.from, from, paint),
    cell(hit.subject, hit.marks.subject, subject, paint),
    paint.dim(hit.id.slice(0, ID_DIGITS)),
  ].join('  ');
}

/** In a narrow window the subject has a line of its own. */
function twoLines(hit: Hit, columns: number, indent: string, paint: Paint): string[] {
  const date = localTime(hit.date, false);
  const from = columns - date.length - FEW_DIGITS - 4 - indent.length;
  const head = [
    date,
    indent + cell(nameOf(hit.from), hit.marks.from, from, paint),
    paint.dim(hit.id.slice(0, FEW_DIGITS)),
  ];
  const subject = cell(hit.subject, hit.marks.subject, columns - 2 - indent.length, paint);
  return [head.join('  '), ...(hit.subject.trim() === '' ? [] : [`  ${indent}${subject.trimEnd()}`])];
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
