// What went wrong on the way to a server, said so that a person can act: system and TLS error codes become MailErrors.
import { MailError, textOf } from '../model/error.ts';

/** The MailError for an error of a socket, a look-up or a TLS handshake with `where` (`imap.qq.com:993`). */
export function netFailure(where: string, thrown: unknown): MailError {
  if (thrown instanceof MailError) return thrown;
  const code = codeOf(thrown);
  const said = thrown instanceof AggregateError ? thrown.errors.map(textOf).join('; ') : textOf(thrown);
  const common = { cause: thrown, code };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_NODATA') {
    return new MailError({
      ...common,
      kind: 'dns',
      retry: 'later',
      message: `no address found for ${where}`,
      hint:
        code === 'ENOTFOUND'
          ? 'Check the spelling of host in the configuration, and that this machine has a name server.'
          : 'The name server did not answer: check that this machine is on line.',
    });
  }
  if (WRONG_TLS.has(code ?? '')) {
    return new MailError({
      ...common,
      kind: 'tls',
      retry: 'later',
      message: `TLS with ${where} failed: the server does not speak TLS on this port`,
      hint: 'Set tls: starttls for this port, or use the port for implicit TLS (IMAP 993, POP3 995, SMTP 465).',
    });
  }
  const certificate = CERTIFICATE_HINTS[code ?? ''];
  if (
    certificate !== undefined ||
    code?.startsWith('ERR_SSL') === true ||
    code?.startsWith('ERR_TLS') === true
  ) {
    return new MailError({
      ...common,
      kind: 'tls',
      retry: 'later',
      message: `TLS with ${where} failed: ${said}`,
      hint: certificate ?? 'The server offers no TLS that this program accepts (TLS 1.2 or later).',
    });
  }
  if (code !== undefined && UNREACHABLE.has(code)) {
    return new MailError({
      ...common,
      kind: 'connect',
      retry: 'later',
      message: `no connection to ${where}: ${said}`,
      hint: 'Check host and port, and that no firewall stands between.',
    });
  }
  return new MailError({
    ...common,
    kind: 'closed',
    retry: 'now',
    message: `connection to ${where} lost: ${said}`,
  });
}

/** The error of a connection that was ended from our side. */
export function cancelledAt(where: string): MailError {
  return new MailError({
    kind: 'cancelled',
    retry: 'later',
    message: `connection to ${where} ended on request`,
  });
}

const WRONG_TLS = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'EPROTO']);

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ENETDOWN',
  'EHOSTDOWN',
  'EACCES',
  'EPERM',
  'ETIMEDOUT',
]);

const OWN_CA = 'If this is your own server, name its certificate authority by ca:, or its key by pin:.';
const CERTIFICATE_HINTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED:
    'The certificate of the server has expired; its operator must renew it. Check the clock of this machine too.',
  CERT_NOT_YET_VALID: 'The certificate is not valid yet: check the clock of this machine.',
  DEPTH_ZERO_SELF_SIGNED_CERT: OWN_CA,
  SELF_SIGNED_CERT_IN_CHAIN: OWN_CA,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: OWN_CA,
  UNABLE_TO_GET_ISSUER_CERT: OWN_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: OWN_CA,
  CERT_SIGNATURE_FAILURE: OWN_CA,
  ERR_TLS_CERT_ALTNAME_INVALID:
    'The certificate is for another name: use the host name that the provider tells.',
};

function codeOf(thrown: unknown): string | undefined {
  if (thrown instanceof AggregateError) return codeOf(thrown.errors[0]);
  if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return undefined;
}
