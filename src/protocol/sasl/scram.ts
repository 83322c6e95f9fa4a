// SCRAM (RFC 5802, RFC 7677): both sides prove that they know the password, and neither sends it. With a channel binding
// (-PLUS) the proof holds for this TLS connection alone, so that nobody in the middle can pass it on.
import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import type { Password } from '../../model/account.ts';
import type { MailError } from '../../model/error.ts';
import { clip, decodeText } from '../text.ts';
import type { Binding, Channel } from './channel.ts';
import { hostile, type Mechanism } from './mechanism.ts';
import { saslprep } from './saslprep.ts';

/** The most iterations that a server may ask for: a second of work at most, and no stall at a hostile one. */
const MOST = 1_000_000;
/** The fewest without TLS (RFC 5802 §5.1); over TLS, where a password may go as it is, none is too weak. */
const FEWEST_IN_CLEAR = 4096;
/** Longest nonce or salt, in characters. */
const LONGEST = 4096;

/** RFC 5802 §6: bound; or unbound although we could (`y`: the server offers no -PLUS); or unbound (`n`). */
export type Bound = Binding | 'y' | 'n';

/** The part of SCRAM that is one login. */
export class Scram implements Mechanism {
  readonly name: string;
  readonly initial: Buffer;
  refusal: string | null = null;
  readonly #hash: 'sha1' | 'sha256';
  readonly #password: string;
  readonly #channel: Channel;
  readonly #nonce: string;
  readonly #header: string;
  readonly #bound: Bound;
  /** client-first-message-bare. */
  readonly #first: string;
  /** What the server must sign, once the challenge has come. */
  #expected: Buffer | undefined;
  #step: 'first' | 'final' | 'over' = 'first';
  #proved = false;

  constructor({ user, password }: Password, hash: 'sha1' | 'sha256', bound: Bound, channel: Channel) {
    const plus = typeof bound === 'object';
    this.name = `SCRAM-${hash === 'sha1' ? 'SHA-1' : 'SHA-256'}${plus ? '-PLUS' : ''}`;
    this.#hash = hash;
    this.#password = saslprep(password);
    this.#channel = channel;
    this.#nonce = channel.nonce();
    this.#bound = bound;
    this.#header = `${plus ? `p=${bound.type}` : bound},,`; // RFC 5802 §7: gs2-header
    // RFC 5802 §5.1: `=` and `,` in a name are written so
    const name = saslprep(user).replaceAll('=', '=3D').replaceAll(',', '=2C');
    this.#first = `n=${name},r=${this.#nonce}`;
    this.initial = Buffer.from(this.#header + this.#first, 'utf8');
  }

  get tried(): boolean {
    return this.#expected !== undefined;
  }

  get complete(): boolean {
    return this.#proved;
  }

  answer(challenge: Buffer): Buffer | null {
    switch (this.#step) {
      case 'first':
        if (this.#refused(challenge)) return Buffer.alloc(0);
        this.#step = 'final';
        return this.#proof(challenge);
      case 'final':
        this.#step = 'over';
        if (!this.#refused(challenge)) this.#check(challenge);
        return Buffer.alloc(0);
      case 'over':
        return null;
    }
  }

  confirm(): void {
    // RFC 5802 §3: a server that has not signed may be anybody
    if (!this.#proved) throw this.#hostile('its yes without a proof that it knows the password');
  }

  /** client-final-message (RFC 5802 §3). */
  #proof(challenge: Buffer): Buffer {
    const { nonce, salt, iterations } = this.#parse(challenge.toString('utf8'));
    const data = typeof this.#bound === 'object' ? this.#bound.data : Buffer.alloc(0);
    // RFC 5802 §5.1: c= is the header and the binding, so that nobody can change either on the way
    const bound = Buffer.concat([Buffer.from(this.#header), data]).toString('base64');
    const withoutProof = `c=${bound},r=${nonce}`;
    const signed = Buffer.concat([
      Buffer.from(`${this.#first},`, 'utf8'),
      challenge,
      Buffer.from(`,${withoutProof}`),
    ]);
    const { length } = createHash(this.#hash).digest();
    const salted = pbkdf2Sync(Buffer.from(this.#password, 'utf8'), salt, iterations, length, this.#hash);
    const clientKey = this.#hmac(salted, 'Client Key');
    const signature = this.#hmac(createHash(this.#hash).update(clientKey).digest(), signed);
    const proof = clientKey.map((octet, at) => octet ^ (signature[at] ?? 0));
    this.#expected = this.#hmac(this.#hmac(salted, 'Server Key'), signed);
    return Buffer.from(`${withoutProof},p=${Buffer.from(proof).toString('base64')}`);
  }

  /** server-first-message (RFC 5802 §7); extensions behind it are passed over, `m=` before it forbids to go on. */
  #parse(text: string): { readonly nonce: string; readonly salt: Buffer; readonly iterations: number } {
    const [r = '', s = '', i = ''] = text.split(',', 3);
    const nonce = /^r=([\x21-\x2b\x2d-\x7e]+)$/.exec(r)?.[1] ?? '';
    if (nonce.length > LONGEST || nonce.length <= this.#nonce.length || !nonce.startsWith(this.#nonce))
      throw this.#hostile('a nonce that is not ours');
    const salt = /^s=([A-Za-z0-9+/]+={0,2})$/.exec(s)?.[1];
    if (salt === undefined || salt.length > LONGEST) throw this.#hostile('no salt');
    const iterations = Number(/^i=([1-9]\d{0,9})$/.exec(i)?.[1] ?? NaN);
    if (!(iterations >= (this.#channel.secure ? 1 : FEWEST_IN_CLEAR) && iterations <= MOST))
      throw this.#hostile(
        `an iteration count (${clip(decodeText(Buffer.from(i)), 20)}) that is not accepted`,
      );
    return { nonce, salt: Buffer.from(salt, 'base64'), iterations };
  }

  /** RFC 5802 §7: server-error, which Cyrus and others send in place of either message. */
  #refused(challenge: Buffer): boolean {
    const [, error] = /^e=([^,]*)/.exec(challenge.toString('utf8')) ?? [];
    if (error === undefined) return false;
    this.#step = 'over';
    this.refusal = clip(decodeText(Buffer.from(error)), 200);
    return true;
  }

  /** server-final-message: a signature (RFC 5802 §7). */
  #check(challenge: Buffer): void {
    const [said = ''] = challenge.toString('utf8').split(',', 1);
    const signature = Buffer.from(said.replace(/^v=/, ''), 'base64');
    const right =
      said.startsWith('v=') &&
      this.#expected?.length === signature.length &&
      timingSafeEqual(signature, this.#expected);
    if (!right) throw this.#hostile('a signature that does not prove that it knows the password');
    this.#proved = true;
  }

  #hostile(what: string): MailError {
    return hostile(this.#channel.host, this.name, what);
  }

  #hmac(key: Buffer, data: string | Buffer): Buffer {
    return createHmac(this.#hash, key).update(data).digest();
  }
}
