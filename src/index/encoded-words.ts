// PURE: =?charset?B?…?= → text (RFC 2047 §2), as senders really write them: characters cut between two words, blanks
// inside a word, padding in its middle.
import { decodeBytes } from './charset.ts';

/** One encoded word; the groups are charset, encoding and text (RFC 2047 §2, with a language by RFC 2231 §5). */
export const ENCODED_WORD: RegExp =
  /=\?[ \t]{0,4}([^?\s*]{1,60})(?:\*[^?\s]{0,40})?[ \t]{0,4}\?[ \t]{0,4}([bq])[ \t]{0,4}\?([^?]*)\?=/gi;

/**
 * Decodes the encoded words in a text; the rest stays, control characters become spaces. Adjacent words of one charset are
 * joined as octets before they are decoded, because senders cut characters in two (M-003), and the space between two words is
 * dropped (RFC 2047 §6.2).
 */
export function decodeWords(text: string): string {
  if (!text.includes('=?')) return printable(text);
  const out: string[] = [];
  let run: { charset: string; octets: Buffer[] } | undefined;
  const finish = (): void => {
    if (run !== undefined) out.push(decodeBytes(Buffer.concat(run.octets), run.charset));
    run = undefined;
  };
  let end = 0;
  for (const match of text.matchAll(ENCODED_WORD)) {
    const [whole, charset = '', encoding = '', body = ''] = match;
    const between = text.slice(end, match.index);
    const adjacent = run !== undefined && between.trim() === '';
    if (!adjacent || run?.charset !== charset.toLowerCase()) finish();
    if (!adjacent) out.push(between);
    run ??= { charset: charset.toLowerCase(), octets: [] };
    run.octets.push(encoding.toLowerCase() === 'b' ? fromBase64(body) : fromQ(body));
    end = match.index + whole.length;
  }
  finish();
  out.push(text.slice(end));
  return printable(out.join(''));
}

/** A header is one line, whatever it hides in its words. */
function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f]/g, ' ');
}

function fromBase64(body: string): Buffer {
  // Padding in the middle comes from words glued together (M-004).
  return Buffer.concat(body.split(/=+/).map((piece) => Buffer.from(piece, 'base64')));
}

function fromQ(body: string): Buffer {
  const octets = body
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return NOT_OCTETS.test(octets) ? Buffer.from(octets, 'utf8') : Buffer.from(octets, 'latin1');
}

const NOT_OCTETS = /[^\x00-\xff]/;
