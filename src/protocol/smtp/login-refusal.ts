// What a refused SMTP login means (RFC 4954 §6), for the scheduler and for the person.
import type { MailError } from '../../model/error.ts';
import { LOGIN_REPLIES, SMTP_LOGIN_CODES } from '../login-replies.ts';
import { meaningOf } from '../replies.ts';
import type { Reply } from './reply.ts';
import { refusal } from './refusal.ts';

/**
 * The MailError for the reply that ended `mechanism`: 5xx is `auth`, never, unless the words speak of haste; 4xx is `busy`,
 * later (454, 421, and NetEase's 451 after too many attempts); anything else is `protocol`.
 */
export function loginRefusal(host: string, mechanism: string, reply: Reply): MailError {
  const command = `AUTH ${mechanism}`;
  const otherwise = { kind: 'auth', retry: 'never' } as const;
  const said = { host, code: undefined, words: reply.text };
  if (reply.code < 400) return refusal(host, 'auth', command, reply);
  const meaning = meaningOf(said, {}, LOGIN_REPLIES, SMTP_LOGIN_CODES[reply.code] ?? otherwise);
  if (reply.code >= 500) return refusal(host, 'auth', command, reply, meaning);
  return refusal(host, 'auth', command, reply, { hint: meaning.hint, after: meaning.after });
}
