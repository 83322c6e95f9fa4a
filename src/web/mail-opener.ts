// Opens mails for the page in a thread of its own, one after another, each within a time that its size deserves. A mail that
// takes longer, or more memory than there is for it, costs that thread, and a sentence that says so.
import { Worker } from 'node:worker_threads';
import { MailError, type MailErrorParts } from '../model/error.ts';
import type { MailParts, OpenMessage } from '../read/open-message.ts';
import type { Hit } from '../search/hit.ts';
import type { SafeHtml } from './safe-html.ts';

/** What can be asked of a mail. */
export interface MailAnswers {
  readonly message: OpenMessage;
  readonly parts: MailParts;
  /** Its HTML, made safe; null where it has none. */
  readonly body: SafeHtml | null;
}

export interface MailRequest {
  readonly ask: keyof MailAnswers;
  readonly hit: Hit;
  /** Of a body: images from elsewhere stay. */
  readonly remote: boolean;
}

/** Why there is no answer: a MailError, or else a mistake of ours. */
export interface MailFailure {
  readonly message: string;
  readonly mail?: MailErrorParts;
}

export type MailReply = { readonly answer: unknown } | { readonly failure: MailFailure };

/** The first word of the thread. */
export const READY = 'ready';

/** Milliseconds that a mail may take: so many, and so many more for each megabyte. */
const PATIENCE = 10_000;
const PER_MEGABYTE = 1000;
/** Megabytes of the heap of the thread, beside the octets of the mail. */
const HEAP = 512;
/** Milliseconds without a mail after which the thread ends: a quiet service is small. */
const IDLE = 60_000;

/** Opens the mails of the archive at `data`. */
export class MailOpener {
  readonly #data: string;
  readonly #patience: number;
  #isClosed = false;
  #worker: Worker | undefined;
  /** The thread has said that it has begun. */
  #isReady = false;
  #idle: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  /** The body that was made last: its page counts what is left out, its frame shows it. */
  #last: { readonly key: string; readonly body: Promise<SafeHtml | null> } | undefined;

  /** `patience`: milliseconds that the smallest mail may take. */
  constructor(data: string, patience: number = PATIENCE) {
    this.#data = data;
    this.#patience = patience;
  }

  /** Reads headers, text and the list of attachments. Throws MailError `message` for what takes too long. */
  message(hit: Hit): Promise<OpenMessage> {
    return this.#ask('message', hit);
  }

  /** All parts. Throws MailError `message` for what is too large, cannot be taken apart, or takes too long. */
  parts(hit: Hit): Promise<MailParts> {
    return this.#ask('parts', hit);
  }

  /** The HTML, made safe; null where there is none. Throws as `parts` does. */
  body(hit: Hit, remote: boolean): Promise<SafeHtml | null> {
    const key = `${hit.id} ${remote}`;
    if (this.#last?.key !== key) {
      const body = this.#ask('body', hit, remote);
      this.#last = { key, body };
      body.catch(() => (this.#last = undefined));
    }
    return this.#last.body;
  }

  /** Ends the thread; what was still asked is refused. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#idle);
    await this.#rest();
  }

  #ask<Ask extends keyof MailAnswers>(
    ask: Ask,
    hit: Hit,
    remote: boolean = false,
  ): Promise<MailAnswers[Ask]> {
    const answer = this.#turn.then(() => this.#asked({ ask, hit, remote }));
    this.#turn = answer.catch(() => {});
    return answer as Promise<MailAnswers[Ask]>;
  }

  #asked(request: MailRequest): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(tooMuch('the page is closed'));
    clearTimeout(this.#idle);
    const worker = (this.#worker ??= this.#start());
    worker.ref();
    const patience = this.#patience + (request.hit.size / 1_000_000) * PER_MEGABYTE;
    return new Promise((resolve, reject) => {
      const lost = (why: string): void => {
        done();
        if (this.#worker === worker) this.#worker = undefined;
        void worker.terminate();
        reject(tooMuch(why));
      };
      let late: NodeJS.Timeout | undefined;
      const begin = (): void => {
        late = setTimeout(() => lost('it takes too long'), patience);
      };
      const onError = (): void => lost('it takes too much memory');
      const onExit = (): void => lost('it was given up');
      const onReply = (reply: MailReply | typeof READY): void => {
        if (reply === READY) {
          this.#isReady = true;
          return begin();
        }
        done();
        worker.unref();
        this.#idle = setTimeout(() => void this.#rest(), IDLE).unref();
        if ('failure' in reply) reject(errorOf(reply.failure));
        else resolve(reply.answer);
      };
      const done = (): void => {
        clearTimeout(late);
        worker.off('message', onReply).off('error', onError).off('exit', onExit);
      };
      worker.on('message', onReply).on('error', onError).on('exit', onExit);
      // What a busy machine needs to start the thread is not the mail's to answer for.
      if (this.#isReady) begin();
      worker.postMessage(request, []);
    });
  }

  async #rest(): Promise<void> {
    this.#last = undefined;
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #start(): Worker {
    this.#isReady = false;
    const worker = new Worker(new URL('./mail-thread.js', import.meta.url), {
      workerData: { data: this.#data },
      resourceLimits: { maxOldGenerationSizeMb: HEAP },
    });
    // Whoever waits for an answer hears it too; between two of them, it must not end the process.
    worker.on('error', () => {});
    return worker;
  }
}

function errorOf({ message, mail }: MailFailure): Error {
  return mail === undefined ? new Error(message) : new MailError(mail);
}

function tooMuch(why: string): MailError {
  return new MailError({
    kind: 'message',
    message: `this message cannot be taken apart: ${why}`,
    retry: 'never',
    hint: '`mailkeep show ID --raw --output FILE` writes it whole.',
  });
}
