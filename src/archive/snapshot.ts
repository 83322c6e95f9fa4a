// A snapshot read: the lines that the present state needs of the first octets of a journal. It is believed only where it is whole
// and of this journal; otherwise there is none, and the journal, which is never shortened, tells all of it.
import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { mustBeFile } from '../runtime/plain-file.ts';
import { codeOf } from '../runtime/storage-error.ts';
import { firstLine, lastLine, linesOf, wholeLines } from './journal-file.ts';
import { END, readFoot, readHead, type SnapshotHead } from './snapshot-line.ts';

/** An open snapshot; close its descriptor. */
export interface Snapshot {
  readonly descriptor: number;
  readonly head: SnapshotHead;
  /** Where its lines of the journal begin, and end. */
  readonly from: number;
  readonly to: number;
  /** How many they are. */
  readonly lines: number;
}

/** Where the snapshot of an account lies. */
export function snapshotPath(data: string, account: string): string {
  return join(data, 'journal', `${account}.snapshot`);
}

/**
 * Opens the snapshot at `path` for the journal open as `journal`, `size` octets of whole lines long. A text says why it cannot be
 * used; undefined: there is none. Throws what the file system threw.
 */
export async function openSnapshot(
  path: string,
  account: string,
  journal: number,
  size: number,
): Promise<Snapshot | string | undefined> {
  const descriptor = openedToRead(path);
  if (descriptor === undefined) return undefined;
  let usable = false;
  try {
    const found = await understood(descriptor, account, journal, size);
    usable = typeof found !== 'string';
    return found;
  } finally {
    if (!usable) closeSync(descriptor);
  }
}

async function understood(
  descriptor: number,
  account: string,
  journal: number,
  size: number,
): Promise<Snapshot | string> {
  const length = fstatSync(descriptor).size;
  if (wholeLines(descriptor, length) !== length) return 'it is cut';
  const first = firstLine(descriptor, length);
  const head = readHead(first);
  if (head === undefined) return 'its first line is damaged, or of another version';
  const last = lastLine(descriptor, length);
  const foot = readFoot(last);
  if (foot === undefined) return 'its last line is damaged';
  const to = length - last.length - 1;
  if ((await hashOf(descriptor, 0, to)).digest('hex') !== foot.sha256) return 'it is damaged';
  if (head.account !== account || head.octets > size || endOf(journal, head.octets) !== head.end)
    return 'it is of another journal';
  return { descriptor, head, from: first.length + 1, to, lines: foot.lines };
}

/** The lines of the journal that it holds, in turn; each is valid until the next. */
export function snapshotLines({ descriptor, from, to }: Snapshot): Generator<{ readonly line: Buffer }> {
  return linesOf(descriptor, from, to);
}

/** SHA-256 of octets of an open file, read by and by: the event loop goes on meanwhile. Throws the signal's reason. */
export async function hashOf(
  descriptor: number,
  from: number,
  to: number,
  hash: Hash = createHash('sha256'),
  signal?: AbortSignal,
): Promise<Hash> {
  const block = Buffer.allocUnsafe(Math.min(1 << 20, Math.max(1, to - from)));
  for (let at = from; at < to;) {
    const read = readSync(descriptor, block, 0, Math.min(block.length, to - at), at);
    if (read === 0) break;
    hash.update(block.subarray(0, read));
    at += read;
    await setImmediate();
    signal?.throwIfAborted();
  }
  return hash;
}

/** SHA-256 of the last octets before `octets`. */
export function endOf(descriptor: number, octets: number): string {
  const block = Buffer.alloc(Math.min(END, octets));
  const read = readSync(descriptor, block, 0, block.length, octets - block.length);
  return createHash('sha256').update(block.subarray(0, read)).digest('hex');
}

function openedToRead(path: string): number | undefined {
  try {
    mustBeFile(path);
    return openSync(path, 'r');
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}
