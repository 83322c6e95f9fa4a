// The second truth: where and when each message was seen, one file an account, one line an event, only ever appended.
// Nothing here is read into memory as a whole, and a damaged line costs that line, never those behind it. A snapshot beside it
// makes replays short; it may be deleted at any time.
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { MailError, textOf } from '../model/error.ts';
import { syncDirectory, syncFile } from '../runtime/atomic-file.ts';
import { mustBeFile } from '../runtime/plain-file.ts';
import { codeOf, storageError } from '../runtime/storage-error.ts';
import { compact, type Compacted } from './compact.ts';
import type { Entry } from './entry.ts';
import { appendLines, firstLine, linesOf, wholeLines } from './journal-file.ts';
import { entryLine, headerLine, readHeader, readLine, VERSION } from './journal-line.ts';
import { changed, skipped, torn, unended, unusable, type Notice } from './notice.ts';
import { hashOf, openSnapshot, snapshotLines, snapshotPath, type Snapshot } from './snapshot.ts';

/** An entry, and the offset behind its line: where a replay that has it goes on. */
export interface Replayed {
  readonly entry: Entry;
  readonly offset: number;
}

/** The journals of `<data>/journal`. */
export class Journal {
  readonly #data: string;
  readonly #notice: (notice: Notice) => void;
  /** The last append of each account: the next one waits for it. */
  readonly #last = new Map<string, Promise<unknown>>();
  readonly #sizes = new Map<string, number>();

  /** `notice` is called for what is found while appending and replaying. */
  constructor(data: string, notice: (notice: Notice) => void = () => undefined) {
    this.#data = data;
    this.#notice = notice;
  }

  /**
   * Appends entries in one write, durably, in the order of the calls, and resolves with the offset behind them. `known` is up to
   * where somebody has read it: a journal that is shorter was cut or taken away, and a new one would hide that. Throws MailError
   * `storage`; then none of them counts, and they may be appended again.
   */
  append(account: string, entries: readonly Entry[], known: number = 0): Promise<number> {
    const lines = entries.map(entryLine).join('');
    const before = this.#last.get(account) ?? Promise.resolve();
    const done = before.then(
      () => this.#append(account, lines, known),
      () => this.#append(account, lines, known),
    );
    this.#last.set(account, done);
    return done;
  }

  /** Makes durable what lies there: of a process that was killed, lines may be left that no disk has yet. Throws MailError `storage`. */
  async settle(account: string): Promise<void> {
    await syncFile(this.#path(account));
    await syncDirectory(join(this.#data, 'journal'));
  }

  /**
   * The entries behind `from` (0, or an offset that was given out), in the order in which they were written; an unfinished
   * last line is left out. `notice` replaces that of the constructor. Throws MailError `storage`: for a journal of a newer
   * version, and where `from` is no place in the journal, because the index is then of another one.
   */
  async *replay(
    account: string,
    from: number,
    notice: (notice: Notice) => void = this.#notice,
  ): AsyncGenerator<Replayed> {
    const descriptor = this.#openToRead(account);
    if (descriptor === undefined) {
      if (from > 0) throw elsewhere(account, from);
      return;
    }
    try {
      const end = wholeLines(descriptor, fstatSync(descriptor).size);
      if (end > 0) checkHeader(account, firstLine(descriptor, end));
      if (from > end) throw elsewhere(account, from);
      if (from > 0 && octetAt(descriptor, from - 1) !== LF) {
        if (!beginsEntry(descriptor, from, end)) throw elsewhere(account, from);
        notice(unended(account, from));
      }
      let start = from;
      let lines = 0;
      for (const { line, offset } of linesOf(descriptor, from, end)) {
        const read = readLine(line);
        if (read.is === 'entry') yield { entry: read.entry, offset };
        else if (start > 0 || readHeader(line) === undefined) notice(skipped(account, start, read));
        start = offset;
        if (++lines % AT_A_TIME === 0) await setImmediate(); // whatever else the process does goes on
      }
    } catch (thrown) {
      throw storageError(thrown, `reading the journal of ${account}`);
    } finally {
      closeSync(descriptor);
    }
  }

  /**
   * What the journal comes to: entries that replay to the same state as all of them, few where there is a snapshot. An offset
   * before that snapshot's end is 0. Throws as `replay` does; a snapshot that is of no use is told by a notice, and done without.
   */
  async *present(account: string): AsyncGenerator<Replayed> {
    const snapshot = await this.#snapshot(account);
    if (typeof snapshot === 'string') this.#notice(unusable(account, snapshot));
    if (snapshot === undefined || typeof snapshot === 'string') return yield* this.replay(account, 0);
    try {
      let left = snapshot.lines;
      for (const { line } of snapshotLines(snapshot)) {
        const read = readLine(line);
        const offset = --left === 0 ? snapshot.head.octets : 0;
        if (read.is === 'entry') yield { entry: read.entry, offset };
        if (left % AT_A_TIME === 0) await setImmediate();
      }
    } finally {
      closeSync(snapshot.descriptor);
    }
    yield* this.replay(account, snapshot.head.octets);
  }

  /** Makes a snapshot where it pays; null where it does not. See `compact`. Appends go on meanwhile. */
  async compact(account: string, signal?: AbortSignal): Promise<Compacted | null> {
    // What an append is about to write may be taken back: it is waited for.
    for (let waited: unknown; waited !== this.#last.get(account);) {
      waited = this.#last.get(account);
      await this.#last.get(account)?.catch(() => undefined);
    }
    const path = this.#path(account);
    try {
      const size = this.#sizes.get(account) ?? wholeSize(path);
      return size === 0 ? null : await compact({ data: this.#data, account, path, size, signal });
    } catch (thrown) {
      signal?.throwIfAborted();
      throw storageError(thrown, `making a snapshot of the journal of ${account}`);
    }
  }

  /** Reads the snapshot of an account in full, and all that it stands for; undefined where there is none, or it is well. */
  async checkSnapshot(account: string, signal?: AbortSignal): Promise<Notice | undefined> {
    const snapshot = await this.#snapshot(account);
    if (snapshot === undefined) return undefined;
    if (typeof snapshot === 'string') return unusable(account, snapshot);
    const { descriptor, head } = snapshot;
    closeSync(descriptor);
    const journal = this.#openToRead(account);
    if (journal === undefined) return unusable(account, 'there is no journal');
    try {
      const hash = await hashOf(journal, 0, head.octets, undefined, signal);
      return hash.digest('hex') === head.sha256 ? undefined : changed(account, head.octets);
    } finally {
      closeSync(journal);
    }
  }

  /** An open snapshot; or why it is of no use; undefined where there is none. */
  async #snapshot(account: string): Promise<Snapshot | string | undefined> {
    const descriptor = this.#openToRead(account);
    if (descriptor === undefined) return undefined;
    try {
      const size = wholeLines(descriptor, fstatSync(descriptor).size);
      return await openSnapshot(snapshotPath(this.#data, account), account, descriptor, size);
    } catch (thrown) {
      return `it cannot be read: ${textOf(thrown)}`;
    } finally {
      closeSync(descriptor);
    }
  }

  /** Looks at the first line of each journal. Throws MailError `config` where a newer mailkeep has written one, and `storage`. */
  async checkVersions(): Promise<void> {
    for (const account of await this.accounts()) {
      const descriptor = this.#openToRead(account);
      if (descriptor === undefined) continue;
      try {
        checkHeader(account, firstLine(descriptor, fstatSync(descriptor).size));
      } catch (thrown) {
        throw storageError(thrown, `reading the journal of ${account}`);
      } finally {
        closeSync(descriptor);
      }
    }
  }

  /** The accounts that have a journal, in order. Throws MailError `storage`. */
  async accounts(): Promise<string[]> {
    try {
      const names = await readdir(join(this.#data, 'journal'));
      return names
        .filter((name) => name.endsWith('.jsonl') && ACCOUNT.test(name.slice(0, -6)))
        .map((name) => name.slice(0, -6))
        .sort();
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT') return [];
      throw storageError(thrown, 'listing the journals');
    }
  }

  async #append(account: string, lines: string, read: number): Promise<number> {
    try {
      const path = this.#path(account);
      if (read === 0 && !this.#sizes.has(account)) await this.#directory();
      const check = (first: Buffer, whole: number): void => {
        if (whole > 0) checkHeader(account, first);
        if (whole < read) throw elsewhere(account, read);
      };
      const known = this.#sizes.get(account);
      this.#sizes.delete(account);
      const { end, cut, made } = await appendLines(
        path,
        lines,
        headerLine(account),
        known,
        check,
        read === 0,
      );
      if (known === undefined) await syncDirectory(join(this.#data, 'journal'));
      if (cut > 0) this.#notice(torn(account, end, cut, lines, made));
      this.#sizes.set(account, end);
      return end;
    } catch (thrown) {
      if (read > 0 && codeOf(thrown) === 'ENOENT') throw elsewhere(account, read);
      throw storageError(thrown, `appending to the journal of ${account}`);
    }
  }

  async #directory(): Promise<void> {
    const made = await mkdir(join(this.#data, 'journal'), { recursive: true, mode: 0o750 });
    if (made !== undefined) await syncDirectory(this.#data);
  }

  #openToRead(account: string): number | undefined {
    try {
      mustBeFile(this.#path(account));
      return openSync(this.#path(account), 'r');
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT') return undefined;
      throw storageError(thrown, `reading the journal of ${account}`);
    }
  }

  #path(account: string): string {
    if (!ACCOUNT.test(account))
      throw new RangeError(`not the name of an account: ${JSON.stringify(account)}`);
    return join(this.#data, 'journal', `${account}.jsonl`);
  }
}

const LF = 0x0a;
/** Lines between two turns of the event loop. */
const AT_A_TIME = 1000;
const ACCOUNT = /^[a-z0-9][a-z0-9._-]*$/;

/** True where a whole line of ours begins: then the line feed before it was damaged, and this is the journal that was read. */
function beginsEntry(descriptor: number, from: number, end: number): boolean {
  const [first] = linesOf(descriptor, from, end);
  return first !== undefined && readLine(first.line).is === 'entry';
}

function octetAt(descriptor: number, offset: number): number | undefined {
  const octet = Buffer.alloc(1);
  return readSync(descriptor, octet, 0, 1, offset) === 1 ? octet[0] : undefined;
}

/** Octets of whole lines in the journal at `path`; 0 where there is none. */
function wholeSize(path: string): number {
  if (!existsSync(path)) return 0;
  mustBeFile(path);
  const descriptor = openSync(path, 'r');
  try {
    return wholeLines(descriptor, fstatSync(descriptor).size);
  } finally {
    closeSync(descriptor);
  }
}

/** A damaged first line is reported by the replay; only one that tells a newer version stops everything. */
function checkHeader(account: string, first: Buffer): void {
  const version = readHeader(first);
  if (version === undefined || version <= VERSION) return;
  throw new MailError({
    // Another program is wanted here: no restart helps, and none is tried (exit code 78).
    kind: 'config',
    retry: 'never',
    message: `the journal of ${account} has version ${version}, and this mailkeep knows ${VERSION}`,
    hint: 'A newer mailkeep has written here: install that version again, or a later one.',
    cause: new Error(`version ${version}`),
  });
}

function elsewhere(account: string, from: number): MailError {
  return new MailError({
    kind: 'storage',
    retry: 'never',
    message: `the index has read the journal of ${account} up to octet ${from}, where no line ends`,
    hint: 'The journal was cut, taken away or put in the place of another: put it back from a copy of the data folder, if you have one; else stop the service and run `mailkeep reindex`.',
    cause: new Error(`no line ends at ${from}`),
  });
}
