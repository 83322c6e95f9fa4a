// The octets of a connection in both directions, whatever they go through: TCP, TLS, deflate. What came lies in `framing`
// until it is wanted, and no more than a few chunks of it: the socket is paused while nobody reads.
import type net from 'node:net';
import type { Readable, Writable } from 'node:stream';
import tls from 'node:tls';
import { MailError } from '../model/error.ts';
import { Framing } from '../protocol/framing.ts';
import { deflated } from './deflate.ts';
import { cancelledAt, netFailure } from './failure.ts';
import { peerOf, type Peer } from './peer.ts';

/** Octets received but not yet wanted at which the socket is paused. */
const HIGH_WATER = 256 * 1024;

/** A socket, and what was put around it since. */
export class Wire {
  /** What was received and not yet taken. */
  readonly framing: Framing = new Framing();
  readonly #where: string;
  readonly #received: ((octets: number) => void) | undefined;
  #socket: net.Socket;
  /** The two directions: the socket itself, or what compresses it. */
  #incoming: Readable;
  #outgoing: Writable;
  #peer: Peer;
  #ended: MailError | undefined;
  #wake: (() => void) | undefined;
  #onEnding: (() => void) | undefined;

  /** `where` is `host:port`, for messages; `received` is told of octets that came, TLS and compression taken off. */
  constructor(socket: net.Socket, where: string, received: ((octets: number) => void) | undefined) {
    this.#where = where;
    this.#received = received;
    this.#socket = socket;
    this.#incoming = socket;
    this.#outgoing = socket;
    this.#peer = peerOf(socket);
    this.#listen();
  }

  /** Why no more octets will come; what was received before it can still be read. */
  get ended(): MailError | undefined {
    return this.#ended;
  }

  /** True once TLS is up and verified. */
  get secure(): boolean {
    return this.#socket instanceof tls.TLSSocket;
  }

  get peer(): Peer {
    return this.#peer;
  }

  /** Ends at once, without a word. */
  close(): void {
    this.#end(cancelledAt(this.#where));
    for (const one of [this.#incoming, this.#outgoing, this.#socket]) one.destroy();
  }

  /** Waits for octets, or for `signal` to abort; false when neither came within `ms`, or when none will come any more. */
  more(ms: number, signal?: AbortSignal): Promise<boolean> {
    this.relieve();
    if (this.#ended !== undefined) return Promise.resolve(false);
    return this.#wait(ms, (wake) => {
      this.#wake = wake;
      signal?.addEventListener('abort', wake);
      return () => {
        this.#wake = undefined;
        signal?.removeEventListener('abort', wake);
      };
    });
  }

  /** Sends; false when the other side did not take it within `ms`, or is gone. */
  async write(bytes: Buffer, ms: () => number): Promise<boolean> {
    if (this.#ended !== undefined) return false;
    if (this.#outgoing.write(bytes)) return true;
    return this.#wait(ms(), (wake) => {
      this.#outgoing.once('drain', wake);
      return () => this.#outgoing.off('drain', wake);
    });
  }

  /** Reads on beyond the high water: a line may be longer, and its own limit bounds it. */
  resume(): void {
    this.#incoming.resume();
  }

  /** Reads on if enough was taken. */
  relieve(): void {
    if (this.#incoming.isPaused() && this.framing.length < HIGH_WATER) this.#incoming.resume();
  }

  /** From now on over TLS, as `secure` makes it. Throws MailError `tls` where octets lie behind the go-ahead. */
  async upgrade(secure: (plain: net.Socket) => Promise<tls.TLSSocket>): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended;
    // RFC 8314 §3.2 and CVE-2021-38371: what came in clear behind the go-ahead may be anybody's.
    if (this.framing.length > 0) {
      throw new MailError({
        kind: 'tls',
        retry: 'later',
        message: `${this.#where} sent octets in clear behind its go-ahead for TLS`,
        hint: 'Somebody may stand between this machine and the server: use tls: implicit where it is offered.',
      });
    }
    const plain = this.#socket;
    plain
      .off('data', this.#onData)
      .off('end', this.#onEnd)
      .off('error', this.#onError)
      .off('close', this.#onEnd);
    this.#socket = await secure(plain);
    this.#incoming = this.#socket;
    this.#outgoing = this.#socket;
    this.#peer = peerOf(this.#socket);
    this.#listen();
  }

  /** From now on compressed (RFC 4978), with what came behind the go-ahead. */
  deflate(): void {
    const early: Buffer[] = [];
    for (let chunk = this.framing.takeSome(Infinity); chunk !== undefined;) {
      early.push(chunk);
      chunk = this.framing.takeSome(Infinity);
    }
    // How the socket ends is told by the stream in it, once all that came before is read.
    this.#socket.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onEnd);
    const { incoming, outgoing } = deflated(this.#socket, early);
    incoming.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onBroken);
    outgoing.on('error', this.#onBroken);
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  /** Resolves true when `wake` is called, false after `ms` or at the connection's end. */
  #wait(ms: number, arm: (wake: () => void) => () => void): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (came: boolean): void => {
        clearTimeout(timer);
        this.#onEnding = undefined;
        disarm();
        resolve(came);
      };
      const timer = setTimeout(() => finish(false), Math.max(0, Math.min(Math.ceil(ms), 2 ** 31 - 1)));
      const disarm = arm(() => finish(true));
      this.#onEnding = () => finish(false);
    });
  }

  #listen(): void {
    this.#socket
      .on('data', this.#onData)
      .on('end', this.#onEnd)
      .on('error', this.#onError)
      .on('close', this.#onEnd);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#received?.(chunk.length);
    this.framing.push(chunk);
    if (this.framing.length >= HIGH_WATER) this.#incoming.pause();
    this.#wake?.();
  };

  readonly #onEnd = (): void => {
    this.#end(
      new MailError({ kind: 'closed', retry: 'now', message: `${this.#where} closed the connection` }),
    );
  };

  readonly #onError = (error: Error): void => this.#end(netFailure(this.#where, error));

  readonly #onBroken = (cause: Error): void =>
    this.#end(
      new MailError({
        kind: 'protocol',
        retry: 'now',
        message: `${this.#where} sent compressed octets that cannot be read: ${cause.message}`,
        avoid: 'COMPRESS',
        cause,
      }),
    );

  #end(why: MailError): void {
    this.#ended ??= why;
    this.#onEnding?.();
  }
}
