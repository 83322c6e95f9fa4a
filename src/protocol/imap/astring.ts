// What a command says of its own: a string as quoted text where every server reads it alike, else as a literal, which
// waits until the server asks for it.
import { MailError } from '../../model/error.ts';

/** Longest string that goes quoted; RFC 2683 §3.2.1.5 wants command lines under 1000 octets. */
const MAX_QUOTED = 500;

/** `text` (latin1) in quotes, or undefined where it must be a literal (RFC 9051 §4.3). */
function quoted(text: string): string | undefined {
  if (text.length > MAX_QUOTED || /[^\x20-\x7e]/.test(text)) return undefined;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** Printable ASCII in quotes; anything else in it is left out. For what is only told, as in ID. */
export function quotedAscii(text: string): string {
  return quoted(text.replace(/[^\x20-\x7e]/g, '').slice(0, MAX_QUOTED)) ?? '""';
}

/**
 * The pieces of a command `name` with string arguments (each as latin1, one char an octet). `wary`: quotes and
 * backslashes go as literals too, for servers that unquote them wrongly. Throws MailError `refused` for a NUL.
 */
export function commandOf(name: string, strings: readonly string[], wary: boolean = false): string[] {
  const pieces: string[] = [];
  let piece = name;
  for (const text of strings) {
    if (text.includes('\0')) throw hasNul(name); // RFC 9051 §4.3: a literal holds no NUL
    const inQuotes = wary && /["\\]/.test(text) ? undefined : quoted(text);
    if (inQuotes !== undefined) {
      piece += ` ${inQuotes}`;
      continue;
    }
    pieces.push(`${piece} {${text.length}}`);
    piece = text;
  }
  return [...pieces, piece];
}

function hasNul(name: string): MailError {
  return new MailError({
    kind: 'refused',
    retry: 'never',
    message: `IMAP ${name}: a NUL cannot be sent`,
  });
}
