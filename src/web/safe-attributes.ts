// PURE: the attributes of one tag of a mail → those that it keeps, written anew. Links leave for a window of their own, images
// come out of the mail itself, and what would have come from elsewhere is counted.
import { Buffer } from 'node:buffer';
import { safeStyle } from './safe-css.ts';
import { dataImage, imageType } from './safe-image.ts';
import { contentId, farImage, safeLink } from './safe-link.ts';
import { ELEMENTS } from './safe-words.ts';

/** What the mail may have. */
export interface Wishes {
  /** The image with this content id among the mail's own parts; undefined where there is none. */
  readonly image: (contentId: string) => Uint8Array | undefined;
  /** True: images from elsewhere stay, because the person asked for them. */
  readonly remote: boolean;
}

/** Octets of one image, and of all of a mail together, that are put into its document. */
const LARGEST_IMAGE = 8 * 1024 * 1024;
const ALL_IMAGES = 24 * 1024 * 1024;

/** Characters of CSS that are read of a mail, sheets and attributes together; the rest is left out. */
const ALL_CSS = 524_288;

/** Attributes by which an element fetches something. */
const FETCHING: ReadonlySet<string> = new Set([
  'src',
  'srcset',
  'background',
  'poster',
  'data',
  'dynsrc',
  'lowsrc',
]);

/** Attributes that hold a program or lead to one. */
const ARMED = /^(?:on|formaction$|srcdoc$)/;

/** Reads and writes attributes, and counts over the whole mail what it leaves out. */
export class Attributes {
  readonly #wishes: Wishes;
  #imagesLeft = ALL_IMAGES;
  #cssLeft = ALL_CSS;
  blocked = 0;
  disarmed = 0;

  constructor(wishes: Wishes) {
    this.#wishes = wishes;
  }

  /** True for an attribute whose value decides something. `element`, `name` in lower case. */
  isRead(element: string, name: string): boolean {
    if (ARMED.test(name)) this.disarmed++;
    return (
      ELEMENTS.get(element)?.has(name) ?? (FETCHING.has(name) || (element === 'link' && name === 'href'))
    );
  }

  /** Of an element that is left out: what it would have fetched is counted. */
  drop(read: ReadonlyMap<string, string>): void {
    if ([...read.values()].some((value) => isFar(value))) this.blocked++;
  }

  /** ` name="value"` for each attribute that stays. */
  written(element: string, read: ReadonlyMap<string, string>): string {
    let out = '';
    for (const [name, value] of read) {
      const kept = this.#value(name, value);
      if (kept === undefined) continue;
      out += ` ${name}="${escapeHtml(kept)}"`;
      if (name === 'href' && !kept.startsWith('#'))
        out += ' target="_blank" rel="noopener noreferrer nofollow"';
    }
    return element === 'img' && this.#wishes.remote ? `${out} referrerpolicy="no-referrer"` : out;
  }

  /** As much of a piece of CSS as may still be read. */
  cssWithin(css: string): string {
    const read = css.slice(0, this.#cssLeft);
    this.#cssLeft -= read.length;
    return read;
  }

  #value(name: string, value: string): string | undefined {
    switch (name) {
      case 'href':
        return this.#link(value);
      case 'src':
        return this.#image(value);
      case 'background':
        return this.#far(value);
      case 'style': {
        const { css, asked } = safeStyle(this.cssWithin(value));
        this.blocked += asked;
        return css === '' ? undefined : css;
      }
      case 'usemap':
        return value.startsWith('#') ? value : undefined;
      default:
        return value;
    }
  }

  #link(value: string): string | undefined {
    const link = safeLink(value);
    if (link === undefined && /^[\0- ]*(?:\w[\s\0]*){2,12}:/.test(value)) this.disarmed++;
    return link;
  }

  #image(value: string): string | undefined {
    const id = contentId(value);
    const octets = id === undefined ? dataImage(value) : this.#wishes.image(id);
    if (octets === undefined) return this.#far(value);
    const type = imageType(octets);
    if (type === undefined || octets.length > Math.min(LARGEST_IMAGE, this.#imagesLeft)) return undefined;
    this.#imagesLeft -= octets.length;
    return `data:${type};base64,${Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('base64')}`;
  }

  #far(value: string): string | undefined {
    const address = farImage(value);
    if (address === undefined || this.#wishes.remote) return address;
    this.blocked++;
    return undefined;
  }
}

function isFar(value: string): boolean {
  return farImage(value.split(/[\s,]+/, 1)[0] ?? '') !== undefined;
}

/** Text or a value between double quotes; control characters, which no HTML may hold, are left out. */
export function escapeHtml(text: string): string {
  return SPECIAL.test(text) ? text.replace(EACH_SPECIAL, (char) => ESCAPES[char] ?? '') : text;
}

const SPECIAL = /[&<>"\0-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]/;
const EACH_SPECIAL = new RegExp(SPECIAL, 'g');
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
