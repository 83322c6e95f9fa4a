// Commands and all that comes until their tagged answers (RFC 9051 §2.2.1): one alone, or several in flight, whose answers
// may come in any order (§5.5). Untagged NO and BAD are warnings, unless silence follows a BAD: then that server (QQ) has
// given its only answer, and waiting on would never end.
import { MailError } from '../../model/error.ts';
import { line, lineWithin, stream } from '../dialogue.ts';
import type { Dialogue, Sink } from '../dialogue.ts';
import { during } from '../phase.ts';
import { clip } from '../text.ts';
import { farewell } from './refusal.ts';
import { readResponse } from './response.ts';
import type { Data, Reading, Status } from './response.ts';
import type { Tags } from './tags.ts';

/** How long a server that sent an untagged BAD may take for each further line, in milliseconds (I-005). */
export const GRACE_AFTER_BAD: number = 5000;

/** Responses beside data, within one command, after which a server is taken to be mad. */
const MAX_OTHER = 10_000;
/** Untagged data within one command; the fullest known mailboxes need a tenth of it. */
const MAX_DATA = 1_000_000;
/** All that is told within one command, in octets; bodies of messages do not count. */
const MAX_OCTETS = 256 * 2 ** 20;

/** A command. Between two pieces of it the server is asked to go on. */
export interface Command {
  /** Its name, for messages and for what to avoid: `UID FETCH`. */
  readonly name: string;
  /** The octets as latin1: one string, or, around literals, several. The tag is added. */
  readonly pieces: readonly (string | StreamedPiece)[];
  /** True where the pieces must not be seen in traces. */
  readonly secret?: boolean | undefined;
  /** What of a secret command may be seen all the same; default: its name. */
  readonly shown?: string | undefined;
  /** `auth` …; default: the name in lower case. */
  readonly phase?: string | undefined;
}

/** A literal that is too long to be held, and what follows it on the same line. */
export interface StreamedPiece {
  /** Exactly as many octets as the piece before it announced. */
  readonly from: () => Iterable<Buffer> | AsyncIterable<Buffer>;
  /** As latin1; may announce the next literal. */
  readonly behind: string;
  /** Sent without being asked for: it was announced as `{n+}` (RFC 7888 §3). */
  readonly unasked: boolean;
}

/** What to do with what comes before the answer. */
export interface Hearing {
  /** Called for each untagged response that is no status. */
  readonly data?: ((data: Data) => Dialogue<void> | void) | undefined;
  /** Called for each untagged status but BYE. */
  readonly status?: ((status: Status) => void) | undefined;
  /** Opens a sink for a `BODY[]` of a FETCH. */
  readonly open?: ((octets: number) => Sink) | undefined;
  /** What to send when the server asks to go on, saying `text` (latin1), and what is shown of it; absent: nothing. */
  readonly goOn?:
    ((text: string) => { readonly text: string; readonly shown: string | undefined }) | undefined;
}

/** The tagged answer. */
export interface Answer extends Status {
  readonly word: 'OK' | 'NO' | 'BAD';
  /** Texts of the untagged NO and BAD since the command was sent. */
  readonly warnings: readonly string[];
}

/** What `MailError.avoid` names where a host does not bear several commands in flight. */
export const PIPELINING: string = 'PIPELINING';

/** Commands to be in flight together. None may change what another means (RFC 9051 §5.5): no EXAMINE among FETCHes. */
export interface Errands<C extends Command> {
  /** What they are, for messages: `UID FETCH`. */
  readonly name: string;
  /** Default: the name in lower case. */
  readonly phase?: string;
  /** The next one, undefined where there is none now; asked before each response is awaited, while the window is open. */
  next(): C | undefined;
  /** The answer to one of them, whatever it is; they come in the server's order. */
  answered(command: C, answer: Answer): void;
}

/**
 * Sends the command and returns its answer, whatever it is. Throws MailError `closed` or `busy` for a BYE, `protocol` for
 * what no IMAP server says, and for an untagged BAD with nothing behind it (`avoid` then names the command).
 */
export function exchange(
  host: string,
  tags: Tags,
  command: Command,
  hearing: Hearing = {},
): Dialogue<Answer> {
  const { name, phase = name.toLowerCase() } = command;
  return during(phase, `IMAP ${name}`, new Exchange(host, tags, name, phase, hearing).only(command));
}

/**
 * Sends commands, at most `window` (1 or more) in flight, until there is no next one and all are answered. Untagged data
 * is heard for all of them alike: by what it says of itself (a UID, a folder's name) the caller knows whose it is.
 * Throws as `exchange` does; after an untagged BAD and silence `avoid` names PIPELINING where several were in flight.
 */
export function exchanges<C extends Command>(
  host: string,
  tags: Tags,
  window: number,
  errands: Errands<C>,
  hearing: Hearing = {},
): Dialogue<void> {
  const { name, phase = name.toLowerCase() } = errands;
  const several = new Exchange<C>(host, tags, name, phase, hearing).all(window, errands);
  return during(phase, `IMAP ${name}`, several);
}

/** A command that was sent and not yet answered. */
interface Flying<C> {
  readonly command: C;
  readonly warnings: string[];
}

class Exchange<C extends Command> {
  readonly #host: string;
  readonly #tags: Tags;
  readonly #name: string;
  readonly #phase: string;
  readonly #hearing: Hearing;
  readonly #reading: Reading;
  /** By tag, in the order of sending. */
  readonly #flying = new Map<string, Flying<C>>();
  /** Answers that came while a literal waited to be sent. */
  readonly #early: [C, Answer][] = [];
  /** The text of an untagged BAD and the tags that it may be about: until they are answered, silence is an answer. */
  #bad: { readonly text: string; readonly about: Set<string>; readonly several: boolean } | undefined;
  #others = 0;
  #data = 0;
  #octets = 0;

  constructor(host: string, tags: Tags, name: string, phase: string, hearing: Hearing) {
    this.#host = host;
    this.#tags = tags;
    this.#name = name;
    this.#phase = phase;
    this.#hearing = hearing;
    this.#reading = { host, name, line: () => this.#line(), open: hearing.open };
  }

  *only(command: C): Dialogue<Answer> {
    yield* this.#send(command);
    for (;;) {
      const [, answer] = (yield* this.#next()) ?? [];
      if (answer !== undefined) return answer;
    }
  }

  *all(window: number, errands: Errands<C>): Dialogue<void> {
    for (;;) {
      while (this.#flying.size < window) {
        const command = errands.next();
        if (command === undefined) break;
        yield* this.#send(command);
      }
      if (this.#flying.size + this.#early.length === 0) return;
      const answered = yield* this.#next();
      if (answered !== undefined) errands.answered(...answered);
    }
  }

  /** Sends a command to its end, or until it is refused before a literal of it. */
  *#send(command: C): Dialogue<void> {
    const { pieces, secret = false, name, shown: open = name } = command;
    const tag = this.#tags.next();
    this.#flying.set(tag, { command, warnings: [] });
    let unasked = false;
    for (const [at, piece] of pieces.entries()) {
      const streamed = typeof piece === 'string' ? undefined : piece;
      if (at > 0 && !unasked && streamed?.unasked !== true && !(yield* this.#asked(tag))) return;
      if (streamed !== undefined) yield* stream(streamed.from());
      let more = typeof piece === 'string' ? piece : piece.behind;
      unasked = typeof pieces[at + 1] === 'string' && this.#mayGoUnasked(more);
      if (unasked) more = more.replace(/\}$/, '+}'); // RFC 7888 §4: the literal follows at once
      const text = at === 0 ? `${tag} ${more}` : more;
      const shown = at === 0 ? `${tag} ${open} ***` : '***';
      yield* write(text, secret ? shown : undefined);
    }
  }

  /** True where `text` announces a literal that the server takes without having asked for it. */
  #mayGoUnasked(text: string): boolean {
    const [, octets] = / \{(\d{1,15})\}$/.exec(text) ?? [];
    return octets !== undefined && Number(octets) <= this.#tags.unasked;
  }

  /** Hears until the server asks for the literal of the command sent last (true), or has answered that command. */
  *#asked(tag: string): Dialogue<boolean> {
    while (this.#flying.has(tag)) {
      const came = yield* this.#hear();
      if (typeof came === 'string') return true;
      if (came !== undefined) this.#early.push(came);
    }
    return false;
  }

  /** An answer that came early, or what the next response is: an answer, or undefined for anything else. */
  *#next(): Dialogue<[C, Answer] | undefined> {
    const early = this.#early.shift();
    if (early !== undefined) return early;
    const came = yield* this.#hear();
    if (typeof came !== 'string') return came;
    const said = this.#hearing.goOn?.(came);
    if (said !== undefined) yield* write(said.text, said.shown);
    return undefined;
  }

  /** Hears one response: an answer, what follows a `+`, or undefined for anything else. */
  *#hear(): Dialogue<[C, Answer] | string | undefined> {
    const response = yield* readResponse(this.#reading);
    if (response.kind === 'data') {
      for (const literal of response.literals) if (Buffer.isBuffer(literal)) this.#count(literal.length);
      if (++this.#data > MAX_DATA) throw this.#nonsense('sent too much data');
      const more = this.#hearing.data?.(response);
      if (more !== undefined) yield* more;
      return undefined;
    }
    if (++this.#others > MAX_OTHER) throw this.#nonsense('sent too much that nobody asked for');
    if (response.kind === 'continue') return response.text;
    if (response.kind === 'status') return this.#status(response);
    // I-053: Exchange gives up in words of its own
    if (/^server unavailable/i.test(response.text)) throw this.#gaveUp(response.text);
    return undefined;
  }

  #status(status: Status): [C, Answer] | undefined {
    const tag = status.tag?.toUpperCase();
    const mine = tag === undefined ? undefined : this.#flying.get(tag);
    // I-157: what bears another tag answers an earlier command, or none
    if (tag !== undefined && mine === undefined) return undefined;
    // I-088, I-167: the first BYE ends the session, with or without a tag
    if (status.word === 'BYE') throw farewell(this.#host, this.#name, status, this.#phase);
    if (tag === undefined || mine === undefined) {
      if (status.word === 'NO' || status.word === 'BAD') this.#warned(status);
      this.#hearing.status?.(status);
      return undefined;
    }
    if (status.word === 'PREAUTH') throw this.#nonsense('answered PREAUTH');
    this.#flying.delete(tag);
    this.#bad?.about.delete(tag);
    if (this.#bad?.about.size === 0) this.#bad = undefined;
    this.#others = this.#data = this.#octets = 0;
    return [mine.command, { ...status, word: status.word as Answer['word'], warnings: mine.warnings }];
  }

  /** I-006: a warning, to any of those in flight. */
  #warned({ word, text }: Status): void {
    for (const { warnings } of this.#flying.values()) if (warnings.length < 20) warnings.push(text);
    if (word === 'BAD')
      this.#bad ??= { text, about: new Set(this.#flying.keys()), several: this.#flying.size > 1 };
  }

  *#line(): Dialogue<Buffer> {
    const came = this.#bad === undefined ? yield* line() : yield* lineWithin(GRACE_AFTER_BAD);
    this.#count(came?.length ?? 0);
    if (came !== null) return came;
    const text = clip(this.#bad?.text ?? '', 200);
    throw new MailError({
      kind: 'protocol',
      retry: 'now',
      message: `IMAP ${this.#name} answered by ${this.#host} with an untagged BAD and silence: ${text}`,
      // I-005: which of several it was is not told
      avoid: this.#bad?.several === true ? PIPELINING : this.#name,
      cause: new Error(text),
    });
  }

  #count(octets: number): void {
    this.#octets += octets;
    if (this.#octets > MAX_OCTETS) throw this.#nonsense(`told more than ${MAX_OCTETS} octets`);
  }

  #gaveUp(text: string): MailError {
    return new MailError({
      kind: 'closed',
      retry: 'later',
      message: `IMAP ${this.#name} given up by ${this.#host}: ${clip(text)}`,
      cause: new Error(text),
    });
  }

  #nonsense(what: string): MailError {
    return new MailError({
      kind: 'protocol',
      retry: 'later',
      message: `IMAP ${this.#name}: ${this.#host} ${what}`,
    });
  }
}

function* write(latin1: string, shown: string | undefined): Dialogue<void> {
  const bytes = Buffer.from(`${latin1}\r\n`, 'latin1');
  yield shown === undefined ? { want: 'send', bytes } : { want: 'send', bytes, shown };
}
