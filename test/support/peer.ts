// One client as a test's server sees it: lines and octets in, exact bytes out, TLS when the script says so.
// Both the scripted server and the provider are written on it. A client that goes away ends a script with HungUp.
import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CertificateName } from './certificates.ts';
import { certificate } from './certificates.ts';

/** The client is gone, or the server has just hung up on it: the conversation is over. */
export class HungUp extends Error {
  override readonly name = 'HungUp';
}

/** Text is sent as UTF-8; give a Buffer for other octets. */
export type Octets = string | Buffer;

const LF = 0x0a;

/** The server's end of one connection. */
export class Peer {
  /** Which connection of its server this is: 0 for the first. */
  readonly nth: number;
  /** Resolves when the connection is over. Never rejects. */
  readonly closed: Promise<void>;
  readonly #raw: Socket;
  #socket: Socket;
  /** Octets that arrived and were not yet read. */
  #held: Buffer = Buffer.alloc(0);
  #fresh: Buffer[] = [];
  #waiting: (() => void)[] = [];
  readonly #heard: Buffer[] = [];
  #passed = 0;
  /** The client will send no more. */
  #deaf = false;
  /** Nothing can be sent any more. */
  #over = false;
  #ended: () => void = () => {};

  constructor(socket: Socket, nth: number) {
    this.nth = nth;
    this.closed = new Promise((resolve) => (this.#ended = resolve));
    this.#raw = socket;
    this.#socket = socket;
    socket.setNoDelay(true);
    this.#listen(socket);
  }

  /** True once TLS is up. */
  get secure(): boolean {
    return this.#socket !== this.#raw;
  }

  /** True once either side has ended the connection. */
  get over(): boolean {
    return this.#deaf || this.#over;
  }

  /** All octets the client has sent (decrypted), as far as they have arrived. */
  get heard(): Buffer {
    return Buffer.concat(this.#heard);
  }

  /** Octets said so far, both ways, TLS taken off. */
  get passed(): number {
    return this.#passed;
  }

  /** The next line without its line end, octet by octet as latin1. Throws HungUp. */
  async line(): Promise<string> {
    return (await this.#wholeLine()).replace(/\r?\n$/, '');
  }

  /** The next line, which must match; a mismatch is an error of the test. Returns the match. */
  async expect(pattern: RegExp): Promise<RegExpExecArray> {
    const text = await this.line();
    const match = pattern.exec(text);
    if (match === null) throw new Error(`the client sent ${JSON.stringify(text)}, awaited was ${pattern}`);
    return match;
  }

  /** Exactly `count` octets. Throws HungUp. */
  async octets(count: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let missing = count; ;) {
      const piece = this.#held.subarray(0, missing);
      this.#held = this.#held.subarray(piece.length);
      pieces.push(piece);
      missing -= piece.length;
      if (missing === 0) return Buffer.concat(pieces);
      this.#held = await this.#more();
    }
  }

  /** A dot-terminated text, unstuffed (RFC 5321 §4.5.2), as it was sent: a bare LF ends no line here. Throws HungUp. */
  async untilDot(): Promise<Buffer> {
    const pieces: string[] = [];
    for (let atStart = true; ;) {
      const text = await this.#wholeLine();
      if (atStart && text === '.\r\n') return Buffer.from(pieces.join(''), 'latin1');
      pieces.push(atStart && text.startsWith('.') ? text.slice(1) : text);
      atStart = text.endsWith('\r\n');
    }
  }

  /** True as soon as octets are there to be read; false after `ms` milliseconds without any, or at the end. */
  async readable(ms: number): Promise<boolean> {
    if (this.#held.length === 0 && this.#fresh.length === 0 && !this.over) {
      const stop = new AbortController();
      await Promise.race([this.#arrival(), sleep(ms, undefined, { signal: stop.signal }).catch(() => {})]);
      stop.abort();
    }
    return this.#held.length > 0 || this.#fresh.length > 0;
  }

  /** Sends exactly these octets in one write; resolves when the system has taken them. Throws HungUp. */
  async send(octets: Octets): Promise<void> {
    if (this.#over) throw new HungUp();
    const bytes = bytesOf(octets);
    this.#passed += bytes.length;
    await new Promise<void>((resolve, reject) => {
      this.#socket.write(bytes, (error) =>
        error ? reject(new HungUp('while sending', { cause: error })) : resolve(),
      );
    });
  }

  /** Sends each line with CRLF, all in one write. */
  async lines(...texts: readonly string[]): Promise<void> {
    await this.send(texts.map((text) => `${text}\r\n`).join(''));
  }

  /** Sends the octets in pieces of `size`, each in its own packet, `pause` milliseconds apart. */
  async split(octets: Octets, size: number, pause: number = 0): Promise<void> {
    const bytes = bytesOf(octets);
    for (let at = 0; at < bytes.length; at += size) {
      await this.send(bytes.subarray(at, at + size));
      await sleep(pause);
    }
  }

  /** Says nothing more until the client goes away; then throws HungUp. */
  async stall(): Promise<never> {
    await this.closed;
    throw new HungUp();
  }

  /** Sends the first `count` octets and ends the connection (FIN). Throws HungUp. */
  async cut(octets: Octets, count: number): Promise<never> {
    await this.send(bytesOf(octets).subarray(0, count));
    return this.hangUp();
  }

  /** Ends the connection in order (FIN) after what was sent. Throws HungUp, which ends the script. */
  hangUp(): never {
    this.end();
    throw new HungUp();
  }

  /** As hangUp, without throwing. Safe to call twice. */
  end(): void {
    this.#socket.end();
    this.#finish();
  }

  /** Ends the connection at once with a reset (RST). Throws HungUp, which ends the script. */
  reset(): never {
    this.#raw.resetAndDestroy();
    this.#finish();
    throw new HungUp();
  }

  /** Closes without a word. Safe to call twice. */
  destroy(): void {
    this.#socket.destroy();
    this.#raw.destroy();
    this.#finish();
  }

  /**
   * Starts TLS as a server. `said` goes out in clear first, in one packet: the answer to STARTTLS, and what a hostile
   * network puts behind it. What the client sent too early is thrown away, as RFC 3207 §4.2 wants. Throws HungUp when
   * the client refuses the certificate.
   */
  async startTls(said: Octets, name: CertificateName = 'good'): Promise<void> {
    if (said.length > 0) await this.send(said);
    for (const event of ['data', 'end', 'close']) this.#raw.removeAllListeners(event);
    this.#held = Buffer.alloc(0);
    this.#fresh = [];
    const secureContext = createSecureContext(certificate(name));
    const secure = new TLSSocket(this.#raw, { isServer: true, secureContext });
    this.#socket = secure;
    this.#listen(secure);
    await Promise.race([new Promise((resolve) => secure.once('secure', resolve)), this.closed]);
    if (this.#over) throw new HungUp('during the TLS handshake');
  }

  async #wholeLine(): Promise<string> {
    for (;;) {
      const at = this.#held.indexOf(LF);
      if (at >= 0) {
        const text = this.#held.toString('latin1', 0, at + 1);
        this.#held = this.#held.subarray(at + 1);
        return text;
      }
      this.#held = Buffer.concat([this.#held, await this.#more()]);
    }
  }

  #listen(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => {
      this.#heard.push(chunk);
      this.#passed += chunk.length;
      this.#fresh.push(chunk);
      this.#notify();
    });
    for (const event of ['error', 'close']) socket.on(event, () => this.#finish());
    socket.on('end', () => {
      this.#deaf = true;
      this.#ended();
      this.#notify();
    });
  }

  #finish(): void {
    this.#over = true;
    this.#ended();
    this.#notify();
  }

  #notify(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  #arrival(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async #more(): Promise<Buffer> {
    while (this.#fresh.length === 0) {
      if (this.over) throw new HungUp();
      await this.#arrival();
    }
    const fresh = this.#fresh;
    this.#fresh = [];
    return Buffer.concat(fresh);
  }
}

function bytesOf(octets: Octets): Buffer {
  return typeof octets === 'string' ? Buffer.from(octets) : octets;
}
