// One letter of the queue with all that is known of it: `mailkeep outbox show`. It only reads, beside a running service or
// without one.
import { MailError } from '../model/error.ts';
import type { Hint } from '../model/hint.ts';
import { REASONS } from './actions.ts';
import { inDoubt, type RecipientState } from './entry.ts';
import type { Journal } from './journal.ts';
import { openJournal } from './open-journal.ts';
import type { Letter } from './letter.ts';
import { listed, type ListedLetter } from './list.ts';
import { hintOf } from './replies.ts';

/** A letter as JSON. All times are ISO 8601 in UTC. */
export interface ShownLetter extends ListedLetter {
  /** With angle brackets. */
  readonly messageId: string | null;
  /** Octets that are sent. */
  readonly size: number | null;
  /** Where it lies in sent/ or failed/. */
  readonly landed: string | null;
  /** The answer to its last line. */
  readonly reply: string | null;
  /** What to do, as it was said when it last failed: in English, and in Chinese behind a dash. */
  readonly hint: string | null;
  /** What the answers to recipients mean, where that is known. */
  readonly hints: readonly ({ readonly address: string } & Hint)[];
  /** Where it is in doubt: how often it was looked for, when it is again, and why that could not be done. */
  readonly search: {
    readonly looks: number;
    readonly next: string | null;
    readonly reason: string | null;
  } | null;
  /** What was done to it, oldest first. */
  readonly history: readonly { readonly at: string; readonly what: string; readonly text: string }[];
  /** Its tries, oldest first. */
  readonly tries: readonly {
    readonly at: string;
    readonly host: string;
    /** How it left the letter; null: it is under way, or the program ended. */
    readonly state: string | null;
    readonly outcome: string | null;
    /** Without secrets and bodies. */
    readonly dialogue: readonly string[];
  }[];
}

/**
 * The letter whose id begins with `prefix`. Throws MailError `usage`, with `unknown` or `ambiguous` as its code, and `storage`.
 */
export function show(data: string, prefix: string, now: number): ShownLetter {
  const journal = openJournal(data, 'read');
  try {
    const [id, second] = prefix === '' ? [] : (journal?.idsOf(prefix) ?? []);
    const letter = id === undefined ? undefined : journal?.letter(id);
    if (journal === null || letter === undefined) throw refused('unknown', prefix);
    if (second !== undefined) throw refused('ambiguous', prefix);
    return {
      ...listed(letter, journal, now),
      messageId: letter.messageId,
      size: letter.size,
      landed: letter.placed ? letter.landed : null,
      reply: letter.reply,
      hint: letter.hint,
      hints: letter.recipients.flatMap(({ address, state, reply }) => {
        const hint = state === 'sent' ? undefined : (hintOf(reply) ?? DOUBTS[state]);
        return hint === undefined ? [] : [{ address, ...hint }];
      }),
      search: searchOf(letter, journal),
      history: journal.history.notes(letter.id).map(({ at, what, text }) => ({ at: iso(at), what, text })),
      tries: journal.history.tries(letter.id).map((one) => ({ ...one, at: iso(one.at) })),
    };
  } finally {
    journal?.close();
  }
}

function searchOf(letter: Letter, journal: Journal): ShownLetter['search'] {
  const search = inDoubt(letter).length === 0 ? undefined : journal.evidence.of(letter.id);
  if (search === undefined) return null;
  const { looks, next } = search;
  return { looks, next: next === null ? null : iso(next), reason: journal.evidence.reason(letter.id) };
}

function refused(code: 'unknown' | 'ambiguous', prefix: string): MailError {
  const message = `${prefix} ${REASONS[code].en}`;
  return new MailError({
    kind: 'usage',
    retry: 'never',
    code,
    message,
    hint: '`mailkeep outbox` lists the ids.',
  });
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** What to do about somebody who may have it. */
const DOUBTS: Readonly<Partial<Record<RecipientState, Hint>>> = {
  uncertain: {
    en: 'It is looked for first, and sent once more if nothing is found of it; `mailkeep outbox hold` stops that.',
    zh: '会先查找它是否已经发出，找不到才自动再发一次；如果不要再发，请用 mailkeep outbox hold。',
  },
  held: {
    en: 'Ask whether it has come: if not, `mailkeep outbox retry` sends it once more; if so, `mailkeep outbox cancel` ends it.',
    zh: '请向收件人确认：没有收到就用 mailkeep outbox retry 再发一次，收到了就用 mailkeep outbox cancel 结束。',
  },
};
