// One extraction thread as the main thread sees it: an order goes out, documents come back, or the thread is lost with
// the message that it was at. Each message has its own deadline, however many an order holds.
import { Worker } from 'node:worker_threads';
import { textOf } from '../model/error.ts';
import { UNREAD } from './content/content.ts';
import type { Document, ExtractJob } from './document.ts';
import type { Effort } from './read-message.ts';

/** What a thread is given at its start. */
export interface ThreadData {
  readonly mailRoot: string;
  /** Two Int32: the index of the job that is being read, -1 before the first; the number of its attachment, -1 before those. */
  readonly progress: SharedArrayBuffer;
}

/** Some messages to read. */
export interface Order {
  readonly jobs: readonly { readonly job: ExtractJob; readonly effort: Effort }[];
}

/** What a thread answers. */
export interface Answer {
  /** Of the first jobs of the order, or of all. */
  readonly documents: readonly Document[];
  /** It has taken more memory than it can give back, and is to be closed. */
  readonly isSpent: boolean;
}

/** The loss of a thread at job `at` (-1: before the first) and its attachment `attachment` (-1: before those). */
export interface Lost {
  readonly at: number;
  readonly attachment: number;
  readonly reason: string;
}

/** How an order ended. */
export type Outcome = Answer | Lost;

/** How often a busy thread is looked at, in milliseconds. */
const LOOK = 200;

/** Milliseconds that a thread has for its start. */
const START = 60_000;

/** What one thread may hold (MB of V8 heap): far more than LIMITS in cut.ts let a message take. Buffers and PDFium have their own. */
const HEAP = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 6 } as const;

/** A thread. It keeps the process alive only while it works. */
export class ExtractThread {
  readonly #worker: Worker;
  readonly #at: Int32Array;
  readonly #exited: Promise<void>;
  #isLost = false;
  #finish: ((outcome: Outcome) => void) | undefined;

  constructor(mailRoot: string) {
    const progress = new SharedArrayBuffer(8);
    this.#at = new Int32Array(progress);
    this.#worker = new Worker(new URL('./extract-worker.js', import.meta.url), {
      workerData: { mailRoot, progress } satisfies ThreadData,
      resourceLimits: HEAP,
    });
    this.#worker.on('message', (answer: Answer) => this.#end(answer));
    this.#worker.on('error', (error) => this.#lose(reasonOf(error)));
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#lose('its reader ended unexpectedly');
        resolve();
      });
    });
    this.#worker.unref();
  }

  /** True when the thread can take no further order. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Reads messages; one order at a time. `deadline`: milliseconds for a message of that many octets. Never rejects. */
  async run(order: Order, deadline: (octets: number) => number): Promise<Outcome> {
    Atomics.store(this.#at, 0, -1);
    Atomics.store(this.#at, 1, -1);
    this.#worker.ref();
    const watch = this.#watch(order, deadline);
    try {
      return await new Promise((resolve) => {
        this.#finish = resolve;
        if (this.#isLost) this.#end({ at: -1, attachment: -1, reason: 'its reader could not start' });
        else this.#worker.postMessage(order, []);
      });
    } finally {
      clearInterval(watch);
      this.#worker.unref();
    }
  }

  /** Lets the thread end by itself, and waits for it. */
  async close(): Promise<void> {
    if (this.#isLost) return;
    this.#worker.ref();
    this.#worker.postMessage(null, []);
    await this.#exited;
  }

  #watch({ jobs }: Order, deadline: (octets: number) => number): NodeJS.Timeout {
    let job = -1;
    let since = performance.now();
    return setInterval(() => {
      const at = Atomics.load(this.#at, 0);
      if (at !== job) {
        job = at;
        since = performance.now();
      }
      const allowed = deadline(jobs[job]?.job.size ?? 0);
      if (performance.now() - since <= (job < 0 ? START : allowed)) return;
      this.#lose('reading it took longer than it may');
      void this.#worker.terminate();
    }, LOOK);
  }

  #lose(reason: string): void {
    this.#isLost = true;
    this.#end({ at: Atomics.load(this.#at, 0), attachment: Atomics.load(this.#at, 1), reason });
  }

  #end(outcome: Outcome): void {
    this.#finish?.(outcome);
    this.#finish = undefined;
  }
}

function reasonOf(error: unknown): string {
  const isMemory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isMemory ? UNREAD.memory : `reading it failed: ${textOf(error)}`;
}
