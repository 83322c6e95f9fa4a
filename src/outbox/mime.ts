// PURE: the parts of a message (RFC 2046), found by reading its octets once from front to back without holding them. What
// lies between the parts, and each part's own header, is told by its place in the file, so that a part can be written anew
// without touching another octet.
import { fieldsNamed, MAX_HEAD, parameter, splitHead, valueOf } from './header.ts';
import type { Field, Head } from './header.ts';

/** A run of octets and what it holds. */
export interface Findings {
  /** Octets above 127. */
  eightBit: number;
  /** The longest line, without its line end. */
  longest: number;
  /** Offset in the file of the first NUL, and of the first CR that no LF follows; null where there is none. */
  nul: number | null;
  loneCr: number | null;
}

/** What a part is: `leaf` has content, the others hold parts. */
export type Kind = 'leaf' | 'multipart' | 'message';

/** One part; the first is the message itself. Offsets are in the file, `to` behind its last octet. */
export interface Part extends Findings {
  readonly kind: Kind;
  readonly from: number;
  /** Where its body begins. */
  readonly body: number;
  /** The end of its body: the line end in front of a boundary belongs to that (RFC 2046 §5.1.1). */
  to: number;
  /** Undefined: its header cannot be read, and so is not touched. */
  readonly fields: readonly Field[] | undefined;
  /** Lower case, without parameters; where nothing is said, `text/plain`, and `message/rfc822` in a digest. */
  readonly type: string;
  /** The transfer encoding, lower case; `7bit` where nothing is said. */
  readonly encoding: string;
  /** It is signed or encrypted, itself or with a part that holds it: no octet of it may change. */
  sealed: boolean;
}

/** The parts of a message. */
export interface Mime {
  readonly parts: readonly Part[];
  /** All that is lines: everything but the content of binary parts, and of the message's own header only `nul` and `loneCr`. */
  readonly text: Findings;
  /** Lines between parts (before the first boundary, behind the last) that hold octets above 127. */
  readonly odd: readonly { readonly from: number; readonly to: number }[];
  /** There are more parts, or deeper ones, than are followed: the rest counts as content of the part that holds it. */
  readonly tooMany: boolean;
  /** The message is no multipart, or its closing boundary was seen. */
  readonly closed: boolean;
  /** A line begins an OpenPGP block. */
  readonly inlinePgp: boolean;
}

/**
 * True for content that is no lines of text: its octets go as they are (RFC 2045 §6.2). Text that only says so, as old programs
 * let all their text say, is text.
 */
export function isBinary(part: Part): boolean {
  const { type, nul, loneCr, longest } = part;
  const lines = type.startsWith('text/') && nul === null && loneCr === null && longest <= MAX_LINE;
  return saysBinary(part) && !lines;
}

function saysBinary({ kind, encoding }: Part): boolean {
  return kind === 'leaf' && encoding === 'binary';
}

/** RFC 5322 §2.1.1: octets of a line without its CRLF. */
export const MAX_LINE = 998;

const LF = 0x0a;
const CR = 0x0d;
/** Octets of a line that are kept to recognise a boundary (RFC 2046 §5.1.1: at most 70, and four hyphens). */
const KEPT = 120;
const MAX_PARTS = 2000;
const MAX_DEPTH = 30;

const TOO_LONG: Head = { refused: 'it is too long' };

interface Open {
  readonly part: Part;
  /** Of a multipart. */
  readonly boundary: string | undefined;
  /** The closing boundary was seen: what follows is an epilogue. */
  closed: boolean;
}

/** Reads a message chunk by chunk. */
export class MimeReader {
  readonly #parts: Part[] = [];
  readonly #stack: Open[] = [];
  readonly #text: Findings = nothing();
  readonly #odd: { from: number; to: number }[] = [];
  #tooMany = false;
  #inlinePgp = false;
  /** The header that is being read; undefined: a body is. */
  #head: Buffer[] | undefined = [];
  #headFrom = 0;
  #headSize = 0;
  #size = 0;
  // The line under way.
  #lineFrom = 0;
  #start = '';
  #line: Findings = nothing();
  #length = 0;
  #last = -1;
  /** Octets of the line end before this line: 0 at the start of the file. */
  #before = 0;

  /** Takes the next octets. */
  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      const feed = chunk.indexOf(LF, at);
      const end = feed < 0 ? chunk.length : feed + 1;
      this.#take(chunk.subarray(at, end), feed >= 0);
      if (feed >= 0) this.#endOfLine();
      at = end;
    }
  }

  /** What was found; call it once all octets were pushed. */
  end(): Mime {
    if (this.#last === CR) this.#line.loneCr ??= this.#size - 1;
    if (this.#size > this.#lineFrom) this.#endOfLine();
    while (this.#head !== undefined) this.#openPart(this.#size);
    for (const { part } of this.#stack) part.to = this.#size;
    for (const part of this.#parts) if (saysBinary(part) && !isBinary(part)) add(this.#text, part);
    return {
      parts: this.#parts,
      text: this.#text,
      odd: this.#odd,
      tooMany: this.#tooMany,
      closed: this.#stack[0]?.boundary === undefined || this.#stack[0].closed,
      inlinePgp: this.#inlinePgp,
    };
  }

  #take(piece: Buffer, whole: boolean): void {
    if (this.#last === CR && piece[0] !== LF) this.#line.loneCr ??= this.#size - 1;
    for (let at = piece.indexOf(CR); at >= 0 && at + 1 < piece.length; at = piece.indexOf(CR, at + 1)) {
      if (piece[at + 1] !== LF) this.#line.loneCr ??= this.#size + at;
    }
    const nul = piece.indexOf(0);
    if (nul >= 0) this.#line.nul ??= this.#size + nul;
    for (const octet of piece) if (octet > 127) this.#line.eightBit++;
    if (this.#start.length < KEPT) this.#start += piece.toString('latin1', 0, KEPT - this.#start.length);
    if (this.#head !== undefined && this.#headSize <= MAX_HEAD) {
      this.#head.push(Buffer.from(piece));
      this.#headSize += piece.length;
    }
    const before = piece.length > 1 ? piece[piece.length - 2] : this.#last;
    this.#length += piece.length - (whole ? (before === CR ? 2 : 1) : 0);
    this.#last = piece[piece.length - 1] ?? this.#last;
    this.#size += piece.length;
  }

  #endOfLine(): void {
    const line: Findings = { ...this.#line, longest: Math.max(0, this.#length) };
    const text = this.#start.trimEnd();
    const blank = this.#length <= 0;
    const ended = this.#last === LF;
    if (this.#parts.length === 0) note(this.#text, line);
    else if (this.#ofBoundary(text)) add(this.#text, line);
    else if (this.#head === undefined) this.#content(text, line);
    else add(this.#text, line);
    if (this.#head !== undefined && blank && this.#size > this.#headFrom) this.#openPart(this.#size);
    this.#before = ended ? this.#size - this.#lineFrom - Math.max(0, this.#length) : 0;
    this.#lineFrom = this.#size;
    this.#start = '';
    this.#line = nothing();
    this.#length = 0;
    this.#last = -1;
  }

  #content(text: string, line: Findings): void {
    const open = this.#stack.at(-1);
    if (open === undefined) return;
    const { part, boundary } = open;
    if (!saysBinary(part)) add(this.#text, line);
    if (boundary === undefined) add(part, line);
    else if (line.eightBit > 0) this.#odd.push({ from: this.#lineFrom, to: this.#size });
    if (!text.startsWith('-----BEGIN PGP ')) return;
    this.#inlinePgp = true;
    part.sealed = true;
  }

  /** RFC 2046 §5.1.2: a boundary of an outer part ends the inner ones, whatever they await. */
  #ofBoundary(text: string): boolean {
    if (!text.startsWith('--')) return false;
    for (let depth = this.#stack.length - 1; depth >= 0; depth--) {
      const open = this.#stack[depth];
      if (open?.boundary === undefined || open.closed) continue;
      const opens = text === `--${open.boundary}`;
      if (!opens && text !== `--${open.boundary}--`) continue;
      if (this.#head !== undefined) this.#openPart(this.#lineFrom);
      this.#head = undefined;
      const end = this.#lineFrom - this.#before;
      for (const { part } of this.#stack.splice(depth + 1)) part.to = Math.max(part.body, end);
      open.closed = !opens;
      if (opens) this.#beginHead();
      return true;
    }
    return false;
  }

  #beginHead(): void {
    if (this.#parts.length >= MAX_PARTS || this.#stack.length >= MAX_DEPTH) {
      this.#tooMany = true;
      return;
    }
    this.#head = [];
    this.#headSize = 0;
    this.#headFrom = this.#size;
  }

  /** The header under way is over: at a blank line, or where the part ends without one. `body` is the offset behind it. */
  #openPart(body: number): void {
    const bytes = Buffer.concat(this.#head ?? []).subarray(0, body - this.#headFrom);
    this.#head = undefined;
    const cut = bytes.length < body - this.#headFrom;
    const split = cut ? TOO_LONG : splitHead(bytes);
    // A part may have no header at all (RFC 2046 §5.1).
    const empty = bytes.toString('latin1').trim() === '';
    const fields = 'fields' in split ? split.fields : empty ? [] : undefined;
    const value = fieldsNamed(fields ?? [], 'content-type').map(valueOf)[0] ?? '';
    const encodings = fieldsNamed(fields ?? [], 'content-transfer-encoding').map(valueOf);
    // RFC 2046 §5.1.5: in a digest nothing said is a message.
    const usual = this.#stack.at(-1)?.part.type === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
    const type = /^([\w.+-]+\/[\w.+-]+)/.exec(value)?.[1]?.toLowerCase() ?? usual;
    const encoding = (/^[\w-]+/.exec(encodings[0] ?? '')?.[0] ?? '7bit').toLowerCase();
    const plain = ['7bit', '8bit', 'binary'].includes(encoding);
    const boundary = type.startsWith('multipart/') ? parameter(value, 'boundary')?.trimEnd() : undefined;
    const kind: Kind =
      boundary !== undefined && boundary !== '' && boundary.length <= 70 && plain
        ? 'multipart'
        : (type === 'message/rfc822' || type === 'message/global') && plain
          ? 'message'
          : 'leaf';
    const part: Part = {
      ...nothing(),
      kind,
      from: this.#headFrom,
      body,
      to: body,
      fields,
      type,
      encoding,
      sealed: (this.#stack.at(-1)?.part.sealed ?? false) || seals(fields ?? [], type, value),
    };
    this.#parts.push(part);
    this.#stack.push({ part, boundary: kind === 'multipart' ? boundary : undefined, closed: false });
    if (kind === 'message') this.#beginHead();
  }
}

/** Signed or encrypted in any way that a change of a part, or of its header, would break. */
function seals(fields: readonly Field[], type: string, contentType: string): boolean {
  return (
    /^multipart\/(signed|encrypted)$|^application\/(x-)?pkcs7-mime$/.test(type) ||
    parameter(contentType, 'smime-type') !== undefined ||
    fields.some(({ name }) => name === 'dkim-signature' || name === 'arc-message-signature')
  );
}

function nothing(): Findings {
  return { eightBit: 0, longest: 0, nul: null, loneCr: null };
}

function add(to: Findings, line: Findings): void {
  to.eightBit += line.eightBit;
  to.longest = Math.max(to.longest, line.longest);
  note(to, line);
}

function note(to: Findings, line: Findings): void {
  to.nul ??= line.nul;
  to.loneCr ??= line.loneCr;
}
