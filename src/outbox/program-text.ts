// PURE: what a program has printed → text that mail can carry. A progress bar is full of lone CRs and `find -print0` of NULs,
// and whoever pipes them into sendmail has no second copy: refused, the message would be lost.
import { type Field, fieldsNamed, valueOf } from './header.ts';

const CR = 0x0d;
const LF = 0x0a;
const NUL = 0x00;
const NUL_SHOWN = Buffer.from('^@');

/** True where a body under this header is plain text that nobody has signed, so that a control character may be mended. */
export function isProgramText(fields: readonly Field[]): boolean {
  const [type] = fieldsNamed(fields, 'content-type').map(valueOf);
  const [encoding] = fieldsNamed(fields, 'content-transfer-encoding').map(valueOf);
  return (
    /^text\//i.test(type ?? 'text/plain') &&
    /^(7bit|8bit|binary)\b/i.test(encoding ?? '7bit') &&
    !fields.some(({ name }) => name === 'dkim-signature')
  );
}

/** The body with each lone CR as a line end, as a terminal shows it, and each NUL as `^@`; from an OpenPGP block on, as it is. */
export async function* programText(from: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let sealed = false;
  /** The chunk before ended in a CR that is not yet written. */
  let held = false;
  for await (const chunk of from) {
    sealed ||= chunk.includes('-----BEGIN PGP ');
    const all: Buffer = held ? Buffer.concat([Buffer.of(CR), chunk]) : chunk;
    held = !sealed && all.at(-1) === CR;
    const part = held ? all.subarray(0, -1) : all;
    yield sealed ? part : mended(part);
  }
  if (held) yield Buffer.of(LF);
}

/** `part` does not end within a CR LF. */
function mended(part: Buffer): Buffer {
  if (!part.includes(CR) && !part.includes(NUL)) return part;
  const out: Buffer[] = [];
  let from = 0;
  for (let at = 0; at < part.length; at++) {
    const octet = part[at];
    if (octet !== NUL && (octet !== CR || part[at + 1] === LF)) continue;
    out.push(part.subarray(from, at), octet === NUL ? NUL_SHOWN : Buffer.of(LF));
    from = at + 1;
  }
  return Buffer.concat([...out, part.subarray(from)]);
}
