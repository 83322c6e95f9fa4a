// A message on its way in: octets as they come from a socket, hashed. A small one stays in memory until it is kept, so that
// a message which is known already costs no file; a large one goes to a temporary file chunk by chunk. The temporary name is
// random and never from the message.
import { createHash, hash, randomBytes, type Hash } from 'node:crypto';
import fs, { closeSync, constants, fchmodSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { MessageId } from '../model/ids.ts';
import type { Sink } from '../protocol/dialogue.ts';
import { storageError } from '../runtime/storage-error.ts';
import { headEnd, MAX_HEAD } from './head.ts';

/** A message up to this size is held in memory: 256 KB. */
const SMALL = 256 * 1024;
const FIRST = 4 * 1024;

/** What all messages on their way in may hold in memory together; octets. */
export interface Memory {
  left: number;
}

/** A message being received. After the last octet: `end`, and then it is kept by the archive, or discarded. */
export class Incoming implements Sink {
  readonly #directory: string;
  readonly #memory: Memory;
  readonly #look: () => void;
  /** The first octets: all of a small message, of a large one what its header needs. */
  #first: Buffer = Buffer.alloc(0);
  #filled = 0;
  #headEnd: number | undefined;
  #size = 0;
  #hash: Hash | undefined;
  #file: { readonly descriptor: number; readonly path: string } | undefined;
  #id: MessageId | undefined;
  #gone = false;

  /**
   * `directory` is where temporary files lie, on the file system of the archive; `look` sees to it that it is there, or throws
   * why it cannot be.
   */
  constructor(directory: string, memory: Memory, look: () => void) {
    this.#directory = directory;
    this.#memory = memory;
    this.#look = look;
  }

  /** Octets so far. */
  get size(): number {
    return this.#size;
  }

  /** The header without its blank line, at most 256 KB; of a message without a blank line, its beginning. Valid until it is kept. */
  get head(): Buffer {
    return this.#first.subarray(0, Math.min(this.#headEnd ?? this.#filled, MAX_HEAD));
  }

  /** Takes octets; copies what it keeps. Throws MailError `storage`, and is then discarded. */
  write(chunk: Buffer): void {
    if (this.#gone || this.#id !== undefined) throw new TypeError('the message is complete or discarded');
    this.#size += chunk.length;
    try {
      if (this.#file === undefined && this.#hold(chunk)) return;
      const { descriptor } = this.#spill();
      this.#hash?.update(chunk);
      writeAll(descriptor, chunk);
      if (this.#headEnd === undefined && this.#filled < MAX_HEAD) {
        this.#append(chunk.subarray(0, MAX_HEAD - this.#filled));
        this.#trim();
      }
    } catch (thrown) {
      this.discard();
      throw storageError(thrown, 'storing a message');
    }
  }

  /** The message is whole: its id and octets. Safe to call again. */
  end(): { readonly id: MessageId; readonly size: number } {
    if (this.#gone && this.#id === undefined) throw new TypeError('the message is discarded');
    this.#id ??= (this.#hash?.digest('hex') ??
      hash('sha256', this.#first.subarray(0, this.#filled))) as MessageId;
    return { id: this.#id, size: this.#size };
  }

  /** Not wanted: nothing of it stays. Safe to call at any time. */
  discard(): void {
    this.#release();
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    try {
      closeSync(file.descriptor);
      unlinkSync(file.path);
    } catch {
      // It lies among the temporary files, which are cleared at the next start.
    }
  }

  /**
   * Makes the octets durable and gives the file its place; the directory's own sync is the caller's. Called once, by the
   * archive, after `end`. Throws what the file system threw; the message is then discarded.
   */
  async moveTo(place: string): Promise<void> {
    if (this.#gone || this.#id === undefined)
      throw new TypeError('the message is not complete, or is discarded');
    try {
      const { descriptor, path } = this.#file ?? (await this.#toFile());
      // Before the sync, so that the mode is as durable as the octets. The umask has no say.
      fchmodSync(descriptor, 0o440);
      // On the descriptor that wrote: a write-back error is reported to it, and to nobody else for certain.
      await sync(descriptor);
      await rename(path, place);
      this.#file = undefined;
      closeSync(descriptor);
      this.#release();
    } catch (thrown) {
      this.discard();
      throw thrown;
    }
  }

  #hold(chunk: Buffer): boolean {
    const wanted = this.#filled + chunk.length;
    if (wanted > SMALL) return false;
    if (wanted > this.#first.length) {
      const more = capacity(wanted) - this.#first.length;
      if (more > this.#memory.left) return false;
    }
    this.#append(chunk);
    return true;
  }

  #append(chunk: Buffer): void {
    const wanted = this.#filled + chunk.length;
    if (wanted > this.#first.length) {
      const larger = Buffer.allocUnsafeSlow(capacity(wanted));
      this.#first.copy(larger, 0, 0, this.#filled);
      this.#memory.left -= larger.length - this.#first.length;
      this.#first = larger;
    }
    chunk.copy(this.#first, this.#filled);
    this.#headEnd ??= headEnd(this.#first.subarray(0, wanted), this.#filled);
    this.#filled = wanted;
  }

  /** A whole message from memory to a file, beside whatever else the process does: making files is what costs most. */
  async #toFile(): Promise<{ readonly descriptor: number; readonly path: string }> {
    const path = this.#freshPath();
    const file = { descriptor: await open(path, FRESH, 0o440), path };
    this.#file = file;
    for (let at = 0; at < this.#filled;) {
      at += (await write(file.descriptor, this.#first, at, this.#filled - at)).bytesWritten;
    }
    return file;
  }

  /** From memory to a file while octets still come, at the first call. */
  #spill(): { readonly descriptor: number; readonly path: string } {
    if (this.#file !== undefined) return this.#file;
    this.#look();
    const path = this.#freshPath();
    this.#file = { descriptor: openSync(path, FRESH, 0o440), path };
    const held = this.#first.subarray(0, this.#filled);
    if (this.#id === undefined) this.#hash = createHash('sha256').update(held);
    writeAll(this.#file.descriptor, held);
    this.#trim();
    return this.#file;
  }

  #freshPath(): string {
    return join(this.#directory, randomBytes(16).toString('hex'));
  }

  /** Of a message in a file, memory keeps the header only. */
  #trim(): void {
    if (this.#headEnd === undefined) return;
    const header = Buffer.from(this.head);
    this.#memory.left += this.#first.length - header.length;
    this.#first = header;
    this.#filled = header.length;
  }

  #release(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#memory.left += this.#first.length;
    this.#first = Buffer.alloc(0);
    this.#filled = 0;
  }
}

const FRESH = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;

const open = promisify(fs.open);
const write = promisify(fs.write);
const sync = promisify(fs.fdatasync);
const rename = promisify(fs.rename);

function capacity(wanted: number): number {
  let room = FIRST;
  while (room < wanted) room *= 2;
  return room;
}

/** A write may be short, for one near the end of the space. */
function writeAll(descriptor: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
}
