// The server's side of a login, as far as a fuzzed one needs it: what it says to each answer.
import { ScramServer } from '../scram-server.ts';
import type { Chance } from '../random.ts';

/** The password that these servers know. */
export const PASSWORD = 'correct horse';

/** One login by one mechanism. */
export class SaslServer {
  readonly #mechanism: string;
  readonly #luck: Chance;
  readonly #scram: ScramServer;
  #step = 0;

  constructor(mechanism: string, luck: Chance) {
    this.#mechanism = mechanism.toUpperCase();
    this.#luck = luck;
    const hash = this.#mechanism.includes('SHA-256') ? 'sha256' : 'sha1';
    this.#scram = new ScramServer({ password: PASSWORD, hash, iterations: luck.of([4096, 2, 0]) });
  }

  /** What is said to `answer` (base64; null: nothing was said yet): a challenge in base64, or a yes or no. */
  next(answer: string | null): string | boolean {
    this.#step++;
    if (answer === '*') return false;
    if (this.#mechanism.startsWith('SCRAM-')) return this.#scramNext(answer);
    switch (this.#mechanism) {
      case 'LOGIN':
        return ['VXNlcm5hbWU6', 'UGFzc3dvcmQ6'][this.#step - 1] ?? this.#luck.often(70);
      case 'CRAM-MD5':
        return this.#step === 1 ? encoded('<1.2@mail.example>') : this.#luck.often(70);
      case 'PLAIN':
        return answer === null || this.#luck.often(5) ? '' : this.#luck.often(70);
      default:
        if (answer === null) return '';
        return this.#step > 2 ? false : this.#luck.of([true, encoded('{"status":"400"}')]);
    }
  }

  #scramNext(answer: string | null): string | boolean {
    if (answer === null) return '';
    const said = Buffer.from(answer, 'base64').toString();
    try {
      if (/^[npy]/.test(said)) return encoded(this.#scram.challenge(said));
      if (said.startsWith('c=')) return encoded(this.#scram.verdict(said));
    } catch {
      return false; // what it heard was not what a client says: so much was damaged
    }
    return true;
  }
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}
