// A dialogue meets a socket: what the generator wants is sent, read, streamed or awaited, each wait with its deadline.
// It never holds more than a few chunks, never reads ahead of a slow disk, and shows traces without secrets or bodies.
import { randomBytes } from 'node:crypto';
import type net from 'node:net';
import type { Readable, Writable } from 'node:stream';
import tls from 'node:tls';
import { MailError } from '../model/error.ts';
import type { Came, Dialogue, Sink, Want } from '../protocol/dialogue.ts';
import { Framing } from '../protocol/framing.ts';
import type { Binding, Channel } from '../protocol/sasl/channel.ts';
import { decodeText } from '../protocol/text.ts';
import { certificateOf } from './certificate.ts';
import { bindingOf } from './channel-binding.ts';
import type { Connection, Deadlines, Trace } from './connection.ts';
import { deflated } from './deflate.ts';
import { cancelledAt, netFailure } from './failure.ts';
import { Secrets } from './secrets.ts';

/** Octets received but not yet wanted at which the socket is paused. */
const HIGH_WATER = 256 * 1024;

/** How many idle deadlines a line may take: a server that dribbles one octet a minute is cut too. */
const IDLE_PERIODS = 10;
/** Octets a second below which a body, or all that answers what was sent, is given up, beside that. */
const SLOWEST = 512;

interface Wiring {
  readonly host: string;
  /** `host:port`, for messages. */
  readonly where: string;
  readonly loopback: boolean;
  /** The person wants a login in clear, if need be. */
  readonly insecure: boolean;
  /** Milliseconds. */
  readonly idle: number;
  readonly trace: Trace | undefined;
  /** Called with the number of octets that came, TLS and compression taken off. */
  readonly received: ((octets: number) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  /** Upgrades a socket to verified TLS. */
  readonly secure: (plain: net.Socket) => Promise<tls.TLSSocket>;
}

/** A Connection over a TCP or TLS socket. */
export class SocketConnection implements Connection {
  readonly host: string;
  readonly #wiring: Wiring;
  readonly #framing = new Framing();
  readonly #secrets = new Secrets();
  #socket: net.Socket;
  /** The two directions: the socket itself, or what compresses it. */
  #incoming: Readable;
  #outgoing: Writable;
  #peer = IN_CLEAR;
  #busy = false;
  /** When something was sent last, or news was waited for, and the octets that came since. */
  #since = performance.now();
  #came = 0;
  /** Why no more octets will come; what was received before it can still be read. */
  #ended: MailError | undefined;
  #wake: (() => void) | undefined;

  constructor(socket: net.Socket | tls.TLSSocket, wiring: Wiring) {
    this.#wiring = wiring;
    this.#socket = socket;
    this.#incoming = socket;
    this.#outgoing = socket;
    this.#peer = peerOf(socket);
    this.host = wiring.host;
    this.#listen();
    wiring.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get secure(): boolean {
    return this.#socket instanceof tls.TLSSocket;
  }

  get channel(): Channel {
    const { host, loopback, insecure } = this.#wiring;
    const nonce = (): string => randomBytes(18).toString('base64');
    return { host, secure: this.secure, loopback, insecure, binding: this.#peer.binding, nonce };
  }

  get tlsVersion(): string | null {
    return this.#peer.version;
  }

  get certificateEnds(): number | null {
    return this.#peer.certificateEnds;
  }

  async converse<T>(dialogue: Dialogue<T>, deadlines: Deadlines = {}): Promise<T> {
    if (this.#busy) throw new Error(`a second dialogue on the connection to ${this.#wiring.where}`);
    this.#busy = true;
    const until = performance.now() + (deadlines.total ?? Infinity);
    const idle = deadlines.idle ?? this.#wiring.idle;
    try {
      let step = dialogue.next();
      while (step.done !== true) {
        let came: Came;
        try {
          came = this.#now(step.value) ?? (await this.#later(step.value, idle, until));
        } catch (thrown) {
          // The dialogue may have something to clean up, or, like QUIT, not care.
          step = dialogue.throw(this.#failed(thrown));
          continue;
        }
        step = dialogue.next(came);
      }
      return step.value;
    } catch (thrown) {
      if (!(thrown instanceof MailError) || FATAL.has(thrown.kind)) this.close();
      throw thrown instanceof MailError ? this.#secrets.hideIn(thrown) : thrown;
    } finally {
      this.#busy = false;
    }
  }

  close(): void {
    this.#wiring.signal?.removeEventListener('abort', this.#onAbort);
    this.#end(cancelledAt(this.#wiring.where));
    for (const one of [this.#incoming, this.#outgoing, this.#socket]) one.destroy();
  }

  /** What needs no waiting: a line that is already here. It spares a promise for each line of a long listing. */
  #now(want: Want): Buffer | undefined {
    if (want.want !== 'line') return undefined;
    const line = this.#framing.takeLine();
    if (line !== undefined) this.#heard(line);
    return line;
  }

  async #later(want: Want, idle: number, until: number): Promise<Came> {
    if (want.want !== 'body' && (want.want !== 'line' || want.grace !== undefined)) this.#anew();
    switch (want.want) {
      case 'send':
        if (want.shown !== undefined) this.#secrets.note(want.bytes, want.shown);
        this.#wiring.trace?.('C', want.shown ?? shown(want.bytes));
        return this.#write(want.bytes, idle, until);
      case 'stream':
        return this.#stream(want.from, idle, until);
      case 'line':
        return this.#line(want, idle, until);
      case 'body':
        return this.#body(want.until, want.to, idle, until);
      case 'tls':
        return this.#upgrade();
      case 'deflate':
        return this.#deflate();
    }
  }

  async #line(want: Want & { want: 'line' }, idle: number, until: number): Promise<Buffer | null> {
    const { grace, until: signal } = want;
    const last = performance.now() + (grace ?? idle * IDLE_PERIODS);
    for (;;) {
      const line = this.#framing.takeLine();
      if (line !== undefined) {
        if (grace !== undefined) this.#anew();
        this.#heard(line);
        return line;
      }
      if (signal?.aborted === true && this.#ended === undefined) return null;
      const left = Math.min(
        grace === undefined ? Math.min(idle, this.#slowest(idle)) : Infinity,
        until - performance.now(),
        last - performance.now(),
      );
      this.#incoming.resume(); // a line may be longer than the high water; MAX_LINE bounds it
      if (await this.#more(left, signal)) continue;
      if (grace !== undefined && this.#ended === undefined && performance.now() >= last - 1) return null;
      throw this.#ended ?? this.#silent();
    }
  }

  async #body(octets: number | 'dot', to: Sink, idle: number, until: number): Promise<number> {
    let count = 0;
    const dots = octets === 'dot' ? this.#framing.dotReader() : undefined;
    const start = performance.now();
    while (octets === 'dot' || count < octets) {
      const chunk = this.#framing.takeSome(octets === 'dot' ? Infinity : octets - count);
      if (chunk === undefined) {
        const slowest = start + idle * IDLE_PERIODS + (1000 * (octets === 'dot' ? count : octets)) / SLOWEST;
        const left = Math.min(idle, until - performance.now(), slowest - performance.now());
        if (!(await this.#more(left))) throw this.#ended ?? this.#silent();
        continue;
      }
      const { pieces, rest } = dots?.read(chunk) ?? { pieces: [chunk], rest: undefined };
      for (const piece of pieces) {
        count += piece.length;
        this.#came += piece.length;
        const wait = to.write(piece);
        if (wait !== undefined) await wait;
      }
      this.#relieve();
      if (rest !== undefined) {
        this.#framing.putBack(rest);
        break;
      }
    }
    this.#wiring.trace?.('S', `[${count} octets]`);
    return count;
  }

  async #stream(
    from: Iterable<Buffer> | AsyncIterable<Buffer>,
    idle: number,
    until: number,
  ): Promise<undefined> {
    let count = 0;
    for await (const chunk of from) {
      await this.#write(chunk, idle, until);
      count += chunk.length;
    }
    this.#anew();
    this.#wiring.trace?.('C', `[${count} octets]`);
    return undefined;
  }

  async #write(bytes: Buffer, idle: number, until: number): Promise<undefined> {
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#outgoing.write(bytes)) return undefined;
    const left = Math.min(idle, until - performance.now());
    const drained = await this.#wait(left, (wake) => {
      this.#outgoing.once('drain', wake);
      return () => this.#outgoing.off('drain', wake);
    });
    if (!drained) throw this.#ended ?? this.#silent();
    return undefined;
  }

  async #upgrade(): Promise<undefined> {
    if (this.#ended !== undefined) throw this.#ended;
    // RFC 8314 §3.2 and CVE-2021-38371: what came in clear behind the go-ahead may be anybody's.
    if (this.#framing.length > 0) {
      throw new MailError({
        kind: 'tls',
        retry: 'later',
        message: `${this.#wiring.where} sent octets in clear behind its go-ahead for TLS`,
        hint: 'Somebody may stand between this machine and the server: use tls: implicit where it is offered.',
      });
    }
    const plain = this.#socket;
    plain
      .off('data', this.#onData)
      .off('end', this.#onEnd)
      .off('error', this.#onError)
      .off('close', this.#onEnd);
    this.#socket = await this.#wiring.secure(plain);
    this.#incoming = this.#socket;
    this.#outgoing = this.#socket;
    this.#peer = peerOf(this.#socket);
    this.#listen();
    this.#wiring.trace?.('C', '[TLS]');
    return undefined;
  }

  #deflate(): undefined {
    const early: Buffer[] = [];
    for (let chunk = this.#framing.takeSome(Infinity); chunk !== undefined;) {
      early.push(chunk);
      chunk = this.#framing.takeSome(Infinity);
    }
    // How the socket ends is told by the stream in it, once all that came before is read.
    this.#socket.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onEnd);
    const { incoming, outgoing } = deflated(this.#socket, early);
    incoming.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onBroken);
    outgoing.on('error', this.#onBroken);
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.#wiring.trace?.('C', '[DEFLATE]');
    return undefined;
  }

  /** Waits for octets, or for `signal` to abort; false when neither came within `ms`, or when none will come any more. */
  #more(ms: number, signal?: AbortSignal): Promise<boolean> {
    this.#relieve();
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

  #onEnding: (() => void) | undefined;

  #relieve(): void {
    if (this.#incoming.isPaused() && this.#framing.length < HIGH_WATER) this.#incoming.resume();
  }

  #listen(): void {
    this.#socket
      .on('data', this.#onData)
      .on('end', this.#onEnd)
      .on('error', this.#onError)
      .on('close', this.#onEnd);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#wiring.received?.(chunk.length);
    this.#framing.push(chunk);
    if (this.#framing.length >= HIGH_WATER) this.#incoming.pause();
    this.#wake?.();
  };

  readonly #onEnd = (): void => {
    this.#end(
      new MailError({
        kind: 'closed',
        retry: 'now',
        message: `${this.#wiring.where} closed the connection`,
      }),
    );
  };

  readonly #onError = (error: Error): void => this.#end(netFailure(this.#wiring.where, error));

  readonly #onBroken = (cause: Error): void =>
    this.#end(
      new MailError({
        kind: 'protocol',
        retry: 'now',
        message: `${this.#wiring.where} sent compressed octets that cannot be read: ${cause.message}`,
        avoid: 'COMPRESS',
        cause,
      }),
    );

  readonly #onAbort = (): void => this.close();

  #end(why: MailError): void {
    this.#ended ??= why;
    this.#onEnding?.();
  }

  #anew(): void {
    this.#since = performance.now();
    this.#came = 0;
  }

  /** Milliseconds that an answer may still take: a server that says now and then that it is still there is cut too. */
  #slowest(idle: number): number {
    const most = idle * IDLE_PERIODS + (1000 * this.#came) / SLOWEST;
    return this.#since + most - performance.now();
  }

  #heard(line: Buffer): void {
    this.#came += line.length;
    this.#wiring.trace?.('S', this.#secrets.hide(shown(line)));
  }

  /** What reaches the dialogue: a MailError, always. A failing sink (a full disk) leaves the framing in the middle of a body. */
  #failed(thrown: unknown): MailError {
    if (thrown instanceof MailError) return thrown;
    this.close();
    return netFailure(this.#wiring.where, thrown);
  }

  #silent(): MailError {
    return new MailError({
      kind: 'timeout',
      retry: 'later',
      message: `${this.#wiring.where} was silent for too long`,
    });
  }
}

/** What a TLS handshake told. It is asked at once: a server that hangs up takes it along. */
interface Peer {
  readonly certificateEnds: number | null;
  readonly version: string | null;
  readonly binding: Binding | null;
}

const IN_CLEAR: Peer = { certificateEnds: null, version: null, binding: null };

function peerOf(socket: net.Socket | tls.TLSSocket): Peer {
  if (!(socket instanceof tls.TLSSocket)) return IN_CLEAR;
  const certificate = certificateOf(socket);
  return {
    certificateEnds: certificate === undefined ? null : Date.parse(certificate.validTo),
    version: socket.getProtocol(),
    binding: certificate === undefined ? null : bindingOf(socket, certificate),
  };
}

const FATAL = new Set(['closed', 'timeout', 'tls', 'protocol', 'cancelled', 'storage']);

function shown(line: Buffer): string {
  return decodeText(line.length > 2000 ? line.subarray(0, 2000) : line).trimEnd();
}
