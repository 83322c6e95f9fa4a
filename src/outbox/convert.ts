// PURE: a message as a server takes it that knows no octets above 127, no binary parts or no names beyond ASCII: which parts
// are written anew, and how. What is signed or encrypted is never touched, and is refused where it would have to be.
import type { BodyForm } from './body.ts';
import type { Refusal } from './envelope.ts';
import { type Field, withCrlf } from './header.ts';
import { isBinary, MAX_LINE, type Mime, type Part } from './mime.ts';
import { asciiField } from './words.ts';

/** What has to go. */
export interface Unwanted {
  /** Octets above 127 in the message's own header. */
  readonly head: boolean;
  /** Octets above 127 below it. */
  readonly body: boolean;
  /** Parts that are no lines of text. */
  readonly binary: boolean;
  /** Lines of a part that are longer than mail allows (RFC 5322 §2.1.1). */
  readonly long?: boolean;
}

/** A run of the file that is replaced: by these octets, or by itself in another form. Offsets are in the file. */
export type Edit = { readonly from: number; readonly to: number } & (
  { readonly bytes: Buffer } | { readonly form: BodyForm }
);

/** The edits in the order of the file, which do not overlap; none where nothing has to go. Or why it cannot be done. */
export function conversion(mime: Mime, unwanted: Unwanted): readonly Edit[] | Refusal {
  const edits: Edit[] = [];
  try {
    if (mime.tooMany && (unwanted.body || unwanted.binary || unwanted.long === true))
      throw new Untouchable('it has too many parts');
    for (const [n, part] of mime.parts.entries()) edits.push(...editsOf(part, n === 0, unwanted));
    if (unwanted.body) edits.push(...masks(mime));
  } catch (thrown) {
    if (thrown instanceof Untouchable) return { refused: thrown.message };
    throw thrown;
  }
  return edits.toSorted((a, b) => a.from - b.from);
}

class Untouchable extends Error {}

function editsOf(part: Part, top: boolean, unwanted: Unwanted): Edit[] {
  const form = formOf(part, unwanted);
  if (form === 'rewrapped') return rewrapped(part, top);
  const label = form ?? relabelled(part, unwanted);
  const words = (top ? unwanted.head : unwanted.body) && hasEightBit(part.fields);
  if (label === undefined && !words) return [];
  const what = top ? 'it' : `its part ${part.type}`;
  if (part.sealed) throw new Untouchable(`${what} is signed or encrypted, so that it must not be changed`);
  if (part.fields === undefined) throw new Untouchable(`the header of ${what} cannot be read`);
  const head = headOf(part.fields, label, words, top);
  const edits: Edit[] = [{ from: part.from, to: part.body, bytes: head }];
  if (form !== undefined) edits.push({ from: part.body, to: part.to, form });
  return edits;
}

function rewrapped(part: Part, top: boolean): Edit[] {
  if (part.sealed)
    throw new Untouchable(
      `${top ? 'it' : `its part ${part.type}`} is signed or encrypted, so that it must not be changed`,
    );
  return [{ from: part.body, to: part.to, form: 'rewrapped' }];
}

/** The form that a part's content is written in anew; undefined: as it is. */
function formOf(part: Part, unwanted: Unwanted): BodyForm | undefined {
  if (part.kind !== 'leaf') return undefined;
  const binary = unwanted.binary && isBinary(part);
  const long = unwanted.long === true && !isBinary(part) && part.longest > MAX_LINE;
  // A program that writes base64 without a line end: where the line is broken makes no difference (RFC 2045 §6.8).
  if (long && part.encoding === 'base64') return 'rewrapped';
  if (!binary && !long && !(unwanted.body && part.eightBit > 0)) return undefined;
  // RFC 2046 §5: what holds parts is never encoded itself, and a reader would not decode it.
  if (/^multipart\/|^message\/(partial|external-body)$/.test(part.type)) {
    throw new Untouchable(`what its part ${part.type} holds cannot be told apart`);
  }
  if (!['7bit', '8bit', 'binary'].includes(part.encoding)) {
    throw new Untouchable(
      `its part ${part.type} says ${part.encoding}, and holds ${long ? 'a line of more than 998 octets' : 'octets above 127'}`,
    );
  }
  const lines = part.type.startsWith('text/') && !isBinary(part) && part.nul === null && part.loneCr === null;
  // A sixth of the octets at most: beyond that base64 is shorter.
  return lines && part.eightBit * 6 <= part.to - part.body ? 'quoted-printable' : 'base64';
}

/** RFC 2045 §6.4: what holds parts says the most that one of them needs. */
function relabelled({ kind, encoding }: Part, unwanted: Unwanted): '7bit' | '8bit' | undefined {
  if (kind === 'leaf') return undefined;
  if (unwanted.body && (encoding === '8bit' || encoding === 'binary')) return '7bit';
  return unwanted.binary && encoding === 'binary' ? '8bit' : undefined;
}

function headOf(fields: readonly Field[], label: string | undefined, words: boolean, top: boolean): Buffer {
  const lines = fields
    .filter(({ name }) => label === undefined || name !== 'content-transfer-encoding')
    .map((field) => {
      const line = words ? asciiField(field) : withCrlf(field.raw);
      if (line === undefined)
        throw new Untouchable(`its field ${field.name} holds what cannot be written in ASCII`);
      return line;
    });
  const version = top && label !== undefined && !fields.some(({ name }) => name === 'mime-version');
  const added = [
    version ? 'MIME-Version: 1.0\r\n' : '',
    label === undefined ? '' : `Content-Transfer-Encoding: ${label}\r\n`,
    '\r\n',
  ];
  return Buffer.concat([...lines, Buffer.from(added.join(''))]);
}

/** Text between parts is shown to nobody (RFC 2046 §5.1.1); a signature does not cover it, but may stand beside it. */
function masks({ odd, parts }: Mime): Edit[] {
  if (odd.length > 0 && parts.some(({ sealed }) => sealed)) {
    throw new Untouchable(
      'there is text beyond ASCII between its parts, and one of them is signed or encrypted',
    );
  }
  return odd.map(({ from, to }) => ({ from, to, form: 'masked' }));
}

function hasEightBit(fields: readonly Field[] | undefined): boolean {
  return fields?.some(({ raw }) => raw.some((octet) => octet > 127)) ?? false;
}
