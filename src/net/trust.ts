// Whom we trust at the other end: the system's authorities, those of `ca:`, or one key (`pin:`), always for one name. What
// is wrong with a certificate is said with the certificate itself, so that a person can judge it.
import { constants } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import tls from 'node:tls';
import type { Endpoint } from '../model/account.ts';
import { MailError } from '../model/error.ts';
import { cure, type Hint } from '../model/hint.ts';
import { certificateOf, describe, namesIn, pinOf } from './certificate.ts';
import { CLOCK, EXPIRED, KEY_CHANGED, NO_CERTIFICATE, OTHER_NAME, OWN_CA } from './cures.ts';
import { hostIn } from './failure.ts';

/**
 * How a handshake with `endpoint` is made. It comes to its end whatever the certificate: `checkTrust` must be asked before
 * anything is said. Throws MailError `config` for an unreadable `ca` file.
 */
export async function trustOf(endpoint: Endpoint): Promise<tls.ConnectionOptions> {
  const name = nameOf(endpoint);
  const base: tls.ConnectionOptions = { rejectUnauthorized: false, ...versions(endpoint) };
  // SNI is required by Gmail and others (I-049); an address literal has none (RFC 6066 §3).
  if (net.isIP(name) === 0) base.servername = name;
  else base.host = name;
  if (endpoint.ca === undefined || endpoint.pin !== undefined) return base;
  try {
    return { ...base, ca: await readFile(endpoint.ca) };
  } catch (cause) {
    throw new MailError({
      kind: 'config',
      retry: 'never',
      message: `the certificate file ${endpoint.ca} cannot be read`,
      hint: 'ca: must name a readable PEM file.',
      cause,
    });
  }
}

/** RFC 8996: nothing below TLS 1.2, but for the one server that the person has named (T-001 to T-003). */
function versions({ tlsOld }: Endpoint): tls.ConnectionOptions {
  if (tlsOld !== true) return { minVersion: 'TLSv1.2' };
  return {
    minVersion: 'TLSv1',
    ciphers: `${tls.DEFAULT_CIPHERS}:@SECLEVEL=0`,
    secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
  };
}

/** The name that the certificate must be for. */
function nameOf({ host, tlsName }: Endpoint): string {
  return tlsName ?? host;
}

/** Throws MailError `tls` unless the other end of `socket`, after its handshake, is who it must be. */
export function checkTrust(socket: tls.TLSSocket, endpoint: Endpoint, where: string): void {
  const certificate = certificateOf(socket);
  if (certificate === undefined) throw untrusted(where, 'the server showed no certificate', NO_CERTIFICATE);
  if (endpoint.pin !== undefined) {
    if (pinOf(certificate) === endpoint.pin) return;
    throw untrusted(
      where,
      `the key of the server has changed: it is not the pinned one (${describe(certificate)})`,
      KEY_CHANGED,
      'PIN',
    );
  }
  if (socket.authorized) return;
  // Node gives the code of OpenSSL or its own as text
  const code = String(socket.authorizationError);
  const name = nameOf(endpoint);
  const [what, hint] =
    code === 'ERR_TLS_CERT_ALTNAME_INVALID'
      ? [`the certificate is for ${namesIn(certificate)}, and not for ${name}`, OTHER_NAME]
      : (REASONS[code] ?? [`the certificate is not trusted (${code})`, OWN_CA]);
  throw untrusted(where, `${what} (${describe(certificate)})`, hint, code);
}

type Reason = readonly [what: string, hint: Hint];

const UNKNOWN: Reason = ['the certificate is signed by an authority that this machine does not know', OWN_CA];
const REASONS: Readonly<Record<string, Reason>> = {
  CERT_HAS_EXPIRED: ['the certificate has expired', EXPIRED],
  CERT_NOT_YET_VALID: ['the certificate is not valid yet', CLOCK],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['the certificate is signed by itself', OWN_CA],
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN,
};

function untrusted(where: string, what: string, hint: Hint, code?: string): MailError {
  return new MailError({
    kind: 'tls',
    retry: 'later',
    message: `TLS with ${where} failed: ${what}`,
    hint: cure(hint, hostIn(where)),
    code,
    cause: new Error(code ?? what),
  });
}
