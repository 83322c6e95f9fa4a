// PURE: what a message's octets look like, read once from front to back without holding them: is it whole, may it be sent
// as it is, what must be mended? The claim feeds it while it copies, and settle and freeze decide by what it found.
import { endOfHead, fieldsNamed, MAX_HEAD, parameter, splitHead, valueOf } from './header.ts';

/** What was found in a file. */
export interface Facts {
  /** Octets. */
  readonly size: number;
  /** The header with its blank line; all that was read (at most MAX_HEAD octets) where no blank line came. */
  readonly head: Buffer;
  /** Null: structurally complete. Else what is missing, as a sentence without a full stop. */
  readonly missing: string | null;
  /** Offset of the first CR that no LF follows, or of the first NUL; null where there is none. */
  readonly loneCr: number | null;
  readonly nul: number | null;
  /** Octets above 127 in the header, and in the body. */
  readonly eightBitHead: boolean;
  readonly eightBitBody: boolean;
  /** The longest line of the body, without its line end. */
  readonly longestLine: number;
  /** An inline OpenPGP block: the body must not be touched. */
  readonly inlinePgp: boolean;
}

const LF = 0x0a;
const CR = 0x0d;

/** Octets of a line that are kept to recognise a boundary (RFC 2046 §5.1.1: at most 70, and four hyphens). */
const KEPT = 120;

/** Reads a message chunk by chunk. */
export class Structure {
  #size = 0;
  #head: Buffer = Buffer.alloc(0);
  #body = false;
  #tooLong = false;
  #closing: string | undefined;
  #closed = false;
  #last = -1;
  #loneCr: number | null = null;
  #nul: number | null = null;
  #eightBitHead = false;
  #eightBitBody = false;
  #longest = 0;
  #lineLength = 0;
  #lineStart = '';
  #inlinePgp = false;

  /** Takes the next octets. */
  push(chunk: Buffer): void {
    this.#controls(chunk);
    const before = this.#last;
    this.#size += chunk.length;
    this.#last = chunk.at(-1) ?? this.#last;
    let body = chunk;
    if (!this.#body) {
      const held = this.#head.length;
      this.#head = Buffer.concat([this.#head, chunk.subarray(0, MAX_HEAD + 4 - held)]);
      const end = endOfHead(this.#head);
      if (end < 0) {
        this.#tooLong ||= this.#head.length > MAX_HEAD;
        return;
      }
      this.#body = true;
      this.#head = this.#head.subarray(0, end);
      this.#eightBitHead = hasEightBit(this.#head);
      this.#closing = closingBoundary(this.#head);
      body = chunk.subarray(end - held);
    }
    this.#lines(body, before);
  }

  /** The blank line behind the header was seen. */
  get hasBody(): boolean {
    return this.#body;
  }

  /** What was found; call it once all octets were pushed. */
  facts(): Facts {
    this.#endOfLine();
    return {
      size: this.#size,
      head: this.#head,
      missing: this.#missing(),
      loneCr: this.#last === CR ? (this.#loneCr ?? this.#size - 1) : this.#loneCr,
      nul: this.#nul,
      eightBitHead: this.#eightBitHead,
      eightBitBody: this.#eightBitBody,
      longestLine: this.#longest,
      inlinePgp: this.#inlinePgp,
    };
  }

  #missing(): string | null {
    if (this.#tooLong) return `no blank line ends the header within ${MAX_HEAD} octets`;
    if (!this.#body) return 'no blank line ends the header';
    if (this.#closing !== undefined && !this.#closed)
      return `the last boundary, ${this.#closing}, is missing`;
    if (this.#last !== LF) return 'the last line has no line end';
    return null;
  }

  #controls(chunk: Buffer): void {
    if (this.#nul === null) {
      const at = chunk.indexOf(0);
      if (at >= 0) this.#nul = this.#size + at;
    }
    if (this.#loneCr !== null) return;
    if (this.#last === CR && chunk.length > 0 && chunk[0] !== LF) {
      this.#loneCr = this.#size - 1;
      return;
    }
    for (let at = chunk.indexOf(CR); at >= 0 && at + 1 < chunk.length; at = chunk.indexOf(CR, at + 1)) {
      if (chunk[at + 1] === LF) continue;
      this.#loneCr = this.#size + at;
      return;
    }
  }

  /** `before` is the octet in front of `body`. */
  #lines(body: Buffer, before: number): void {
    this.#eightBitBody ||= hasEightBit(body);
    for (let at = 0; at < body.length;) {
      const feed = body.indexOf(LF, at);
      const end = feed < 0 ? body.length : feed;
      if (this.#lineStart.length < KEPT) {
        this.#lineStart += body.toString('latin1', at, Math.min(end, at + KEPT - this.#lineStart.length));
      }
      this.#lineLength += end - at;
      if (feed < 0) return;
      if ((end > 0 ? body[end - 1] : before) === CR) this.#lineLength--; // it belongs to the line end
      this.#endOfLine();
      at = feed + 1;
    }
  }

  #endOfLine(): void {
    this.#longest = Math.max(this.#longest, this.#lineLength);
    const text = this.#lineStart.trimEnd();
    if (text.startsWith('-----BEGIN PGP ')) this.#inlinePgp = true;
    if (text === this.#closing) this.#closed = true;
    this.#lineLength = 0;
    this.#lineStart = '';
  }
}

function closingBoundary(head: Buffer): string | undefined {
  const split = splitHead(head);
  const [field] = 'fields' in split ? fieldsNamed(split.fields, 'content-type') : [];
  if (field === undefined) return undefined;
  const value = valueOf(field);
  if (!/^multipart\//i.test(value)) return undefined;
  const boundary = parameter(value, 'boundary')?.trimEnd();
  return boundary === undefined || boundary === '' || boundary.length > 70 ? undefined : `--${boundary}--`;
}

function hasEightBit(bytes: Buffer): boolean {
  for (const octet of bytes) if (octet > 127) return true;
  return false;
}
