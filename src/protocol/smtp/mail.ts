// MAIL: who sends (RFC 5321 §4.1.1.2), and what kind of message it is.
import { MailError } from '../../model/error.ts';
import { checkAddress, needsUtf8 } from './address.ts';
import type { Extensions } from './ehlo.ts';
import type { Reply } from './reply.ts';
import { refusal } from './refusal.ts';
import { xtext } from './xtext.ts';

/** What is said of the message, each only where the server offers it. */
export interface MailOptions {
  /** Octets with CRLF line ends and without dot-stuffing (RFC 1870 §5). */
  readonly size?: number | undefined;
  /** It holds octets above 127 (RFC 6152 §3), or parts that are no lines of text (RFC 3030 §3). */
  readonly body?: '8BITMIME' | 'BINARYMIME' | undefined;
  /** Its headers or addresses hold other than ASCII (RFC 6531 §3.4). */
  readonly smtputf8?: boolean | undefined;
  /** What a report brings back (RFC 3461 §4.3). */
  readonly ret?: 'FULL' | 'HDRS' | undefined;
  /** What a report calls the transaction (RFC 3461 §4.4), at most 100 characters once encoded; else it is left out. */
  readonly envid?: string | undefined;
  /** TLS, verified, all the way (RFC 8689 §2). Left to the caller to refuse where it is not offered. */
  readonly requireTls?: boolean | undefined;
  /** The server keeps it until then; milliseconds since 1970 (RFC 4865 §4). */
  readonly holdUntil?: number | undefined;
}

/**
 * The command that opens a transaction. `from` is a bare address, `''` for the null reverse-path. Throws MailError `message`
 * with phase `mail` where the address cannot be said, needs SMTPUTF8 that is not offered, or the message is larger than the
 * server takes (code `552`).
 */
export function mailCommand(
  host: string,
  from: string,
  options: MailOptions,
  { keywords, size: limit }: Extensions,
): string {
  if (from !== '') checkAddress('mail', from);
  const { size, body, ret, envid, holdUntil } = options;
  if (size !== undefined && limit !== null && size > limit) throw tooLarge(host, size, limit);
  const utf8 = keywords.has('SMTPUTF8');
  if (needsUtf8(from) && !utf8) throw noUtf8(host, from);
  const dsn = keywords.has('DSN');
  const id = envid === undefined ? '' : xtext(envid);
  const parameters = [
    // RFC 1870 §6: the server may then refuse before the message is sent
    size !== undefined && keywords.has('SIZE') ? `SIZE=${size}` : '',
    body !== undefined && keywords.has(body) ? `BODY=${body}` : '',
    (options.smtputf8 === true || needsUtf8(from)) && utf8 ? 'SMTPUTF8' : '',
    dsn && ret !== undefined ? `RET=${ret}` : '',
    dsn && id !== '' && id.length <= 100 ? `ENVID=${id}` : '',
    options.requireTls === true && keywords.has('REQUIRETLS') ? 'REQUIRETLS' : '',
    holdUntil !== undefined && keywords.has('FUTURERELEASE') ? `HOLDUNTIL=${internetTime(holdUntil)}` : '',
  ];
  return [`MAIL FROM:<${from}>`, ...parameters.filter((parameter) => parameter !== '')].join(' ');
}

/** The MailError for a MAIL that was refused. */
export function mailRefusal(host: string, from: string, reply: Reply): MailError {
  return refusal(host, 'mail', `MAIL FROM:<${from}>`, reply);
}

/** RFC 3339 in UTC, without fractions (RFC 4865 §4.2). */
function internetTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function tooLarge(host: string, size: number, limit: number): MailError {
  return new MailError({
    kind: 'message',
    retry: 'never',
    message: `the message has ${size} octets, and ${host} takes at most ${limit}`,
    phase: 'mail',
    code: '552',
  });
}

function noUtf8(host: string, address: string): MailError {
  return new MailError({
    kind: 'message',
    retry: 'never',
    message: `${address} needs SMTPUTF8, which ${host} does not offer`,
    phase: 'mail',
  });
}
