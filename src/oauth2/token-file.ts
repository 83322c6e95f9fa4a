// <data>/tokens/<account>.json, mode 0600: the tokens of one account. It is read by anybody of this user, and written by one
// process at a time; a reader sees the old content or the new, and a crash leaves one of the two.
import { readFileSync } from 'node:fs';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../model/clock.ts';
import { MailError } from '../model/error.ts';
import { acquireLock } from '../runtime/lock.ts';
import type { Lock } from '../runtime/lock.ts';
import { recover, reserve } from '../runtime/reserved-file.ts';
import type { Room } from '../runtime/reserved-file.ts';
import { codeOf, storageError } from '../runtime/storage-error.ts';
import { laterVersion, textOfTokens, tokensIn } from './tokens.ts';
import type { Tokens } from './tokens.ts';

/** Octets that new tokens may take before room must be found for the rest. */
const ROOM = 131_072;
/** Milliseconds between two tries for the lock, and after which nobody waits any longer: a renewal takes half of it. */
const EACH = 100;
const PATIENCE = 90_000;

/** A place for the next tokens, taken before they are asked for. */
export interface Place {
  /** Stores them. Throws MailError `storage`. */
  store(tokens: Tokens): Promise<void>;
  /** None came. */
  leave(): Promise<void>;
}

/** The tokens of one account. */
export class TokenFile {
  readonly path: string;
  readonly #account: string;
  readonly #directory: string;

  /** `account` is its name, which is safe in a path. */
  constructor(data: string, account: string) {
    this.#account = account;
    this.#directory = join(data, 'tokens');
    this.path = join(this.#directory, `${account}.json`);
  }

  /**
   * The tokens; undefined where there are none, or where the file holds something else. Throws MailError `storage`, also where a
   * newer mailkeep has written it.
   */
  async read(): Promise<Tokens | undefined> {
    const text = await this.#text();
    if (text === undefined) return undefined;
    const later = laterVersion(text);
    if (later !== undefined) throw this.#newer(later);
    return tokensIn(text);
  }

  async #text(): Promise<string | undefined> {
    try {
      return await readFile(this.path, 'utf8');
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT') return undefined;
      throw storageError(thrown, `reading ${this.path}`);
    }
  }

  /** When the person last signed in, milliseconds since 1970; 0 where that is not known. */
  signedIn(): number {
    try {
      return tokensIn(readFileSync(this.path, 'utf8'))?.signedIn ?? 0;
    } catch {
      return 0;
    }
  }

  /**
   * Runs `work` while no other process or login writes the tokens. `interrupted`: a renewal before this one was cut off, and
   * what became of it at the provider is not known. Throws MailError `busy` where another takes too long, or `storage`.
   */
  async alone<T>(clock: Clock, work: (interrupted: boolean) => Promise<T>): Promise<T> {
    const lock = await this.#lock(clock);
    try {
      const found = await recover(this.path, isTokens);
      return await work(found === 'part');
    } finally {
      await lock.release();
    }
  }

  /** A place for new tokens; only inside `alone`. Throws MailError `storage` before anything was asked for. */
  async place(): Promise<Place> {
    const room: Room = await reserve(this.path, ROOM, 0o600);
    return { store: (tokens) => room.fill(textOfTokens(tokens)), leave: () => room.leave() };
  }

  /** Stores tokens that are there already; only inside `alone`. Throws MailError `storage`. */
  async store(tokens: Tokens): Promise<void> {
    await (await this.place()).store(tokens);
  }

  async #lock(clock: Clock): Promise<Lock> {
    await this.#furnish();
    const end = clock.monotonic() + PATIENCE;
    for (;;) {
      try {
        return await acquireLock(join(this.#directory, `${this.#account}.lock`));
      } catch (thrown) {
        if (!(thrown instanceof MailError) || thrown.kind !== 'locked') throw thrown;
        if (clock.monotonic() >= end) throw this.#held(thrown);
      }
      await clock.sleep(EACH);
    }
  }

  async #furnish(): Promise<void> {
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      await chmod(this.#directory, 0o700);
    } catch (thrown) {
      throw storageError(thrown, `making ${this.#directory}`);
    }
  }

  #newer(version: number): MailError {
    return new MailError({
      kind: 'storage',
      retry: 'never',
      message: `the sign-in of account "${this.#account}" is kept in form ${version} (${this.path}), and this mailkeep knows form 1`,
      hint: `A newer mailkeep has written it: install that one again, or sign in anew: mailkeep login ${this.#account}`,
    });
  }

  #held(cause: MailError): MailError {
    return new MailError({
      kind: 'busy',
      retry: 'later',
      message: `the tokens of account "${this.#account}" are in use: ${cause.message}`,
      hint: 'It is tried again; if it stays so, restart the process that is named',
      cause,
    });
  }
}

/** What a newer mailkeep left whole is whole: it is not for this one to throw away. */
function isTokens(text: string): boolean {
  return tokensIn(text) !== undefined || laterVersion(text) !== undefined;
}
