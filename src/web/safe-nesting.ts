// PURE: how deep the tags of a mail may nest before further ones are left out. A browser does work for each open element at
// each paragraph; a mail that nests thousands would hang its frame.
import { CLOSES_ITSELF, FORMATTING, VOID } from './safe-words.ts';

/** Open elements at most; browsers stop at 512 by themselves. */
const DEEPEST = 400;
/** Of these, `b`, `font` and the like, which a browser opens anew in each paragraph. */
const MOST_FORMATTING = 32;

/** Counts what is open. A start tag that is refused takes its end tag with it. */
export class Nesting {
  readonly #open = new Map<string, number>();
  readonly #refused = new Map<string, number>();
  #depth = 0;
  #formatting = 0;

  /** True where this start tag may be written. */
  opens(name: string): boolean {
    if (VOID.has(name) || CLOSES_ITSELF.has(name)) return true;
    const isFormatting = FORMATTING.has(name);
    if (this.#depth >= DEEPEST || (isFormatting && this.#formatting >= MOST_FORMATTING)) {
      add(this.#refused, name, 1);
      return false;
    }
    add(this.#open, name, 1);
    this.#depth++;
    if (isFormatting) this.#formatting++;
    return true;
  }

  /** True where this end tag may be written. */
  closes(name: string): boolean {
    if (VOID.has(name)) return false;
    if (CLOSES_ITSELF.has(name)) return true;
    if ((this.#refused.get(name) ?? 0) > 0) {
      add(this.#refused, name, -1);
      return false;
    }
    if ((this.#open.get(name) ?? 0) === 0) return false;
    add(this.#open, name, -1);
    this.#depth--;
    if (FORMATTING.has(name)) this.#formatting--;
    return true;
  }
}

function add(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
