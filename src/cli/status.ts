// `mailkeep status`: is all well? A table that a person understands at a glance, the same as JSON, and exit code 1 when
// an account is stale or failing.
import type { Command } from 'commander';
import stringWidth from 'string-width';
import { statusOf } from '../service/facts.ts';
import type { AccountState, AccountStatus } from '../service/account-facts.ts';
import type { FilesStatus, Status } from '../service/facts.ts';
import { sentence } from '../model/hint.ts';
import { hintLines } from './hint-lines.ts';
import { serviceBeside } from './service-beside.ts';
import type { Frame } from './output.ts';
import { example } from './register.ts';
import { bar, inWindow, serviceLine, verdict } from './status-glance.ts';
import { octets } from '../runtime/octets.ts';
import { columnsFor, padded, paintFor, safeLine } from './terminal-text.ts';
import type { Paint } from './terminal-text.ts';
import { fromNow } from './times.ts';
import { waitingText } from './waiting-text.ts';
import { count } from './words.ts';

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
  const all = [
    ...(frame.terminal.out ? [verdict(status, frame), serviceLine(status, now), ''] : []),
    ...accountLines(status, now, frame),
    '',
    ...alertLines(status, now, frame),
    ...restLines(status, paintFor(frame)),
  ];
  const each = all.flatMap((text) => text.split('\n'));
  for (const line of inWindow(each, frame)) frame.print(line);
}

function alertLines({ alerts }: Status, now: number, frame: Frame): string[] {
  // What is wrong with an account's login or its completeness is told under the account.
  const others = alerts.filter(({ kind }) => kind !== 'login' && kind !== 'unproved');
  if (others.length === 0) return [];
  const lines = others.flatMap(({ message, hint, since }) => [
    paintFor(frame).red(`✗ ${safeLine(message.en)} (since ${fromNow(Date.parse(since), now)})`),
    ...hintLines(frame, frame.terminal.out, sentence(hint, true), { indent: 2 }),
  ]);
  return [...lines, ''];
}

const HEAD = ['', 'account', 'state', 'last good sync', 'stored', 'pending', 'poisoned', 'next'];
/** Columns of figures stand to the right. */
const RIGHT = new Set([4, 5, 6]);

function accountLines({ accounts }: Status, now: number, frame: Frame): string[] {
  const paint = paintFor(frame);
  const rows = [HEAD, ...accounts.map((account) => cellsOf(account, now))];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return RIGHT.has(column) ? cell.padStart(width) : padded(cell, width);
      })
      .join('  ')
      .trimEnd(),
  );
  const narrow = frame.terminal.out && stringWidth(lines[0] ?? '') > columnsFor(frame);
  const [head = '', ...body] = narrow ? ['', ...rows.slice(1).map(twoLines)] : lines;
  return [
    ...(narrow ? [] : [paint.dim(head)]),
    ...accounts.flatMap((account, index) => [
      colourOf(account, paint)(body[index] ?? ''),
      ...troubleLines(account, frame),
      ...(account.waiting === null ? [] : [`   ${waitingText(account.waiting)}`]),
      ...unfetchedLines(account, now),
      ...runningLines(account, frame),
      ...proofLines(account, now, paint),
    ]),
  ];
}

/** A row where there is no room for a table. */
function twoLines([
  mark = '',
  name,
  state,
  last,
  stored,
  pending,
  poisoned,
  next,
]: readonly string[]): string {
  const waiting = next === '' ? '' : `, next ${next}`;
  return `${mark} ${name}: ${state}, last good ${last}\n   ${stored} stored, ${pending} pending, ${poisoned} poisoned${waiting}`;
}

function cellsOf(account: AccountStatus, now: number): string[] {
  const time = (iso: string | null): number | null => (iso === null ? null : Date.parse(iso));
  return [
    MARKS[account.state],
    account.name,
    account.state,
    fromNow(time(account.lastGood), now),
    amount(account.stored),
    amount(account.pending),
    amount(account.poisoned),
    account.next === null ? '' : fromNow(time(account.next), now),
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

function troubleLines({ error }: AccountStatus, frame: Frame): string[] {
  if (typeof error !== 'object' || error === null) return [];
  const message = 'message' in error && typeof error.message === 'string' ? error.message : 'unknown';
  const hint =
    'hint' in error && typeof error.hint === 'string'
      ? hintLines(frame, frame.terminal.out, error.hint, { indent: 3 })
      : [];
  return [paintFor(frame).red(`   ${safeLine(message)}`), ...hint];
}

function unfetchedLines({ unfetched, poisoned }: AccountStatus, now: number): string[] {
  const listed = unfetched.map(({ folder, uid, uidl, reason, attempts, next, poisoned: given }) => {
    const when = `tried ${count(attempts, 'time')}, again ${fromNow(Math.max(now, Date.parse(next)), now)}`;
    const place = `${folder} ${uid ?? uidl?.trim() ?? ''}`;
    return `   ${given ? 'poisoned' : 'pending'}: ${safeLine(place)}: ${safeLine(reason)} (${when})`;
  });
  const more = poisoned - unfetched.filter((one) => one.poisoned).length;
  return more > 0
    ? [...listed, `   and ${amount(more)} more: \`mailkeep status --pending\` lists them`]
    : listed;
}

function runningLines({ running }: AccountStatus, frame: Frame): string[] {
  if (running === null) return [];
  const { done, total, folder } = running;
  const drawn = frame.terminal.out ? bar(done, total) : '';
  return [`   running: ${drawn}${amount(done)} of ${amount(total)} ${safeLine(folder)}`.trimEnd()];
}

function proofLines({ name, proof }: AccountStatus, now: number, paint: Paint): string[] {
  if (proof === null) return [];
  const { at, proved, server, missing, changed, damaged, error } = proof;
  const when = fromNow(Date.parse(at), now);
  if (proved) return [`   proved complete ${when}: all ${amount(server)} messages at the server`];
  if (error !== null) return [paint.yellow(`   the proof of ${when} came to no end: ${safeLine(error)}`)];
  const found = `${amount(missing)} missing, ${amount(changed)} changed, ${amount(damaged)} damaged`;
  return [
    paint.red(`   NOT proved complete ${when}: ${found}; \`mailkeep verify --server ${name}\` lists them`),
  ];
}

function filesLine({ last, damaged, missing }: FilesStatus, paint: Paint): string {
  const bad = damaged.length + missing.length;
  const when = last === null ? '' : `, last read ${fromNow(Date.parse(last.at), Date.now())}`;
  const part = last?.part == null ? '' : ` (part ${last.part})`;
  if (bad === 0)
    return last === null ? 'files   never verified' : `files   none damaged or missing${when}${part}`;
  const cure = '`mailkeep verify --server` fetches them again where a server still has them';
  return `files   ${paint.red(`${amount(damaged.length)} damaged, ${amount(missing.length)} missing`)}${when}${part}: ${cure}`;
}

function restLines({ outbox, index, disk, files }: Status, paint: Paint): string[] {
  const trouble =
    outbox.uncertain + outbox.late + outbox.failed + outbox.unfiled > 0
      ? paint.yellow
      : (text: string) => text;
  const queue = `${amount(outbox.queued)} queued, ${amount(outbox.deferred)} deferred, `;
  const unfiled = outbox.unfiled > 0 ? `, ${amount(outbox.unfiled)} without a copy in Sent` : '';
  const slow = outbox.late > 0 ? `, ${amount(outbox.late)} late` : '';
  const late = `${amount(outbox.uncertain)} uncertain${slow}, ${amount(outbox.failed)} failed${unfiled}`;
  const behind = index.behind > 0 ? `, ${octets(index.behind)} of the journal not yet in it` : '';
  const partly = index.partly > 0 ? `, ${amount(index.partly)} only partly` : '';
  const reasons = index.reasons.map(
    ({ reason, messages }) => `   ${amount(messages)} partly: ${safeLine(reason)}`,
  );
  const toRead = index.late > 0 ? `, ${amount(index.late)} to be read again for more of it` : '';
  return [
    `outbox  ${queue}${trouble(late)}`,
    `index   ${amount(index.messages)} messages, ${amount(index.indexed)} with all their text${partly}${toRead}${behind}`,
    ...reasons,
    filesLine(files, paint),
    `disk    ${octets(disk.bytes)} used, ${disk.free < disk.least ? paint.red(`${octets(disk.free)} free: it is full, and receiving pauses`) : `${octets(disk.free)} free`}`,
  ];
}

function amount(count: number): string {
  return count.toLocaleString('en');
}
