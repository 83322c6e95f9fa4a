// PURE: the octets of a message's header, cut into its fields without changing an octet. The envelope is read from these
// fields and the frozen header is written from them, so that both see the same thing.

/** One header field as it lies in the file. */
export interface Field {
  /** Lower case, without the colon. */
  readonly name: string;
  /** The whole field with its line ends, folded lines included. */
  readonly raw: Buffer;
}

/** A header cut into fields, or the sentence that says why it cannot be. */
export type Head = { readonly fields: readonly Field[] } | { readonly refused: string };

const LF = 0x0a;
const CR = 0x0d;

/** The longest header that is taken, in octets. */
export const MAX_HEAD: number = 256 * 1024;

/**
 * Cuts `head` (the octets before the blank line, with or without that line) into fields.
 * RFC 5322 §2.2: a field is a name of printable characters, a colon and a body; §2.2.3: a line that begins with white
 * space goes on with the field before it.
 */
export function splitHead(head: Buffer): Head {
  const fields: { name: string; from: number; to: number }[] = [];
  let number = 0;
  for (let at = 0; at < head.length;) {
    const feed = head.indexOf(LF, at);
    const next = feed < 0 ? head.length : feed + 1;
    const text = head.toString('latin1', at, next).replace(/\r?\n$/, '');
    number++;
    if (text === '') break;
    const last = fields.at(-1);
    if (/^[ \t]/.test(text) && last !== undefined) {
      last.to = next;
    } else {
      const name = /^([!-9;-~]+)[ \t]*:/.exec(text)?.[1];
      if (name === undefined)
        return { refused: (number === 1 ? oddStart(text) : null) ?? noField(number, text) };
      fields.push({ name: name.toLowerCase(), from: at, to: next });
    }
    at = next;
  }
  if (fields.length === 0) return { refused: 'the message has no header' };
  return { fields: fields.map(({ name, from, to }) => ({ name, raw: head.subarray(from, to) })) };
}

/** The body of a field, unfolded (RFC 5322 §2.2.3), octet by octet as latin1; nothing is decoded. */
export function valueOf(field: Field): string {
  const text = field.raw.toString('latin1');
  return text
    .slice(text.indexOf(':') + 1)
    .replace(/\r?\n(?=[ \t])/g, '')
    .replace(/\r?\n$/, '')
    .trim();
}

/** All fields of that name (lower case), in order. */
export function fieldsNamed(fields: readonly Field[], name: string): Field[] {
  return fields.filter((field) => field.name === name);
}

/** The field with CRLF line ends. */
export function withCrlf(raw: Buffer): Buffer {
  return Buffer.from(raw.toString('latin1').replace(/\r?\n|$(?<!\n)/g, '\r\n'), 'latin1');
}

/** The parameter of a structured field (`boundary` of Content-Type), as latin1; undefined where there is none. */
export function parameter(value: string, name: string): string | undefined {
  const rest = value.replace(/\((?:[^()\\]|\\.)*\)/g, ' ');
  for (const match of rest.matchAll(/;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g)) {
    const [, key = '', quoted, plain = ''] = match;
    if (key.toLowerCase() === name) return quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1');
  }
  return undefined;
}

/** Where the header ends: the offset behind the blank line, or -1 where `bytes` does not hold it yet. */
export function endOfHead(bytes: Buffer): number {
  if (bytes[0] === LF) return 1;
  if (bytes[0] === CR && bytes[1] === LF) return 2;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return -1;
}

function noField(number: number, text: string): string {
  return `line ${number} is no header field: ${JSON.stringify(shown(text))}`;
}

/** What other programs put in front of a message; null where it is none of that. `text` is octets. */
function oddStart(text: string): string | null {
  if (text.startsWith('\xef\xbb\xbf'))
    return 'it begins with a byte order mark, as some editors write one: save it as UTF-8 without BOM';
  return /^>?From /.test(text)
    ? 'line 1 belongs to a mailbox file (mbox), and not to the message: take that line out'
    : null;
}

function shown(text: string): string {
  const some = text.replace(/[^\x20-\x7e]/g, '?');
  return some.length > 60 ? `${some.slice(0, 60)}…` : some;
}
