// IDLE (RFC 2177): the server tells at once what changes in the open folder, until we say DONE. What servers make of it is
// borne with: a go-ahead that bears the tag, or comes late, or never; news before it; a line now and then that says nothing.
import { MailError } from '../../model/error.ts';
import { line, lineWithin, send } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';
import { during } from '../phase.ts';
import { clip } from '../text.ts';
import { GRACE_AFTER_BAD } from './exchange.ts';
import { newsIn, type News } from './news.ts';
import { farewell, refusal } from './refusal.ts';
import { readResponse } from './response.ts';
import type { Response, Status } from './response.ts';
import type { Tags } from './tags.ts';

/** RFC 2177 §3: a client re-issues IDLE at least every 29 minutes. Whoever aborts `until` does so well before. */
const LONGEST: number = 29 * 60_000;
/** Responses within one IDLE, after which a server is taken to be mad. */
const MOST = 100_000;

/**
 * Waits in the open folder until `until` aborts, and calls `told` for each piece of news meanwhile; then says DONE and
 * returns when the server has answered. Throws MailError `refused` where the server knows no IDLE, `closed` or `busy` for a
 * BYE, `protocol` (`avoid` is then `IDLE`) for an untagged BAD with nothing behind it; and the driver's `timeout` where DONE
 * is not answered: then the connection has died in silence (I-169).
 */
export function idle(
  host: string,
  tags: Tags,
  until: AbortSignal,
  told: (news: News) => void,
): Dialogue<void> {
  return during('idle', 'IMAP IDLE', new Idle(host, tags.next(), told).run(until));
}

class Idle {
  readonly #host: string;
  readonly #tag: string;
  readonly #told: (news: News) => void;
  /** The text of an untagged BAD before the go-ahead: from then on, silence is an answer. */
  #bad: string | undefined;
  #begun = false;
  #responses = 0;

  constructor(host: string, tag: string, told: (news: News) => void) {
    this.#host = host;
    this.#tag = tag;
    this.#told = told;
  }

  *run(until: AbortSignal): Dialogue<void> {
    yield* send(`${this.#tag} IDLE`);
    for (;;) {
      const bad = this.#begun ? undefined : this.#bad;
      const first = yield* bad === undefined ? lineWithin(LONGEST, until) : lineWithin(GRACE_AFTER_BAD);
      if (first === null && bad !== undefined) throw this.#unknown(bad);
      if (first === null) break;
      // Ended by the server, as some do after a while: the caller may begin anew.
      if (this.#take(yield* this.#response(first))) return;
    }
    yield* send('DONE');
    while (!this.#take(yield* this.#response(yield* line())));
  }

  /** The response that begins with `first`. */
  *#response(first: Buffer): Dialogue<Response> {
    if (++this.#responses > MOST) throw this.#mad();
    let next: Buffer | null = first;
    function* lines(): Dialogue<Buffer> {
      const held = next;
      next = null;
      return held ?? (yield* line());
    }
    return yield* readResponse({ host: this.#host, name: 'IDLE', line: lines });
  }

  /** True once it is the tagged OK. */
  #take(response: Response): boolean {
    switch (response.kind) {
      case 'continue':
        this.#begun = true;
        return false;
      case 'junk':
        // I-121: a go-ahead that bears the tag
        if (response.text.toUpperCase().startsWith(`${this.#tag} +`)) this.#begun = true;
        return false;
      case 'data': {
        const news = newsIn(response);
        if (news !== undefined) this.#told(news);
        return false;
      }
      case 'status':
        return this.#status(response);
    }
  }

  #status(status: Status): boolean {
    if (status.word === 'BYE') throw farewell(this.#host, 'IDLE', status, 'idle');
    if (status.tag === null) {
      if (status.word === 'BAD') this.#bad ??= status.text;
      // RFC 5465 §5.8: from now on the server tells nothing of other folders
      if (status.code?.name === 'NOTIFICATIONOVERFLOW') this.#told({ kind: 'overflow' });
      return false;
    }
    if (status.tag.toUpperCase() !== this.#tag) return false;
    if (status.word === 'OK') return true;
    throw refusal(this.#host, 'IDLE', 'idle', {
      ...status,
      word: status.word === 'NO' ? 'NO' : 'BAD',
      warnings: [],
    });
  }

  #unknown(bad: string): MailError {
    return new MailError({
      kind: 'protocol',
      retry: 'now',
      message: `IMAP IDLE answered by ${this.#host} with an untagged BAD and silence: ${clip(bad, 200)}`,
      avoid: 'IDLE',
      cause: new Error(clip(bad)),
    });
  }

  #mad(): MailError {
    return new MailError({
      kind: 'protocol',
      retry: 'later',
      message: `IMAP IDLE: ${this.#host} told more than ${MOST} things`,
    });
  }
}
