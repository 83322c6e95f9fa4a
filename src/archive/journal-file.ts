// One journal file on its disk: lines in, lines out. What was appended and synced stays; what a crash tore off at the end
// was never promised to anybody, and is cut off before the next line is written.
import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { mustBeFile } from '../runtime/plain-file.ts';
import { promisify } from 'node:util';

const sync = promisify(fdatasync);
const LF = 0x0a;
const BLOCK = 256 * 1024;

/** What an append found and did. Octets. */
export interface Appended {
  /** The length of the file after it. */
  readonly end: number;
  /** How much of a torn last line was cut off. */
  readonly cut: number;
  /** True where the file was empty or not there. */
  readonly made: boolean;
}

/**
 * Appends whole lines, durably, behind `check(first line, octets in whole lines)`, which may throw; a file that is not there is
 * only made where `make` says so. `header` comes first in an empty file; `known` is the length after the last append, and spares
 * the look at the end, and the check. On a failure nothing of it is left, as far as the disk obeys. Throws what the file system
 * threw.
 */
export async function appendLines(
  path: string,
  lines: string,
  header: string,
  known: number | undefined,
  check: (first: Buffer, whole: number) => void,
  make: boolean,
): Promise<Appended> {
  const { O_APPEND, O_CREAT, O_RDWR } = constants;
  mustBeFile(path);
  const descriptor = openSync(path, O_RDWR | O_APPEND | (make ? O_CREAT : 0), 0o640);
  try {
    const size = fstatSync(descriptor).size;
    const whole = size === known ? size : wholeLines(descriptor, size);
    if (size !== known) check(firstLine(descriptor, whole), whole);
    if (whole < size) ftruncateSync(descriptor, whole);
    const bytes = Buffer.from(whole === 0 ? header + lines : lines);
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
      await sync(descriptor);
    } catch (thrown) {
      takeBack(descriptor, whole);
      throw thrown;
    }
    return { end: whole + bytes.length, cut: size - whole, made: whole === 0 };
  } finally {
    closeSync(descriptor);
  }
}

function takeBack(descriptor: number, size: number): void {
  try {
    ftruncateSync(descriptor, size);
  } catch {
    // What is left is a torn line, or whole lines that are appended again: both are known for what they are.
  }
}

/** The first line of an open file of `size` octets, without its line feed, at most 256 KB of it. */
export function firstLine(descriptor: number, size: number): Buffer {
  const block = Buffer.alloc(Math.min(size, BLOCK));
  const read = readSync(descriptor, block, 0, block.length, 0);
  const end = block.indexOf(LF);
  return block.subarray(0, end < 0 ? read : end);
}

/** Where the last whole line of an open file ends; 0 where there is none. */
export function wholeLines(descriptor: number, size: number): number {
  const block = Buffer.alloc(Math.min(size, BLOCK));
  for (let end = size; end > 0;) {
    const from = Math.max(0, end - block.length);
    const read = readSync(descriptor, block, 0, end - from, from);
    const last = block.lastIndexOf(LF, read - 1);
    if (read > 0 && last >= 0) return from + last + 1;
    end = from;
  }
  return 0;
}

/** The last line of an open file of `size` octets in whole lines, without its line feed, at most 256 KB of it. */
export function lastLine(descriptor: number, size: number): Buffer {
  const from = Math.max(wholeLines(descriptor, size - 1), size - BLOCK);
  const block = Buffer.alloc(Math.max(0, size - 1 - from));
  return block.subarray(0, readSync(descriptor, block, 0, block.length, from));
}

/** A line of a file, and the offset behind its line feed. */
export interface At {
  readonly line: Buffer;
  readonly offset: number;
}

/** The lines from `from` up to `to`, in turn; an octet behind the last line feed is none. A line is valid until the next. */
export function* linesOf(descriptor: number, from: number, to: number): Generator<At> {
  let block = Buffer.alloc(BLOCK);
  let held = 0; // octets at the start of `block` that belong to a line not yet whole
  for (let position = from; position < to;) {
    if (held === block.length) block = Buffer.concat([block, Buffer.alloc(block.length)]);
    const read = readSync(descriptor, block, held, Math.min(block.length - held, to - position), position);
    if (read === 0) return;
    let start = 0;
    const filled = held + read;
    for (let end = block.indexOf(LF, held); end >= 0 && end < filled; end = block.indexOf(LF, start)) {
      yield { line: block.subarray(start, end), offset: position - held + end + 1 };
      start = end + 1;
    }
    position += read;
    held = filled - start;
    block.copyWithin(0, start, filled);
  }
}
