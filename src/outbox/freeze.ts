// PURE: the octets as they will be sent, made once and then the same for every try. Date and Message-ID are added where
// they are missing, what is nobody else's business is taken out, lines end in CRLF and fit into 998 octets, and text beyond ASCII
// says what it is; what cannot be mended without a doubt is refused with a reason.
import type { BodyForm } from './body.ts';
import { ONLY_TO, type Refusal } from './envelope.ts';
import { fold } from './fold.ts';
import { type Field, fieldsNamed, parameter, splitHead, valueOf, withCrlf } from './header.ts';
import { MAX_LINE } from './mime.ts';
import type { Facts } from './structure.ts';

/** What is written into a message that lacks it. */
export interface Stamp {
  /** Milliseconds since 1970, UTC. */
  readonly date: number;
  /** Without angle brackets. */
  readonly messageId: string;
}

/** A message that is ready: `head`, then the body in that form. */
export interface Frozen {
  /** With its blank line. */
  readonly head: Buffer;
  readonly body: BodyForm;
  /** The Bcc fields that were taken out, for the sender's own copy. */
  readonly bcc: Buffer;
  /** With angle brackets, as it stands in the message. */
  readonly messageId: string;
  /** The body holds octets above 127 (RFC 6152), the header does (RFC 6532). */
  readonly eightBitBody: boolean;
  readonly eightBitHead: boolean;
  /** It has parts that are no lines of text (RFC 3030 §3). */
  readonly binary: boolean;
  /** Parts of it have lines longer than mail allows, and are to be written anew. */
  readonly long: boolean;
}

/** The frozen form of a message, or why it cannot be sent. */
export function freeze(facts: Facts, stamp: Stamp): Frozen | Refusal {
  if (facts.nul !== null)
    return { refused: `it holds a NUL at octet ${facts.nul}, which no mail server takes` };
  // A lone CR is a line end to some servers: with a dot behind it, a message could smuggle a second one.
  if (facts.loneCr !== null) return { refused: `it holds a CR without LF at octet ${facts.loneCr}` };
  // A file of which that is all that is missing is only taken where its writer was done with it (claim.ts).
  if (facts.missing !== null && !facts.unended) return { refused: `it is incomplete: ${facts.missing}` };
  const split = splitHead(facts.head);
  if ('refused' in split) return split;
  const { fields } = split;
  const body = bodyForm(fields, facts);
  if (typeof body !== 'string') return body;
  const kept = fields.filter(
    (field) => !isPrivate(field.name) && !isEmpty(field) && !(body !== 'crlf' && isEncoding(field.name)),
  );
  const lines: Buffer[] = [];
  for (const field of kept) {
    const folded = fold(withCrlf(named(field.raw)));
    if (folded === undefined)
      return { refused: `a line of its ${field.name} field is longer than ${MAX_LINE} octets` };
    lines.push(folded);
  }
  const added = additions(kept, stamp, body, facts.bareUtf8 && !isSealed(fields, facts));
  const messageId = fieldsNamed(kept, 'message-id').map(valueOf)[0] ?? `<${stamp.messageId}>`;
  return {
    head: Buffer.concat([...lines, Buffer.from([...added, ''].map((line) => `${line}\r\n`).join(''))]),
    body,
    bcc: Buffer.concat(fields.filter(({ name }) => BCC.includes(name)).map(({ raw }) => withCrlf(raw))),
    messageId,
    eightBitBody: body === 'crlf' && facts.eightBitBody,
    eightBitHead: kept.some(({ raw }) => raw.some((octet) => octet > 127)),
    binary: facts.binary.length > 0,
    long: body === 'crlf' && facts.longestLine > MAX_LINE,
  };
}

/** A date as a message writes it (RFC 5322 §3.3), in UTC. */
export function dateField(ms: number): string {
  const [day = '', date = '', month = '', year = '', time = ''] = new Date(ms).toUTCString().split(' ');
  return `${day} ${Number(date)} ${month} ${year} ${time} +0000`;
}

const BCC = ['bcc', 'resent-bcc'];

function isPrivate(name: string): boolean {
  return (
    BCC.includes(name) ||
    ['return-path', 'content-length', ONLY_TO].includes(name) ||
    name.startsWith('x-mailkeep-')
  );
}

/** RFC 5322 §4.5: white space before the colon must not be written, and ends the header for some readers. */
function named(raw: Buffer): Buffer {
  const [space] = /^[!-9;-~]+([ \t]+)(?=:)/.exec(raw.toString('latin1', 0, MAX_LINE)) ?? [];
  if (space === undefined) return raw;
  const colon = raw.indexOf(':');
  return Buffer.concat([Buffer.from(space.trimEnd()), raw.subarray(colon)]);
}

/** A program that leaves them blank has none to give: it is as if they were not there. */
function isEmpty(field: Field): boolean {
  return (field.name === 'date' || field.name === 'message-id') && valueOf(field) === '';
}

function isEncoding(name: string): boolean {
  return name === 'content-transfer-encoding';
}

function additions(fields: readonly Field[], stamp: Stamp, body: BodyForm, bare: boolean): string[] {
  const has = (name: string): boolean => fields.some((field) => field.name === name);
  const added: string[] = [];
  if (!has('date')) added.push(`Date: ${dateField(stamp.date)}`);
  if (!has('message-id')) added.push(`Message-ID: <${stamp.messageId}>`);
  const encoding =
    body === 'quoted-printable' ? body : bare && !has('content-transfer-encoding') ? '8bit' : null;
  if ((bare || encoding !== null) && !has('mime-version')) added.push('MIME-Version: 1.0');
  // RFC 2045 §5.2: what does not say what it is would be read as US-ASCII.
  if (bare) added.push('Content-Type: text/plain; charset=utf-8');
  if (encoding !== null) added.push(`Content-Transfer-Encoding: ${encoding}`);
  return added;
}

function bodyForm(fields: readonly Field[], facts: Facts): BodyForm | Refusal {
  if (facts.longestLine <= MAX_LINE) return 'crlf';
  const long = `its body has a line of ${facts.longestLine} octets, and mail allows ${MAX_LINE}`;
  if (isSealed(fields, facts))
    return { refused: `${long}; it is signed or encrypted, so that it must not be changed` };
  const type = (fieldsNamed(fields, 'content-type').map(valueOf)[0] ?? 'text/plain').toLowerCase();
  const encoding = fieldsNamed(fields, 'content-transfer-encoding').map(valueOf)[0] ?? '7bit';
  // Of anything but one plain text the long part must be found first.
  if (!type.startsWith('text/') || !/^(7bit|8bit|binary)\b/i.test(encoding)) return 'crlf';
  return 'quoted-printable';
}

/** Signed or encrypted in any way that a change of the body would break. */
function isSealed(fields: readonly Field[], facts: Facts): boolean {
  if (facts.inlinePgp || fields.some(({ name }) => name === 'dkim-signature')) return true;
  return fieldsNamed(fields, 'content-type').some((field) => {
    const value = valueOf(field);
    return (
      /^(multipart\/(signed|encrypted)|application\/(x-)?pkcs7-mime)\b/i.test(value) ||
      parameter(value, 'smime-type') !== undefined
    );
  });
}
