// PURE: HTML, escaped by construction. What goes into a template is text unless it is Markup, and Markup is made by templates
// alone: nothing that a mail, a query or a server says can become a tag.

/** What may stand in a template: text, which is escaped; markup; lists of both; nothing (null, undefined, false). */
export type Content = Markup | string | number | null | undefined | false | readonly Content[];

/** HTML that is safe to send. The private field cannot be forged, not by JSON either. */
export class Markup {
  readonly #html: string;

  private constructor(html: string) {
    this.#html = html;
  }

  /** A constant of our own, never anything that came from outside. */
  static trusted(html: string): Markup {
    return new Markup(html);
  }

  toString(): string {
    return this.#html;
  }
}

/** A template: each value becomes text between tags, or inside an attribute that stands in double quotes. */
export function html(pieces: TemplateStringsArray, ...values: readonly Content[]): Markup {
  const between = slim(pieces);
  let out = between[0] ?? '';
  values.forEach((value, index) => (out += rendered(value) + (between[index + 1] ?? '')));
  return Markup.trusted(out);
}

const slimmed = new WeakMap<TemplateStringsArray, readonly string[]>();

/** The pieces of a template without the indents that are for its readers; worked out once for each template. */
function slim(pieces: TemplateStringsArray): readonly string[] {
  let found = slimmed.get(pieces);
  if (found === undefined) {
    found = pieces.map((piece) => piece.replace(/\n\s*/g, '\n'));
    slimmed.set(pieces, found);
  }
  return found;
}

/** Items with something between them. */
export function joined(items: readonly Content[], between: Content): Content {
  return items.map((item, index) => (index === 0 ? item : [between, item]));
}

function rendered(value: Content): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Markup) return value.toString();
  if (typeof value === 'object') return value.map(rendered).join('');
  return escaped(String(value));
}

const SPECIAL: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Controls, and signs that turn the direction of what stands behind them. */
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

function escaped(text: string): string {
  return text
    .replace(UNSAFE, (char) => (char === '\n' || char === '\t' ? char : ' '))
    .replace(/[&<>"']/g, (char) => SPECIAL[char] ?? '');
}
