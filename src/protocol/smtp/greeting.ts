// The server's first reply (RFC 5321 §3.1). Nothing may be sent before it: a greeting pause is a test of that.
import { MailError } from '../../model/error.ts';
import { cure } from '../../model/hint.ts';
import { insteadOf, SMTP_PORTS } from '../cures.ts';
import type { Dialogue } from '../dialogue.ts';
import { duringGreeting } from '../phase.ts';
import { readReply } from './reply.ts';
import type { Reply } from './reply.ts';
import { refusal } from './refusal.ts';

/** Reads the greeting. Throws MailError `busy` (421), `refused` with retry `later` (554), or `protocol`. */
export function greeting(host: string): Dialogue<Reply> {
  return duringGreeting(host, 'SMTP', read(host));
}

function* read(host: string): Dialogue<Reply> {
  let reply: Reply;
  try {
    reply = yield* readReply(host, 'greeting');
  } catch (thrown) {
    if (!(thrown instanceof MailError) || thrown.kind !== 'protocol') throw thrown;
    throw new MailError({
      kind: 'protocol',
      retry: 'later',
      message: thrown.message,
      phase: 'greeting',
      hint: cure(insteadOf(SMTP_PORTS, thrown.message), host),
      cause: thrown,
    });
  }
  if (reply.code === 220) return reply;
  // RFC 5321 §3.1: 554 stands for "no service here"; it often means this address, today
  throw refusal(host, 'greeting', 'greeting', reply, { retry: 'later' });
}
