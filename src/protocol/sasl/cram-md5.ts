// CRAM-MD5 (RFC 2195): the password is a key, and does not go over the line. It is broken by guessing from what does.
import { createHmac } from 'node:crypto';
import type { Password } from '../../model/account.ts';
import type { Mechanism } from './mechanism.ts';

/** The user, a space, and HMAC-MD5 of the challenge in lower-case hexadecimal digits (RFC 2195 §2). */
export class CramMd5 implements Mechanism {
  readonly name = 'CRAM-MD5';
  readonly initial = null;
  readonly refusal = null;
  readonly #credentials: Password;
  complete = false;

  get tried(): boolean {
    return this.complete;
  }

  constructor(credentials: Password) {
    this.#credentials = credentials;
  }

  answer(challenge: Buffer): Buffer | null {
    if (this.complete) return null;
    this.complete = true;
    const { user, password } = this.#credentials;
    const digest = createHmac('md5', Buffer.from(password, 'utf8')).update(challenge).digest('hex');
    return Buffer.from(`${user} ${digest}`, 'utf8');
  }

  confirm(): void {}
}
