// `mailkeep outbox show`: one letter of the queue, whom it reached and what was answered, what was done to it, and each try with
// its dialogue, without secrets.
import { show as shown, type ShownLetter } from '../outbox/show.ts';
import type { Language } from '../web/language.ts';
import { hintLines } from './hint-lines.ts';
import { told } from '../chinese/told.ts';
import { languageOf } from './locale.ts';
import { outboxWords, type Fact } from './outbox-words.ts';
import { octets } from '../runtime/octets.ts';
import type { Frame } from './output.ts';
import { padded, paintFor, type Paint, safeLine } from './terminal-text.ts';
import { fromNow, localTime } from './times.ts';

/** Shows it. `all`: the dialogue of each try, else that of the last one. */
export async function showLetter(id: string, all: boolean, frame: Frame): Promise<void> {
  const { data } = await frame.config();
  const letter = shown(data, id, Date.now());
  if (frame.json) {
    frame.document(letter);
    return;
  }
  const paint = paintFor(frame);
  const language = languageOf(frame.around.env);
  const lines = [
    ...factLines(letter, Date.now(), paint, language),
    ...(letter.hint === null ? [] : hintLines(frame, frame.terminal.out, letter.hint, { indent: 0 })),
    '',
    ...recipientLines(letter, frame, paint),
    ...storyLines(letter, all, paint, language),
  ];
  for (const line of lines) frame.print(line);
}

function factLines(letter: ShownLetter, now: number, paint: Paint, language: Language): string[] {
  const words = outboxWords[language];
  const { held, pause, sentCopy, search } = letter;
  const state = words.state(letter.state);
  // ISO times of one length: the later one comes last.
  const next =
    letter.next !== null && pause !== null && pause.until > letter.next ? pause.until : letter.next;
  const when = (iso: string): string => fromNow(Date.parse(iso), now, language);
  const rows: Readonly<Record<Fact, string | null>> = {
    id: letter.id,
    file: letter.file,
    state: held ? words.heldState(state) : state,
    account: letter.account,
    from: letter.from,
    messageId: letter.messageId,
    size: letter.size === null ? null : octets(letter.size),
    dropped: localTime(letter.created, true),
    next: next && words.at(localTime(next, true), when(next)),
    pause: pause && words.waits(localTime(pause.until, true), told(pause.reason, language)),
    why: letter.reason && told(letter.reason, language),
    answer: letter.reply,
    doubt: letter.doubtful ? words.doubt : null,
    search:
      search &&
      words.searched(
        search.looks,
        search.next && when(search.next),
        search.reason && told(search.reason, language),
      ),
    landed: letter.landed,
    copy: sentCopy && `${words.copy(sentCopy.state)} ${told(sentCopy.reason ?? '', language)}`,
  };
  const named = Object.entries(words.facts) as [Fact, string][];
  return named.flatMap(([fact, name]) => {
    const value = rows[fact];
    return value === null ? [] : [`${paint.dim(padded(name, words.left))}${safeLine(value).trim()}`];
  });
}

function recipientLines({ recipients, hints }: ShownLetter, frame: Frame, paint: Paint): string[] {
  if (recipients.length === 0) return [];
  const language = languageOf(frame.around.env);
  const words = outboxWords[language];
  const lines = recipients.flatMap(({ address, state, reply }) => {
    const hint = hints.find((one) => one.address === address);
    return [
      `  ${safeLine(address)}  ${words.recipient(state)}${reply === null ? '' : `  ${safeLine(told(reply, language))}`}`,
      ...(hint === undefined
        ? []
        : hintLines(frame, frame.terminal.out, `${hint.en} — ${hint.zh}`, { indent: 4 })),
    ];
  });
  return [paint.dim(words.recipients), ...lines, ''];
}

/** Tries and what was done between them, in the order in which it happened. */
function storyLines(
  { tries, history }: ShownLetter,
  all: boolean,
  paint: Paint,
  language: Language,
): string[] {
  const words = outboxWords[language];
  const story = [
    ...history.map(({ at, what, text }) => ({
      at,
      // What was done is an English word, and stands in the sentence too.
      lines: [language === 'en' ? `${what}: ${text}` : told(text, language)],
    })),
    ...tries.map((one, i) => ({
      at: one.at,
      lines: [
        words.tried(one.host, one.state, one.outcome && told(one.outcome, language)),
        ...(all || i === tries.length - 1 ? one.dialogue.map((line) => `    ${line}`) : []),
      ],
    })),
  ].toSorted((a, b) => a.at.localeCompare(b.at));
  if (story.length === 0) return [];
  return [
    paint.dim(words.happened(tries.length)),
    ...story.flatMap(({ at, lines: [first = '', ...rest] }) => [
      `  ${localTime(at, true)}  ${safeLine(first)}`,
      ...rest.map(safeLine),
    ]),
  ];
}
