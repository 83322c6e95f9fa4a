// The second truth: where and when each message was seen, one file an account, one line an event, only ever appended.
// Nothing here is read into memory as a whole, and a damaged line costs that line, never those behind it.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MailError } from '../model/error.ts';
import { syncDirectory } from '../runtime/atomic-file.ts';
import { codeOf, storageError } from '../runtime/storage-error.ts';
import type { Entry } from './entry.ts';
import { appendLines, firstLine, linesOf, wholeLines } from './journal-file.ts';
import { entryLine, headerLine, readHeader, readLine, VERSION } from './journal-line.ts';

/** Something that a person should know of a journal. */
export interface Notice {
  /** `torn`: an unfinished last line was cut off. `damaged`: a line was skipped. `unknown`: a newer kind of line was skipped. */
  readonly kind: 'torn' | 'damaged' | 'unknown';
  readonly account: string;
  /** Where the line begins, in octets. */
  readonly offset: number;
  /** One line for a person. */
  readonly text: string;
}

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
   * Appends entries in one write, durably, in the order of the calls, and resolves with the offset behind them. Throws
   * MailError `storage`; then none of them counts, and they may be appended again.
   */
  append(account: string, entries: readonly Entry[]): Promise<number> {
    const lines = entries.map(entryLine).join('');
    const before = this.#last.get(account) ?? Promise.resolve();
    const done = before.then(
      () => this.#append(account, lines),
      () => this.#append(account, lines),
    );
    this.#last.set(account, done);
    return done;
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
      if (from > end || (from > 0 && octetAt(descriptor, from - 1) !== LF)) throw elsewhere(account, from);
      if (end > 0) checkHeader(account, firstLine(descriptor, end));
      let start = from;
      for (const { line, offset } of linesOf(descriptor, from, end)) {
        const read = readLine(line);
        if (read.is === 'entry') yield { entry: read.entry, offset };
        else if (start > 0 || readHeader(line) === undefined) notice(skipped(account, start, read));
        start = offset;
      }
    } catch (thrown) {
      throw storageError(thrown, `reading the journal of ${account}`);
    } finally {
      closeSync(descriptor);
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

  async #append(account: string, lines: string): Promise<number> {
    try {
      const path = this.#path(account);
      if (!this.#sizes.has(account)) await this.#directory();
      const check = (first: Buffer): void => checkHeader(account, first);
      const known = this.#sizes.get(account);
      this.#sizes.delete(account);
      const { end, cut, made } = await appendLines(path, lines, headerLine(account), known, check);
      if (known === undefined) await syncDirectory(join(this.#data, 'journal'));
      if (cut > 0) this.#notice(torn(account, end, cut, lines, made));
      this.#sizes.set(account, end);
      return end;
    } catch (thrown) {
      throw storageError(thrown, `appending to the journal of ${account}`);
    }
  }

  async #directory(): Promise<void> {
    const made = await mkdir(join(this.#data, 'journal'), { recursive: true, mode: 0o750 });
    if (made !== undefined) await syncDirectory(this.#data);
  }

  #openToRead(account: string): number | undefined {
    try {
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
const ACCOUNT = /^[a-z0-9][a-z0-9._-]*$/;

function octetAt(descriptor: number, offset: number): number | undefined {
  const octet = Buffer.alloc(1);
  return readSync(descriptor, octet, 0, 1, offset) === 1 ? octet[0] : undefined;
}

/** A damaged first line is reported by the replay; only one that tells a newer version stops everything. */
function checkHeader(account: string, first: Buffer): void {
  const version = readHeader(first);
  if (version === undefined || version <= VERSION) return;
  throw new MailError({
    kind: 'storage',
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
    hint: 'The journal and the index are not of one archive: run `mailkeep reindex`.',
    cause: new Error(`no line ends at ${from}`),
  });
}

function skipped(
  account: string,
  offset: number,
  read: { is: 'unknown'; op: string } | { is: 'damaged' },
): Notice {
  const where = `the journal of ${account}, at octet ${offset}`;
  return read.is === 'damaged'
    ? { kind: 'damaged', account, offset, text: `${where}: a damaged line was skipped` }
    : {
        kind: 'unknown',
        account,
        offset,
        text: `${where}: a line of a kind unknown here (${JSON.stringify(read.op)}) was skipped`,
      };
}

function torn(account: string, end: number, cut: number, lines: string, made: boolean): Notice {
  const offset = made ? 0 : end - Buffer.byteLength(lines);
  const text = `the journal of ${account}, at octet ${offset}: ${cut} octets of an unfinished line were cut off`;
  return { kind: 'torn', account, offset, text };
}
