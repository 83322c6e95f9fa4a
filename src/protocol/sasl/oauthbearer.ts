// OAUTHBEARER (RFC 7628): the token in one message.
import type { Token } from '../../model/account.ts';
import { readError } from './bearer.ts';
import type { Mechanism } from './mechanism.ts';

/** No channel binding, the user, and the token (RFC 7628 §3.1). */
export class OAuthBearer implements Mechanism {
  readonly name = 'OAUTHBEARER';
  readonly initial: Buffer;
  readonly complete = true;
  readonly tried = true;
  refusal: string | null = null;

  constructor({ user, token }: Token) {
    const name = user.replaceAll('=', '=3D').replaceAll(',', '=2C'); // RFC 5801 §4: saslname
    this.initial = Buffer.from(`n,a=${name},\x01auth=Bearer ${token}\x01\x01`, 'utf8');
  }

  /** RFC 7628 §3.2.3: an error is answered with one ^A, and only then comes the server's no. */
  answer(challenge: Buffer): Buffer | null {
    if (this.refusal !== null) return null;
    this.refusal = readError(challenge);
    return Buffer.of(1);
  }

  confirm(): void {}
}
