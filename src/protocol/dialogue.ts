// A conversation with a server as a generator without I/O: it yields what it wants and is resumed with what came.
// `yield*` composes small steps, so that a protocol file reads like its RFC; a transcript player or a socket
// (net/converse) plays the other side, and the dialogue cannot tell which.

/** Where the octets of a body go. The driver never holds more than a chunk; a returned promise is back-pressure. */
export interface Sink {
  /** Takes the next octets. The buffer may be reused once this returns or its promise resolves: copy what is kept. */
  write(chunk: Buffer): void | Promise<void>;
}

/** What a dialogue can ask for. */
export type Want =
  /** Send these octets. `shown` replaces them in traces and is required where they carry a secret. */
  | { readonly want: 'send'; readonly bytes: Buffer; readonly shown?: string }
  /** Send all these chunks, in order, with back-pressure. Traces show only their length. */
  | { readonly want: 'stream'; readonly from: Iterable<Buffer> | AsyncIterable<Buffer> }
  /**
   * One line, resumed with its octets without the line end. With `grace` (ms): resumed with null when none came in time;
   * with `until` as well: also when that signal has aborted before a line came. With `unended`: where the connection is over in
   * the middle of a line, resumed with the octets of it that came, if that says that they are enough; nothing more comes then.
   */
  | {
      readonly want: 'line';
      readonly grace?: number;
      readonly until?: AbortSignal;
      readonly unended?: (octets: Buffer) => boolean;
    }
  /**
   * A literal of exactly `octets`, or a dot-terminated body (unstuffed), whose lines end in a bare LF with `byLf`; resumed with
   * the octets given to the sink. The driver throws MailError `timeout` with `avoid: 'CRLF'` where only `byLf` would find an end.
   */
  | { readonly want: 'body'; readonly until: number | 'dot'; readonly to: Sink; readonly byLf?: boolean }
  /** Start TLS now. The driver throws MailError `tls` if any byte was received before it (RFC 8314, CVE-2021-38371). */
  | { readonly want: 'tls' }
  /**
   * Compress both directions from now on (RFC 4978). What comes is then what was compressed, with the same caps; a stream
   * that cannot be read is MailError `protocol`, with `avoid: 'COMPRESS'`.
   */
  | { readonly want: 'deflate' };

/** What a dialogue is resumed with: a Buffer for `line` (null: grace ran out), a number for `body`, else undefined. */
export type Came = Buffer | number | null | undefined;

/** A conversation that ends with a T, or throws MailError. */
export type Dialogue<T> = Generator<Want, T, Came>;

/** `shown` for a login name: traces leave it out, and what a server says of it may be read all the same. */
export const NAME = '(name)';

/** Sends one command line; CRLF is added. `shown` stands in traces where the line carries a secret. */
export function* send(line: string | Buffer, shown?: string): Dialogue<void> {
  const bytes = commandLine(line);
  yield shown === undefined ? { want: 'send', bytes } : { want: 'send', bytes, shown };
}

/** The octets of one command line, CRLF added. */
export function commandLine(line: string | Buffer): Buffer {
  const text = typeof line === 'string' ? Buffer.from(line, 'utf8') : line;
  // A line end inside an argument would be a second command: whoever built this line has a bug.
  if (text.includes(0x0d) || text.includes(0x0a) || text.includes(0)) {
    throw new RangeError('a command line must not hold CR, LF or NUL');
  }
  return Buffer.concat([text, CRLF]);
}

const CRLF = Buffer.from('\r\n');

/** The next line's octets, without its line end; `unended` as in Want. */
export function* line(unended?: (octets: Buffer) => boolean): Dialogue<Buffer> {
  const came = yield unended === undefined ? { want: 'line' } : { want: 'line', unended };
  if (!Buffer.isBuffer(came)) throw new TypeError('the driver resumed a line with something else');
  return came;
}

/** The next line, or null when none came within `grace` milliseconds, or before `until` aborted. */
export function* lineWithin(grace: number, until?: AbortSignal): Dialogue<Buffer | null> {
  const came = yield until === undefined ? { want: 'line', grace } : { want: 'line', grace, until };
  if (came !== null && !Buffer.isBuffer(came))
    throw new TypeError('the driver resumed a line with something else');
  return came;
}

/** Streams a body into `to` and returns how many octets it had; `byLf` as in Want. */
export function* body(until: number | 'dot', to: Sink, byLf: boolean = false): Dialogue<number> {
  const came = yield byLf ? { want: 'body', until, to, byLf } : { want: 'body', until, to };
  if (typeof came !== 'number') throw new TypeError('the driver resumed a body with something else');
  return came;
}

/** Streams octets out. */
export function* stream(from: Iterable<Buffer> | AsyncIterable<Buffer>): Dialogue<void> {
  yield { want: 'stream', from };
}

/** Starts TLS on the connection; returns once the handshake is verified. */
export function* startTls(): Dialogue<void> {
  yield { want: 'tls' };
}

/** Compresses the connection, both directions (RFC 4978 §3). */
export function* startDeflate(): Dialogue<void> {
  yield { want: 'deflate' };
}
