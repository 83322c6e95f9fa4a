// The certificates of test/support/tls: a test CA, a good server certificate, and three that must be refused.
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Signed by the test CA for localhost, 127.0.0.1 and ::1; or wrong in the one way that its name tells. */
export type CertificateName = 'good' | 'wrong-name' | 'expired' | 'self-signed';

/** Absolute path of a file in test/support/tls. */
function pathOf(file: string): string {
  // The compiled file lies in dist/test/support, the certificates stay in test/support.
  return fileURLToPath(new URL(`../../../test/support/tls/${file}`, import.meta.url));
}

/** The test CA's certificate: what `ca:` points at. */
export const CA_FILE: string = pathOf('ca.pem');

/** A certificate's own path, to be trusted by itself (`ca:` with a self-signed one). */
export function certificateFile(name: CertificateName): string {
  return pathOf(`${name}.pem`);
}

/** A certificate and its key, PEM, as node:tls takes them. */
export function certificate(name: CertificateName): { readonly cert: Buffer; readonly key: Buffer } {
  return { cert: readFileSync(pathOf(`${name}.pem`)), key: readFileSync(pathOf(`${name}.key.pem`)) };
}

/** `sha256/BASE64` of a certificate's public key (SPKI): what `pin:` holds. */
export function pinOf(name: CertificateName): string {
  const { publicKey } = new X509Certificate(certificate(name).cert);
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return `sha256/${createHash('sha256').update(spki).digest('base64')}`;
}
