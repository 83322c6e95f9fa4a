// The end of what lives longer than a test, or shorter: of a suite, a program, a part of a test.
import type { Ending } from './temporary.ts';

/** Takes what is to run at an end, and runs it when that is said. */
export class Endings implements Ending {
  readonly #all: (() => void | Promise<void>)[] = [];

  after(what: () => void | Promise<void>): void {
    this.#all.push(what);
  }

  /** Runs all of it in the order in which it was said, one after the other, and each once. */
  async end(): Promise<void> {
    for (const what of this.#all.splice(0)) await what();
  }
}
