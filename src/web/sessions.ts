// Who is signed in. A session is a random word in a cookie; here lies only its hash, in memory: a restart signs everybody out.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../model/clock.ts';

/** A session that was not used for so long is over. Milliseconds. */
const IDLE = 30 * 24 * 3_600_000;
/** Sessions at once; the longest unused makes room. */
const MOST = 200;

/** The open sessions, and the word that each of their forms carries. */
export class Sessions {
  readonly #clock: Clock;
  readonly #key = randomBytes(32);
  /** By the hash of their words, the longest unused first: when each was last used. */
  readonly #used = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Opens a session. Its word: 256 random bits in base64url. */
  begin(): string {
    const word = randomBytes(32).toString('base64url');
    this.#used.set(hashOf(word), this.#clock.now());
    const [oldest] = this.#used.keys();
    if (this.#used.size > MOST && oldest !== undefined) this.#used.delete(oldest);
    return word;
  }

  /** Whether a session with this word is open; if so, it has been used now. */
  has(word: string): boolean {
    const hash = hashOf(word);
    const used = this.#used.get(hash);
    if (used === undefined) return false;
    this.#used.delete(hash);
    if (this.#clock.now() - used > IDLE) return false;
    this.#used.set(hash, this.#clock.now());
    return true;
  }

  /** The same without counting as use: a page that is only left open does not keep its session. */
  isOpen(word: string): boolean {
    const used = this.#used.get(hashOf(word));
    return used !== undefined && this.#clock.now() - used <= IDLE;
  }

  end(word: string): void {
    this.#used.delete(hashOf(word));
  }

  /** What a form of this session carries (`''`: of somebody who is not signed in), so that no other page can make one. */
  formWord(word: string): string {
    return createHmac('sha256', this.#key).update(word).digest('base64url');
  }

  /** Whether a form carries what it must. Takes the same time for any wrong one. */
  isFormWord(word: string, said: string): boolean {
    const expected = Buffer.from(this.formWord(word));
    const given = Buffer.from(said);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}

function hashOf(word: string): string {
  return createHash('sha256').update(word).digest('base64url');
}
