// The fetches under way in one IMAP session: those that are asked for while others are still answered go out behind them,
// as many at once as the host bears. A host that breaks over it is told one command at a time from then on.
import { MailError } from '../model/error.ts';
import type { UidValidity } from '../model/ids.ts';
import type { RemoteKey } from '../model/mailbox.ts';
import type { Connection } from '../net/connection.ts';
import { PIPELINING } from '../protocol/imap/exchange.ts';
import type { BodyReceiver, BodyWish, FetchEnd } from '../protocol/imap/bodies.ts';
import { uidFetchBodies } from '../protocol/imap/fetch-bodies.ts';
import { formatSet } from '../protocol/imap/sequence-set.ts';
import type { Tags } from '../protocol/imap/tags.ts';
import { VALIDITY_CHANGED } from '../protocol/imap/validity.ts';
import { Patience } from './patience.ts';
import type { Receiver } from './source.ts';

/** Fetches in flight at once: with batches of some hundred kilobytes a slow round trip is filled. */
const WINDOW = 4;
/** In the avoided of a host: it closed a connection with several in flight. The second time it is not taken for chance. */
const DROPPED = 'a drop';

/** One command that is asked for or under way. */
interface Wish {
  readonly set: string;
  readonly keys: readonly RemoteKey[];
  readonly resolve: () => void;
  readonly reject: (why: unknown) => void;
}

/** How a session asks. `validity` is that of the open folder. */
interface Asking {
  readonly tags: Tags;
  readonly validity: UidValidity;
  readonly gmail: boolean;
}

/** What a session has to fetch. */
export class ImapFetches {
  readonly #host: string;
  readonly #avoid: Set<string>;
  readonly #patience = new Patience();
  /** Not yet sent, and in flight. */
  readonly #waiting: Wish[] = [];
  readonly #flying = new Set<Wish>();
  #receiver: Receiver | undefined;
  #running = false;
  /** Times that the server said that it slows us down. */
  #throttled = 0;
  /** Several were in flight since the last dialogue began. */
  #several = false;
  /** Messages came in this session. */
  #came = false;
  /** After it nothing more is asked. */
  #refusal: MailError | undefined;

  constructor(host: string, avoid: Set<string>) {
    this.#host = host;
    this.#avoid = avoid;
  }

  /** True while something is under way. */
  get busy(): boolean {
    return this.#running;
  }

  /** At most so many in flight. */
  get window(): number {
    return this.#avoid.has(PIPELINING) ? 1 : Math.max(1, WINDOW >> this.#throttled);
  }

  get throttled(): boolean {
    return this.#throttled > 0;
  }

  /** See `Source.fetch`. */
  async fetch(
    connection: Connection,
    how: Asking,
    keys: readonly RemoteKey[],
    receiver: Receiver,
  ): Promise<void> {
    if (this.#receiver !== receiver && this.#flying.size + this.#waiting.length > 0)
      throw new TypeError('fetches that are under way together have one receiver');
    this.#receiver = receiver;
    const uids = keys.flatMap((key) => ('uid' in key ? [key.uid] : []));
    const wishes = formatSet(uids).map(
      (set) =>
        new Promise<void>((resolve, reject) => {
          this.#waiting.push({ set, keys, resolve, reject });
        }),
    );
    if (!this.#running) void this.#run(connection, how, receiver);
    // Each has ended before the first failure is told: nothing comes to the receiver after that.
    for (const end of await Promise.allSettled(wishes)) if (end.status === 'rejected') throw end.reason;
  }

  /** Never rejects: what goes wrong is told to those who wait. */
  async #run(connection: Connection, { tags, validity, gmail }: Asking, receiver: Receiver): Promise<void> {
    const bodies: BodyReceiver = {
      begin: (octets) => receiver.begin(octets),
      complete: (sink, uid, facts) => receiver.complete(sink, { uid }, facts),
      abandon: (sink) => receiver.abandon(sink),
    };
    this.#running = true;
    this.#several = false;
    try {
      while (this.#waiting.length > 0) {
        const next = () => this.#next(receiver);
        const asking = uidFetchBodies(this.#host, tags, this.window, next, bodies, validity, gmail);
        await connection.converse(asking);
        if (this.#refusal !== undefined) throw this.#refusal;
      }
    } catch (thrown) {
      this.#learn(thrown);
      for (const { reject } of [...this.#flying, ...this.#waiting.splice(0)]) reject(thrown);
      this.#flying.clear();
    } finally {
      this.#running = false;
    }
  }

  #next(receiver: Receiver): BodyWish | undefined {
    const wish = this.#refusal === undefined ? this.#waiting.shift() : undefined;
    if (wish === undefined) return undefined;
    this.#flying.add(wish);
    if (this.#flying.size > 1) this.#several = true;
    return { set: wish.set, ended: (end) => this.#ended(wish, end, receiver) };
  }

  #ended(wish: Wish, { completed, refusal, throttled }: FetchEnd, receiver: Receiver): void {
    this.#flying.delete(wish);
    if (throttled) this.#throttled++; // I-030: half as many in flight each time
    if (completed > 0) {
      this.#patience.reset();
      this.#came = true;
    }
    if (refusal !== null && !this.#patience.bears(refusal, this.#came || wish.keys.length > 1)) {
      this.#refusal = refusal;
      return wish.reject(refusal);
    }
    const [only] = wish.keys;
    if (refusal !== null && wish.keys.length === 1 && only !== undefined) receiver.refused(only, refusal);
    wish.resolve();
  }

  /** What a failure tells of the host. */
  #learn(thrown: unknown): void {
    if (!(thrown instanceof MailError)) return;
    if (thrown.avoid !== undefined) this.#avoid.add(thrown.avoid);
    if (!this.#several || thrown.code === VALIDITY_CHANGED) return;
    const again = thrown.kind === 'closed' && this.#avoid.has(DROPPED);
    if (again || thrown.kind === 'protocol' || thrown.kind === 'timeout') this.#avoid.add(PIPELINING);
    else if (thrown.kind === 'closed') this.#avoid.add(DROPPED);
  }
}
