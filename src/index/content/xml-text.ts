// PURE: the XML inside an office document, chunk by chunk → its text. Only tokens are read: no tree, no document type, no
// entity but the five of XML and characters by number, so that neither depth nor entities can cost more than their octets.
import { Tokenizer } from 'htmlparser2';

/** Which elements matter, by their names without prefix. */
export interface Dialect {
  /** Elements that hold text; null: all do. */
  readonly holds: ReadonlySet<string> | null;
  /** Elements at whose begin and end a line ends. */
  readonly lines: ReadonlySet<string>;
  /** Elements that part words. */
  readonly gaps: ReadonlySet<string>;
  /** Elements of which nothing is text. */
  readonly drops: ReadonlySet<string>;
}

/** Word, Excel and PowerPoint. `v` is a cell's value: left out where it only is the number of a shared string. */
export const OOXML: Dialect = {
  holds: new Set(['t', 'v']),
  lines: new Set(['p', 'br', 'cr', 'si', 'row', 'comment']),
  gaps: new Set(['tab', 'tc', 'c']),
  // An old form of what stands beside it; how a word is pronounced; formulas.
  drops: new Set(['Fallback', 'rPh', 'f', 'delText', 'instrText']),
};

/** OpenDocument. */
export const ODF: Dialect = {
  holds: null,
  lines: new Set(['p', 'h', 'line-break', 'table-row', 'page', 'list-item']),
  gaps: new Set(['tab', 's', 'table-cell', 'covered-table-cell']),
  drops: new Set([
    'scripts',
    'font-face-decls',
    'automatic-styles',
    'tracked-changes',
    'binary-data',
    'styles',
    'settings',
  ]),
};

/** Takes XML in pieces of any size. */
export class XmlText {
  readonly #dialect: Dialect;
  readonly #limit: number;
  readonly #out: string[] = [];
  #length = 0;
  readonly #tokenizer: Tokenizer;
  /** What the tokenizer was given last, and where that begins in the whole. */
  #chunk = '';
  #base = 0;
  #rest = '';
  /** The element that is being read, where it matters. */
  #name = '';
  #attribute = '';
  #isShared = false;
  /** Open elements that hold text; of one that is dropped, how many of its name are open. */
  #held = 0;
  #dropped = '';
  #droppedDepth = 0;

  constructor(dialect: Dialect, limit: number) {
    this.#dialect = dialect;
    this.#limit = limit;
    this.#tokenizer = new Tokenizer({ xmlMode: true, decodeEntities: true }, this.#callbacks());
  }

  /** True once there is more text than the limit: what follows changes nothing. */
  get isFull(): boolean {
    return this.#length > this.#limit;
  }

  write(piece: string): void {
    const text = this.#rest + piece;
    // A tag is best not cut in two; one that is longer than a piece is none that matters.
    const end = text.lastIndexOf('>') + 1;
    this.#rest = end === 0 || text.length - end > piece.length ? '' : text.slice(end);
    this.#feed(this.#rest === '' ? text : text.slice(0, end));
  }

  /** The text so far, tidied. */
  end(): string {
    this.#feed(this.#rest);
    this.#tokenizer.end();
    return this.#out
      .join('')
      .replace(/[^\S\n]+/g, ' ')
      .replace(/ ?\n\s*/g, '\n')
      .trim();
  }

  #feed(text: string): void {
    if (text === '' || this.isFull) return;
    this.#base += this.#chunk.length;
    this.#chunk = text;
    this.#tokenizer.write(text);
  }

  #callbacks(): ConstructorParameters<typeof Tokenizer>[1] {
    const nothing = (): void => {};
    return {
      onopentagname: (start, end) => this.#open(this.#local(start, end)),
      onopentagend: () => this.#opened(false),
      onselfclosingtag: () => this.#opened(true),
      onclosetag: (start, end) => this.#close(this.#local(start, end)),
      onattribname: (start, end) => (this.#attribute = this.#slice(start, end)),
      onattribdata: (start, end) => {
        // <c t="s"><v>17</v></c>: the number of a string that stands elsewhere.
        if (this.#name === 'c' && this.#attribute === 't') this.#isShared = this.#slice(start, end) === 's';
      },
      onattribentity: nothing,
      onattribend: nothing,
      ontext: (start, end) => this.#text(this.#slice(start, end)),
      ontextentity: (code) => this.#text(String.fromCodePoint(code)),
      oncdata: (start, end, offset) => this.#text(this.#slice(start, end - offset)),
      oncomment: nothing,
      ondeclaration: nothing,
      onend: nothing,
      onprocessinginstruction: nothing,
    };
  }

  #slice(start: number, end: number): string {
    return this.#chunk.slice(Math.max(0, start - this.#base), Math.max(0, end - this.#base));
  }

  #local(start: number, end: number): string {
    const name = this.#slice(start, Math.min(end, start + 100));
    return name.slice(name.indexOf(':') + 1);
  }

  #open(name: string): void {
    this.#name = name;
    if (name === 'c') this.#isShared = false;
    if (this.#dropped !== '') {
      if (name === this.#dropped) this.#droppedDepth++;
    } else if (this.#dialect.drops.has(name)) {
      this.#dropped = name;
      this.#droppedDepth = 1;
    } else {
      if (this.#dialect.holds?.has(name) === true) this.#held++;
      this.#gap(name);
    }
  }

  #opened(isClosed: boolean): void {
    if (isClosed) this.#close(this.#name);
  }

  #close(name: string): void {
    if (this.#dropped !== '') {
      if (name === this.#dropped && --this.#droppedDepth === 0) this.#dropped = '';
      return;
    }
    if (this.#dialect.holds?.has(name) === true) this.#held = Math.max(0, this.#held - 1);
    this.#gap(name);
  }

  #gap(name: string): void {
    const sign = this.#dialect.lines.has(name) ? '\n' : this.#dialect.gaps.has(name) ? '\t' : '';
    // Millions of empty paragraphs are one.
    if (sign === '' || this.#out.at(-1) === sign) return;
    this.#out.push(sign);
    this.#length++;
  }

  #text(text: string): void {
    if (this.#dropped !== '' || (this.#dialect.holds !== null && this.#held === 0)) return;
    if (this.#isShared && this.#name === 'v') return;
    this.#out.push(text);
    this.#length += text.length;
  }
}
