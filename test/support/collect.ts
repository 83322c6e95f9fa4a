// A Sink that keeps what it gets, for small bodies in tests.
import type { Sink } from '../../src/protocol/dialogue.ts';

/** Keeps a copy of all octets. */
export class Collect implements Sink {
  readonly #chunks: Buffer[] = [];

  write(chunk: Buffer): void {
    this.#chunks.push(Buffer.from(chunk));
  }

  /** All octets so far. */
  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
