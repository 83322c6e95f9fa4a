// The lines of a multi-line answer, up to the lone dot (RFC 1939 §3): CAPA, LIST, UIDL. They are read one at a time and
// bounded, so that a server that never stops cannot fill the memory.
import { MailError } from '../../model/error.ts';
import { line } from '../dialogue.ts';
import type { Dialogue } from '../dialogue.ts';

/** The most lines one answer may have; the fullest known mailboxes hold a tenth of it. */
const MAX_LINES = 1_000_000;
/** The most octets one answer may have. */
const MAX_OCTETS = 128 * 1024 * 1024;

/** Gives each line to `each`, dot-unstuffed, without its end. Throws MailError `protocol` over a million lines or 128 MB. */
export function* listing(host: string, name: string, each: (text: Buffer) => void): Dialogue<void> {
  let octets = 0;
  for (let count = 0; count <= MAX_LINES && octets <= MAX_OCTETS; count++) {
    const text = yield* line();
    if (isEnd(text)) return;
    octets += text.length;
    each(unstuffed(text));
  }
  throw new MailError({
    kind: 'protocol',
    retry: 'later',
    message: `POP3 ${name} answered by ${host} with more lines than any mailbox has`,
    phase: name.toLowerCase(),
  });
}

/** True for the line that ends a multi-line answer. */
export function isEnd(text: Buffer): boolean {
  return text.length === 1 && text[0] === DOT;
}

/** RFC 1939 §3: a dot that opens a line of a multi-line answer was put there by the server. */
export function unstuffed(text: Buffer): Buffer {
  return text[0] === DOT ? text.subarray(1) : text;
}

/** A message number, 1 to 2^31-1; null for anything else. */
export function messageNumber(digits: string): number | null {
  const value = /^\d{1,10}$/.test(digits) ? Number(digits) : 0;
  return value >= 1 && value < 2 ** 31 ? value : null;
}

const DOT = 0x2e;
