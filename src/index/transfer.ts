// Undoes base64 and quoted-printable of the text parts that were cut out of a message: base64 as Node does, quoted-printable
// with mailparser. What mailparser is given is a clean message of our own making, so that no broken header, boundary or
// charset of the sender ever reaches it; it is not asked for base64, where its streams cost ten times the work.
import type { Readable } from 'node:stream';
import { MailParser } from 'mailparser';
import { isBase64 } from './base64.ts';
import type { TextPart } from './cut-message.ts';
import type { PartFacts } from './part.ts';

/** The octets of each part, in the same order. Rejects where mailparser gives up. */
export async function decodeTransfer(parts: readonly TextPart[]): Promise<Buffer[]> {
  const encoded = parts.filter(({ encoding }) => encoding === 'quoted-printable');
  const decoded: Buffer[] = [];
  for (let at = 0; at < encoded.length; at += AT_ONCE) {
    decoded.push(...(await parse(encoded.slice(at, at + AT_ONCE))));
  }
  return parts.map(({ encoding, body }) => {
    if (encoding === 'quoted-printable') return decoded.shift() ?? Buffer.alloc(0);
    return encoding === 'base64' ? fromBase64(Buffer.concat(body)) : Buffer.concat(body);
  });
}

/** `length` octets of a message from an offset on; fewer at its end. */
export type Octets = (from: number, length: number) => Buffer;

/** A body that was left in its message. */
export interface Range {
  readonly encoding: PartFacts['encoding'];
  readonly from: number;
  readonly to: number;
}

/** The decoded octets of a body that was left in its message, the first `most` of them. */
export async function decodeRange(
  { encoding, from, to }: Range,
  octets: Octets,
  most: number,
): Promise<Buffer> {
  const length = to - from;
  if (encoding === 'base64' && isBase64([octets(from, Math.min(length, PROBE))]))
    return fromBase64Range(from, to, octets, most);
  const raw = octets(from, Math.min(length, most));
  if (encoding !== 'quoted-printable') return raw;
  const part = { html: false, charset: null, encoding, alternative: 0, body: [raw] };
  return (await decodeTransfer([part]))[0] ?? raw;
}

/** Octets that tell whether a body is base64. */
const PROBE = 4096;

/** Octets of base64 that are decoded at a time: so few that their strings die young. */
const PIECE = 65_536;

function fromBase64Range(from: number, to: number, octets: Octets, most: number): Buffer {
  const out = Buffer.allocUnsafe(Math.min(most, Math.ceil(((to - from) * 3) / 4)));
  let written = 0;
  let rest = '';
  for (let at = from; at < to && written < out.length; at += PIECE) {
    const digits = octets(at, Math.min(PIECE, to - at))
      .toString('latin1')
      .replace(/[^A-Za-z0-9+/=]+/g, '');
    // Padding may stand in the middle: what follows it begins anew (M-014).
    const pieces = (rest + digits).split(/=+/);
    const last = pieces.pop() ?? '';
    const whole = at + PIECE >= to ? last.length : last.length - (last.length % 4);
    rest = last.slice(whole);
    for (const piece of [...pieces, last.slice(0, whole)]) written += out.write(piece, written, 'base64');
  }
  return out.subarray(0, written);
}

/** M-014: several padded pieces may stand behind one another; each is decoded for itself. Other junk is passed over. */
function fromBase64(octets: Buffer): Buffer {
  const text = octets.toString('latin1');
  if (!/=\s*[A-Za-z0-9+/]/.test(text)) return Buffer.from(text, 'base64');
  return Buffer.concat(text.split(/=+/).map((piece) => Buffer.from(piece, 'base64')));
}

/** In quoted-printable `=_` is no sequence (RFC 2045 §6.7). */
const BOUNDARY = '=_mailkeep_=';

/** mailparser refuses a message of more than 1,000 parts. */
const AT_ONCE = 500;

async function parse(parts: readonly TextPart[]): Promise<Buffer[]> {
  const parser = new MailParser({
    skipHtmlToText: true,
    skipTextToHtml: true,
    skipTextLinks: true,
    skipImageLinks: true,
  });
  const decoded: Promise<Buffer>[] = [];
  parser.on('data', (data) => {
    if (data.type !== 'attachment') return;
    decoded.push(collect(data.content).finally(() => data.release()));
  });
  const ended = new Promise<void>((resolve, reject) => {
    parser.once('end', resolve);
    parser.once('error', reject);
  });
  parser.end(Buffer.concat([...compose(parts)]));
  await ended;
  return Promise.all(decoded);
}

function* compose(parts: readonly TextPart[]): Generator<Buffer> {
  yield Buffer.from(`Content-Type: multipart/mixed; boundary="${BOUNDARY}"\r\n`);
  for (const { encoding, body } of parts) {
    yield Buffer.from(
      `\r\n--${BOUNDARY}\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment\r\n` +
        `Content-Transfer-Encoding: ${encoding}\r\n\r\n`,
    );
    yield* encoding === 'quoted-printable' ? [squeezed(body)] : body;
  }
  yield Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
}

/**
 * Runs of blanks in quoted-printable, where no line is longer than 76 octets (RFC 2045 §6.7), become one: mailparser takes a
 * time that grows with the square of a run, and a sender could hold up everybody's mail with it.
 */
function squeezed(body: readonly Buffer[]): Buffer {
  return Buffer.from(
    Buffer.concat(body)
      .toString('latin1')
      .replace(/[ \t]{80,}/g, ' '),
    'latin1',
  );
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
