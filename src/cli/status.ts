// `mailkeep status`: is all well? A table that a person understands at a glance, the same as JSON, and exit code 1 when
// an account is stale or failing.
import type { Command } from 'commander';
import stringWidth from 'string-width';
import { statusOf } from '../service/facts.ts';
import type { AccountState, AccountStatus } from '../service/account-facts.ts';
import type { FilesStatus, Status } from '../service/facts.ts';
import { sentence } from '../model/hint.ts';
import { recordedError } from '../model/recorded-error.ts';
import { amount } from '../runtime/amount.ts';
import type { Language } from '../web/language.ts';
import { hintLines } from './hint-lines.ts';
import { told } from '../chinese/told.ts';
import { languageOf } from './locale.ts';
import { serviceBeside } from './service-beside.ts';
import type { Frame } from './output.ts';
import { example } from './register.ts';
import { bar, inWindow, serviceLine, verdict } from './status-glance.ts';
import { octets } from '../runtime/octets.ts';
import { columnsFor, padded, paintFor, safeLine } from './terminal-text.ts';
import type { Paint } from './terminal-text.ts';
import { fromNow } from './times.ts';
import { waitingText } from './waiting-text.ts';
import { statusWords, type StatusWords } from './status-words.ts';

/** Adds `status`. */
export function register(program: Command, frame: Frame): void {
  program
    .command('status')
    .description('tell whether all is well: accounts, outbox, index, disk')
    .option('--pending', 'list every message that was asked for and is not stored, with the reason')
    .addHelpText('after', example('mailkeep status', 'mailkeep status --json | jq .ok'))
    .action((options: { readonly pending?: boolean }) => run(frame, options.pending === true));
}

async function run(frame: Frame, pending: boolean): Promise<void> {
  const config = await frame.config();
  const now = Date.now();
  const service = await (await serviceBeside(frame)).status();
  const status = await statusOf(config, now, { pending, service });
  if (!status.ok) frame.exit(1);
  if (frame.json) {
    frame.document(status);
    return;
  }
  const language = languageOf(frame.around.env);
  const all = [
    ...(frame.terminal.out ? [verdict(status, frame), serviceLine(status, now, language), ''] : []),
    ...accountLines(status, now, frame),
    '',
    ...alertLines(status, now, frame),
    ...restLines(status, paintFor(frame), language),
  ];
  const each = all.flatMap((text) => text.split('\n'));
  for (const line of inWindow(each, frame)) frame.print(line);
}

function alertLines({ alerts, untold }: Status, now: number, frame: Frame): string[] {
  // What is wrong with an account's login or its completeness is told under the account.
  const others = alerts.filter(({ kind }) => kind !== 'login' && kind !== 'unproved');
  if (others.length === 0 && untold === null) return [];
  const language = languageOf(frame.around.env);
  const lines = others.flatMap(({ message, hint, since }) => [
    paintFor(frame).red(
      `✗ ${statusWords[language].since(safeLine(message[language]), fromNow(Date.parse(since), now, language))}`,
    ),
    ...hintLines(frame, frame.terminal.out, sentence(hint, true), { indent: 2 }),
  ]);
  const silent = untold === null ? [] : [statusWords[language].untold(safeLine(untold))];
  return [...lines, ...silent.map((line) => paintFor(frame).yellow(`! ${line}`)), ''];
}

/** Columns of figures stand to the right. */
const RIGHT = new Set([4, 5, 6]);

function accountLines({ accounts, alerts }: Status, now: number, frame: Frame): string[] {
  const paint = paintFor(frame);
  const language = languageOf(frame.around.env);
  const words = statusWords[language];
  const rows = [['', ...words.head], ...accounts.map((account) => cellsOf(account, now, language))];
  const widths = ['', ...words.head].map((_, column) =>
    Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return RIGHT.has(column) ? toTheRight(cell, width) : padded(cell, width);
      })
      .join('  ')
      .trimEnd(),
  );
  const narrow = frame.terminal.out && stringWidth(lines[0] ?? '') > columnsFor(frame);
  const [head = '', ...body] = narrow ? ['', ...rows.slice(1).map((row) => twoLines(row, words))] : lines;
  return [
    ...(narrow || accounts.length === 0 ? [] : [paint.dim(head)]),
    ...accounts.flatMap((account, index) => [
      colourOf(account, paint)(body[index] ?? ''),
      ...(isTold(account, alerts) ? [] : troubleLines(account, frame)),
      ...(account.waiting === null ? [] : [`   ${waitingText(account.waiting, language)}`]),
      ...unfetchedLines(account, now, language),
      ...runningLines(account, frame),
      ...proofLines(account, now, paint, language),
    ]),
  ];
}

function toTheRight(cell: string, width: number): string {
  return ' '.repeat(Math.max(0, width - stringWidth(cell))) + cell;
}

/** A row where there is no room for a table. */
function twoLines(
  [
    mark = '',
    name = '',
    state = '',
    last = '',
    stored = '',
    pending = '',
    poisoned = '',
    next = '',
  ]: readonly string[],
  words: StatusWords,
): string {
  return `${mark} ${words.row({ name, state, last, stored, pending, poisoned, next }).join('\n   ')}`;
}

function cellsOf(account: AccountStatus, now: number, language: Language): string[] {
  const time = (iso: string | null): number | null => (iso === null ? null : Date.parse(iso));
  return [
    MARKS[account.state],
    account.name,
    statusWords[language].states[account.state],
    fromNow(time(account.lastGood), now, language),
    amount(account.stored),
    amount(account.pending),
    amount(account.poisoned),
    account.next === null ? '' : fromNow(time(account.next), now, language),
  ];
}

const MARKS: Readonly<Record<AccountState, string>> = {
  ok: '✓',
  never: '·',
  removed: '·',
  stale: '!',
  failing: '✗',
  login: '✗',
};

function colourOf({ state, poisoned }: AccountStatus, paint: Paint): (text: string) => string {
  if (state === 'failing' || state === 'login') return paint.red;
  if (state === 'stale' || poisoned > 0) return paint.yellow;
  return state === 'ok' ? paint.green : (text) => text;
}

/** A disk that fails holds up every account: its alert, right below, says all of it once. */
function isTold({ error }: AccountStatus, alerts: Status['alerts']): boolean {
  const failure = recordedError(error);
  return alerts.some(
    ({ kind, message }) => kind === 'storage' && message.en.endsWith(`: ${failure?.message}`),
  );
}

function troubleLines({ error }: AccountStatus, frame: Frame): string[] {
  const failure = recordedError(error);
  if (failure === null) return [];
  const { message, hint } = failure;
  const said = told(message, languageOf(frame.around.env));
  return [
    paintFor(frame).red(`   ${safeLine(said)}`),
    ...(hint === null ? [] : hintLines(frame, frame.terminal.out, hint, { indent: 3 })),
  ];
}

function unfetchedLines({ unfetched, poisoned }: AccountStatus, now: number, language: Language): string[] {
  const words = statusWords[language];
  const listed = unfetched.map(({ folder, uid, uidl, reason, attempts, next, poisoned: given }) => {
    const when = words.attempts(attempts, fromNow(Math.max(now, Date.parse(next)), now, language));
    const place = `${folder} ${uid ?? uidl?.trim() ?? ''}`;
    return `   ${words.unfetched(given, safeLine(place), safeLine(told(reason, language)), when)}`;
  });
  const more = poisoned - unfetched.filter((one) => one.poisoned).length;
  return more > 0 ? [...listed, `   ${words.moreUnfetched(more)}`] : listed;
}

function runningLines({ running }: AccountStatus, frame: Frame): string[] {
  if (running === null) return [];
  const { done, total, folder } = running;
  const drawn = frame.terminal.out ? bar(done, total) : '';
  const words = statusWords[languageOf(frame.around.env)];
  return [
    `   ${words.running}${drawn}${words.of(amount(done), amount(total))} ${safeLine(folder)}`.trimEnd(),
  ];
}

function proofLines({ name, proof }: AccountStatus, now: number, paint: Paint, language: Language): string[] {
  if (proof === null) return [];
  const words = statusWords[language];
  const when = fromNow(Date.parse(proof.at), now, language);
  if (proof.proved) return [`   ${words.proved(when, proof.server)}`];
  if (proof.error !== null)
    return [paint.yellow(`   ${words.proofFailed(when, safeLine(told(proof.error, language)))}`)];
  return [paint.red(`   ${words.unproved(when, proof, name)}`)];
}

function filesText({ last, damaged, missing }: FilesStatus, paint: Paint, language: Language): string {
  const words = statusWords[language];
  const bad = damaged.length + missing.length;
  const when =
    last === null
      ? ''
      : words.lastRead(fromNow(Date.parse(last.at), Date.now(), language), last.part ?? null);
  if (bad === 0) return last === null ? words.neverVerified : `${words.filesWell}${when}`;
  return `${paint.red(words.filesBad(damaged.length, missing.length))}${when}${words.filesCure}`;
}

function restLines({ outbox, index, disk, files }: Status, paint: Paint, language: Language): string[] {
  const words = statusWords[language];
  const trouble = outbox.uncertain + outbox.late + outbox.failed + outbox.unfiled > 0;
  const some = (count: number): string | null => (count > 0 ? amount(count) : null);
  const doubt = words.doubt(
    amount(outbox.uncertain),
    some(outbox.late),
    amount(outbox.failed),
    some(outbox.unfiled),
  );
  const ofIndex = [
    words.coverage(index.messages, index.indexed),
    index.partly > 0 ? words.partly(index.partly) : '',
    index.late > 0 ? words.toRead(index.late) : '',
    index.behind > 0 ? words.behind(octets(index.behind)) : '',
  ];
  const free =
    disk.free < disk.least ? paint.red(words.full(octets(disk.free))) : words.free(octets(disk.free));
  const { labels } = words;
  return [
    `${labels.outbox}${words.queue(amount(outbox.queued), amount(outbox.deferred))}${trouble ? paint.yellow(doubt) : doubt}`,
    `${labels.index}${ofIndex.join('')}`,
    ...index.reasons.map(
      ({ reason, messages }) => `   ${words.partlyFor(messages, safeLine(told(reason, language)))}`,
    ),
    `${labels.files}${filesText(files, paint, language)}`,
    `${labels.disk}${words.used(octets(disk.bytes))}${free}`,
  ];
}
