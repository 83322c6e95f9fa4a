// PURE: writes a body, or a part of one, as it will be sent, chunk by chunk: line ends become CRLF, what a line of mail cannot
// hold becomes quoted-printable or base64. The result does not depend on where the chunks were cut.

/** How it is written. `masked`: octets above 127 become question marks. `rewrapped`: base64 in lines that mail allows. */
export type BodyForm = 'crlf' | 'quoted-printable' | 'base64' | 'masked' | 'rewrapped';

/** Octets from `from` up to `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Turns the octets of a body into those that are sent. */
export interface BodyWriter {
  /** The octets to send for the next octets of the file. */
  push(chunk: Buffer): Buffer;
  /** What is still to be sent at the end. */
  end(): Buffer;
}

/** A writer for that form. With `crlf`, the ranges of the body that are no lines of text stay as they are. */
export function bodyWriter(form: BodyForm, verbatim: readonly Range[] = []): BodyWriter {
  switch (form) {
    case 'crlf':
      return new Crlf(verbatim);
    case 'quoted-printable':
      return new QuotedPrintable();
    case 'base64':
      return new Base64();
    case 'masked':
      return new Masked();
    case 'rewrapped':
      return new Rewrapped();
  }
}

const LF = 0x0a;
const CR = 0x0d;

class Crlf implements BodyWriter {
  readonly #verbatim: Range[];
  #at = 0;
  #last = -1;

  constructor(verbatim: readonly Range[]) {
    this.#verbatim = [...verbatim];
  }

  push(chunk: Buffer): Buffer {
    const pieces: Buffer[] = [];
    for (let done = 0; done < chunk.length;) {
      const [range] = this.#verbatim;
      const at = this.#at + done;
      const inside = range !== undefined && at >= range.from;
      const until = Math.min(chunk.length, (inside ? range.to : (range?.from ?? Infinity)) - this.#at);
      const piece = chunk.subarray(done, until);
      if (inside) {
        pieces.push(piece);
        this.#last = -1;
        if (this.#at + until >= range.to) this.#verbatim.shift();
      } else this.#lines(piece, pieces);
      done = Math.max(done, until);
    }
    this.#at += chunk.length;
    return Buffer.concat(pieces);
  }

  end(): Buffer {
    return Buffer.alloc(0);
  }

  #lines(chunk: Buffer, pieces: Buffer[]): void {
    let start = 0;
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) {
      if ((at > 0 ? chunk[at - 1] : this.#last) === CR) continue;
      pieces.push(chunk.subarray(start, at), CRLF);
      start = at + 1;
    }
    this.#last = chunk.at(-1) ?? this.#last;
    pieces.push(chunk.subarray(start));
  }
}

const CRLF = Buffer.from('\r\n');

/** RFC 2045 §6.7: an encoded line has at most 76 characters, the `=` of a soft line end included. */
const WIDTH = 76;

class QuotedPrintable implements BodyWriter {
  #column = 0;
  /** White space, and a CR behind it, whose meaning the next octet tells. */
  #blank = -1;
  #cr = false;

  push(chunk: Buffer): Buffer {
    let out = '';
    for (const octet of chunk) {
      if (octet === LF) {
        this.#cr = false;
        out += `${this.#flush(true)}\r\n`;
        this.#column = 0;
        continue;
      }
      if (octet === CR && !this.#cr) {
        this.#cr = true;
        continue;
      }
      out += this.#flush(false);
      if (octet === CR) this.#cr = true;
      else if (octet === 0x20 || octet === 0x09) this.#blank = octet;
      else out += this.#put(octet);
    }
    return Buffer.from(out, 'latin1');
  }

  end(): Buffer {
    this.#cr = false;
    return Buffer.from(this.#flush(true), 'latin1');
  }

  #flush(atEnd: boolean): string {
    const blank = this.#blank;
    const cr = this.#cr;
    this.#blank = -1;
    this.#cr = false;
    // RFC 2045 §6.7: white space at a line's end would be lost on the way.
    const first = blank < 0 ? '' : this.#write(atEnd ? hex(blank) : String.fromCharCode(blank));
    return cr ? first + this.#write('=0D') : first;
  }

  #put(octet: number): string {
    const plain = octet > 0x20 && octet < 0x7f && octet !== 0x3d;
    return this.#write(plain ? String.fromCharCode(octet) : hex(octet));
  }

  #write(text: string): string {
    if (this.#column + text.length < WIDTH) {
      this.#column += text.length;
      return text;
    }
    this.#column = text.length;
    return `=\r\n${text}`;
  }
}

/** RFC 2045 §6.8: 57 octets make a line of 76 characters. */
class Base64 implements BodyWriter {
  #held: Buffer = Buffer.alloc(0);
  #begun = false;

  push(chunk: Buffer): Buffer {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const whole = bytes.length - (bytes.length % LINE);
    this.#held = Buffer.from(bytes.subarray(whole));
    return this.#lines(bytes.subarray(0, whole));
  }

  end(): Buffer {
    return this.#lines(this.#held);
  }

  #lines(bytes: Buffer): Buffer {
    const lines: string[] = [];
    for (let at = 0; at < bytes.length; at += LINE) lines.push(bytes.toString('base64', at, at + LINE));
    if (lines.length === 0) return Buffer.alloc(0);
    const text = `${this.#begun ? '\r\n' : ''}${lines.join('\r\n')}`;
    this.#begun = true;
    return Buffer.from(text, 'latin1');
  }
}

const LINE = 57;

/** Octets above 127 become question marks: for text that is shown to nobody. */
class Masked implements BodyWriter {
  push(chunk: Buffer): Buffer {
    return Buffer.from(chunk.map((octet) => (octet > 127 ? 0x3f : octet)));
  }

  end(): Buffer {
    return Buffer.alloc(0);
  }
}

/** Base64 as it stands, in lines of 76 characters (RFC 2045 §6.8); the last has no line end of its own. */
class Rewrapped implements BodyWriter {
  #column = 0;

  push(chunk: Buffer): Buffer {
    const text = chunk.toString('latin1').replace(/\s+/g, '');
    let out = '';
    for (let at = 0; at < text.length;) {
      if (this.#column === WIDTH) {
        out += '\r\n';
        this.#column = 0;
      }
      const piece = text.slice(at, at + WIDTH - this.#column);
      out += piece;
      this.#column += piece.length;
      at += piece.length;
    }
    return Buffer.from(out, 'latin1');
  }

  end(): Buffer {
    return Buffer.alloc(0);
  }
}

function hex(octet: number): string {
  return `=${octet.toString(16).toUpperCase().padStart(2, '0')}`;
}
