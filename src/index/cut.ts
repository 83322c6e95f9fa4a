// Streams a raw message and keeps only what can be searched: the header block, the bodies of its text parts, and of all
// other parts their names, sizes and places. A 20 MB attachment costs its headers and one pass over its octets; a boundary that
// is broken, missing or nested too deep costs structure, never text. It never throws; memory is bounded by LIMITS.
import { decodedSize, isBase64 } from './base64.ts';
import type { CutAttachment, CutMessage, TextPart } from './cut-message.ts';
import { Fields, headerFacts } from './headers.ts';
import { partFacts } from './part.ts';
import type { PartFacts } from './part.ts';

/** Octets of a header block, of one text part and of all of them together before decoding; numbers of parts; depth. */
export const LIMITS = { head: 1_048_576, part: 2_097_152, all: 8_388_608, parts: 5000, depth: 50 } as const;

/** An entity whose end has not come: a multipart, or a nested message. */
interface Frame {
  /** Null for a nested message. */
  readonly boundary: Buffer | null;
  readonly alternative: number;
  readonly digest: boolean;
  /** The text before the first boundary line, kept until one comes. */
  preamble: TextPart | null;
  readonly attachment: Attachment | null;
}

interface Attachment extends CutAttachment {
  size: number;
  readonly at: { readonly from: number; to: number } | null;
}

const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;
/** RFC 2046 §5.1.1 allows 70 characters; senders go beyond. Longer lines are no boundary. */
const LONGEST_BOUNDARY_LINE = 1000;

/** Takes a message chunk by chunk. */
export class Cutter {
  #root: { readonly fields: Fields; readonly head: Buffer } | undefined;
  readonly #parts: TextPart[] = [];
  readonly #attachments: Attachment[] = [];
  readonly #frames: Frame[] = [];
  #reason: string | null = null;
  #state: 'head' | 'body' = 'head';
  #rest: Buffer = Buffer.alloc(0);
  #lineStart = true;
  /** Where body octets go; null where they are only counted. */
  #text: TextPart | null = null;
  #textOctets = 0;
  #allOctets = 0;
  #counted: Attachment | null = null;
  #encoding: PartFacts['encoding'] = 'none';
  #seen = 0;
  /** Where in the message the octets begin that are being walked through. */
  #base = 0;

  /** Takes the next octets. The buffer may be reused afterwards. */
  write(chunk: Buffer): void {
    const buffer = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const at = this.#walk(buffer, false);
    this.#base += at;
    this.#rest = Buffer.from(buffer.subarray(at));
  }

  /** The message has ended. */
  end(): CutMessage {
    this.#walk(this.#rest, true);
    for (const attachment of this.#attachments) attachment.size = Math.floor(attachment.size);
    for (const part of this.#parts) {
      if (part.encoding === 'base64' && !isBase64(part.body)) part.encoding = 'none';
    }
    return {
      ...(this.#root ?? { fields: new Fields(Buffer.alloc(0)), head: Buffer.alloc(0) }),
      parts: this.#parts,
      attachments: this.#attachments,
      reason: this.#reason,
    };
  }

  #walk(buffer: Buffer, last: boolean): number {
    let at = 0;
    while (at < buffer.length) {
      const next = this.#state === 'head' ? this.#head(buffer, at, last) : this.#body(buffer, at, last);
      if (next === undefined) break;
      at = next;
    }
    return at;
  }

  /** Reads a header block from `at`; returns where its body begins, or undefined when more octets are needed. */
  #head(buffer: Buffer, at: number, last: boolean): number | undefined {
    let line = at;
    while (line < buffer.length && line - at < LIMITS.head) {
      const feed = buffer.indexOf(LF, line);
      if (feed === -1) break;
      const blank = feed === line || (feed === line + 1 && buffer[line] === CR);
      const isFirst = this.#root === undefined && line === at;
      if (blank && isFirst && !last && buffer.length - feed < FIELD) return undefined;
      if (blank && isFirst && isField(buffer, feed + 1)) at = feed + 1;
      else if (blank) return this.#entity(buffer.subarray(at, line), feed + 1);
      else if (buffer[line] === DASH && this.#matching(buffer, line, feed) !== undefined) {
        return this.#entity(buffer.subarray(at, line), line); // no blank line: the part ends with its headers
      }
      line = feed + 1;
    }
    if (!last && buffer.length - at < LIMITS.head) return undefined;
    if (buffer.length - at >= LIMITS.head) this.#reason ??= 'a header block is longer than 1 MB';
    const end = Math.min(buffer.length, at + LIMITS.head);
    return this.#entity(buffer.subarray(at, end), end);
  }

  /** A header block is whole: decides what becomes of the body that follows at `next`. */
  #entity(head: Buffer, next: number): number {
    const isRoot = this.#root === undefined;
    // The caller's buffer may be reused, and the outermost headers are asked for at the end.
    const octets = isRoot ? Buffer.from(head) : head;
    const fields = new Fields(octets);
    this.#root ??= { fields, head: octets };
    this.#state = 'body';
    this.#lineStart = true;
    this.#seen++;
    const frame = this.#frames.at(-1);
    const facts = partFacts(fields, frame?.digest ?? false);
    const attachment = facts.attached ? this.#attachment(facts, this.#base + next) : null;
    const isTooMany = this.#seen > LIMITS.parts || this.#frames.length >= LIMITS.depth;
    if (isTooMany) this.#reason ??= 'it has too many parts';
    if (attachment !== null && !isTooMany) this.#attachments.push(attachment);
    this.#counted = isStream(facts) ? null : attachment;
    this.#encoding = facts.encoding;
    this.#text = null;
    const { is } = facts;
    const alternative = frame?.alternative ?? 0;
    if (frame?.boundary === null && !isRoot) this.#heading(fields);
    if (is.kind === 'text') {
      const group = attachment === null ? alternative : 0;
      this.#begin({
        html: is.html,
        charset: is.charset,
        encoding: facts.encoding,
        alternative: group,
        body: [],
      });
      // No header at all: what stood in its place is text (M-011).
      if (isRoot && fields.empty) this.#content(head);
    } else if (is.kind === 'multipart' && !isTooMany) {
      const preamble = this.#begin({
        html: false,
        charset: null,
        encoding: 'none',
        alternative: 0,
        body: [],
      });
      const group = is.alternative ? this.#seen : alternative;
      this.#frames.push({
        boundary: is.boundary,
        alternative: group,
        digest: is.digest,
        preamble,
        attachment,
      });
    } else if (isStream(facts) && !isTooMany) {
      this.#frames.push({ boundary: null, alternative: 0, digest: false, preamble: null, attachment });
      this.#state = 'head';
    }
    return next;
  }

  #attachment({ is, name, type, charset, encoding }: PartFacts, from: number): Attachment {
    const isApart = is.kind === 'other' || (is.kind === 'message' && encoding !== 'none');
    return { name, type, size: 0, encoding, charset, at: isApart ? { from, to: from } : null };
  }

  /** The readable headers of a nested message are text of the outer one. */
  #heading(fields: Fields): void {
    const { subject, sender, recipients } = headerFacts(fields);
    const body = [Buffer.from([subject, sender, recipients].join('\n'))];
    this.#parts.push({ html: false, charset: 'utf-8', encoding: 'none', alternative: 0, body });
  }

  #begin(part: TextPart): TextPart {
    this.#parts.push(part);
    this.#text = part;
    this.#textOctets = 0;
    return part;
  }

  /** Reads body octets from `at`; returns where to go on, or undefined when more octets are needed. */
  #body(buffer: Buffer, at: number, last: boolean): number | undefined {
    if (this.#lineStart && this.#frames.length > 0 && buffer[at] === DASH) {
      const feed = buffer.subarray(at, at + LONGEST_BOUNDARY_LINE).indexOf(LF);
      if (feed === -1 && !last && buffer.length - at < LONGEST_BOUNDARY_LINE) return undefined;
      const end = feed === -1 ? buffer.length : at + feed;
      const found = this.#matching(buffer, at, end);
      if (found !== undefined) {
        this.#boundary(found.depth, found.isClose);
        return Math.min(buffer.length, end + 1);
      }
    }
    const candidate = this.#frames.length === 0 ? -1 : buffer.indexOf('\n--', at, 'latin1');
    const next = candidate === -1 ? wholeLines(buffer, at) : candidate + 1;
    this.#lineStart = buffer[next - 1] === LF;
    this.#content(buffer.subarray(at, next));
    if (this.#counted?.at != null) this.#counted.at.to = this.#base + next;
    return next;
  }

  /** The innermost frame whose boundary the line is. */
  #matching(buffer: Buffer, start: number, end: number): { depth: number; isClose: boolean } | undefined {
    if (buffer[start + 1] !== DASH) return undefined;
    let stop = end;
    while (stop > start + 2 && (buffer[stop - 1] ?? 0) <= 0x20) stop--;
    const line = buffer.subarray(start + 2, stop);
    for (let depth = this.#frames.length - 1; depth >= 0; depth--) {
      const boundary = this.#frames[depth]?.boundary;
      if (boundary == null || line.length < boundary.length || line.length > boundary.length + 2) continue;
      if (line.length === boundary.length + 1 || !line.subarray(0, boundary.length).equals(boundary))
        continue;
      if (line.length === boundary.length) return { depth, isClose: false };
      if (line.at(-1) === DASH && line.at(-2) === DASH) return { depth, isClose: true };
    }
    return undefined;
  }

  #boundary(depth: number, isClose: boolean): void {
    this.#frames.length = depth + 1;
    const frame = this.#frames[depth];
    if (frame?.preamble != null) {
      this.#parts.splice(this.#parts.indexOf(frame.preamble), 1);
      frame.preamble = null;
    }
    this.#text = null;
    this.#counted = null;
    // What follows a closing line is dropped, but a part after it is still a part.
    this.#state = isClose ? 'body' : 'head';
    this.#lineStart = true;
  }

  #content(octets: Buffer): void {
    for (const { attachment } of this.#frames) if (attachment !== null) attachment.size += octets.length;
    if (this.#counted !== null) {
      this.#counted.size += this.#encoding === 'base64' ? decodedSize(octets) : octets.length;
    }
    if (this.#text === null || octets.length === 0) return;
    const room = Math.min(LIMITS.part - this.#textOctets, LIMITS.all - this.#allOctets);
    const kept = octets.subarray(0, Math.max(0, room));
    if (kept.length < octets.length) this.#reason ??= 'it holds more text than is indexed';
    if (kept.length === 0) return;
    this.#text.body.push(Buffer.from(kept));
    this.#textOctets += kept.length;
    this.#allOctets += kept.length;
  }
}

/** A nested message whose parts are parts of this one; in a transfer encoding it is one piece. */
function isStream({ is, encoding }: PartFacts): boolean {
  return is.kind === 'message' && encoding === 'none';
}

/** True where after some blank lines a header field begins: these lines are then passed over. */
function isField(buffer: Buffer, at: number): boolean {
  return /^[\r\n]*[!-9;-~]+[ \t]*:/.test(buffer.toString('latin1', at, at + FIELD));
}

/** Octets in which a field shows its colon. */
const FIELD = 100;

/** The end of the octets in which no boundary can begin that the next chunk would complete. */
function wholeLines(buffer: Buffer, at: number): number {
  const end = buffer.length;
  return end - 1 > at && buffer[end - 1] === DASH && buffer[end - 2] === LF ? end - 1 : end;
}
