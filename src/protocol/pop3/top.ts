// The header of a message without its body (RFC 1939 §7, TOP). It tells whether a message is one that is known, and is
// never stored: servers cut it, add to it, or leave lines out (P-028).
import { body } from '../dialogue.ts';
import type { Dialogue, Sink } from '../dialogue.ts';
import { during } from '../phase.ts';
import { each, inTurn } from './in-turn.ts';
import type { Ahead } from './in-turn.ts';
import { checked } from './retr.ts';
import { readStatus } from './status.ts';

/** What a header is taken to weigh; octets. */
const HEAD = 4096;
/** The most octets of a header that are given out, what follows is read and dropped. */
const MAX_HEAD = 256 * 1024;

/**
 * Asks for the headers of these messages, in turn, and gives each to `took`: with its blank line, at most 256 KB, or null
 * where the server refused. `took` returns false to ask for no more. Throws MailError `protocol` where an answer is no status.
 */
export function* top(
  host: string,
  numbers: readonly number[],
  ahead: Ahead,
  took: (number: number, head: Buffer | null) => boolean,
): Dialogue<void> {
  function* one(number: number): Dialogue<boolean> {
    const status = yield* readStatus(host, 'TOP');
    if (!status.ok) return took(number, null);
    const head = new Head();
    yield* body('dot', head, ahead.byLf);
    return took(number, head.bytes);
  }
  const commands = numbers.map((number) => ({
    line: `TOP ${checked(number)} 0`,
    octets: HEAD,
    read: () => during('top', `POP3 TOP ${number} 0`, one(number)),
  }));
  yield* inTurn(each(commands), ahead);
}

class Head implements Sink {
  readonly #chunks: Buffer[] = [];
  #octets = 0;

  write(chunk: Buffer): void {
    const room = chunk.subarray(0, Math.max(0, MAX_HEAD - this.#octets));
    this.#octets += room.length;
    if (room.length > 0) this.#chunks.push(Buffer.from(room));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
