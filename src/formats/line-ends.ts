// PURE: line ends. Mailbox files hold lines that end in LF, servers give CRLF; a message whose lines are all of one kind is
// the same message with the other, and can be turned back. One that has both kinds is never touched.

/** `crlf`, `lf`: every line ends so. `mixed`: both, or no line end at all. */
export type LineEnds = 'crlf' | 'lf' | 'mixed';

/** Looks at a message piece by piece, and tells how its lines end. */
export class LineEndsSeen {
  #crlf = false;
  #lf = false;
  /** The last octet so far; -1 before the first. */
  #last = -1;

  /** Takes the next octets. */
  add(piece: Buffer): void {
    for (let at = this.#next(piece, 0); at >= 0; at = this.#next(piece, at + 1)) {
      if ((at === 0 ? this.#last : piece[at - 1]) === CR) this.#crlf = true;
      else this.#lf = true;
    }
    this.#last = piece.at(-1) ?? this.#last;
  }

  get ends(): LineEnds {
    if (this.#crlf === this.#lf) return 'mixed';
    return this.#crlf ? 'crlf' : 'lf';
  }

  /** False where the last octet is no LF. */
  get isClosed(): boolean {
    return this.#last === LF;
  }

  /** Once both kinds were seen there is nothing more to learn. */
  #next(piece: Buffer, from: number): number {
    return this.#crlf && this.#lf ? -1 : piece.indexOf(LF, from);
  }
}

/** Octets of a message without a CRLF, with each LF made CRLF; `withLf` turns it back. */
export function withCrlf(piece: Buffer): Buffer {
  let lines = 0;
  for (let at = piece.indexOf(LF); at >= 0; at = piece.indexOf(LF, at + 1)) lines++;
  if (lines === 0) return piece;
  const out = Buffer.allocUnsafe(piece.length + lines);
  let to = 0;
  let from = 0;
  for (let at = piece.indexOf(LF); at >= 0; at = piece.indexOf(LF, from)) {
    to += piece.copy(out, to, from, at);
    out[to++] = CR;
    out[to++] = LF;
    from = at + 1;
  }
  piece.copy(out, to, from);
  return out;
}

/** Octets of a message whose lines all end in CRLF, with LF instead. A piece must not end between CR and LF. */
export function withLf(piece: Buffer): Buffer {
  const out = Buffer.allocUnsafe(piece.length);
  let to = 0;
  let from = 0;
  for (let at = piece.indexOf(CRLF); at >= 0; at = piece.indexOf(CRLF, from)) {
    to += piece.copy(out, to, from, at);
    out[to++] = LF;
    from = at + 2;
  }
  to += piece.copy(out, to, from);
  return out.subarray(0, to);
}

const CR = 0x0d;
const LF = 0x0a;
/** The end of a line as servers give it. */
export const CRLF: Buffer = Buffer.from('\r\n');
