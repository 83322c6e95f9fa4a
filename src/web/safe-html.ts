// PURE: the HTML of a mail → a document that is safe to show: it runs nothing, loads nothing, submits nothing, and says
// how much was left out. The mail's tags are read one by one and written anew, as known `<name a="escaped">` and escaped text
// only: in that there is no raw text, comment, foreign element or template whose second reading by a browser could differ
// from the first (mutation XSS), so safety does not hang on how the mail was read. No tree is built: time and memory are
// linear in the mail, however deep it nests.
import { Tokenizer } from 'htmlparser2';
import { Attributes, escapeHtml } from './safe-attributes.ts';
import type { Wishes } from './safe-attributes.ts';
import { safeSheet } from './safe-css.ts';
import { Nesting } from './safe-nesting.ts';
import { ALIASES, ARMED, BREAKS_OUT, ELEMENTS, FOREIGN, SWALLOWED } from './safe-words.ts';

/** A mail's HTML, made safe. */
export interface SafeHtml {
  /** A whole document, to be sent as UTF-8. */
  readonly html: string;
  /** Images, sheets and fonts from elsewhere that it asked for and does not get. */
  readonly blocked: number;
  /** What was left out because it runs, submits or embeds: scripts, event attributes, frames, forms, plug-ins, such links. */
  readonly disarmed: number;
}

/** Makes a mail's HTML safe. Any text will do; never throws. */
export function safeHtml(html: string, wishes: Wishes): SafeHtml {
  const filter = new Filter(html, wishes);
  const { blocked, disarmed } = filter.attributes;
  return { html: `${HEAD}${filter.out.join('')}`, blocked, disarmed };
}

/** Mail is black on white, whatever the page is; a long word or a large image does not make it wider than its frame. */
const HEAD =
  '<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
  '<meta name="color-scheme" content="only light"><style>html{background:#fff;color:#000;font:16px/1.5 system-ui,' +
  'sans-serif;overflow-wrap:break-word}body{margin:12px}img{max-width:100%}pre{white-space:pre-wrap}</style></head><body>\n';

/** A tag name is no longer than this. */
const LONGEST_NAME = 20;

class Filter {
  readonly out: string[] = [];
  readonly attributes: Attributes;
  readonly #html: string;
  readonly #nesting = new Nesting();
  /** The element that is left out with all that it holds, and how often it is open. */
  #swallowed = '';
  #swallowedDepth = 0;
  /** The text of the `<style>` that is being read. */
  #sheet: string[] | undefined;
  #element = '';
  #read = new Map<string, string>();
  #name: string | undefined;
  #value = '';

  constructor(html: string, wishes: Wishes) {
    this.#html = html;
    this.attributes = new Attributes(wishes);
    const tokenizer = new Tokenizer({ decodeEntities: true }, this);
    tokenizer.write(html);
    tokenizer.end();
    this.#endSheet();
  }

  onopentagname(start: number, end: number): void {
    this.#element = this.#nameAt(start, end);
    this.#read = new Map();
  }

  onattribname(start: number, end: number): void {
    const name = this.#nameAt(start, end);
    const isRead = this.#swallowed === '' && !this.#read.has(name);
    this.#name = isRead && this.attributes.isRead(this.#element, name) ? name : undefined;
    this.#value = '';
  }

  onattribdata(start: number, end: number): void {
    if (this.#name !== undefined) this.#value += this.#html.slice(start, end);
  }

  onattribentity(code: number): void {
    if (this.#name !== undefined) this.#value += String.fromCodePoint(code);
  }

  onattribend(): void {
    if (this.#name !== undefined) this.#read.set(this.#name, this.#value);
  }

  onselfclosingtag(): void {
    this.#open(true);
  }

  onopentagend(): void {
    this.#open(false);
  }

  onclosetag(start: number, end: number): void {
    const name = this.#nameAt(start, end);
    if (this.#swallowed !== '') {
      if (name === this.#swallowed && --this.#swallowedDepth === 0) this.#swallowed = '';
    } else if (name === 'style') this.#endSheet();
    else if (ELEMENTS.has(name) && this.#nesting.closes(name)) this.out.push(`</${name}>`);
  }

  ontext(start: number, end: number): void {
    if (this.#sheet !== undefined) this.#sheet.push(this.#html.slice(start, end));
    else if (this.#swallowed === '') this.out.push(escapeHtml(this.#html.slice(start, end)));
  }

  ontextentity(code: number): void {
    if (this.#swallowed === '') this.out.push(escapeHtml(String.fromCodePoint(code)));
  }

  isInForeignContext(): boolean {
    return FOREIGN.has(this.#swallowed);
  }

  oncdata(): void {}
  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}
  onend(): void {}

  #open(isSelfClosing: boolean): void {
    const name = this.#element;
    if (this.#swallowed !== '') {
      if (name === this.#swallowed && !(isSelfClosing && FOREIGN.has(name))) this.#swallowedDepth++;
      if (!FOREIGN.has(this.#swallowed) || !BREAKS_OUT.has(name)) return;
      this.#swallowed = '';
    }
    if (ARMED.has(name)) this.attributes.disarmed++;
    if (name === 'style') this.#sheet = [];
    else if (!ELEMENTS.has(name)) this.#leaveOut(name, isSelfClosing);
    else if (this.#nesting.opens(name))
      this.out.push(`<${name}${this.attributes.written(name, this.#read)}>`);
  }

  #leaveOut(name: string, isSelfClosing: boolean): void {
    this.attributes.drop(this.#read);
    if (!SWALLOWED.has(name) || (isSelfClosing && FOREIGN.has(name))) return;
    this.#swallowed = name;
    this.#swallowedDepth = 1;
  }

  #endSheet(): void {
    if (this.#sheet === undefined) return;
    const { css, asked } = safeSheet(this.attributes.cssWithin(this.#sheet.join('')));
    this.attributes.blocked += asked;
    if (css !== '') this.out.push(`<style>${css}</style>`);
    this.#sheet = undefined;
  }

  #nameAt(start: number, end: number): string {
    if (end - start > LONGEST_NAME) return '';
    const name = this.#html.slice(start, end).toLowerCase();
    return ALIASES.get(name) ?? name;
  }
}
