// What a refused SMTP login means (RFC 4954 §6), for the scheduler and for the person.
import type { MailError } from '../../model/error.ts';
import { loginHint } from '../login-hint.ts';
import type { Reply } from './reply.ts';
import { refusal } from './refusal.ts';

const WANTS_TLS = 'The server wants TLS before a login: set tls: implicit or tls: starttls under send:.';
const SWITCHED_OFF =
  'SMTP seems to be switched off for this mailbox: switch it on in the settings of the mailbox on the web.';

/** Hints by code where the words tell none. */
const HINTS: Readonly<Record<number, string>> = {
  530: WANTS_TLS, // RFC 3207 §4: "Must issue a STARTTLS command first"
  538: WANTS_TLS, // RFC 4954 §6: encryption required for this mechanism
  550: SWITCHED_OFF, // NetEase: "User has no permission" (S-019)
};

/**
 * The MailError for the reply that ended `mechanism`: 5xx is `auth`, never; 4xx is `busy`, later (454, 421, and NetEase's
 * 451 after too many attempts); anything else is `protocol`.
 */
export function loginRefusal(host: string, mechanism: string, reply: Reply): MailError {
  const command = `AUTH ${mechanism}`;
  if (reply.code < 500) return refusal(host, 'auth', command, reply);
  return refusal(host, 'auth', command, reply, {
    kind: 'auth',
    retry: 'never',
    hint: loginHint(reply.text) ?? HINTS[reply.code],
  });
}
