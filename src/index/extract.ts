// Messages → documents, in worker threads: no parser ever runs where mail is received. A message that is slow, too big
// or fatal to its reader costs that reader; it comes back from its raw headers, and all others are read as ever.
import { availableParallelism } from 'node:os';
import { unreadDocument } from './document.ts';
import type { Document, ExtractJob } from './document.ts';
import { ExtractQueue } from './extract-queue.ts';
import { ExtractThread } from './extract-thread.ts';
import type { Lost } from './extract-thread.ts';
import { WHOLE } from './read-message.ts';
import type { Effort } from './read-message.ts';

/** How an Extractor is made. */
export interface ExtractorOptions {
  /** `<data>/mail`. */
  readonly mailRoot: string;
  /** Threads at most; default: one for each processor, at most two. */
  readonly workers?: number | undefined;
  /** Milliseconds that a message of so many octets may take; default: 10 s and 1 s a MB. */
  readonly deadline?: ((octets: number) => number) | undefined;
}

interface Task {
  readonly job: ExtractJob;
  readonly size: number;
  readonly isBehind: boolean;
  effort: Effort;
  tries: number;
  readonly done: (document: Document) => void;
}

/** Milliseconds without work after which the threads end: a quiet service is small. */
const IDLE = 15_000;

/** A pool of threads that read messages. It keeps the process alive only while it works. */
export class Extractor {
  readonly #mailRoot: string;
  readonly #most: number;
  readonly #deadline: (octets: number) => number;
  readonly #queue: ExtractQueue<Task>;
  readonly #idle: ExtractThread[] = [];
  readonly #busy = new Map<ExtractThread, Promise<void>>();
  #rest: NodeJS.Timeout | undefined;

  constructor(options: ExtractorOptions) {
    this.#mailRoot = options.mailRoot;
    this.#most = Math.max(1, options.workers ?? Math.min(2, availableParallelism()));
    this.#queue = new ExtractQueue(this.#most);
    this.#deadline = options.deadline ?? ((octets) => 10_000 + octets / 1000);
  }

  /**
   * Reads messages; the documents come in the same order. Those that are read `behind` wait until no others do. Never rejects:
   * what cannot be read comes back `partly`.
   */
  async extract(jobs: readonly ExtractJob[], isBehind: boolean = false): Promise<Document[]> {
    const documents = jobs.map(
      (job) =>
        new Promise<Document>((done) => {
          this.#queue.add({ job, size: job.size, isBehind, effort: WHOLE, tries: 0, done });
        }),
    );
    this.#dispatch();
    return Promise.all(documents);
  }

  /** Resolves when every thread that has nothing to do has answered; those that work have their deadlines. */
  async answer(): Promise<void> {
    const asked = this.#idle.splice(0).map((thread) => {
      const answered = this.#give(thread, []);
      this.#busy.set(thread, answered);
      return answered;
    });
    await Promise.all(asked);
  }

  /** Finishes what was handed in, and ends the threads. A later extract() starts new ones. */
  async close(): Promise<void> {
    while (this.#busy.size > 0) await Promise.all(this.#busy.values());
    await this.#dismiss();
  }

  #dispatch(): void {
    while (this.#idle.length > 0 || this.#busy.size < this.#most) {
      const tasks = this.#queue.take();
      if (tasks === undefined) break;
      this.#awake();
      const thread = this.#idle.pop() ?? new ExtractThread(this.#mailRoot);
      this.#busy.set(thread, this.#give(thread, tasks));
    }
    if (this.#busy.size > 0 || this.#idle.length === 0) return;
    this.#rest ??= setTimeout(() => void this.#dismiss(), IDLE).unref();
  }

  async #give(thread: ExtractThread, tasks: readonly Task[]): Promise<void> {
    const jobs = tasks.map(({ job, effort }) => ({ job, effort }));
    const outcome = await thread.run({ jobs }, this.#deadline);
    if ('documents' in outcome) {
      this.#queue.done(tasks, tasks.slice(outcome.documents.length));
      for (const [index, document] of outcome.documents.entries()) tasks[index]?.done(document);
      // Its memory is free only once it has ended.
      if (outcome.isSpent) await thread.close();
      else this.#idle.push(thread);
    } else {
      const again = tasks.filter((task, index) =>
        isWorthAnother(task, index === outcome.at ? outcome : null),
      );
      this.#queue.done(tasks, again);
    }
    this.#busy.delete(thread);
    this.#dispatch();
  }

  /** The threads stay for now. */
  #awake(): void {
    clearTimeout(this.#rest);
    this.#rest = undefined;
  }

  async #dismiss(): Promise<void> {
    this.#awake();
    await Promise.all(this.#idle.splice(0).map((thread) => thread.close()));
  }
}

/** After the loss of a thread: the message it was at gets less effort, the others another try; each only so often. */
function isWorthAnother(task: Task, lost: Lost | null): boolean {
  const isHopeless = lost !== null && !task.effort.text;
  if (++task.tries > 5 || isHopeless) {
    task.done(
      unreadDocument(task.job, task.effort.reason ?? lost?.reason ?? 'its reader ended unexpectedly'),
    );
    return false;
  }
  if (lost !== null) task.effort = lessThan(task.effort, lost);
  return true;
}

/** Where an attachment was fatal, what comes before it is read; where the text itself was, its headers. */
function lessThan({ attachments }: Effort, { attachment, reason }: Lost): Effort {
  return attachment >= 0 && attachment < attachments
    ? { text: true, attachments: attachment, reason }
    : { text: false, attachments: 0, reason };
}
