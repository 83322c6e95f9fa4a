// PURE: Rich Text → its text, and the compressed form in which Outlook carries it. A single walk with a stack of bounded
// depth; charsets of fonts are obeyed; HTML that Outlook wrapped into RTF comes out as its text.
import { decodeBytes } from '../charset.ts';
import { LONGEST_TEXT, reading } from './content.ts';
import type { Reading } from './content.ts';

/** What a group changes, and its end undoes. */
interface State {
  /** Nothing of it is text. */
  skip: boolean;
  charset: string | null;
  /** Characters that stand for one \u, for readers that do not know it. */
  fallback: number;
}

/** Groups beyond this depth share one state. */
const DEEPEST = 500;

/** Groups that hold no text of the document. */
const ASIDE: ReadonlySet<string> = new Set(
  (
    'fonttbl colortbl stylesheet info pict object themedata colorschememapping datastore latentstyles listtable ' +
    'listoverridetable rsidtbl generator xmlnstbl filetbl revtbl fldinst pgdsctbl operator'
  ).split(' '),
);
const LINES: ReadonlySet<string> = new Set(['par', 'line', 'row', 'sect', 'page']);
const SIGNS: Readonly<Record<string, string>> = {
  tab: '\t',
  cell: '\t',
  emdash: '—',
  endash: '–',
  bullet: '•',
  lquote: '‘',
  rquote: '’',
  ldblquote: '“',
  rdblquote: '”',
};
/** \fcharset of a font → its charset. */
const CHARSETS: Readonly<Record<string, string>> = {
  128: 'shift_jis',
  129: 'euc-kr',
  134: 'gb18030',
  136: 'big5',
  161: 'windows-1253',
  162: 'windows-1254',
  163: 'windows-1258',
  177: 'windows-1255',
  178: 'windows-1256',
  186: 'windows-1257',
  204: 'windows-1251',
  222: 'windows-874',
  238: 'windows-1250',
};

const TOKEN = /\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^])|([{}])|([^\\{}\r\n]+)|[\r\n]+/giy;

/** Reads an RTF document. */
export function readRtf(octets: Buffer, limit: number = LONGEST_TEXT): Reading {
  return new Rtf(limit).read(octets.toString('latin1'));
}

class Rtf {
  readonly #limit: number;
  readonly #out: string[] = [];
  #length = 0;
  readonly #stack: State[] = [];
  #state: State = { skip: false, charset: null, fallback: 1 };
  #depth = 0;
  #charset: string | null = 'windows-1252';
  readonly #fonts = new Map<number, string>();
  #font: number | null = null;
  /** Octets of one charset that are not decoded yet: characters may be cut between two escapes. */
  #octets: number[] = [];
  /** Characters to pass over after a \u. */
  #pass = 0;
  #groupBegins = false;
  #wrapped = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  read(source: string): Reading {
    TOKEN.lastIndex = 0;
    for (
      let match = TOKEN.exec(source);
      match !== null && this.#length <= this.#limit;
      match = TOKEN.exec(source)
    ) {
      const [, word, number, hex, sign, brace, plain] = match;
      if (word !== undefined) {
        if (word === 'bin') TOKEN.lastIndex += Math.max(0, Number(number ?? 0));
        this.#word(word, number === undefined ? null : Number(number));
      } else if (hex !== undefined) this.#octet(Number.parseInt(hex, 16));
      else if (sign !== undefined) this.#sign(sign);
      else if (brace !== undefined) this.#brace(brace === '{');
      else if (plain !== undefined) for (const char of plain) this.#octet(char.charCodeAt(0));
      this.#groupBegins = brace === '{' || (sign === '*' && this.#groupBegins);
    }
    this.#flush();
    const text = this.#out
      .join('')
      .replace(/[^\S\n]+/g, ' ')
      .replace(/ ?\n\s*/g, '\n');
    return reading(text.trim(), this.#limit);
  }

  #brace(isOpen: boolean): void {
    this.#flush();
    this.#pass = 0;
    this.#depth += isOpen ? 1 : -1;
    if (isOpen && this.#stack.length < DEEPEST) this.#stack.push({ ...this.#state });
    else if (!isOpen && this.#depth < this.#stack.length) this.#state = this.#stack.pop() ?? this.#state;
    if (this.#depth < 0) this.#depth = 0;
  }

  #word(word: string, number: number | null): void {
    if (word === 'u' && number !== null) return this.#unicode(number);
    this.#pass = 0;
    if (this.#groupBegins && ASIDE.has(word)) this.#state.skip = true;
    else if (word === 'fromhtml') this.#wrapped = true;
    // What only RTF readers shall see stands between \htmlrtf and \htmlrtf0.
    else if (word === 'htmlrtf' && this.#wrapped) this.#state.skip = number !== 0;
    else if (word === 'ansicpg') this.#charset = number === 65001 ? 'utf-8' : `windows-${number}`;
    else if (word === 'uc') this.#state.fallback = Math.min(10, Math.max(0, number ?? 1));
    else if (word === 'f' || word === 'fcharset') this.#fontWord(word, number ?? 0);
    else if (LINES.has(word)) this.#add('\n');
    else if (Object.hasOwn(SIGNS, word)) this.#add(SIGNS[word] ?? '');
  }

  #fontWord(word: string, number: number): void {
    this.#flush();
    if (word === 'f') this.#font = number;
    const known = CHARSETS[number];
    if (word === 'fcharset' && this.#font !== null && known !== undefined) this.#fonts.set(this.#font, known);
    if (word === 'f') this.#state.charset = this.#fonts.get(number) ?? null;
  }

  #sign(sign: string): void {
    // \* marks a group that a reader may leave out where it does not know it: so does this one.
    if (sign === '*' && this.#groupBegins) this.#state.skip = true;
    else if (sign === '~') this.#add(' ');
    else if (sign === '_') this.#add('-');
    else if (sign === '\n' || sign === '\r') this.#add('\n');
    else if ('\\{}'.includes(sign)) this.#octet(sign.charCodeAt(0));
  }

  #unicode(number: number): void {
    this.#flush();
    this.#add(String.fromCharCode(number < 0 ? number + 65_536 : number));
    this.#pass = this.#state.fallback;
  }

  #octet(octet: number): void {
    if (this.#pass > 0) this.#pass--;
    else if (!this.#state.skip) {
      this.#octets.push(octet);
      this.#length++;
    }
  }

  #add(text: string): void {
    this.#flush();
    if (this.#state.skip) return;
    this.#out.push(text);
    this.#length += text.length;
  }

  #flush(): void {
    if (this.#octets.length === 0) return;
    this.#out.push(decodeBytes(Buffer.from(this.#octets), this.#state.charset ?? this.#charset));
    this.#octets = [];
  }
}

/** What a compressed RTF may refer back to before it has said anything ([MS-OXRTFCP] 2.1.2.1). */
const BEGIN =
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx';

/** Octets that a compressed RTF may unpack to. */
const LARGEST = 16 * 2 ** 20;

/** Octets that one reference stands for, at most. */
const LONGEST_COPY = 17;

/** Unpacks Outlook's compressed RTF; null where it is none. The sizes that it claims are not believed. */
export function unpackRtf(octets: Buffer): Buffer | null {
  if (octets.length < 16) return null;
  const kind = octets.toString('latin1', 8, 12);
  if (kind === 'MELA') return octets.subarray(16);
  if (kind !== 'LZFu') return null;
  const window = Buffer.alloc(4096, 0x20);
  window.write(BEGIN, 'latin1');
  const out = Buffer.allocUnsafe(Math.min(LARGEST, octets.length * 18) + LONGEST_COPY);
  let to = 0;
  let write = BEGIN.length;
  const put = (octet: number): void => {
    window[write] = octet;
    write = (write + 1) % 4096;
    out[to++] = octet;
  };
  for (let at = 16; at < octets.length && to < out.length - LONGEST_COPY;) {
    const flags = octets[at++] ?? 0;
    for (let bit = 0; bit < 8 && at < octets.length && to < out.length - LONGEST_COPY; bit++) {
      if ((flags & (1 << bit)) === 0) {
        put(octets[at++] ?? 0);
        continue;
      }
      const reference = ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
      at += 2;
      let from = reference >> 4;
      if (from === write) return out.subarray(0, to); // the mark of the end
      for (let left = (reference & 15) + 2; left > 0; left--) {
        put(window[from] ?? 0x20);
        from = (from + 1) % 4096;
      }
    }
  }
  return out.subarray(0, to);
}
