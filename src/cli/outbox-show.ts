// `mailkeep outbox show`: one letter of the queue, whom it reached and what was answered, what was done to it, and each try with
// its dialogue, without secrets.
import { show as shown, type ShownLetter } from '../outbox/show.ts';
import { hintLines } from './hint-lines.ts';
import { octets } from '../runtime/octets.ts';
import type { Frame } from './output.ts';
import { padded, paintFor, type Paint, safeLine } from './terminal-text.ts';
import { fromNow, localTime } from './times.ts';
import { count } from './words.ts';

/** Shows it. `all`: the dialogue of each try, else that of the last one. */
export async function showLetter(id: string, all: boolean, frame: Frame): Promise<void> {
  const { data } = await frame.config();
  const letter = shown(data, id, Date.now());
  if (frame.json) {
    frame.document(letter);
    return;
  }
  const paint = paintFor(frame);
  const lines = [
    ...factLines(letter, Date.now(), paint),
    ...(letter.hint === null ? [] : hintLines(frame, frame.terminal.out, letter.hint, { indent: 0 })),
    '',
    ...recipientLines(letter, frame, paint),
    ...storyLines(letter, all, paint),
  ];
  for (const line of lines) frame.print(line);
}

function factLines(letter: ShownLetter, now: number, paint: Paint): string[] {
  const { state, held, pause } = letter;
  // ISO times of one length: the later one comes last.
  const next =
    letter.next !== null && pause !== null && pause.until > letter.next ? pause.until : letter.next;
  const rows: readonly (readonly [string, string | null])[] = [
    ['ID', letter.id],
    ['File', letter.file],
    ['State', held ? `${state}, held until it is released` : state],
    ['Account', letter.account],
    ['From', letter.from],
    ['Message-ID', letter.messageId],
    ['Size', letter.size === null ? null : octets(letter.size)],
    ['Dropped', localTime(letter.created, true)],
    ['Next try', next === null ? null : `${localTime(next, true)} (${fromNow(Date.parse(next), now)})`],
    [
      'Pause',
      pause === null ? null : `its account waits until ${localTime(pause.until, true)}: ${pause.reason}`,
    ],
    ['Why', letter.reason],
    ['Answer', letter.reply],
    [
      'Doubt',
      letter.doubtful ? 'an answer to its last line never came: it may have been delivered once' : null,
    ],
    ['Looked for', letter.search === null ? null : searched(letter.search, now)],
    ['Lies in', letter.landed],
    [
      'Sent copy',
      letter.sentCopy === null ? null : `${letter.sentCopy.state} ${letter.sentCopy.reason ?? ''}`,
    ],
  ];
  return rows.flatMap(([name, value]) =>
    value === null ? [] : [`${paint.dim(padded(`${name}:`, 12))}${safeLine(value).trim()}`],
  );
}

function searched({ looks, next, reason }: NonNullable<ShownLetter['search']>, now: number): string {
  const again = next === null ? 'no more' : `next ${fromNow(Date.parse(next), now)}`;
  return `${count(looks, 'time')}, ${again}${reason === null ? '' : `; not possible: ${reason}`}`;
}

function recipientLines({ recipients, hints }: ShownLetter, frame: Frame, paint: Paint): string[] {
  if (recipients.length === 0) return [];
  const lines = recipients.flatMap(({ address, state, reply }) => {
    const hint = hints.find((one) => one.address === address);
    return [
      `  ${safeLine(address)}  ${state}${reply === null ? '' : `  ${safeLine(reply)}`}`,
      ...(hint === undefined
        ? []
        : hintLines(frame, frame.terminal.out, `${hint.en} — ${hint.zh}`, { indent: 4 })),
    ];
  });
  return [paint.dim('Recipients'), ...lines, ''];
}

/** Tries and what was done between them, in the order in which it happened. */
function storyLines({ tries, history }: ShownLetter, all: boolean, paint: Paint): string[] {
  const told = [
    ...history.map(({ at, what, text }) => ({ at, lines: [`${what}: ${text}`] })),
    ...tries.map((one, i) => ({
      at: one.at,
      lines: [
        `try at ${one.host}: ${one.state ?? 'under way, or cut'}${one.outcome === null ? '' : `: ${one.outcome}`}`,
        ...(all || i === tries.length - 1 ? one.dialogue.map((line) => `    ${line}`) : []),
      ],
    })),
  ].toSorted((a, b) => a.at.localeCompare(b.at));
  if (told.length === 0) return [];
  return [
    paint.dim(`What happened (${count(tries.length, 'try').replace(/trys$/, 'tries')})`),
    ...told.flatMap(({ at, lines: [first = '', ...rest] }) => [
      `  ${localTime(at, true)}  ${safeLine(first)}`,
      ...rest.map(safeLine),
    ]),
  ];
}
