// `mailkeep search`: asks the index, and prints each hit in two or three lines, the words found in bold. It reads only,
// beside a running service and without it.
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { closeIndex, openIndex } from '../index/database.ts';
import { search } from '../search/search.ts';
import type { Found } from '../search/search.ts';
import type { Frame } from './output.ts';
import { hitLines } from './hit-lines.ts';
import { isChinese } from './locale.ts';
import { printPaged } from './pager.ts';
import { withCaret } from './query-mistake.ts';
import { example } from './register.ts';
import { columnsFor, paintFor } from './terminal-text.ts';

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
    const found = search(db, query, { ...flags, now: Date.now(), zone: 'here' });
    if (frame.json) frame.document(found);
    else await print(found, flags.offset, frame);
  } catch (error) {
    throw withCaret(error, query, frame);
  } finally {
    closeIndex(db);
  }
}

async function print({ total, hits }: Found, offset: number, frame: Frame): Promise<void> {
  const paint = paintFor(frame);
  const columns = columnsFor(frame);
  const lines = hits.flatMap((hit) => hitLines(hit, columns, paint));
  const words = isChinese(frame.around.env) ? inChinese : inEnglish;
  await printPaged(frame, [...lines, words(total, hits.length, offset)]);
}

function inEnglish(total: number, shown: number, offset: number): string {
  const messages = total === 1 ? 'message' : 'messages';
  if (total === 0) return 'no messages found';
  if (shown === 0 || offset === 0) return `${shown} of ${total} ${messages}`;
  return `${offset + 1} to ${offset + shown} of ${total} ${messages}`;
}

function inChinese(total: number, shown: number, offset: number): string {
  if (total === 0) return '没有找到邮件';
  if (shown === 0 || offset === 0) return `共 ${total} 封，显示 ${shown} 封`;
  return `共 ${total} 封，显示第 ${offset + 1} 到 ${offset + shown} 封`;
}
