// PURE: writes a body as it will be sent, chunk by chunk: line ends become CRLF, and text with lines that are too long
// becomes quoted-printable. The result does not depend on where the chunks were cut.
import type { BodyForm } from './freeze.ts';

/** Turns the octets of a body into those that are sent. */
export interface BodyWriter {
  /** The octets to send for the next octets of the file. */
  push(chunk: Buffer): Buffer;
  /** What is still to be sent at the end. */
  end(): Buffer;
}

/** A writer for that form. */
export function bodyWriter(form: BodyForm): BodyWriter {
  return form === 'crlf' ? new Crlf() : new QuotedPrintable();
}

const LF = 0x0a;
const CR = 0x0d;

class Crlf implements BodyWriter {
  #last = -1;

  push(chunk: Buffer): Buffer {
    const pieces: Buffer[] = [];
    let start = 0;
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) {
      if ((at > 0 ? chunk[at - 1] : this.#last) === CR) continue;
      pieces.push(chunk.subarray(start, at), CRLF);
      start = at + 1;
    }
    this.#last = chunk.at(-1) ?? this.#last;
    pieces.push(chunk.subarray(start));
    return Buffer.concat(pieces);
  }

  end(): Buffer {
    return Buffer.alloc(0);
  }
}

const CRLF = Buffer.from('\r\n');

/** RFC 2045 §6.7: an encoded line has at most 76 characters, the `=` of a soft line end included. */
const WIDTH = 76;

class QuotedPrintable implements BodyWriter {
  #column = 0;
  /** A CR, or white space, whose meaning the next octet tells. */
  #held = -1;

  push(chunk: Buffer): Buffer {
    let out = '';
    for (const octet of chunk) {
      if (octet === LF) {
        out += this.#flush(true);
        out += '\r\n';
        this.#column = 0;
        continue;
      }
      out += this.#flush(false);
      if (octet === CR || octet === 0x20 || octet === 0x09) this.#held = octet;
      else out += this.#put(octet);
    }
    return Buffer.from(out, 'latin1');
  }

  end(): Buffer {
    return Buffer.from(this.#flush(true), 'latin1');
  }

  #flush(atEnd: boolean): string {
    const held = this.#held;
    this.#held = -1;
    if (held < 0) return '';
    if (held === CR) return atEnd ? '' : this.#write('=0D');
    // RFC 2045 §6.7: white space at a line's end would be lost on the way.
    return this.#write(atEnd ? hex(held) : String.fromCharCode(held));
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

function hex(octet: number): string {
  return `=${octet.toString(16).toUpperCase().padStart(2, '0')}`;
}
