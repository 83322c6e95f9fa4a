// LOGIN, which no RFC describes: the server asks twice, and is told the user and the password.
import type { Password } from '../../model/account.ts';
import type { Mechanism } from './mechanism.ts';

/**
 * The first prompt is for the user, the second for the password, whatever they say: they come with NULs, in lower case,
 * empty, or as no base64 (I-013, S-002). Nothing goes with the command: some take it for the wrong thing (S-003).
 */
export class Login implements Mechanism {
  readonly name = 'LOGIN';
  readonly initial = null;
  readonly tried = true;
  readonly refusal = null;
  readonly #left: string[];

  constructor({ user, password }: Password) {
    this.#left = [user, password];
  }

  get complete(): boolean {
    return this.#left.length === 0;
  }

  get saysName(): boolean {
    return this.#left.length === 2;
  }

  answer(): Buffer | null {
    const next = this.#left.shift();
    return next === undefined ? null : Buffer.from(next, 'utf8');
  }

  confirm(): void {}
}
