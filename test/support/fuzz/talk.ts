// A dialogue and a server that answers what it hears, without a socket: octets come in pieces by chance, and at the end there
// is a silence or a lost connection. Whatever was said, the dialogue must end, by a result or by a MailError.
import assert from 'node:assert/strict';
import { MailError } from '../../../src/model/error.ts';
import type { Came, Dialogue, Want } from '../../../src/protocol/dialogue.ts';
import { Framing, MAX_LINE } from '../../../src/protocol/framing.ts';
import type { Chance } from '../random.ts';

/** A server: hears octets, and says some. */
export interface Server {
  /** What is said before anything is heard. */
  readonly first: readonly Buffer[];
  hear(octets: string): readonly Buffer[];
}

/** What came of it. */
export interface Talk {
  /** What the dialogue returned; undefined where it failed. */
  readonly result: unknown;
  readonly failure: MailError | undefined;
  /** All that the server said and the dialogue took, as latin1. */
  readonly taken: string;
  /** All that the dialogue sent, as latin1. */
  readonly sent: string;
}

/** Octets that come at once: usually, and of what is long. */
const PIECE = 400;
const LARGE = 65_536;

/** Plays them. `over` is aborted where the dialogue waits and nothing comes. Fails the test for anything but a MailError. */
export async function talk(
  dialogue: Dialogue<unknown>,
  server: Server,
  luck: Chance,
  over?: AbortController,
): Promise<Talk> {
  const wire = new Wire(server, luck, over);
  let result: unknown;
  let failure: MailError | undefined;
  try {
    let step = dialogue.next();
    for (let steps = 0; step.done !== true; steps++) {
      assert.ok(steps <= 2000 + 4 * wire.said, `it goes on for ever: ${steps} steps for ${wire.said} octets`);
      const came = await wire.give(step.value).catch((thrown: unknown) => thrown as Error);
      step = came instanceof Error ? dialogue.throw(came) : dialogue.next(came);
    }
    result = step.value;
  } catch (thrown) {
    if (!(thrown instanceof MailError)) throw thrown;
    failure = thrown;
  }
  return { result, failure, taken: wire.taken, sent: wire.sent };
}

class Wire {
  readonly #server: Server;
  readonly #luck: Chance;
  readonly #over: AbortController | undefined;
  readonly #framing = new Framing();
  readonly #coming: Buffer[];
  #taken: string[] = [];
  sent = '';
  /** Octets that the server has said. */
  said = 0;

  constructor(server: Server, luck: Chance, over: AbortController | undefined) {
    this.#server = server;
    this.#luck = luck;
    this.#over = over;
    this.#coming = [...server.first];
    for (const { length } of server.first) this.said += length;
  }

  /** What was said, as far as it has been handed out. */
  get taken(): string {
    const all = this.#taken.join('');
    return all.slice(0, all.length - this.#framing.length);
  }

  async give(want: Want): Promise<Came> {
    switch (want.want) {
      case 'send':
        return this.#hear(want.bytes);
      case 'stream':
        for await (const chunk of want.from) this.#hear(chunk);
        return undefined;
      case 'line':
        return this.#line(want);
      case 'body':
        return this.#body(want);
      case 'tls':
        if (this.#framing.length > 0) throw ended('tls');
        return undefined;
      case 'deflate':
        return undefined;
    }
  }

  #hear(octets: Buffer): undefined {
    const text = octets.toString('latin1');
    this.sent += text;
    for (const answer of this.#server.hear(text)) {
      this.#coming.push(answer);
      this.said += answer.length;
    }
    return undefined;
  }

  #line(want: Want & { want: 'line' }): Buffer | null {
    for (;;) {
      const line = this.#framing.takeLine();
      if (line !== undefined) return line;
      if (want.until?.aborted === true) return null;
      if (this.#more()) continue;
      if (want.grace === undefined) throw this.#end();
      this.#over?.abort();
      return null;
    }
  }

  async #body({ until, to }: Want & { want: 'body' }): Promise<number> {
    const dots = until === 'dot' ? this.#framing.dotReader() : undefined;
    let count = 0;
    while (until === 'dot' || count < until) {
      const chunk = this.#framing.takeSome(until === 'dot' ? Infinity : until - count);
      if (chunk === undefined && !this.#more()) throw this.#end();
      if (chunk === undefined) continue;
      const { pieces, rest } = dots?.read(chunk) ?? { pieces: [chunk], rest: undefined };
      for (const piece of pieces) {
        await to.write(piece);
        count += piece.length;
      }
      if (rest === undefined) continue;
      this.#framing.putBack(rest);
      break;
    }
    return count;
  }

  #more(): boolean {
    for (let answer = this.#coming.shift(); answer !== undefined; answer = this.#coming.shift()) {
      if (answer.length === 0) continue;
      const size = answer.length > LARGE ? LARGE : this.#luck.often(50) ? PIECE : 1 + this.#luck.upTo(12);
      const piece = Buffer.from(answer.subarray(0, size));
      if (size < answer.length) this.#coming.unshift(answer.subarray(size));
      this.#framing.push(piece);
      this.#taken.push(piece.toString('latin1'));
      assert.ok(this.#framing.length <= MAX_LINE + LARGE, `${this.#framing.length} octets are held`);
      return true;
    }
    return false;
  }

  #end(): MailError {
    return ended(this.#luck.often(50) ? 'closed' : 'timeout');
  }
}

function ended(kind: 'closed' | 'timeout' | 'tls'): MailError {
  return new MailError({ kind, retry: 'now', message: `the server: ${kind}` });
}
