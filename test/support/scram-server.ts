// The server's half of SCRAM (RFC 5802 §3), written apart from the client's: what it knows of a password, and what it says.
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

/** How this server differs from an honest one that stores `password`. */
export interface ScramOptions {
  readonly password: string;
  readonly hash?: 'sha1' | 'sha256';
  /** Added to the client's nonce. */
  readonly nonce?: string;
  readonly salt?: Buffer;
  readonly iterations?: number;
  /** What the client must be bound to; absent: it must not be. */
  readonly binding?: { readonly type: string; readonly data: Buffer };
  /** True where -PLUS is in the list that the server sent: a client that says `y` was shown another one. */
  readonly offersPlus?: boolean;
}

/** One login. */
export class ScramServer {
  readonly #options: ScramOptions;
  #bare = '';
  #header = '';
  #first = '';

  constructor(options: ScramOptions) {
    this.#options = options;
  }

  /** The answer to client-first-message. Throws where its header is not what it must be (RFC 5802 §6). */
  challenge(clientFirst: string): string {
    const { nonce = '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0', salt = Buffer.from('salt of the sea') } = this.#options;
    const { iterations = 4096, binding, offersPlus } = this.#options;
    const [, header = '', bare = ''] = /^((?:p=[^,]+|[ny]),,)(.*)$/s.exec(clientFirst) ?? [];
    const wanted = binding === undefined ? (offersPlus === true ? /^n,,/ : /^[ny],,/) : undefined;
    if (wanted === undefined ? header !== `p=${binding?.type},,` : !wanted.test(header))
      throw new Error(`the header is ${header}`);
    this.#header = header;
    this.#bare = bare;
    const clientNonce = /,r=(.*)$/.exec(bare)?.[1] ?? '';
    this.#first = `r=${clientNonce}${nonce},s=${salt.toString('base64')},i=${iterations}`;
    return this.#first;
  }

  /** The user that client-first-message named. */
  get user(): string {
    return /^n=([^,]*)/.exec(this.#bare)?.[1] ?? '';
  }

  /** The answer to client-final-message: `v=…`, or an error. */
  verdict(clientFinal: string): string {
    const { password, salt = Buffer.from('salt of the sea'), iterations = 4096 } = this.#options;
    const { hash = 'sha256', binding } = this.#options;
    const [, withoutProof = '', channel = '', proof = ''] =
      /^(c=([^,]*),r=[^,]*),p=(.*)$/.exec(clientFinal) ?? [];
    const bound = Buffer.concat([Buffer.from(this.#header), binding?.data ?? Buffer.alloc(0)]);
    if (channel !== bound.toString('base64')) return 'e=channel-bindings-dont-match';
    const length = createHash(hash).digest().length;
    const salted = pbkdf2Sync(password, salt, iterations, length, hash);
    const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest();
    const message = `${this.#bare},${this.#first},${withoutProof}`;
    const stored = createHash(hash).update(hmac(salted, 'Client Key')).digest();
    const signature = hmac(stored, message);
    const key = Buffer.from(proof, 'base64').map((octet, at) => octet ^ (signature[at] ?? 0));
    if (!createHash(hash).update(key).digest().equals(stored)) return 'e=invalid-proof';
    return `v=${hmac(hmac(salted, 'Server Key'), message).toString('base64')}`;
  }
}
