// What a POP3 session has to fetch: the messages of several batches, in one row of commands that does not stand still between
// them. What comes whole, and what is refused, is told message by message; a batch is done with its last one.
import { MailError } from '../model/error.ts';
import type { RemoteKey } from '../model/mailbox.ts';
import type { Dialogue, Sink } from '../protocol/dialogue.ts';
import type { Ahead } from '../protocol/pop3/in-turn.ts';
import { retr, type Asked } from '../protocol/pop3/retr.ts';
import { Patience } from './patience.ts';
import type { Receiver } from './source.ts';

/** Messages that were asked for together. */
interface Batch {
  left: number;
  readonly receiver: Receiver;
  readonly resolve: () => void;
  readonly reject: (why: unknown) => void;
}

/** A body on its way. */
interface Open {
  readonly sink: Sink;
  /** True once anything of it came. */
  some: boolean;
}

interface Wish extends Asked {
  readonly key: RemoteKey;
  readonly batch: Batch;
}

/** The fetches of one session. */
export class Pop3Fetches {
  readonly #host: string;
  /** Plays a dialogue that may run ahead. */
  readonly #play: (make: (ahead: Ahead) => Dialogue<void>) => Promise<void>;
  readonly #patience = new Patience();
  readonly #waiting: Wish[] = [];
  /** Asked for, and neither whole nor refused. */
  readonly #flying = new Map<number, Wish>();
  readonly #open = new Map<number, Open>();
  #running = false;
  #sentInVain = false;
  /** After it nothing more is asked. */
  #ending: MailError | undefined;

  constructor(host: string, play: (make: (ahead: Ahead) => Dialogue<void>) => Promise<void>) {
    this.#host = host;
    this.#play = play;
  }

  /** True while something is under way. */
  get busy(): boolean {
    return this.#running;
  }

  /** See `Source.sentInVain`: a message came as nothing. */
  get sentInVain(): boolean {
    return this.#sentInVain;
  }

  /** See `Source.fetch`. */
  async fetch(asked: readonly (Asked & { readonly key: RemoteKey })[], receiver: Receiver): Promise<void> {
    if (asked.length === 0) return;
    const done = new Promise<void>((resolve, reject) => {
      const batch = { left: asked.length, receiver, resolve, reject };
      for (const one of asked) this.#waiting.push({ ...one, batch });
    });
    if (!this.#running) void this.#run();
    return done;
  }

  /** Never rejects: what goes wrong is told to those who wait. */
  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (this.#waiting.length > 0) {
        await this.#play((ahead) => retr(this.#host, () => this.#next(), ahead, this));
        if (this.#ending !== undefined) throw this.#ending;
      }
    } catch (thrown) {
      this.#broken(thrown);
    } finally {
      this.#running = false;
    }
  }

  #next(): Wish | undefined {
    // One that is on its way under another name, which it had in an earlier session, is asked for again once it has come.
    const at = this.#waiting.findIndex(({ number }) => !this.#flying.has(number));
    const [wish] = this.#ending === undefined && at >= 0 ? this.#waiting.splice(at, 1) : [];
    if (wish !== undefined) this.#flying.set(wish.number, wish);
    return wish;
  }

  begin(number: number): Sink {
    const receiver = this.#flying.get(number)?.batch.receiver;
    if (receiver === undefined) throw new TypeError('a body that was not asked for');
    const open: Open = { sink: receiver.begin(null), some: false };
    this.#open.set(number, open);
    return {
      write: (chunk) => {
        open.some ||= chunk.length > 0;
        return open.sink.write(chunk);
      },
    };
  }

  whole(number: number): void {
    const open = this.#open.get(number);
    const wish = this.#flying.get(number);
    this.#open.delete(number);
    if (open === undefined || wish === undefined) return this.#patience.reset();
    // A message of no octets is believed only where its size is told as 0, too: it may be one that cannot be read.
    if (!open.some && wish.size !== 0) {
      wish.batch.receiver.abandon(open.sink);
      this.#sentInVain = true;
      return void this.refused(number, nothing(this.#host, wish));
    }
    this.#patience.reset();
    wish.batch.receiver.complete(open.sink, wish.key, { flags: [], received: null });
    this.#ended(wish);
  }

  refused(number: number, error: MailError): boolean {
    const wish = this.#flying.get(number);
    if (wish === undefined || !this.#patience.bears(error)) {
      this.#ending ??= error;
    } else {
      wish.batch.receiver.refused(wish.key, error);
      this.#ended(wish);
    }
    return this.#ending === undefined;
  }

  #ended(wish: Wish): void {
    this.#flying.delete(wish.number);
    if (--wish.batch.left === 0) wish.batch.resolve();
  }

  #broken(thrown: unknown): void {
    for (const [number, { sink }] of this.#open) {
      const wish = this.#flying.get(number);
      wish?.batch.receiver.abandon(sink);
      // The end of its body was none: the message itself is what breaks the session (P-021).
      if (wish !== undefined && thrown instanceof MailError && thrown.kind === 'protocol')
        wish.batch.receiver.refused(wish.key, thrown);
    }
    this.#open.clear();
    const left = new Set([...this.#flying.values(), ...this.#waiting.splice(0)].map(({ batch }) => batch));
    this.#flying.clear();
    for (const { reject } of left) reject(thrown);
  }
}

function nothing(host: string, { number, size }: Wish): MailError {
  const told = size === null ? 'whose size it does not tell' : `of ${size} octets`;
  return new MailError({
    kind: 'message',
    retry: 'later',
    message: `POP3 RETR ${number}: ${host} sent nothing of a message ${told}`,
  });
}
