// What servers say to people, as text: UTF-8 where it is valid, else GB18030 (QQ, NetEase), else latin1.
// It is made safe for a log or a terminal here, once: no control character passes.

const utf8 = new TextDecoder('utf-8', { fatal: true });
const gb18030 = new TextDecoder('gb18030', { fatal: true });

/** Server text of any bytes; never throws. Control characters, and those that turn the writing direction, become spaces. */
export function decodeText(bytes: Buffer): string {
  return read(bytes).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, ' ');
}

/** `text` for the message of an error: at most `most` UTF-16 units, the rest as `…`. */
export function clip(text: string, most: number = 500): string {
  const trimmed = text.trim();
  return trimmed.length <= most ? trimmed : `${trimmed.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** `text` without the characters of `chars` at its end. A pattern for this takes a quadratic time on a hostile line. */
export function withoutEnd(text: string, chars: string): string {
  let end = text.length;
  while (end > 0 && chars.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

function read(bytes: Buffer): string {
  for (const decoder of [utf8, gb18030]) {
    try {
      return decoder.decode(bytes);
    } catch {
      // not in this charset
    }
  }
  return bytes.toString('latin1');
}
