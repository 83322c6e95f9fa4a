// Whose is this body? It finds its fetch among those in flight by its UID alone; what a server says by OK counts for nothing,
// only a whole body with a UID that was asked for does.
import { MailError } from '../../model/error.ts';
import type { Uid } from '../../model/ids.ts';
import { labelled, type Labelled } from '../../model/mailbox.ts';
import { stream } from '../dialogue.ts';
import type { Dialogue, Sink } from '../dialogue.ts';
import { PIPELINING } from './exchange.ts';
import type { Answer, Command } from './exchange.ts';
import { readFetch } from './fetch.ts';
import type { Fetched } from './fetch.ts';
import { GMAIL_ITEMS } from './gmail.ts';
import { refusal } from './refusal.ts';
import type { Data, Streamed } from './response.ts';
import { formatSet, holds, parseSet, sizeOf } from './sequence-set.ts';
import type { UidRange } from './sequence-set.ts';
import { isStreamed } from './value.ts';

/** What is known of a body beside its octets. */
export interface BodyFacts extends Labelled {
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
  /** I-030: the server says that it slows this account down. */
  readonly throttled: boolean;
}

/** Messages to fetch by one command. */
export interface BodyWish {
  /** UIDs as `formatSet` writes them; none that is in another wish in flight. */
  readonly set: string;
  /** Called once, when all that belongs to it has come; not where the dialogue throws. */
  ended(end: FetchEnd): void;
}

interface Waiting {
  readonly sink: Sink;
  readonly facts: BodyFacts;
}

/** A wish, and what has come of it. */
interface Fetch {
  readonly wish: BodyWish;
  readonly asked: readonly UidRange[];
  readonly done: Set<Uid>;
  /** Told apart from the body, in a response before it (I-126). */
  readonly told: Map<Uid, Fetched>;
  /** Bodies of no octets, until their sizes are told. */
  readonly empty: Map<Uid, Waiting>;
  /** Bodies that came without a UID; the first is kept where one was asked for. */
  nameless: number;
  kept: Waiting | undefined;
  /** Its tagged answer, once its bodies have come. */
  answer: Answer | undefined;
  /** Commands in flight for it. */
  flying: number;
}

interface FetchCommand extends Command {
  readonly fetch: Fetch;
}

/** Bodies in one response, of which one counts. */
const MOST_IN_RESPONSE = 8;
/** Bodies of other messages (I-096) that are borne with in one session of fetching. */
const SPARE = 100;

/** The bodies of all fetches in flight. */
export class Bodies {
  readonly #host: string;
  readonly #next: () => BodyWish | undefined;
  readonly #receiver: BodyReceiver;
  readonly #more: string;
  readonly #open = new Set<Sink>();
  readonly #flying = new Set<Fetch>();
  /** What must be asked before the next wish. */
  readonly #questions: FetchCommand[] = [];
  /** Bodies that may come, and did; those of the response that is being read. */
  #allowed = SPARE;
  #begun = 0;
  #inResponse = 0;

  /** `gmail`: labels and ids are asked for too. */
  constructor(host: string, next: () => BodyWish | undefined, receiver: BodyReceiver, gmail: boolean) {
    this.#host = host;
    this.#more = gmail ? ` ${GMAIL_ITEMS}` : '';
    this.#next = next;
    this.#receiver = receiver;
  }

  nextCommand(): FetchCommand | undefined {
    const question = this.#questions.shift();
    if (question !== undefined) return question;
    const wish = this.#next();
    if (wish === undefined) return undefined;
    const fetch: Fetch = {
      wish,
      asked: parseSet(wish.set),
      done: new Set(),
      told: new Map(),
      empty: new Map(),
      nameless: 0,
      kept: undefined,
      answer: undefined,
      flying: 0,
    };
    this.#flying.add(fetch);
    this.#allowed += 2 * sizeOf(fetch.asked);
    return command(fetch, `UID FETCH ${wish.set} (UID FLAGS INTERNALDATE${this.#more} BODY.PEEK[])`);
  }

  open(octets: number): Sink {
    // Each open sink may hold a file; and who sends for ever what nobody asked for is not listened to for ever.
    if (++this.#inResponse > MOST_IN_RESPONSE || ++this.#begun > this.#allowed)
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
    else this.#facts(came);
    for (const other of streamed) {
      if (other !== body) this.#abandon(other.sink);
    }
    return undefined;
  }

  answered(fetch: Fetch, answer: Answer): void {
    fetch.flying--;
    if (fetch.answer === undefined) {
      fetch.answer = answer;
      this.#settleNameless(fetch, answer);
      // A message of no octets is believed only where its size is told as 0, too: it may be one that cannot be read.
      for (const set of formatSet([...fetch.empty.keys()]))
        this.#questions.push(command(fetch, `UID FETCH ${set} (UID RFC822.SIZE)`));
    }
    if (fetch.flying > 0) return;
    const refused =
      fetch.answer.word === 'OK' ? null : refusal(this.#host, 'UID FETCH', 'fetch', fetch.answer);
    // A server that bears one at a time says so: for the next connection. Not where it names a time to wait (I-051).
    if (fetch.answer.word === 'BAD' && refused?.kind !== 'busy' && this.#flying.size > 1)
      throw this.#outOfStep('BAD with several commands in flight', PIPELINING);
    this.#flying.delete(fetch);
    for (const { sink } of fetch.empty.values()) this.#abandon(sink);
    if (fetch.kept !== undefined) this.#abandon(fetch.kept.sink);
    const throttled = refused === null && isThrottled(fetch.answer);
    fetch.wish.ended({ completed: fetch.done.size, refusal: refused, throttled });
  }

  abandonAll(): void {
    for (const sink of this.#open) this.#abandon(sink);
  }

  *#fromText(came: Fetched, text: string): Dialogue<void> {
    const octets = Buffer.from(text, 'latin1');
    const sink = this.open(octets.length);
    const wait = octets.length > 0 ? sink.write(octets) : undefined;
    // The driver is the one that can wait: for a stream that sends nothing, and ends when the sink has taken its octets.
    if (wait !== undefined) yield* stream(afterwards(wait));
    this.#body(came, { sink, octets: octets.length });
  }

  /** The fetch in flight that asked for `uid`. */
  #of(uid: Uid): Fetch | undefined {
    for (const fetch of this.#flying) if (holds(fetch.asked, uid)) return fetch;
    return undefined;
  }

  /** What was told of a message beside its body: its flags, before the body comes, or the size of an empty one. */
  #facts(came: Fetched): void {
    const fetch = came.uid === null ? undefined : this.#of(came.uid);
    if (came.uid === null || fetch === undefined) return;
    fetch.told.set(came.uid, came);
    const waiting = fetch.empty.get(came.uid);
    if (waiting === undefined || came.size !== 0) return;
    fetch.empty.delete(came.uid);
    this.#complete(fetch, waiting.sink, came.uid, waiting.facts);
  }

  #body(came: Fetched, { sink, octets }: Streamed): void {
    const { uid } = came;
    const fetch = uid === null ? undefined : this.#of(uid);
    const told = uid === null ? undefined : fetch?.told.get(uid);
    const facts = {
      flags: came.flags ?? told?.flags ?? [],
      received: came.received ?? told?.received ?? null,
      ...labelled(came, told),
    };
    if (uid === null) this.#withoutUid(sink, octets, facts);
    // I-096: of another message; I-126: a second time
    else if (fetch === undefined || fetch.done.has(uid) || fetch.empty.has(uid)) this.#abandon(sink);
    else if (octets === 0 && came.size !== 0) fetch.empty.set(uid, { sink, facts });
    else this.#complete(fetch, sink, uid, facts);
  }

  #withoutUid(sink: Sink, octets: number, facts: BodyFacts): void {
    if (this.#flying.size > 1) throw this.#outOfStep('bodies without their UIDs', PIPELINING);
    for (const fetch of this.#flying) {
      if (++fetch.nameless > 1 || sizeOf(fetch.asked) > 1 || octets === 0) continue;
      fetch.kept = { sink, facts };
      return;
    }
    this.#abandon(sink);
  }

  /** I-125: a body without a UID is the one that was asked for, where one was asked for and one came. */
  #settleNameless(fetch: Fetch, { word }: Answer): void {
    const [range] = fetch.asked;
    const alone = fetch.nameless === 1 && fetch.done.size + fetch.empty.size === 0;
    if (fetch.kept === undefined || range === undefined || !alone || word !== 'OK') return;
    this.#complete(fetch, fetch.kept.sink, range.from as Uid, fetch.kept.facts);
    fetch.kept = undefined;
  }

  #complete(fetch: Fetch, sink: Sink, uid: Uid, facts: BodyFacts): void {
    this.#open.delete(sink);
    fetch.done.add(uid);
    this.#receiver.complete(sink, uid, facts);
  }

  #abandon(sink: Sink): void {
    if (this.#open.delete(sink)) this.#receiver.abandon(sink);
  }

  #outOfStep(what: string, avoid?: string): MailError {
    return new MailError({
      kind: 'protocol',
      retry: 'now',
      message: `IMAP UID FETCH: ${this.#host} sent ${what}`,
      phase: 'fetch',
      avoid,
    });
  }
}

/** I-030: `OK Success [THROTTLED]`: Gmail puts the code behind the text. */
function isThrottled({ code, text }: Answer): boolean {
  return code?.name === 'THROTTLED' || /\[THROTTLED\]/i.test(text);
}

function command(fetch: Fetch, text: string): FetchCommand {
  fetch.flying++;
  return { fetch, name: 'UID FETCH', phase: 'fetch', pieces: [text] };
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
