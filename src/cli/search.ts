// `mailkeep search`: asks the index, and prints each hit in two or three lines, the words found in bold. It reads only,
// beside a running service and without it.
import stringWidth from 'string-width';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { closeIndex, openIndex } from '../index/database.ts';
import type { Range } from '../search/highlight.ts';
import type { Hit } from '../search/hit.ts';
import { search } from '../search/search.ts';
import type { Found } from '../search/search.ts';
import type { Frame } from './output.ts';
import { withCaret } from './query-mistake.ts';
import { example } from './register.ts';
import { columnsFor, fitted, paintFor, safeLine, withMarks, wrapped } from './terminal-text.ts';
import type { Paint } from './terminal-text.ts';
import { localTime, minutesAhead } from './times.ts';

interface SearchFlags {
  readonly sort: 'date' | 'relevance';
  readonly limit: number;
  readonly offset: number;
}

/** Adds `search`. */
export function register(program: Command, frame: Frame): void {
  program
    .command('search')
    .description('search the archive')
    .argument('<query...>', 'words, "a phrase", from:anna, -not, OR …; see the README for all of it')
    .addOption(
      new Option('--sort <order>', 'what comes first').choices(['date', 'relevance']).default('date'),
    )
    .option('--limit <n>', 'messages at most', count, 20)
    .option('--offset <n>', 'messages to leave out at the beginning', count, 0)
    .addHelpText(
      'after',
      example(
        'mailkeep search invoice',
        "mailkeep search '发票 has:attachment after:2024 -from:noreply'",
        "mailkeep search -- '-is:gone in:INBOX'",
      ),
    )
    .action((words: string[], flags: SearchFlags) => run(words.join(' '), flags, frame));
}

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('must be a whole number, 0 or more.');
  return Number(text);
}

async function run(query: string, flags: SearchFlags, frame: Frame): Promise<void> {
  const { data } = await frame.config();
  const db = openIndex(data, 'read');
  try {
    const now = Date.now();
    const found = search(db, query, { ...flags, now, zone: minutesAhead(now) });
    if (frame.json) frame.document(found);
    else print(found, flags.offset, frame);
  } catch (error) {
    throw withCaret(error, query, frame);
  } finally {
    closeIndex(db);
  }
}

function print({ total, hits }: Found, offset: number, frame: Frame): void {
  const paint = paintFor(frame);
  const columns = columnsFor(frame);
  for (const hit of hits) for (const line of linesOf(hit, columns, paint)) frame.print(line);
  frame.print(summary(total, hits.length, offset));
}

function summary(total: number, shown: number, offset: number): string {
  const messages = total === 1 ? 'message' : 'messages';
  if (total === 0) return 'no messages found';
  if (shown === 0 || offset === 0) return `${shown} of ${total} ${messages}`;
  return `${offset + 1} to ${offset + shown} of ${total} ${messages}`;
}

const ID_DIGITS = 12;

function linesOf(hit: Hit, columns: number, paint: Paint): string[] {
  const date = localTime(hit.date, columns >= 90);
  const fromColumns = Math.floor(columns / 5);
  const subjectColumns = columns - date.length - fromColumns - ID_DIGITS - 6;
  const head = [
    date,
    cell(nameOf(hit.from), hit.marks.from, fromColumns, paint),
    cell(hit.subject, hit.marks.subject, subjectColumns, paint),
    paint.dim(hit.id.slice(0, ID_DIGITS)),
  ].join('  ');
  const snippet = wrapped(hit.snippet, columns - 4, 2).map(
    ({ line, at }) => `    ${withMarks(line, hit.marks.snippet, paint.bold, at).trimEnd()}`,
  );
  const names = hit.attachments.filter((name) => name !== '').join(', ');
  const files = names === '' ? [] : [paint.dim(`    + ${fitted(safeLine(names), columns - 6)}`)];
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
