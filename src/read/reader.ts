// Questions to the index, answered in threads of their own: a count over a million messages holds up neither mail nor a page.
// Long questions have a thread for themselves, so that a list never waits for them.
import { Worker } from 'node:worker_threads';
import { MailError, type MailErrorParts } from '../model/error.ts';
import { QueryError, type Span } from '../search/query-error.ts';
import type { Questions } from './questions.ts';

/** A question on its way to a thread. */
export interface Request {
  readonly id: number;
  readonly ask: keyof Questions;
  readonly args: readonly unknown[];
}

/** Why there is no answer: a MailError, a mistake in a query, or else a mistake of ours. */
export interface Failure {
  readonly message: string;
  readonly mail?: MailErrorParts;
  readonly mistake?: Span & Pick<QueryError, 'said'>;
}

/** The answer to the question of that id. */
export type Reply = { readonly id: number } & ({ readonly answer: unknown } | { readonly failure: Failure });

/** Those that count: they walk over all that a query finds. */
const LONG: ReadonlySet<keyof Questions> = new Set(['facets', 'months']);
/** Milliseconds without a question after which a thread ends: a quiet service is small. */
const IDLE = 60_000;

/** Asks the index of the archive at `data`; it may be absent, and made or made anew meanwhile. */
export class Reader {
  readonly #lanes: readonly [short: Lane, long: Lane];

  constructor(data: string) {
    this.#lanes = [new Lane(data), new Lane(data)];
  }

  /** Rejects with what the question throws: MailError `storage` for an index that is absent or damaged, or QueryError. */
  ask<Ask extends keyof Questions>(
    ask: Ask,
    ...args: Parameters<Questions[Ask]>
  ): Promise<ReturnType<Questions[Ask]>> {
    const [short, long] = this.#lanes;
    const answer = (LONG.has(ask) ? long : short).ask(ask, args);
    return answer as Promise<ReturnType<Questions[Ask]>>;
  }

  /** Lets the threads end. What is still asked is answered first. */
  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }
}

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** One thread, there while it is needed; questions are answered in their order. It keeps no process alive. */
class Lane {
  readonly #data: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #asked = 0;

  constructor(data: string) {
    this.#data = data;
  }

  ask(ask: keyof Questions, args: readonly unknown[]): Promise<unknown> {
    clearTimeout(this.#idle);
    const worker = (this.#worker ??= this.#start());
    const id = (this.#asked += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, ask, args } satisfies Request, []);
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    if (worker === undefined) return;
    worker.ref();
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.postMessage(null, []);
    await ended;
  }

  #start(): Worker {
    const worker = new Worker(new URL('./reader-thread.js', import.meta.url), {
      workerData: { data: this.#data },
    });
    worker.on('message', (reply: Reply) => this.#answered(reply));
    worker.on('error', (error) => this.#lost(worker, error));
    worker.on('exit', () => this.#lost(worker, new Error('a reading thread ended')));
    return worker;
  }

  #answered(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) {
      this.#worker?.unref();
      this.#idle = setTimeout(() => void this.close(), IDLE).unref();
    }
    if ('failure' in reply) waiting?.reject(errorOf(reply.failure));
    else waiting?.resolve(reply.answer);
  }

  /** What it had not answered has no answer; the next question starts another. */
  #lost(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function errorOf({ message, mail, mistake }: Failure): Error {
  if (mistake !== undefined) return new QueryError(mistake.said, mistake);
  return mail === undefined ? new Error(message) : new MailError(mail);
}
