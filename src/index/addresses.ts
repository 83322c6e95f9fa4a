// PURE: an address header → the readable form `Name <address>, …`. Names are decoded after the parsing, so that an
// encoded comma or bracket never makes an address (the envelope of outgoing mail is parsed elsewhere, and strictly).
import { decodeWords, ENCODED_WORD } from './encoded-words.ts';

/** At most so many addresses of a header are read (M-010). */
const MOST = 2000;

/**
 * The addresses of an unfolded header value, for display and search. A group keeps its name, `Friends: a@b, c@d;`, and one without
 * members is its name alone, `undisclosed-recipients`; what is odd stays as text.
 */
export function readableAddresses(value: string): string {
  const out: string[] = [];
  let text = '';
  let angle = '';
  let comment = '';
  /** The group that is open: its name, and the entries before it. */
  let group: { readonly name: string; readonly from: number } | null = null;
  const flush = (): void => {
    const entry = readable(text, angle, comment);
    if (entry !== '') out.push(entry);
    text = angle = comment = '';
  };
  const endGroup = (end: ';' | ''): void => {
    if (group !== null) grouped(out, group, end);
    group = null;
  };
  const word = new RegExp(ENCODED_WORD.source, 'iy');
  /** Openings that nothing closes: they are looked for once, or hostile headers would take quadratic time. */
  const unclosed = new Set<string>();
  for (let at = 0; at < value.length && out.length < MOST;) {
    const char = value.charAt(at);
    word.lastIndex = at;
    const encoded = char === '=' ? word.exec(value)?.[0] : undefined;
    const piece = encoded ?? (unclosed.has(char) ? char : (PIECES[char]?.(value, at) ?? char));
    if (piece === char && char in PIECES) unclosed.add(char);
    at += piece.length;
    if (encoded !== undefined) text += encoded;
    else if (char === '"') text += unquoted(piece);
    else if (char === '(' && piece !== '(') comment ||= piece.slice(1, piece.endsWith(')') ? -1 : undefined);
    else if (char === '<' && piece !== '<') angle ||= piece.replace(/^<(?:@[^:]*:)?|>$/g, '').trim();
    else if (char === ',') flush();
    else if (char === ';') {
      flush();
      endGroup(';');
    } else if (char === ':' && !text.includes('@')) {
      endGroup('');
      group = { name: tidy(text), from: out.length };
      text = '';
    } else text += char;
  }
  flush();
  endGroup('');
  return out.join(', ');
}

function grouped(
  out: string[],
  { name, from }: { readonly name: string; readonly from: number },
  end: string,
): void {
  const [first, last] = [out[from], out.at(-1)];
  if (name === '') return;
  if (first === undefined || last === undefined) {
    out.push(name);
    return;
  }
  out[from] = `${name}: ${first}`;
  out[out.length - 1] = `${out.at(-1)}${end}`;
}

function readable(text: string, angle: string, comment: string): string {
  const plain = tidy(text);
  if (angle !== '') return plain === '' || plain === angle ? angle : `${plain} <${angle}>`;
  if (comment !== '' && plain.includes('@')) return `${tidy(comment)} <${plain}>`;
  return plain;
}

function tidy(text: string): string {
  return decodeWords(text).replace(/\s+/g, ' ').trim();
}

/** How far a piece reaches that begins with this character; an unclosed one is only the character. */
const PIECES: Readonly<Record<string, (value: string, at: number) => string>> = {
  '"': (value, at) => {
    for (let end = at + 1; end < value.length; end++) {
      if (value[end] === '\\') end++;
      else if (value[end] === '"') return value.slice(at, end + 1);
    }
    return '"';
  },
  '(': (value, at) => {
    const end = value.indexOf(')', at);
    return end === -1 ? '(' : value.slice(at, end + 1);
  },
  '<': (value, at) => {
    const end = value.indexOf('>', at);
    return end === -1 ? value.slice(at) : value.slice(at, end + 1);
  },
};

function unquoted(piece: string): string {
  return piece.slice(1, -1).replace(/\\(.)/g, '$1');
}
