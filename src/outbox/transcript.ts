// PURE: the dialogue of one try, as it may be shown: without secrets and bodies, and no longer than a person reads. Where it is
// long, its beginning and its end are kept.

/** Lines that are kept from the beginning, and from the end. */
const FIRST = 60;
const LAST = 80;
/** Characters of a line. */
const LONGEST = 400;

/** Collects a dialogue. */
export class Transcript {
  readonly #first: string[] = [];
  readonly #last: string[] = [];
  #left = 0;

  /** One line as Trace gives it. */
  add(who: 'C' | 'S', text: string): void {
    const line = `${who}: ${text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text}`;
    if (this.#first.length < FIRST) {
      this.#first.push(line);
      return;
    }
    this.#last.push(line);
    if (this.#last.length <= LAST) return;
    this.#last.shift();
    this.#left++;
  }

  /** The lines so far. */
  lines(): string[] {
    const gap = this.#left === 0 ? [] : [`… ${this.#left} lines …`];
    return [...this.#first, ...gap, ...this.#last];
  }
}
