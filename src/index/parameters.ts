// PURE: `text/plain; charset=gbk; name*0*=…` → the value and its parameters, in RFC 2231 pieces or with the encoded
// words that senders put there all the same.
import { decodeBytes } from './charset.ts';
import { decodeWords } from './encoded-words.ts';

/** A structured header value. */
export interface Parameterised {
  /** Lower case: `text/plain`, `attachment`. */
  readonly value: string;
  /** By lower-case name; the first of a name holds. */
  readonly params: ReadonlyMap<string, string>;
}

/** At most so many parameters, or pieces of them, are read (M-006). */
const MOST = 500;

/** Parses an unfolded Content-Type or Content-Disposition value. */
export function parseParameters(text: string): Parameterised {
  const semicolon = text.indexOf(';');
  const value = (semicolon === -1 ? text : text.slice(0, semicolon)).trim().toLowerCase();
  const params = new Map<string, string>();
  const pieces = new Map<string, Piece[]>();
  let at = semicolon === -1 ? text.length : semicolon;
  for (let count = 0; at < text.length && count < MOST; count++) {
    PARAMETER.lastIndex = at;
    const match = PARAMETER.exec(text);
    if (match === null) break;
    at = PARAMETER.lastIndex;
    const name = (match[1] ?? '').toLowerCase();
    const content = match[2]?.replace(/\\(.)/gs, '$1') ?? (match[3] ?? '').trim().replace(/^"/, '');
    const star = /^([^*]+)\*(?:(\d{1,4})(\*)?)?$/.exec(name);
    if (star === null) {
      if (name !== '' && !params.has(name)) params.set(name, decodeWords(content));
      continue;
    }
    const base = star[1] ?? '';
    const encoded = star[2] === undefined || star[3] !== undefined;
    pieces.set(base, [...(pieces.get(base) ?? []), { order: Number(star[2] ?? 0), encoded, content }]);
  }
  // RFC 2231 §3: where both forms are given, the one in pieces is the better.
  for (const [name, list] of pieces) params.set(name, joined(list));
  return { value, params };
}

/** `; name="quoted"` or `; name=token up to the next semicolon`. */
const PARAMETER = /[;\s]*([^=;\s]*)\s*(?:=\s*(?:"((?:[^"\\]|\\[^])*)"[^;]*|([^;]*)))?;?/gy;

interface Piece {
  readonly order: number;
  readonly encoded: boolean;
  readonly content: string;
}

function joined(pieces: readonly Piece[]): string {
  const ordered = [...pieces].sort((a, b) => a.order - b.order);
  let charset: string | null = null;
  const octets = ordered.map(({ encoded, content }, index) => {
    if (!encoded) return Buffer.from(content, 'utf8');
    const head = index === 0 ? /^([^']*)'[^']*'/.exec(content) : null;
    if (head !== null) charset = head[1] ?? null;
    return unescaped(content.slice(head?.[0].length ?? 0));
  });
  // A character may be cut between two pieces, so they are decoded as one.
  return decodeWords(decodeBytes(Buffer.concat(octets), charset));
}

function unescaped(text: string): Buffer {
  const octets = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(octets, /[^\x00-\xff]/.test(octets) ? 'utf8' : 'latin1');
}
