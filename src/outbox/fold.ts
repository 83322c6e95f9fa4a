// PURE: header fields in lines that mail allows.
import { MAX_LINE } from './mime.ts';

/**
 * Breaks physical lines over 998 octets before white space (RFC 5322 §2.2.3), so that unfolding gives the same field;
 * undefined where a line has no such place.
 */
export function fold(raw: Buffer): Buffer | undefined {
  return broken(raw, () => -1);
}

/** The same for a header that is only to be read: a line without such a place is broken where it has to be, between characters. */
export function foldAnywhere(raw: Buffer): Buffer {
  return broken(raw, between) ?? raw;
}

function broken(raw: Buffer, otherwise: (line: string) => number): Buffer | undefined {
  const done: string[] = [];
  for (const line of raw.toString('latin1').split('\r\n')) {
    let rest = line;
    while (rest.length > MAX_LINE) {
      const blank = lastFold(rest);
      const at = blank < 0 ? otherwise(rest) : blank;
      if (at < 0) return undefined;
      done.push(rest.slice(0, at));
      rest = blank < 0 ? ` ${rest.slice(at)}` : rest.slice(at);
    }
    done.push(rest);
  }
  return Buffer.from(done.join('\r\n'), 'latin1');
}

/** The last white space at which `line` can be broken: words before it and behind it, so that no line is blank. */
function lastFold(line: string): number {
  for (let at = MAX_LINE; at > 0; at--) {
    if (!/[ \t]/.test(line.charAt(at)) || /[ \t]/.test(line.charAt(at - 1))) continue;
    const before = line.slice(0, at);
    // Nothing but the name before it: RFC 5322 §2.2.3 allows it, servers dislike it.
    if (before.trim() !== '' && !/^[^:\s]+:\s*$/.test(before) && line.slice(at).trim() !== '') return at;
  }
  return -1;
}

/** The last place within the first 998 octets that is no inside of a character of UTF-8 (`line` is octets as latin1). */
function between(line: string): number {
  let at = MAX_LINE;
  while (at > MAX_LINE - 4 && /[\x80-\xbf]/.test(line.charAt(at))) at--;
  return at;
}
