// Bytes as they came off a connection, cut into what a dialogue asked for: a line, a literal, a dot-terminated body.
// It is the same for a socket and a transcript, and the result never depends on where the packets were cut.
import { MailError } from '../model/error.ts';

/** The longest line a server may send, in octets (1 MB), so that a hostile one cannot fill the memory. */
export const MAX_LINE: number = 1 << 20;
/** The longest body of a message, in octets (512 MB), so that an endless one cannot fill the disk. */
export const MAX_BODY: number = 512 * 2 ** 20;

const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;
/** Chunks are joined up to so many octets. */
const SMALL = 4096;

/** The octets received and not yet taken. */
export class Framing {
  #chunks: Buffer[] = [];
  #length = 0;
  /** Octets of the buffered bytes that are known to hold no LF. */
  #searched = 0;
  /** True when the last line ended in a bare LF: that server's dot-terminated bodies do too. */
  #bareLf = false;

  /** Octets held. */
  get length(): number {
    return this.#length;
  }

  /** Hands over received octets; the framing keeps the buffer. */
  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    const last = this.#chunks.at(-1);
    // A server that dribbles must not make the search for a line end walk over a million chunks.
    if (last !== undefined && last.length + chunk.length <= SMALL) {
      this.#chunks[this.#chunks.length - 1] = Buffer.concat([last, chunk]);
    } else {
      this.#chunks.push(chunk);
    }
    this.#length += chunk.length;
  }

  /** Forgets everything held. */
  clear(): void {
    this.#chunks = [];
    this.#length = 0;
    this.#searched = 0;
  }

  /** One line without its CRLF (or LF), or undefined until a whole one is there. Throws MailError `protocol` over MAX_LINE. */
  takeLine(): Buffer | undefined {
    const at = this.#indexOfLf();
    if (at === undefined) {
      if (this.#length > MAX_LINE) throw tooLong();
      return undefined;
    }
    if (at > MAX_LINE) throw tooLong();
    const whole = this.#take(at + 1);
    const crlf = at > 0 && whole[at - 1] === CR;
    this.#bareLf = !crlf;
    return whole.subarray(0, crlf ? at - 1 : at);
  }

  /** Up to `most` octets of what is held, as they lie; undefined when nothing is held. */
  takeSome(most: number): Buffer | undefined {
    const first = this.#chunks[0];
    if (first === undefined || most <= 0) return undefined;
    this.#searched = 0;
    if (first.length <= most) {
      this.#chunks.shift();
      this.#length -= first.length;
      return first;
    }
    this.#chunks[0] = first.subarray(most);
    this.#length -= most;
    return first.subarray(0, most);
  }

  /** Gives back octets that were taken but belong to what follows. */
  putBack(rest: Buffer): void {
    if (rest.length === 0) return;
    this.#chunks.unshift(rest);
    this.#length += rest.length;
    this.#searched = 0;
  }

  /** A reader for the dot-terminated body that follows the line taken last; `byLf`: its lines end in a bare LF in any case. */
  dotReader(byLf: boolean = false): DotReader {
    return new DotReader(byLf || this.#bareLf);
  }

  #indexOfLf(): number | undefined {
    let base = 0;
    for (const chunk of this.#chunks) {
      const from = Math.max(0, this.#searched - base);
      if (from < chunk.length) {
        const at = chunk.indexOf(LF, from);
        if (at >= 0) return base + at;
      }
      base += chunk.length;
    }
    this.#searched = base;
    return undefined;
  }

  #take(count: number): Buffer {
    this.#searched = 0;
    const first = this.#chunks[0];
    if (first !== undefined && first.length > count) {
      this.#chunks[0] = first.subarray(count);
      this.#length -= count;
      return first.subarray(0, count);
    }
    const taken: Buffer[] = [];
    let left = count;
    while (left > 0) {
      const piece = this.takeSome(left);
      if (piece === undefined) throw new RangeError('take of more than is held');
      taken.push(piece);
      left -= piece.length;
    }
    const [only] = taken;
    return taken.length === 1 && only !== undefined ? only : Buffer.concat(taken);
  }
}

/** Where a dot-terminated body stands between two chunks. */
type DotState =
  | 'line-start'
  | 'in-line'
  | 'after-cr' // a CR was given out; an LF makes it a line end
  | 'dot' // a dot at a line's start, not yet given out
  | 'dot-cr'; // that dot and a CR

/**
 * Unstuffs a dot-terminated body (RFC 1939 §3): `CRLF . CRLF` ends it, and a dot that opens a line is dropped before
 * anything else. A line ends in CRLF only, so that a bare LF inside a message neither ends it nor loses a dot; where the
 * server's own status line ended in a bare LF, its bodies are read by bare LF too.
 */
export class DotReader {
  readonly #bareLf: boolean;
  #state: DotState = 'line-start';
  /** The octets that came last: as many as a lone dot between bare LFs, and one before, may have. */
  #last: Buffer = Buffer.alloc(0);

  constructor(bareLf: boolean) {
    this.#bareLf = bareLf;
  }

  /**
   * True where what came so far ends in a dot on a line of its own, if lines end in a bare LF. Should nothing more come, this
   * was the end, and the server says CRLF for itself and LF in messages (P-022).
   */
  get mayHaveEnded(): boolean {
    return /(?:^|[^\r])\n\.\r?\n$/.test(this.#last.toString('latin1'));
  }

  /** Reads a chunk: the pieces of the body in it, and, once the end was seen, the octets behind it. */
  read(chunk: Buffer): { readonly pieces: Buffer[]; readonly rest: Buffer | undefined } {
    this.#last = Buffer.concat([this.#last, chunk.subarray(-LONE_DOT)]).subarray(-LONE_DOT);
    const pieces: Buffer[] = [];
    let start = 0; // first octet of `chunk` not yet given out
    let at = 0;
    while (at < chunk.length) {
      if (this.#state === 'in-line') {
        const next = chunk.indexOf(this.#bareLf ? LF : CR, at);
        if (next < 0) break;
        at = next + 1;
        this.#state = this.#bareLf ? 'line-start' : 'after-cr';
        continue;
      }
      const octet = chunk[at];
      switch (this.#state) {
        case 'after-cr':
          this.#state = octet === LF ? 'line-start' : octet === CR ? 'after-cr' : 'in-line';
          at++;
          break;
        case 'line-start':
          if (octet === DOT) {
            if (at > start) pieces.push(chunk.subarray(start, at));
            start = at + 1; // the stuffed dot, or the first of the end
            this.#state = 'dot';
          } else {
            this.#state =
              octet === CR && !this.#bareLf
                ? 'after-cr'
                : octet === LF && this.#bareLf
                  ? 'line-start'
                  : 'in-line';
          }
          at++;
          break;
        case 'dot':
          if (octet === CR) {
            this.#state = 'dot-cr';
            start = at + 1;
            at++;
          } else if (octet === LF && this.#bareLf) {
            return { pieces, rest: chunk.subarray(at + 1) };
          } else {
            this.#state = 'in-line';
          }
          break;
        case 'dot-cr':
          if (octet === LF) return { pieces, rest: chunk.subarray(at + 1) };
          pieces.push(LONE_CR); // the CR was text after all
          start = at;
          this.#state = 'in-line';
          break;
      }
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
    return { pieces, rest: undefined };
  }
}

const LONE_CR = Buffer.from('\r');
/** Octets. */
const LONE_DOT = 'x\n.\r\n'.length;

function tooLong(): MailError {
  return new MailError({
    kind: 'protocol',
    retry: 'later',
    message: `the server sent a line of more than ${MAX_LINE} octets`,
  });
}
