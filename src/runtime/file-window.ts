// A file of any size, seen through a window of a megabyte: what is searched and what is read comes from there, so that a
// mailbox of many gigabytes costs no more memory than a small one. What is appended meanwhile is not seen.
import { open, type FileHandle } from 'node:fs/promises';

/** Octets in the window. */
const WINDOW = 1 << 20;

/** An open file. Close it. */
export class FileWindow {
  /** Octets when it was opened. */
  readonly size: number;
  /** When it was last written to, milliseconds since 1970. */
  readonly modified: number;
  readonly #file: FileHandle;
  readonly #block: Buffer;
  #at = 0;
  #filled = 0;

  private constructor(file: FileHandle, size: number, modified: number) {
    this.#file = file;
    this.size = size;
    this.modified = modified;
    this.#block = Buffer.allocUnsafeSlow(Math.min(WINDOW, Math.max(1, size)));
  }

  /** Opens the file at `path`. Throws what the file system threw. */
  static async open(path: string | Buffer): Promise<FileWindow> {
    const file = await open(path, 'r');
    try {
      const { size, mtimeMs } = await file.stat();
      return new FileWindow(file, size, Math.round(mtimeMs));
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
  }

  /** The descriptor, for what reads by itself. */
  get descriptor(): number {
    return this.#file.fd;
  }

  /** What became of the file since it was opened: it is the same, it only grew, or it was written to otherwise. */
  async since(): Promise<'same' | 'grown' | 'changed'> {
    const { size, mtimeMs } = await this.#file.stat();
    if (size > this.size) return 'grown';
    return size === this.size && Math.round(mtimeMs) === this.modified ? 'same' : 'changed';
  }

  /** The octets from `at` as they are on the disk now, whatever the window shows; fewer only at the end. */
  async now(at: number, octets: number): Promise<Buffer> {
    const block = Buffer.alloc(octets);
    const { bytesRead } = await this.#file.read(block, 0, octets, at);
    return block.subarray(0, bytesRead);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /**
   * The octets from `at`: `least` (at most 256 KB) or more, fewer only at the end of the file. They are the window's own,
   * and hold until the next call.
   */
  async from(at: number, least: number): Promise<Buffer> {
    const wanted = Math.min(least, this.size - at);
    if (at < this.#at || at + wanted > this.#at + this.#filled) await this.#move(at);
    return this.#block.subarray(at - this.#at, this.#filled);
  }

  /** Where `what` next begins, from `at` on and before `end`; undefined where it does not. */
  async find(what: Buffer, at: number, end: number): Promise<number | undefined> {
    for (let from = at; from + what.length <= end;) {
      const seen = await this.from(from, what.length);
      const found = seen.indexOf(what);
      if (found >= 0) return from + found + what.length <= end ? from + found : undefined;
      from += Math.max(1, seen.length - what.length + 1);
    }
    return undefined;
  }

  /**
   * The octets from `at` to `end`, cut behind line ends where there are any. `fresh`: the piece begins a line. A piece holds
   * until the next is asked for.
   */
  async *pieces(
    at: number,
    end: number,
  ): AsyncGenerator<{ readonly piece: Buffer; readonly fresh: boolean }> {
    let fresh = true;
    for (let from = at; from < end;) {
      const seen = (await this.from(from, Math.min(PIECE, end - from))).subarray(0, end - from);
      const whole = from + seen.length === end ? seen.length : seen.lastIndexOf(LF) + 1;
      // Never between CR and LF, also where a line is longer than the window.
      const cut = whole > 0 ? whole : seen.at(-1) === CR ? Math.max(1, seen.length - 1) : seen.length;
      yield { piece: seen.subarray(0, cut), fresh };
      fresh = seen[cut - 1] === LF;
      from += cut;
    }
  }

  async #move(at: number): Promise<void> {
    this.#at = at;
    this.#filled = 0;
    const wanted = Math.min(this.#block.length, this.size - at);
    while (this.#filled < wanted) {
      const { bytesRead } = await this.#file.read(
        this.#block,
        this.#filled,
        wanted - this.#filled,
        at + this.#filled,
      );
      if (bytesRead === 0) throw new Error('it became shorter while it was read');
      this.#filled += bytesRead;
    }
  }
}

/** Octets that a piece has at least, if the rest is that long. */
const PIECE = 64 * 1024;
const CR = 0x0d;
const LF = 0x0a;
