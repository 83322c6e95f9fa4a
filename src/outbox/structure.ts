// PURE: what a message's octets look like, read once from front to back without holding them: is it whole, may it be sent
// as it is, what must be mended? The claim feeds it while it copies, and settle and freeze decide by what it found.
import { TextDecoder } from 'node:util';
import type { Range } from './body.ts';
import { endOfHead, type Field, fieldsNamed, MAX_HEAD, parameter, splitHead, valueOf } from './header.ts';
import { isBinary, type Mime, MimeReader } from './mime.ts';

/** What was found in a file. */
export interface Facts {
  /** Octets. */
  readonly size: number;
  /** The header with its blank line; all that was read (at most MAX_HEAD octets) where no blank line came. */
  readonly head: Buffer;
  /** Null: structurally complete. Else what is missing, as a sentence without a full stop. */
  readonly missing: string | null;
  /** All that is missing is the line end of its last line: many programs write none, and it can be added. */
  readonly unended: boolean;
  /** It says itself where it ends: it is a multipart, whose last boundary is there. */
  readonly endsItself: boolean;
  /** Offset of the first CR that no LF follows, or of the first NUL, outside of binary parts; null where there is none. */
  readonly loneCr: number | null;
  readonly nul: number | null;
  /** Nothing says what its body is, and it is UTF-8 beyond ASCII. */
  readonly bareUtf8: boolean;
  /** Octets above 127 in the header, and in the body. */
  readonly eightBitHead: boolean;
  readonly eightBitBody: boolean;
  /** The longest line of the body outside of binary parts, without its line end. */
  readonly longestLine: number;
  /** An inline OpenPGP block: the body must not be touched. */
  readonly inlinePgp: boolean;
  /** Where the content of binary parts lies in the file (RFC 2045 §6.2): not an octet of it changes. */
  readonly binary: readonly Range[];
}

const LF = 0x0a;

/** Reads a message chunk by chunk. */
export class Structure {
  readonly #mime = new MimeReader();
  #size = 0;
  #head: Buffer = Buffer.alloc(0);
  #body = false;
  #tooLong = false;
  #last = -1;
  /** Reads the body of a message without Content-Type as UTF-8; null: it has one, or is none. */
  #utf8: TextDecoder | null = null;

  /** Takes the next octets. */
  push(chunk: Buffer): void {
    this.#mime.push(chunk);
    this.#size += chunk.length;
    this.#last = chunk.at(-1) ?? this.#last;
    if (this.#body) return this.#decode(chunk);
    const held = this.#head.length;
    this.#head = Buffer.concat([this.#head, chunk.subarray(0, MAX_HEAD + 4 - held)]);
    const end = endOfHead(this.#head);
    if (end < 0) {
      this.#tooLong ||= this.#head.length > MAX_HEAD;
      return;
    }
    this.#body = true;
    this.#head = this.#head.subarray(0, end);
    if (contentType(this.#head) !== undefined) return;
    this.#utf8 = new TextDecoder('utf-8', { fatal: true });
    this.#decode(chunk.subarray(end - held));
  }

  #decode(chunk?: Buffer): void {
    try {
      this.#utf8?.decode(chunk, { stream: chunk !== undefined });
    } catch {
      this.#utf8 = null;
    }
  }

  /** The blank line behind the header was seen. */
  get hasBody(): boolean {
    return this.#body;
  }

  /** What was found; call it once, when all octets were pushed. */
  facts(): Facts {
    const mime = this.#mime.end();
    this.#decode();
    const binary = mime.parts.filter(isBinary);
    const bare = binary.some(({ to }) => to === this.#size);
    return {
      size: this.#size,
      head: this.#head,
      missing: this.#missing(mime),
      unended: this.#body && mime.closed && this.#last !== LF && !bare,
      endsItself: mime.closed && mime.parts[0]?.kind === 'multipart',
      loneCr: mime.text.loneCr,
      nul: mime.text.nul,
      bareUtf8: this.#utf8 !== null && mime.text.eightBit > 0,
      eightBitHead: this.#body && this.#head.some((octet) => octet > 127),
      eightBitBody: mime.text.eightBit > 0 || binary.some(({ eightBit }) => eightBit > 0),
      longestLine: mime.text.longest,
      inlinePgp: mime.inlinePgp,
      binary: binary.map(({ body, to }) => ({ from: body, to })),
    };
  }

  #missing({ closed }: Mime): string | null {
    if (this.#tooLong) return `no blank line ends the header within ${MAX_HEAD} octets`;
    if (!this.#body) return 'no blank line ends the header';
    if (!closed) return `the last boundary, ${closingBoundary(this.#head)}, is missing`;
    if (this.#last !== LF) return 'the last line has no line end';
    return null;
  }
}

function contentType(head: Buffer): Field | undefined {
  const split = splitHead(head);
  return 'fields' in split ? fieldsNamed(split.fields, 'content-type')[0] : undefined;
}

function closingBoundary(head: Buffer): string {
  const field = contentType(head);
  return `--${field === undefined ? '' : (parameter(valueOf(field), 'boundary')?.trimEnd() ?? '')}--`;
}
