// Makes a snapshot of a journal, so that a replay of years is one of what still counts. The journal itself is only read: the
// snapshot is never the only copy of anything, and it takes its name only when it was read back, and came to the same state.
//   1. the journal is synced up to where the snapshot will reach, and must be undamaged, and what the snapshot before stood for
//   2. the lines that are needed are written beside, and synced
//   3. they are read back: the state that they come to must be the journal's own
//   4. rename, and the directory synced
// A crash leaves the snapshot before, or none; what was half written is written over by the next.
import { createHash, type Hash } from 'node:crypto';
import { closeSync, fdatasync, fstatSync, openSync, rmSync, writeSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { MailError } from '../model/error.ts';
import { syncDirectory } from '../runtime/atomic-file.ts';
import { needRoom } from '../runtime/room.ts';
import { linesOf, type At } from './journal-file.ts';
import { readHeader, readLine } from './journal-line.ts';
import { NeededLines } from './needed-lines.ts';
import { PresentState } from './present-state.ts';
import { endOf, hashOf, openSnapshot, snapshotLines, snapshotPath, type Snapshot } from './snapshot.ts';
import { footLine, headLine } from './snapshot-line.ts';

const sync = promisify(fdatasync);

/** What was made. Octets, and lines of the journal. */
export interface Compacted {
  readonly account: string;
  readonly journal: { readonly octets: number; readonly lines: number };
  readonly snapshot: { readonly octets: number; readonly lines: number };
}

/** A journal to compact: `size` octets of it, in whole lines, are appended and done. */
export interface Compaction {
  readonly data: string;
  readonly account: string;
  readonly path: string;
  readonly size: number;
  readonly signal?: AbortSignal | undefined;
}

/** A snapshot must save the reading of half of what is read without it, and of this many octets. */
const LEAST = 1 << 20;
/** Octets in one write. */
const AT_ONCE = 256 * 1024;
/** Places whose state is held in memory at once while a snapshot is compared with its journal. */
const SHARE = 200_000;

/**
 * Makes a snapshot where it pays; null where it does not. Throws MailError `storage`: the journal is damaged, the disk is full;
 * then everything is as it was. Throws the signal's reason.
 */
export async function compact(work: Compaction): Promise<Compacted | null> {
  const { data, account, path, size } = work;
  const journal = openSync(path, 'r');
  let old: Snapshot | undefined;
  try {
    await sync(journal);
    const found = await openSnapshot(snapshotPath(data, account), account, journal, size);
    old = typeof found === 'string' ? undefined : found;
    const tail = size - (old?.head.octets ?? 0);
    const read = (old === undefined ? 0 : old.to) + tail; // what a replay reads now
    if (tail < Math.max(LEAST, read / 2)) return null;
    const sha256 = await wholeSum(work, journal, old);
    const { needed, lines } = await studied(work, journal);
    await needRoom(data, 'no snapshot of a journal is made');
    return await written(work, journal, { sha256, needed, lines, most: read / 2 });
  } finally {
    closeSync(journal);
    if (old !== undefined) closeSync(old.descriptor);
  }
}

/** SHA-256 of the journal; what the snapshot before stood for must be in it unchanged, else that snapshot knows more. */
async function wholeSum(
  { account, size, signal }: Compaction,
  journal: number,
  old: Snapshot | undefined,
): Promise<string> {
  const before = old?.head.octets ?? 0;
  const hash: Hash = await hashOf(journal, 0, before, createHash('sha256'), signal);
  if (old !== undefined && hash.copy().digest('hex') !== old.head.sha256)
    throw damaged(account, `something before octet ${before} is not as it was written`);
  return (await hashOf(journal, before, size, hash, signal)).digest('hex');
}

async function studied(
  { account, size, signal }: Compaction,
  journal: number,
): Promise<{ readonly needed: Uint32Array; readonly lines: number }> {
  const needed = new NeededLines();
  let lines = 0;
  for await (const { line, offset } of unhurried(linesOf(journal, 0, size), signal)) {
    const read = readLine(line);
    if (read.is === 'entry') needed.take(read.entry, lines);
    // A hole says nothing, here as in a replay of the journal.
    else if (lines > 0 ? read.is !== 'hole' : readHeader(line) === undefined)
      throw damaged(account, `the line that ends at octet ${offset} cannot be read`);
    lines++;
  }
  return { needed: needed.lines(), lines };
}

interface Plan {
  readonly sha256: string;
  readonly needed: Uint32Array;
  /** Of the journal. */
  readonly lines: number;
  /** Octets that the snapshot may have. */
  readonly most: number;
}

async function written(work: Compaction, journal: number, plan: Plan): Promise<Compacted | null> {
  const { data, account, size } = work;
  const path = snapshotPath(data, account);
  const fresh = join(dirname(path), `.${account}.snapshot.tmp`);
  rmSync(fresh, { force: true });
  try {
    const octets = await writeLines(work, journal, plan, fresh);
    if (octets === null) return null;
    await compare(work, journal, plan, fresh);
    await rename(fresh, path);
    await syncDirectory(dirname(path));
    return {
      account,
      journal: { octets: size, lines: plan.lines },
      snapshot: { octets, lines: plan.needed.length },
    };
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** Writes the snapshot durably; null where it would be larger than it may be. */
async function writeLines(
  { account, size, signal }: Compaction,
  journal: number,
  { sha256, needed, most }: Plan,
  path: string,
): Promise<number | null> {
  const file = openSync(path, 'wx', 0o640);
  try {
    const hash = createHash('sha256');
    let parts: Buffer[] = [];
    let held = 0;
    const flush = (): void => {
      const bytes = Buffer.concat(parts);
      hash.update(bytes);
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
      parts = [];
      held = 0;
    };
    const put = (bytes: Buffer): void => {
      parts.push(bytes);
      held += bytes.length;
      if (held >= AT_ONCE) flush();
    };
    put(Buffer.from(headLine({ account, octets: size, sha256, end: endOf(journal, size) })));
    let octets = 0;
    let line = 0;
    let next = 0;
    for await (const at of unhurried(linesOf(journal, 0, size), signal)) {
      if (line++ !== needed[next]) continue;
      next++;
      octets += at.line.length + 1;
      if (octets > most) return null;
      put(Buffer.concat([at.line, LF]));
    }
    flush();
    const foot = Buffer.from(footLine({ lines: needed.length, sha256: hash.digest('hex') }));
    for (let at = 0; at < foot.length;) at += writeSync(file, foot, at);
    await sync(file);
    return fstatSync(file).size;
  } finally {
    closeSync(file);
  }
}

const LF = Buffer.from('\n');

/** Throws where what was written does not come to the state of the journal. */
async function compare(
  { account, size, signal }: Compaction,
  journal: number,
  { needed }: Plan,
  path: string,
): Promise<void> {
  const snapshot = await openSnapshot(path, account, journal, size);
  if (snapshot === undefined || typeof snapshot === 'string')
    throw broken(account, snapshot ?? 'it is not there');
  try {
    const of = Math.ceil(needed.length / SHARE);
    for (let nth = 0; nth < of; nth++) {
      const share = { nth, of };
      const whole = await stateOf(unhurried(linesOf(journal, 0, size), signal), share);
      const short = await stateOf(unhurried(snapshotLines(snapshot), signal), share);
      if (whole !== short) throw broken(account, 'it comes to another state than the journal');
    }
  } finally {
    closeSync(snapshot.descriptor);
  }
}

async function stateOf(
  lines: AsyncIterable<Pick<At, 'line'>>,
  share: { nth: number; of: number },
): Promise<bigint> {
  const state = new PresentState(share);
  for await (const { line } of lines) {
    const read = readLine(line);
    if (read.is === 'entry') state.take(read.entry);
  }
  return state.sum();
}

/** The same lines; now and then the event loop has its turn. Throws the signal's reason. */
async function* unhurried<T>(lines: Iterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  let count = 0;
  for (const line of lines) {
    yield line;
    if (++count % AT_A_TIME !== 0) continue;
    await setImmediate();
    signal?.throwIfAborted();
  }
}

const AT_A_TIME = 1000;

function damaged(account: string, what: string): MailError {
  return new MailError({
    kind: 'storage',
    retry: 'never',
    message: `the journal of ${account} is damaged: ${what}`,
    hint: '`mailkeep verify` tells more. Put the file back from a copy of the data folder, if you have one.',
    cause: new Error(what),
  });
}

function broken(account: string, why: string): MailError {
  return new MailError({
    kind: 'storage',
    retry: 'later',
    message: `a snapshot of the journal of ${account} was not kept: ${why}`,
    hint: 'Nothing is lost: the journal is as it was. Look into the system log for errors of the disk.',
    cause: new Error(why),
  });
}
