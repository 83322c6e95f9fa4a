// What the other side's TLS showed of itself, asked once, right after the handshake: a server that hangs up takes it along.
import type net from 'node:net';
import tls from 'node:tls';
import type { Binding } from '../protocol/sasl/channel.ts';
import { certificateOf } from './certificate.ts';
import { bindingOf } from './channel-binding.ts';

/** What a TLS handshake told; all null in clear. */
export interface Peer {
  /** When the certificate ends, milliseconds since 1970. */
  readonly certificateEnds: number | null;
  /** `TLSv1.3`. */
  readonly version: string | null;
  readonly binding: Binding | null;
}

const IN_CLEAR: Peer = { certificateEnds: null, version: null, binding: null };

/** The peer behind `socket`, whose handshake, if any, is over. */
export function peerOf(socket: net.Socket | tls.TLSSocket): Peer {
  if (!(socket instanceof tls.TLSSocket)) return IN_CLEAR;
  const certificate = certificateOf(socket);
  return {
    certificateEnds: certificate === undefined ? null : Date.parse(certificate.validTo),
    version: socket.getProtocol(),
    binding: certificate === undefined ? null : bindingOf(socket, certificate),
  };
}
