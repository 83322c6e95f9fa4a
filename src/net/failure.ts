// What went wrong on the way to a server, said so that a person can act: system and TLS error codes become MailErrors.
import { MailError, textOf } from '../model/error.ts';
import { cure } from '../model/hint.ts';
import { BROKEN_OFF, NO_SUCH_HOST, OFF_LINE, OLD_SERVER, PLAIN_PORT, UNREACHABLE } from './cures.ts';

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
      hint: cure(code === 'ENOTFOUND' ? NO_SUCH_HOST : OFF_LINE, hostIn(where)),
    });
  }
  if (code !== undefined && NO_WAY.has(code)) {
    return new MailError({
      ...common,
      kind: 'connect',
      retry: 'later',
      message: `no connection to ${where}: ${said}`,
      hint: cure(UNREACHABLE, hostIn(where)),
    });
  }
  return new MailError({
    ...common,
    kind: 'closed',
    retry: 'now',
    message: `connection to ${where} lost: ${said}`,
  });
}

/** As `netFailure`, for what ended a TLS handshake: it is never a lost connection, and never a refused login (T-002). */
export function handshakeFailure(where: string, thrown: unknown): MailError {
  if (thrown instanceof MailError) return thrown;
  const code = codeOf(thrown);
  const old = OLD_TLS.test(code ?? '');
  return new MailError({
    kind: 'tls',
    retry: 'later',
    message: WRONG_TLS.has(code ?? '')
      ? `TLS with ${where} failed: the server does not speak TLS on this port`
      : `TLS with ${where} failed: ${old ? 'the server knows only old or weak TLS: ' : ''}${textOf(thrown)}`,
    hint: cure(WRONG_TLS.has(code ?? '') ? PLAIN_PORT : old ? OLD_SERVER : BROKEN_OFF, hostIn(where)),
    code,
    cause: thrown,
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

/** What comes is no TLS at all. */
const WRONG_TLS = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_RECORD_LAYER_FAILURE',
  'EPROTO',
]);

/** A version (T-001), a key or a digest (T-002), a signature or a renegotiation (T-003) that is no longer accepted. */
const OLD_TLS =
  /PROTOCOL(_VERSION)?$|KEY_TOO_SMALL|DH_PARAM_SIZE|MD_TOO_WEAK|LEGACY|WRONG_SIGNATURE_TYPE|HANDSHAKE_FAILURE|NO_SHARED|INSUFFICIENT_SECURITY|VERSION_TOO_LOW/;

const NO_WAY = new Set([
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

/** `imap.qq.com:993` → `imap.qq.com`. */
export function hostIn(where: string): string {
  return where.replace(/:\d+$/, '');
}

function codeOf(thrown: unknown): string | undefined {
  if (thrown instanceof AggregateError) return codeOf(thrown.errors[0]);
  if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return undefined;
}
