// XOAUTH2, Google's and Microsoft's own: the token in one message (developers.google.com/gmail/imap/xoauth2-protocol).
import type { Token } from '../../model/account.ts';
import { readError } from './bearer.ts';
import type { Mechanism } from './mechanism.ts';

/** `user=…^Aauth=Bearer …^A^A`. */
export class XOAuth2 implements Mechanism {
  readonly name = 'XOAUTH2';
  readonly initial: Buffer;
  readonly complete = true;
  readonly tried = true;
  refusal: string | null = null;

  constructor({ user, token }: Token) {
    this.initial = Buffer.from(`user=${user}\x01auth=Bearer ${token}\x01\x01`, 'utf8');
  }

  /** A challenge is an error; the server's no comes after an empty line (I-041, S-005). */
  answer(challenge: Buffer): Buffer | null {
    if (this.refusal !== null) return null;
    this.refusal = readError(challenge);
    return Buffer.alloc(0);
  }

  confirm(): void {}
}
