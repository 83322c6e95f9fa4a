// A log in a file of its own, for those who want one beside the journal. Each line is written when the call returns, so that no exit
// takes it along; a file that was moved away, as logrotate does, is begun anew when somebody says so.
import { closeSync, openSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { storageError } from './storage-error.ts';

/** Its owner writes, and its group reads. */
const MODE = 0o640;

/** A stream into a file that is only ever appended to. */
export class LogFile extends Writable {
  readonly #path: string;
  #file: number;

  /** Opens or makes it. Throws MailError `storage`. */
  constructor(path: string) {
    super({ decodeStrings: true });
    this.#path = path;
    try {
      this.#file = openSync(path, 'a', MODE);
    } catch (thrown) {
      throw storageError(thrown, `opening the log ${path}`);
    }
  }

  /** Goes on in the file that has the name now, or in a new one. Where that cannot be had, in the old one. */
  reopen(): void {
    let file: number;
    try {
      file = openSync(this.#path, 'a', MODE);
    } catch {
      return;
    }
    closeSync(this.#file);
    this.#file = file;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    try {
      writeSync(this.#file, chunk);
    } catch {
      // A full disk is no reason to stop keeping mail: the journal has the line.
    }
    done();
  }
}
