// PLAIN (RFC 4616): user and password as they are, in one message.
import type { Password } from '../../model/account.ts';
import type { Mechanism } from './mechanism.ts';

/** No authorization identity; user and password in UTF-8, each behind a NUL (RFC 4616 §2). */
export class Plain implements Mechanism {
  readonly name = 'PLAIN';
  readonly initial: Buffer;
  readonly complete = true;
  readonly tried = true;
  readonly refusal = null;

  constructor({ user, password }: Password) {
    this.initial = Buffer.from(`\0${user}\0${password}`, 'utf8');
  }

  answer(): null {
    return null;
  }

  confirm(): void {}
}
