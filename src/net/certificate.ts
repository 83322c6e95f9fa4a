// A server's certificate in the eyes of a person: whose it is, who says so, for which names, until when, and its pin.
import { createHash, X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { clip, decodeText } from '../protocol/text.ts';

/**
 * The certificate that the other end showed, or undefined. Not by `getPeerX509Certificate`: on Node.js 20 that takes the
 * certificate out of the connection, so that the next call gives the one behind it, or none.
 */
export function certificateOf(socket: TLSSocket): X509Certificate | undefined {
  const { raw } = socket.getPeerCertificate() as { readonly raw?: Buffer };
  return raw === undefined ? undefined : new X509Certificate(raw);
}

/** `sha256/BASE64` of the certificate's public key (SPKI, RFC 7469 §2.4). */
export function pinOf(certificate: X509Certificate): string {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return `sha256/${createHash('sha256').update(spki).digest('base64')}`;
}

/** `CN=mail.example.org, issued by CN=Own CA, for mail.example.org, 2026-01-01 to 2027-01-01, pin sha256/…`. */
export function describe(certificate: X509Certificate): string {
  return [
    nameOf(certificate.subject) || 'no subject',
    `issued by ${certificate.subject === certificate.issuer ? 'itself' : nameOf(certificate.issuer) || 'nobody'}`,
    `for ${namesIn(certificate)}`,
    `valid ${day(certificate.validFrom)} to ${day(certificate.validTo)}`,
    `pin ${pinOf(certificate)}`,
  ].join(', ');
}

/** The names that it is good for, at most five. */
export function namesIn({ subjectAltName }: X509Certificate): string {
  const names = (subjectAltName ?? '').split(', ').map((name) => name.replace(/^(DNS|IP Address):/, ''));
  const shown = plain(names.slice(0, 5).join(', ')) || 'no name';
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

function nameOf(distinguished: string | undefined): string {
  return plain((distinguished ?? '').split('\n').join(', '));
}

/** Anybody can write anything into a certificate of their own. */
function plain(text: string): string {
  return clip(decodeText(Buffer.from(text)), 200);
}

function day(date: string): string {
  const at = Date.parse(date);
  return Number.isNaN(at) ? plain(date) : new Date(at).toISOString().slice(0, 10);
}
