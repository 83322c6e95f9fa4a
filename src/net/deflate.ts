// Both directions of a connection as raw deflate streams (RFC 4978 §4, RFC 1951). What comes out is read no faster than
// it is wanted, so that a few octets which swell to gigabytes stay octets until their turn, and meet the caps of all lines
// and bodies.
import type net from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';

/** The two ends of a compressed connection. */
export interface Deflated {
  /** Octets as the server meant them; it ends with the socket. */
  readonly incoming: Readable;
  readonly outgoing: Writable;
}

/** Octets that come out of the stream at once, and as many wait in it. */
const PIECE = 64 * 1024;

/** Compresses what goes over `socket` from now on. `early` came over it already, behind the go-ahead. */
export function deflated(socket: net.Socket, early: readonly Buffer[]): Deflated {
  // A connection may break off anywhere: what can be read until there is read, and the socket tells how it ended.
  const incoming = createInflateRaw({ chunkSize: PIECE, finishFlush: constants.Z_SYNC_FLUSH });
  // RFC 4978 §4: each command goes out whole, and is not kept back to be compressed with the next
  const outgoing = createDeflateRaw({ flush: constants.Z_SYNC_FLUSH });
  for (const chunk of early) incoming.write(chunk);
  socket.pipe(incoming);
  // The end of a socket that was torn off is no `end`.
  socket.once('close', () => {
    if (!incoming.writableEnded) incoming.end();
  });
  outgoing.pipe(socket);
  return { incoming, outgoing };
}
