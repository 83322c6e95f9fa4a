// A reply that is not what was hoped for, as the MailError that says what now (RFC 5321 §4.2.1): 4xx later, 5xx never.
import { MailError } from '../../model/error.ts';
import type { MailErrorParts } from '../../model/error.ts';
import { clip } from '../text.ts';
import type { Phase, Reply } from './reply.ts';

/** The `cause` of a MailError that a reply decided. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError';
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(said(reply));
    this.reply = reply;
  }
}

/** The MailError for a reply to `command` (`RCPT TO:<a@example.org>`); `parts` replace what the code alone would say. */
export function refusal(
  host: string,
  phase: Phase,
  command: string,
  reply: Reply,
  parts: Partial<MailErrorParts> = {},
): MailError {
  const refused = reply.code >= 400;
  return new MailError({
    kind: reply.code >= 500 ? 'refused' : refused ? 'busy' : 'protocol',
    retry: reply.code >= 500 ? 'never' : 'later',
    message: `SMTP ${command} ${refused ? 'refused' : 'answered out of step'} by ${host}: ${said(reply)}`,
    phase,
    code: String(reply.code),
    cause: new ReplyError(reply),
    ...parts,
  });
}

function said(reply: Reply): string {
  return `${reply.code} ${clip(reply.text)}`.trim();
}
