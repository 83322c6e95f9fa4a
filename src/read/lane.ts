// Questions of one kind, one after another in one thread. A question that takes long keeps its thread, and the others get another
// one: nobody waits for what somebody else asked. One that has no answer after a minute is given up.
import { Worker } from 'node:worker_threads';
import { MailError } from '../model/error.ts';
import { sentence } from '../model/hint.ts';
import { QueryError } from '../search/query-error.ts';
import { leaveBehind } from './leave.ts';
import type { Questions } from './questions.ts';
import type { Failure, Reply, Request } from './reader.ts';

/** How long is waited. Milliseconds. */
export interface Patience {
  /** For the answer before a question, until there is another thread. */
  readonly before: number;
  /** For an answer, the time before its turn included. */
  readonly answer: number;
  /** For a thread that works on what was given up, until it counts as hung: a wide question to a large archive takes minutes. */
  readonly step: number;
}

export const USUAL: Patience = { before: 1000, answer: 60_000, step: 15 * 60_000 };

/** Threads at once, those included that do not come to their end: SQLite cannot be interrupted in the middle of a step. */
const MOST = 3;
/** Milliseconds without a question after which the last thread ends: a quiet service is small. */
const IDLE = 60_000;

/** A question that has no answer yet. */
interface Open {
  readonly request: Request;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  late: NodeJS.Timeout | undefined;
}

/** A thread, and what it was asked last; null: it has answered. */
interface Thread {
  readonly worker: Worker;
  open: Open | null;
  /** When it was told to end in the middle of its question, on which it still works; monotonic milliseconds. Null: it was not. */
  givenUp: number | null;
}

/** There while it is needed. It keeps no process alive unless something is asked. */
export class Lane {
  readonly #data: string;
  readonly #patience: Patience;
  readonly #threads = new Set<Thread>();
  readonly #waiting: Open[] = [];
  #another: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #asked = 0;

  constructor(data: string, patience: Patience) {
    this.#data = data;
    this.#patience = patience;
  }

  ask(ask: keyof Questions, args: readonly unknown[]): Promise<unknown> {
    clearTimeout(this.#idle);
    const request: Request = { id: (this.#asked += 1), ask, args };
    return new Promise((resolve, reject) => {
      const open: Open = { request, resolve, reject, late: undefined };
      open.late = setTimeout(() => this.#giveUp(open, tooLong()), this.#patience.answer);
      this.#waiting.push(open);
      this.#goOn();
    });
  }

  /** Throws where every thread hangs at a question that was given up: nothing has an answer until one of them ends. */
  answer(): void {
    const latest = performance.now() - this.#patience.step;
    const stuck = [...this.#threads].filter(({ givenUp }) => givenUp !== null && givenUp <= latest).length;
    if (stuck >= MOST) throw new Error(`${stuck} questions to the index come to no end`);
  }

  /** Refuses what has no answer yet, and lets the threads end. One in the middle of a long step is left behind. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const asked = [...this.#threads].flatMap(({ open }) => open ?? []);
    for (const open of [...this.#waiting, ...asked]) this.#giveUp(open, closed());
    const ends = [...this.#threads]
      .filter(({ givenUp }) => givenUp === null)
      .map((thread) => this.#end(thread));
    await Promise.all(ends);
  }

  /** Gives what waits to threads that are free. Whoever waits longer for another's answer gets another thread. */
  #goOn(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const thread = this.#free();
      if (thread === undefined) break;
      this.#waiting.shift();
      thread.open = next;
      thread.worker.ref();
      thread.worker.postMessage(next.request, []);
    }
    if (this.#waiting.length === 0) this.#forgetAnother();
    else if (this.#threads.size < MOST)
      this.#another ??= setTimeout(() => {
        this.#another = undefined;
        this.#start();
        this.#goOn();
      }, this.#patience.before);
  }

  #forgetAnother(): void {
    clearTimeout(this.#another);
    this.#another = undefined;
  }

  #free(): Thread | undefined {
    const working = [...this.#threads].filter(({ givenUp }) => givenUp === null);
    if (working.length === 0) return this.#threads.size < MOST ? this.#start() : undefined;
    return working.find(({ open }) => open === null);
  }

  #start(): Thread {
    const worker = new Worker(new URL('./reader-thread.js', import.meta.url), {
      workerData: { data: this.#data },
    });
    const thread: Thread = { worker, open: null, givenUp: null };
    worker.on('message', (reply: Reply) => this.#answered(thread, reply));
    worker.on('error', (error) => this.#lost(thread, error));
    worker.on('exit', () => this.#lost(thread, new Error('a reading thread ended')));
    this.#threads.add(thread);
    return thread;
  }

  #answered(thread: Thread, reply: Reply): void {
    const { open } = thread;
    if (open?.request.id !== reply.id) return;
    clearTimeout(open.late);
    thread.open = null;
    thread.worker.unref();
    if ('failure' in reply) open.reject(errorOf(reply.failure));
    else open.resolve(reply.answer);
    this.#forgetAnother();
    this.#goOn();
    if (thread.open !== null) return;
    if (this.#threads.size > 1) void this.#end(thread);
    else this.#idle = setTimeout(() => void this.#end(thread), IDLE).unref();
  }

  /** What it had not answered has no answer; the next question starts another. */
  #lost(thread: Thread, error: Error): void {
    if (!this.#threads.delete(thread)) return;
    clearTimeout(thread.open?.late);
    thread.open?.reject(error);
    this.#goOn();
  }

  #giveUp(open: Open, why: MailError): void {
    clearTimeout(open.late);
    const thread = [...this.#threads].find((one) => one.open === open);
    if (thread === undefined) this.#waiting.splice(this.#waiting.indexOf(open), 1);
    else {
      thread.open = null;
      thread.givenUp = performance.now();
      leaveBehind(thread.worker);
    }
    open.reject(why);
    this.#goOn();
  }

  async #end(thread: Thread): Promise<void> {
    this.#threads.delete(thread);
    const { worker } = thread;
    worker.ref();
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.postMessage(null, []);
    await ended;
  }
}

function errorOf({ message, mail, mistake }: Failure): Error {
  if (mistake !== undefined) return new QueryError(mistake.said, mistake);
  return mail === undefined ? new Error(message) : new MailError(mail);
}

function closed(): MailError {
  return new MailError({ kind: 'cancelled', message: 'the index is being closed', retry: 'later' });
}

function tooLong(): MailError {
  return new MailError({
    kind: 'timeout',
    message: 'the index gave no answer in time',
    retry: 'later',
    hint: sentence(
      {
        en: 'Narrow the search: by a longer word, an account, a folder or a year.',
        zh: '请缩小搜索范围：用更长的词，或指定账户、文件夹、年份。',
      },
      true,
    ),
  });
}
