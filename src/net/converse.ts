// A dialogue meets a socket: what the generator wants is sent, read, streamed or awaited, each wait with its deadline.
// It never holds more than a few chunks, never reads ahead of a slow disk, and shows traces without secrets or bodies.
import { randomBytes } from 'node:crypto';
import type net from 'node:net';
import type tls from 'node:tls';
import { MailError } from '../model/error.ts';
import type { Came, Dialogue, Want } from '../protocol/dialogue.ts';
import type { Channel } from '../protocol/sasl/channel.ts';
import { decodeText } from '../protocol/text.ts';
import type { Connection, Deadlines, Trace } from './connection.ts';
import { netFailure } from './failure.ts';
import { Secrets } from './secrets.ts';
import { Wire } from './wire.ts';

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
  /** Called with the number of octets that came. */
  readonly received: ((octets: number) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  /** Upgrades a socket to verified TLS. */
  readonly secure: (plain: net.Socket) => Promise<tls.TLSSocket>;
}

/** A Connection over a TCP or TLS socket. */
export class SocketConnection implements Connection {
  readonly host: string;
  readonly #wiring: Wiring;
  readonly #wire: Wire;
  readonly #secrets = new Secrets();
  #busy = false;
  /** When something was sent last, or news was waited for, and the octets that came since. */
  #since = performance.now();
  #came = 0;

  constructor(socket: net.Socket | tls.TLSSocket, wiring: Wiring) {
    this.#wiring = wiring;
    this.#wire = new Wire(socket, wiring.where, wiring.received);
    this.host = wiring.host;
    wiring.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get secure(): boolean {
    return this.#wire.secure;
  }

  get channel(): Channel {
    const { host, loopback, insecure } = this.#wiring;
    const nonce = (): string => randomBytes(18).toString('base64');
    return { host, secure: this.secure, loopback, insecure, binding: this.#wire.peer.binding, nonce };
  }

  get tlsVersion(): string | null {
    return this.#wire.peer.version;
  }

  get certificateEnds(): number | null {
    return this.#wire.peer.certificateEnds;
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
    this.#wire.close();
  }

  /** What needs no waiting: a line that is already here. It spares a promise for each line of a long listing. */
  #now(want: Want): Buffer | undefined {
    if (want.want !== 'line') return undefined;
    const line = this.#wire.framing.takeLine();
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
        return this.#body(want, idle, until);
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
      const line = this.#wire.framing.takeLine();
      if (line !== undefined) {
        if (grace !== undefined) this.#anew();
        this.#heard(line);
        return line;
      }
      if (signal?.aborted === true && this.#wire.ended === undefined) return null;
      const left = Math.min(
        grace === undefined ? Math.min(idle, this.#slowest(idle)) : Infinity,
        until - performance.now(),
        last - performance.now(),
      );
      this.#wire.resume(); // a line may be longer than the high water; MAX_LINE bounds it
      if (await this.#wire.more(left, signal)) continue;
      if (grace !== undefined && this.#wire.ended === undefined && performance.now() >= last - 1) return null;
      const rest = this.#enough(want);
      if (rest !== undefined) return rest;
      throw this.#wire.ended ?? this.#silent();
    }
  }

  /** What came of a line that has no end, where that is enough. */
  #enough({ unended }: Want & { want: 'line' }): Buffer | undefined {
    const { framing } = this.#wire;
    const rest = unended === undefined ? undefined : framing.takeSome(framing.length);
    if (rest === undefined || unended?.(rest) !== true) return undefined;
    this.close();
    this.#heard(rest);
    return rest;
  }

  async #body(
    { until: octets, to, byLf }: Want & { want: 'body' },
    idle: number,
    until: number,
  ): Promise<number> {
    let count = 0;
    const dots = octets === 'dot' ? this.#wire.framing.dotReader(byLf) : undefined;
    const start = performance.now();
    while (octets === 'dot' || count < octets) {
      const chunk = this.#wire.framing.takeSome(octets === 'dot' ? Infinity : octets - count);
      if (chunk === undefined) {
        const slowest = start + idle * IDLE_PERIODS + (1000 * (octets === 'dot' ? count : octets)) / SLOWEST;
        const left = Math.min(idle, until - performance.now(), slowest - performance.now());
        if (!(await this.#wire.more(left)))
          throw this.#wire.ended ?? (dots?.mayHaveEnded === true ? this.#silent('CRLF') : this.#silent());
        continue;
      }
      const { pieces, rest } = dots?.read(chunk) ?? { pieces: [chunk], rest: undefined };
      for (const piece of pieces) {
        count += piece.length;
        this.#came += piece.length;
        const wait = to.write(piece);
        if (wait !== undefined) await wait;
      }
      this.#wire.relieve();
      if (rest !== undefined) {
        this.#wire.framing.putBack(rest);
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
    const taken = await this.#wire.write(bytes, () => Math.min(idle, until - performance.now()));
    if (!taken) throw this.#wire.ended ?? this.#silent();
    return undefined;
  }

  async #upgrade(): Promise<undefined> {
    await this.#wire.upgrade(this.#wiring.secure);
    this.#wiring.trace?.('C', '[TLS]');
    return undefined;
  }

  #deflate(): undefined {
    this.#wire.deflate();
    this.#wiring.trace?.('C', '[DEFLATE]');
    return undefined;
  }

  readonly #onAbort = (): void => this.close();

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

  #silent(avoid?: string): MailError {
    return new MailError({
      kind: 'timeout',
      retry: 'later',
      message: `${this.#wiring.where} was silent for too long`,
      avoid,
    });
  }
}

const FATAL = new Set(['closed', 'timeout', 'tls', 'protocol', 'cancelled', 'storage']);

function shown(line: Buffer): string {
  return decodeText(line.length > 2000 ? line.subarray(0, 2000) : line).trimEnd();
}
