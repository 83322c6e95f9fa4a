// What ties a login to its TLS connection (RFC 5929, RFC 9266): octets that whoever stands in the middle, with a TLS
// connection to either side, cannot make equal on both.
import { createHash, type X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { Binding } from '../protocol/sasl/channel.ts';

/** The binding of a connection after its handshake, to a server that showed `certificate`; null where there is none. */
export function bindingOf(socket: TLSSocket, certificate: X509Certificate): Binding | null {
  // RFC 9266 §3: before TLS 1.3 the exporter is safe only with an extension that cannot be asked about here
  if (socket.getProtocol() === 'TLSv1.3') {
    const data = socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
    return { type: 'tls-exporter', data };
  }
  const hash = hashOf(certificate.raw);
  if (hash === undefined) return null;
  return { type: 'tls-server-end-point', data: createHash(hash).update(certificate.raw).digest() };
}

/**
 * The hash of a DER certificate's own signature, SHA-256 for MD5 and SHA-1 (RFC 5929 §4.1); undefined where the signature
 * uses none, as Ed25519 does: then there is no such binding.
 */
export function hashOf(certificate: Buffer): 'sha256' | 'sha384' | 'sha512' | undefined {
  const algorithm = signatureAlgorithm(certificate);
  return HASHES.find(([oid]) => algorithm.includes(Buffer.from(oid, 'hex')))?.[1];
}

/** DER object identifiers. Those of RSASSA-PSS name the hash among the parameters. */
const HASHES = [
  ['06092a864886f70d01010b', 'sha256'], // sha256WithRSAEncryption
  ['06092a864886f70d01010c', 'sha384'],
  ['06092a864886f70d01010d', 'sha512'],
  ['06082a8648ce3d040302', 'sha256'], // ecdsa-with-SHA256
  ['06082a8648ce3d040303', 'sha384'],
  ['06082a8648ce3d040304', 'sha512'],
  ['0609608648016503040201', 'sha256'], // id-sha256
  ['0609608648016503040202', 'sha384'],
  ['0609608648016503040203', 'sha512'],
  ['06092a864886f70d010105', 'sha256'], // sha1WithRSAEncryption
  ['06092a864886f70d010104', 'sha256'], // md5WithRSAEncryption
  ['06072a8648ce3d0401', 'sha256'], // ecdsa-with-SHA1
] as const;

/** RFC 5280 §4.1: Certificate is a sequence of what is signed, the algorithm, and the signature. */
function signatureAlgorithm(certificate: Buffer): Buffer {
  const signed = elementAt(certificate, elementAt(certificate, 0).start);
  const { start, end } = elementAt(certificate, signed.end);
  return certificate.subarray(start, end);
}

/** Where the contents of the DER element at `at` begin and end. Node has read the certificate before: it is well-formed. */
function elementAt(der: Buffer, at: number): { readonly start: number; readonly end: number } {
  const first = der[at + 1] ?? 0;
  const more = first < 0x80 ? 0 : first & 0x7f;
  const start = at + 2 + more;
  const length = more === 0 ? first : der.readUIntBE(at + 2, Math.min(more, 6));
  return { start, end: start + length };
}
