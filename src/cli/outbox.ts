// `mailkeep outbox`: what is on its way out, what was sent, and what could not be; and what a person does to it. Listing reads
// the queue, beside a running service and without it.
import type { Command } from 'commander';
import stringWidth from 'string-width';
import { MailError } from '../model/error.ts';
import { type Action, ACTIONS } from '../outbox/actions.ts';
import { dropped } from '../outbox/dropped.ts';
import { list as letters } from '../outbox/list.ts';
import type { ListedLetter } from '../outbox/list.ts';
import type { Language } from '../web/language.ts';
import { actOn } from './outbox-actions.ts';
import { told } from '../chinese/told.ts';
import { languageOf } from './locale.ts';
import { showLetter } from './outbox-show.ts';
import { outboxWords } from './outbox-words.ts';
import type { Frame } from './output.ts';
import { example } from './register.ts';
import { columnsFor, fitted, padded, paintFor, safeLine } from './terminal-text.ts';
import { fromNow, localTime } from './times.ts';

/** Adds `outbox`. */
export function register(program: Command, frame: Frame): void {
  const outbox = program
    .command('outbox')
    .description('the sending queue')
    .addHelpText(
      'after',
      example('mailkeep outbox', 'mailkeep outbox list --json', 'mailkeep outbox hold 5f3c'),
    );
  outbox
    .command('list', { isDefault: true })
    .description('what waits, what was sent and what failed in the last 30 days')
    // It is what is done where nothing else is asked: a word that is no command comes here.
    .allowExcessArguments()
    .action((_: unknown, { args: [word] }: Command) => {
      if (word !== undefined) throw mistaken(word);
      return list(frame);
    });
  outbox
    .command('show')
    .argument('<id>', 'an id, or the beginning of one, as `outbox list` shows it')
    .description('one message: its recipients, the answers, and the dialogue of its last try')
    .option('--all', 'the dialogue of every try')
    .action((id: string, { all = false }: { readonly all?: boolean }) => showLetter(id, all, frame));
  for (const action of ACTIONS) {
    outbox
      .command(action)
      .argument('<id...>', 'ids, or the beginnings of ids, as `outbox list` shows them')
      .description(DESCRIPTIONS[action])
      .action((ids: string[]) => actOn(action, ids, frame));
  }
}

const DESCRIPTIONS: Readonly<Record<Action, string>> = {
  retry: 'send it at once, also one that has failed or is in doubt: the same octets',
  hold: 'send nothing of it until it is released',
  release: 'let what was held go on',
  cancel: 'take it back: it lands in failed/',
};

function mistaken(word: string): MailError {
  return new MailError({
    kind: 'usage',
    retry: 'never',
    message: `outbox has no command ${word}: there are list, show, ${ACTIONS.join(', ')}`,
    hint: /^[0-9a-f]{2,12}$/.test(word)
      ? `to see one message: \`mailkeep outbox show ${word}\``
      : 'see `mailkeep outbox --help`',
  });
}

async function list(frame: Frame): Promise<void> {
  const { data, outbox, accounts } = await frame.config();
  const all = letters(data);
  if (frame.json) {
    frame.document(all);
    return;
  }
  const names = accounts.map(({ name }) => name);
  const { waiting, left } = await dropped(data, outbox, names);
  const language = languageOf(frame.around.env);
  const words = outboxWords[language];
  if (waiting > 0) frame.say(words.notTaken(waiting, outbox));
  for (const { file, reason } of left)
    frame.say(words.leftAlone(safeLine(file), safeLine(told(reason, language))));
  if (all.length === 0) {
    if (waiting + left.length > 0) return;
    frame.say(words.empty(outbox));
    return;
  }
  for (const line of table(all, Date.now(), frame)) frame.print(line);
  for (const line of pauses(all, Date.now(), language)) frame.print(line);
}

/** One line for each account that makes no connection now. */
function pauses(all: readonly ListedLetter[], now: number, language: Language): string[] {
  const paused = new Map(all.flatMap(({ account, pause }) => (pause === null ? [] : [[account, pause]])));
  return [...paused].map(([account, { until, reason }]) =>
    outboxWords[language].pause(
      account ?? '-',
      localTime(until, true),
      fromNow(Date.parse(until), now, language),
      safeLine(told(reason, language)),
    ),
  );
}

function table(all: readonly ListedLetter[], now: number, frame: Frame): string[] {
  const paint = paintFor(frame);
  const width = columnsFor(frame);
  const language = languageOf(frame.around.env);
  const words = outboxWords[language];
  const rows = all.map((letter) => [
    letter.id,
    localTime(letter.created, true),
    letter.held ? words.held : words.state(letter.state),
    letter.account ?? '-',
    safeLine(letter.file),
    safeLine(letter.recipients.map(({ address }) => address).join(', ')),
  ]);
  const { head } = words;
  const most = [12, 16, 10, 16, 30, 200];
  const widths = head.map((_, i) =>
    Math.max(...[head, ...rows].map((row) => stringWidth(fitted(row[i] ?? '', most[i] ?? 20)))),
  );
  const line = (row: readonly string[]): string =>
    fitted(
      row.map((cell, i) => padded(fitted(cell, most[i] ?? 20), widths[i] ?? 0)).join('  '),
      width,
    ).trimEnd();
  // The last column is as wide as its widest cell, and may be cut: a heading of one word needs no filling up.
  const heading = head.map((cell, i) => (i === head.length - 1 ? cell : padded(cell, widths[i] ?? 0)));
  return [
    paint.bold(fitted(heading.join('  '), width)),
    ...rows.flatMap((row, i) => [
      line(row),
      ...news(all[i], now, language).map((text) => `  ${fitted(text, width - 2)}`),
    ]),
  ];
}

/** What a person wants to know beside the state. */
function news(letter: ListedLetter | undefined, now: number, language: Language): string[] {
  if (letter === undefined) return [];
  if (letter.state === 'sent') return copyNews(letter, now, language);
  const words = outboxWords[language];
  const lines = letter.reason === null ? [] : [safeLine(told(letter.reason, language))];
  const done = letter.recipients.filter(({ state }) => state === 'sent').length;
  if (done > 0) lines.unshift(words.some(done, letter.recipients.length));
  for (const { address, state, reply } of letter.recipients) {
    if (reply !== null && reply !== letter.reason && state !== 'sent')
      lines.push(safeLine(words.answered(address, told(reply, language))));
  }
  if (letter.next !== null && letter.attempts === 0 && Date.parse(letter.next) > now)
    lines.push(words.until(localTime(letter.next, true)));
  if (letter.next !== null && letter.attempts > 0)
    lines.push(words.nextTry(fromNow(Date.parse(letter.next), now, language), letter.attempts));
  if (letter.late !== null) lines.push(words.late);
  if (letter.doubtful) lines.push(words.doubtful);
  return [...lines, ...copyNews(letter, now, language)];
}

/** A copy that is where it should be is no news. */
function copyNews({ sentCopy }: ListedLetter, now: number, language: Language): string[] {
  if (sentCopy === null || sentCopy.reason === null) return [];
  const words = outboxWords[language];
  const reason = safeLine(told(sentCopy.reason, language));
  if (sentCopy.state === 'failed') return [words.noCopy(reason)];
  if (sentCopy.state !== 'open') return [];
  const next = sentCopy.next === null ? null : fromNow(Date.parse(sentCopy.next), now, language);
  return [words.copyOpen(next, reason)];
}
