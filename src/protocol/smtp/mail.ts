// MAIL: who sends (RFC 5321 §4.1.1.2), and what kind of message it is.
import { MailError } from '../../model/error.ts';
import type { Dialogue } from '../dialogue.ts';
import { checkAddress, needsUtf8 } from './address.ts';
import type { Extensions } from './ehlo.ts';
import { exchange } from './reply.ts';
import type { Reply } from './reply.ts';
import { refusal } from './refusal.ts';

/** What is said of the message, each only where the server offers it. */
export interface MailOptions {
  /** Octets with CRLF line ends and without dot-stuffing (RFC 1870 §5). */
  readonly size?: number | undefined;
  /** It holds octets above 127 (RFC 6152 §3). */
  readonly body8bit?: boolean | undefined;
  /** Its headers or addresses hold other than ASCII (RFC 6531 §3.4). */
  readonly smtputf8?: boolean | undefined;
}

/**
 * Opens a transaction. `from` is a bare address, `''` for the null reverse-path. Throws MailError with phase `mail`:
 * `message` before anything is sent where the address cannot be, needs SMTPUTF8 that is not offered, or the message is
 * larger than the server takes (code `552`); else as the reply says.
 */
export function* mail(
  host: string,
  from: string,
  options: MailOptions,
  extensions: Extensions,
): Dialogue<Reply> {
  if (from !== '') checkAddress('mail', from);
  const { keywords, size: limit } = extensions;
  const { size } = options;
  if (size !== undefined && limit !== null && size > limit) throw tooLarge(host, size, limit);
  const utf8 = keywords.has('SMTPUTF8');
  if (needsUtf8(from) && !utf8) throw noUtf8(host, from);
  const parameters = [
    // RFC 1870 §6: the server may then refuse before the message is sent
    size !== undefined && keywords.has('SIZE') ? ` SIZE=${size}` : '',
    options.body8bit === true && keywords.has('8BITMIME') ? ' BODY=8BITMIME' : '',
    (options.smtputf8 === true || needsUtf8(from)) && utf8 ? ' SMTPUTF8' : '',
  ].join('');
  const reply = yield* exchange(host, 'mail', `MAIL FROM:<${from}>${parameters}`);
  if (reply.code >= 200 && reply.code < 300) return reply;
  throw refusal(host, 'mail', `MAIL FROM:<${from}>`, reply, hintFor(reply));
}

function hintFor(reply: Reply): { hint?: string } {
  if (reply.code === 530) {
    return { hint: 'The server wants TLS and a login first: check tls: and port under send:.' };
  }
  // S-020: QQ 501, NetEase 553, Yandex 553
  if (/same as auth|equal authorized|not owned by/i.test(reply.text)) {
    return { hint: 'The server takes only the sender that logged in: send from the address of the account.' };
  }
  return {};
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
