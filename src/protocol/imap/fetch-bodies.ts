// Messages, octet for octet, from the server to their sinks (RFC 9051 §6.4.5). Every sink that is opened is completed or
// abandoned, and what a server says by OK alone counts for nothing: only a whole body with a UID that was asked for does.
import { MailError } from '../../model/error.ts';
import type { Uid, UidValidity } from '../../model/ids.ts';
import { stream } from '../dialogue.ts';
import type { Dialogue, Sink } from '../dialogue.ts';
import { exchange } from './exchange.ts';
import type { Answer } from './exchange.ts';
import { uidFetchList } from './fetch-list.ts';
import type { Row } from './fetch-list.ts';
import { readFetch } from './fetch.ts';
import type { Fetched } from './fetch.ts';
import { refusal } from './refusal.ts';
import type { Data, Streamed } from './response.ts';
import { formatSet, holds, parseSet, sizeOf } from './sequence-set.ts';
import type { UidRange } from './sequence-set.ts';
import type { Tags } from './tags.ts';
import { isStreamed } from './value.ts';
import { watchValidity } from './validity.ts';

/** What is known of a body beside its octets. */
export interface BodyFacts {
  readonly flags: readonly string[];
  /** INTERNALDATE in milliseconds since 1970, null where absent or nonsense. */
  readonly received: number | null;
}

/** Takes the bodies of one fetch. */
export interface BodyReceiver {
  /** A body of so many octets begins. */
  begin(octets: number): Sink;
  /** The body in `sink` is whole and is that of `uid`. At most once a sink, and once a UID. */
  complete(sink: Sink, uid: Uid, facts: BodyFacts): void;
  /** The body in `sink` is not wanted: cut, or of a message that was not asked for, or there already. */
  abandon(sink: Sink): void;
}

/** How a fetch ended. What was asked for and not completed did not come, whatever the answer was. */
export interface FetchEnd {
  readonly completed: number;
  /** The tagged NO or BAD, after which the connection is still good; null after OK. */
  readonly refusal: MailError | null;
}

/**
 * Fetches the bodies of `set` into `receiver`. With `validity`, that of the open folder, a change of it ends the fetch.
 * Throws MailError for BYE, for what breaks the protocol, and for what the driver and the sinks throw; sinks still open
 * are abandoned then, and what was completed stays so.
 */
export function* uidFetchBodies(
  host: string,
  tags: Tags,
  set: string,
  receiver: BodyReceiver,
  validity?: UidValidity,
): Dialogue<FetchEnd> {
  const bodies = new Bodies(host, parseSet(set), receiver);
  try {
    const answer = yield* exchange(
      host,
      tags,
      {
        name: 'UID FETCH',
        pieces: [`UID FETCH ${set} (UID FLAGS INTERNALDATE BODY.PEEK[])`],
        phase: 'fetch',
      },
      {
        status: watchValidity(host, validity),
        open: (octets) => bodies.open(octets),
        data: (data) => bodies.take(data),
      },
    );
    bodies.settleNameless(answer);
    yield* bodies.settleEmpty(tags, validity);
    const { completed } = bodies;
    return { completed, refusal: answer.word === 'OK' ? null : refusal(host, 'UID FETCH', 'fetch', answer) };
  } finally {
    bodies.abandonAll();
  }
}

interface Waiting {
  readonly sink: Sink;
  readonly facts: BodyFacts;
}

/** Bodies in one response, of which one counts. */
const MOST_IN_RESPONSE = 8;
/** Bodies of other messages (I-096) that are borne with in one fetch. */
const SPARE = 100;

class Bodies {
  readonly #host: string;
  readonly #asked: readonly UidRange[];
  readonly #receiver: BodyReceiver;
  readonly #open = new Set<Sink>();
  readonly #done = new Set<Uid>();
  /** Told apart from the body, in a response before it (I-126). */
  readonly #told = new Map<Uid, Fetched>();
  readonly #empty = new Map<Uid, Waiting>();
  /** A body that came without a UID, kept where one was asked for. */
  #nameless: Waiting | undefined;
  #namelessCount = 0;
  /** Bodies so far, and those of the response that is being read. */
  #begun = 0;
  #inResponse = 0;

  constructor(host: string, asked: readonly UidRange[], receiver: BodyReceiver) {
    this.#host = host;
    this.#asked = asked;
    this.#receiver = receiver;
  }

  get completed(): number {
    return this.#done.size;
  }

  open(octets: number): Sink {
    // Each open sink may hold a file; and who sends for ever what nobody asked for is not listened to for ever.
    if (++this.#inResponse > MOST_IN_RESPONSE || ++this.#begun > 2 * sizeOf(this.#asked) + SPARE)
      throw this.#outOfStep('more bodies than were asked for');
    const sink = this.#receiver.begin(octets);
    this.#open.add(sink);
    return sink;
  }

  /** Takes one response; a body that came as a string is written to its sink first. */
  take(data: Data): Dialogue<void> | undefined {
    this.#inResponse = 0;
    const came = readFetch(data);
    const streamed = data.literals.filter((literal): literal is Streamed => !Buffer.isBuffer(literal));
    if (came?.whole !== true && streamed.length > 0)
      throw this.#outOfStep('a body of another length than it announced');
    if (came?.whole !== true) return undefined;
    const { body } = came;
    if (isStreamed(body)) this.#body(came, body);
    // I-047: NIL is no message, and neither is what is not there
    else if (body !== undefined && body !== null) return this.#fromText(came, body.text);
    else if (came.uid !== null && holds(this.#asked, came.uid)) this.#told.set(came.uid, came);
    for (const other of streamed) {
      if (other !== body) this.#abandon(other.sink);
    }
    return undefined;
  }

  *#fromText(came: Fetched, text: string): Dialogue<void> {
    const octets = Buffer.from(text, 'latin1');
    const sink = this.open(octets.length);
    const wait = octets.length > 0 ? sink.write(octets) : undefined;
    // The driver is the one that can wait: for a stream that sends nothing, and ends when the sink has taken its octets.
    if (wait !== undefined) yield* stream(afterwards(wait));
    this.#body(came, { sink, octets: octets.length });
  }

  #body(came: Fetched, { sink, octets }: Streamed): void {
    const { uid } = came;
    const told = uid === null ? undefined : this.#told.get(uid);
    const facts = {
      flags: came.flags ?? told?.flags ?? [],
      received: came.received ?? told?.received ?? null,
    };
    if (uid === null) this.#withoutUid(sink, octets, facts);
    // I-096: of another message; I-126: a second time
    else if (!holds(this.#asked, uid) || this.#done.has(uid) || this.#empty.has(uid)) this.#abandon(sink);
    else if (octets === 0 && came.size !== 0) this.#empty.set(uid, { sink, facts });
    else this.#complete(sink, uid, facts);
  }

  #withoutUid(sink: Sink, octets: number, facts: BodyFacts): void {
    this.#namelessCount++;
    if (sizeOf(this.#asked) === 1 && octets > 0 && this.#namelessCount === 1)
      this.#nameless = { sink, facts };
    else this.#abandon(sink);
  }

  /** I-125: a body without a UID is the one that was asked for, where one was asked for and one came. */
  settleNameless(answer: Answer): void {
    const [range] = this.#asked;
    const alone = this.#namelessCount === 1 && this.#done.size + this.#empty.size === 0;
    if (this.#nameless === undefined || range === undefined || !alone || answer.word !== 'OK') return;
    this.#complete(this.#nameless.sink, range.from as Uid, this.#nameless.facts);
  }

  /** A message of no octets is believed only where its size is told as 0, too: it may be one that cannot be read. */
  *settleEmpty(tags: Tags, validity: UidValidity | undefined): Dialogue<void> {
    for (const set of formatSet([...this.#empty.keys()])) {
      for (const { uid, size } of yield* sizes(this.#host, tags, set, validity)) {
        const waiting = this.#empty.get(uid);
        if (size === 0 && waiting !== undefined) this.#complete(waiting.sink, uid, waiting.facts);
      }
    }
  }

  abandonAll(): void {
    for (const sink of this.#open) this.#abandon(sink);
  }

  #complete(sink: Sink, uid: Uid, facts: BodyFacts): void {
    this.#open.delete(sink);
    this.#done.add(uid);
    this.#receiver.complete(sink, uid, facts);
  }

  #abandon(sink: Sink): void {
    if (this.#open.delete(sink)) this.#receiver.abandon(sink);
  }

  #outOfStep(what: string): MailError {
    return new MailError({
      kind: 'protocol',
      retry: 'now',
      message: `IMAP UID FETCH: ${this.#host} sent ${what}`,
      phase: 'fetch',
    });
  }
}

// oxlint wants no async generator without a yield; the type asks for one.
function afterwards(wait: Promise<void>): AsyncIterable<Buffer> {
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        await wait;
        return { done: true, value: undefined };
      },
    }),
  };
}

/** The rows of `set`; none where the server refuses to tell. */
function* sizes(host: string, tags: Tags, set: string, validity: UidValidity | undefined): Dialogue<Row[]> {
  try {
    return yield* uidFetchList(host, tags, set, validity);
  } catch (thrown) {
    if (thrown instanceof MailError && thrown.kind === 'refused') return [];
    throw thrown;
  }
}
