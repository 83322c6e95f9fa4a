// One try that is under way, and the letter of it as it stands: each event is on disk before the next step. A person may end
// it until its dot is out; from then on what becomes of it is kept here until it can be stored.
import { MailError, textOf } from '../model/error.ts';
import type { Account } from '../model/account.ts';
import type { Onlooker } from '../model/onlooker.ts';
import type { Event } from './event.ts';
import { UNSENT } from './entry.ts';
import type { Journal } from './journal.ts';
import type { Letter } from './letter.ts';
import type { OutboxLog } from './outbox-log.ts';
import { cancelled } from './route.ts';
import { Transcript } from './transcript.ts';

/** What an attempt works with. */
export interface AttemptTools {
  readonly journal: Journal;
  readonly log: OutboxLog;
  readonly onlooker: Onlooker;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The letter after an event. */
  readonly after: (letter: Letter, event: Event) => Letter;
  /** Letters whose last state could not be stored. */
  readonly unsaved: Map<string, Letter>;
}

/** A try. */
export class Attempt {
  readonly #account: string;
  readonly #host: string;
  readonly #at: number;
  readonly #nth: number;
  readonly #transcript = new Transcript();
  readonly #tools: AttemptTools;
  readonly #end = new AbortController();
  #letter: Letter;

  constructor({ name, send }: Account, letter: Letter, tools: AttemptTools) {
    this.#account = name;
    this.#host = send?.host ?? '';
    this.#at = tools.now();
    this.#nth = tools.journal.history.nextTry(letter.id);
    this.#letter = { ...letter, hint: null };
    this.#tools = tools;
  }

  /** As it stands. */
  get letter(): Letter {
    return this.#letter;
  }

  /** Aborts when a person has ended the try. */
  get ended(): AbortSignal {
    return this.#end.signal;
  }

  /** The events in order, stored as one. What a try that was ended still has to tell is of no account: nothing was sent. */
  record(...events: readonly Event[]): void {
    const { journal, log, onlooker, now, after, unsaved } = this.#tools;
    const has = (type: Event['type']): boolean => events.some((event) => event.type === type);
    if (this.#end.signal.aborted) {
      if (has('intent')) throw cancelled();
      return;
    }
    for (const event of events)
      if ((event.type === 'reject' || event.type === 'recipient') && event.answer !== 'yes')
        onlooker.refused(this.#account, 'send', event.answer === 'never' ? 'refused' : 'busy');
    const letter = this.#letter;
    const stored = events.reduce(after, letter);
    try {
      journal.together(() => {
        journal.save(stored, now());
        // The steps between are told by the dialogue, which a crash may cut.
        if (!TOLD_LATER.includes(stored.state)) this.#remember(stored);
        if (has('intent')) journal.accounts.noteSending(this.#account, now(), stored.recipients.length);
      });
      unsaved.delete(stored.id);
    } catch (thrown) {
      // The dot is out: what came of it is known here alone now, and must not be lost for want of disk.
      if (!BEYOND.includes(letter.state)) throw thrown;
      unsaved.set(stored.id, stored);
      log.error(`${stored.file} is ${stored.state}, and that cannot be stored yet: ${textOf(thrown)}`, {
        id: stored.id,
      });
    }
    this.#letter = stored;
    if (!has('silence')) return;
    log.warn(
      `${stored.file} may have been sent, and no answer came; it is ${stored.state} (possible duplicate)`,
      { id: stored.id, messageId: stored.messageId },
    );
  }

  /** A line of the dialogue. */
  heard(who: 'C' | 'S', text: string): void {
    this.#transcript.add(who, text);
  }

  /** Keeps what a person may want to read beside the reason. */
  hint(hint: string): void {
    this.#letter = { ...this.#letter, hint };
  }

  /** The letter with octets that were made anew: on disk when this returns. */
  adapted(made: Letter): void {
    if (this.#end.signal.aborted) throw cancelled();
    this.#tools.journal.save(made, this.#tools.now());
    this.#letter = made;
  }

  #remember(letter: Letter): void {
    const under = UNSENT.includes(letter.state) || letter.state === 'intent';
    this.#tools.journal.history.put(letter.id, this.#nth, {
      at: this.#at,
      host: this.#host,
      state: under ? null : letter.state,
      outcome: under ? null : outcomeOf(letter),
      dialogue: this.#transcript.lines(),
    });
  }

  /** What a person does to it; on disk when this returns. The try is over by it where its dot is not out. */
  act(event: Event): Letter {
    const { journal, now, after } = this.#tools;
    const stored = after(this.#letter, event);
    journal.together(() => {
      journal.save(stored, now());
      this.#remember(stored);
    });
    if (UNSENT.includes(this.#letter.state)) this.#end.abort();
    this.#letter = stored;
    return stored;
  }
}

/** A try that has not come to an end in the history. */
const TOLD_LATER: readonly string[] = ['envelope', 'streaming'];

/** Its state cannot be stored now, and must not be touched by its row. */
export function unstored(letter: Letter): MailError {
  return new MailError({
    kind: 'usage',
    retry: 'later',
    code: 'busy',
    message: `what became of ${letter.file} cannot be stored yet`,
    hint: 'Look at the permissions and the free space of the data directory.',
  });
}

/** The answer, or what a person reads in its place. */
function outcomeOf({ reply, reason, recipients, state }: Letter): string | null {
  if (state === 'sent') return reply;
  return reason ?? recipients.find((one) => one.reply !== null && one.state !== 'sent')?.reply ?? reply;
}

const BEYOND: readonly string[] = ['intent', 'accepted', 'rejected'];
