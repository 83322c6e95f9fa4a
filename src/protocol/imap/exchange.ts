// One command and all that comes until its tagged answer (RFC 9051 §2.2.1). Untagged NO and BAD are warnings, unless
// silence follows a BAD: then that server (QQ) has given its only answer, and waiting on would never end.
import { MailError } from '../../model/error.ts';
import { line, lineWithin } from '../dialogue.ts';
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
  readonly pieces: readonly string[];
  /** True where the pieces must not be seen in traces. */
  readonly secret?: boolean | undefined;
  /** What of a secret command may be seen all the same; default: its name. */
  readonly shown?: string | undefined;
  /** `auth` …; default: the name in lower case. */
  readonly phase?: string | undefined;
}

/** What to do with what comes before the answer. */
export interface Hearing {
  /** Called for each untagged response that is no status. */
  readonly data?: ((data: Data) => Dialogue<void> | void) | undefined;
  /** Called for each untagged status but BYE. */
  readonly status?: ((status: Status) => void) | undefined;
  /** Opens a sink for a `BODY[]` of a FETCH. */
  readonly open?: ((octets: number) => Sink) | undefined;
  /** What to send when the server asks to go on; absent, or undefined: nothing. */
  readonly goOn?: (() => string | undefined) | undefined;
}

/** The tagged answer. */
export interface Answer extends Status {
  readonly word: 'OK' | 'NO' | 'BAD';
  /** Texts of the untagged NO and BAD before it. */
  readonly warnings: readonly string[];
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
  return during(phase, `IMAP ${name}`, new Exchange(host, tags.next(), command, hearing).run());
}

class Exchange {
  readonly #host: string;
  readonly #tag: string;
  readonly #command: Command;
  readonly #hearing: Hearing;
  readonly #reading: Reading;
  readonly #warnings: string[] = [];
  /** The text of an untagged BAD: from then on, silence is an answer. */
  #bad: string | undefined;
  #others = 0;
  #data = 0;
  #octets = 0;

  constructor(host: string, tag: string, command: Command, hearing: Hearing) {
    this.#host = host;
    this.#tag = tag;
    this.#command = command;
    this.#hearing = hearing;
    this.#reading = { host, name: command.name, line: () => this.#line(), open: hearing.open };
  }

  *run(): Dialogue<Answer> {
    const { pieces, secret = false, name, shown: open = name } = this.#command;
    for (const [at, piece] of pieces.entries()) {
      if (at > 0) {
        const refused = yield* this.#hear(true);
        if (refused !== undefined) return refused;
      }
      const text = at === 0 ? `${this.#tag} ${piece}` : piece;
      const shown = at === 0 ? `${this.#tag} ${open} ***` : '***';
      yield* write(text, secret ? shown : undefined);
    }
    for (;;) {
      const answer = yield* this.#hear(false);
      if (answer !== undefined) return answer;
    }
  }

  /** Hears until the tagged answer, or, where a literal waits to be sent, until the server asks for it (undefined). */
  *#hear(untilAsked: boolean): Dialogue<Answer | undefined> {
    for (;;) {
      const response = yield* readResponse(this.#reading);
      switch (response.kind) {
        case 'data': {
          for (const literal of response.literals) if (Buffer.isBuffer(literal)) this.#count(literal.length);
          if (++this.#data > MAX_DATA) throw this.#nonsense('sent too much data');
          const more = this.#hearing.data?.(response);
          if (more !== undefined) yield* more;
          continue;
        }
        case 'continue': {
          if (untilAsked) return undefined;
          const text = this.#hearing.goOn?.();
          if (text !== undefined) yield* write(text, this.#command.secret === true ? '***' : undefined);
          break;
        }
        case 'status': {
          const answer = this.#status(response);
          if (answer !== undefined) return answer;
          break;
        }
        case 'junk':
          // I-053: Exchange gives up in words of its own
          if (/^server unavailable/i.test(response.text)) throw this.#gaveUp(response.text);
          break;
      }
      if (++this.#others > MAX_OTHER) throw this.#nonsense('sent too much that nobody asked for');
    }
  }

  #status(status: Status): Answer | undefined {
    const mine = status.tag?.toUpperCase() === this.#tag;
    // I-157: what bears another tag answers an earlier command, or none
    if (status.tag !== null && !mine) return undefined;
    // I-088, I-167: the first BYE ends the session, with or without a tag
    if (status.word === 'BYE') throw farewell(this.#host, this.#command.name, status, this.#command.phase);
    if (mine) {
      if (status.word === 'PREAUTH') throw this.#nonsense('answered PREAUTH');
      return { ...status, word: status.word as Answer['word'], warnings: this.#warnings };
    }
    if (status.word === 'NO' || status.word === 'BAD') {
      if (this.#warnings.length < 20) this.#warnings.push(status.text);
      if (status.word === 'BAD') this.#bad ??= status.text;
    }
    this.#hearing.status?.(status);
    return undefined;
  }

  *#line(): Dialogue<Buffer> {
    const came = this.#bad === undefined ? yield* line() : yield* lineWithin(GRACE_AFTER_BAD);
    this.#count(came?.length ?? 0);
    if (came !== null) return came;
    throw new MailError({
      kind: 'protocol',
      retry: 'now',
      message: `IMAP ${this.#command.name} answered by ${this.#host} with an untagged BAD and silence: ${clip(this.#bad ?? '', 200)}`,
      avoid: this.#command.name,
      cause: new Error(clip(this.#bad ?? '')),
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
      message: `IMAP ${this.#command.name} given up by ${this.#host}: ${clip(text)}`,
      cause: new Error(text),
    });
  }

  #nonsense(what: string): MailError {
    return new MailError({
      kind: 'protocol',
      retry: 'later',
      message: `IMAP ${this.#command.name}: ${this.#host} ${what}`,
    });
  }
}

function* write(latin1: string, shown: string | undefined): Dialogue<void> {
  const bytes = Buffer.from(`${latin1}\r\n`, 'latin1');
  yield shown === undefined ? { want: 'send', bytes } : { want: 'send', bytes, shown };
}
